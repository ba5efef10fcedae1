#include "replay/milestones.h"

#include <string_view>
#include <variant>

namespace duet {
namespace {

void SetOnce(std::optional<Millis>& milestone, Millis at) {
  if (!milestone) milestone = at;
}

void Add(std::string_view name, std::optional<Millis> at, Millis click, std::string* line) {
  if (!at) return;
  *line += ", ";
  *line += name;
  *line += ' ' + std::to_string((*at - click).count());
}

}  // namespace

void Milestones::Begin(Millis click) {
  click_ = click;
  used_ = ready_;
  media_ = ice_ = dtls_ = first_frame_ = std::nullopt;
}

void Milestones::Take(const Step& step) {
  if (std::holds_alternative<MediaGranted>(step.event)) SetOnce(media_, step.at);
  if (std::holds_alternative<SignalingConnected>(step.event)) SetOnce(ready_.socket, step.at);
  if (std::holds_alternative<SignalingLost>(step.event)) ready_.socket.reset();
  if (const auto* event = std::get_if<RemoteDescriptionSet>(&step.event); event != nullptr && event->leg != ready_.leg) {
    ready_.leg = event->leg;
    ready_.description = step.at;
  }
  if (!dtls_) used_ = ready_;
  for (const Effect& effect : step.effects) {
    const auto* closed = std::get_if<CloseLeg>(&effect);
    if (closed != nullptr && closed->leg == ready_.leg) ready_.description.reset();
  }
  // It is connected when ICE and DTLS both are.
  const auto* changed = std::get_if<ConnectionStateChanged>(&step.event);
  if (changed != nullptr && changed->state == ConnectionState::kConnected) SetOnce(dtls_, step.at);
  for (const Note& note : step.notes) {
    // A browser may go straight to the second.
    if (note.words.starts_with("iceConnectionState connected") || note.words.starts_with("iceConnectionState completed")) {
      SetOnce(ice_, note.at);
    }
    if (note.words == "first frame") SetOnce(first_frame_, note.at);
  }
}

std::string Milestones::Line() const {
  std::string line = "click 0";
  Add("media", media_, click_, &line);
  Add("socket", used_.socket, click_, &line);
  Add("description", used_.description, click_, &line);
  Add("ICE", ice_, click_, &line);
  Add("DTLS", dtls_, click_, &line);
  Add("first frame", first_frame_, click_, &line);
  return line;
}

}  // namespace duet
