#include "explorer/seed.h"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "core/json.h"
#include "support/json_text.h"
#include "support/print.h"

namespace duet::explorer {
namespace {

constexpr LegId kLeg{1};
constexpr model::Dialect kDialect{.says_end_of_candidates = false};

std::string DescriptionText(const Description& description) {
  return JsonObject().Add("type", ToString(description.type)).Add("sdp", description.sdp).Take();
}

std::string CandidateText(const Candidate& candidate) {
  JsonObject json;
  json.Add("candidate", candidate.candidate).Add("sdpMid", candidate.sdp_mid);
  json.Add("sdpMLineIndex", std::int64_t{candidate.sdp_mline_index});
  return json.Add("usernameFragment", candidate.username_fragment).Take();
}

}  // namespace

void Seed::Load(model::Browser* browser) { (void)browser->Perform(OpenLeg{kLeg, {}}); }

// createOffer or createAnswer, and setLocalDescription at its heels: here one operation. Between the two the tutorial sends the
// text already, which nobody can tell: what could come between would roll the offer back as it does here.
void Seed::Describe(model::Wanted wanted, model::Browser* browser) {
  model::SetLocal operation;
  operation.op = OpId{++last_op_};
  operation.wanted = wanted;
  (void)browser->Find(kLeg)->Begin(operation, kDialect);
}

std::vector<Letter> Seed::Handle(const Event& event, model::Browser* browser) {
  std::vector<Letter> sent;
  if (std::holds_alternative<JoinRequested>(event)) {
    (void)browser->Perform(RequestMedia{OpId{++last_op_}, true, true});
  } else if (const MediaGranted* granted = std::get_if<MediaGranted>(&event)) {
    (void)browser->Perform(UseMedia{granted->op});
    model::Peer* peer = browser->Find(kLeg);
    (void)peer->AddTrack(model::Kind::kAudio, browser->track(MediaKind::kMicrophone));
    (void)peer->AddTrack(model::Kind::kVideo, browser->track(MediaKind::kCamera));
    joined_ = true;
    sent.push_back({"join", R"({"room":"room","name":"Sam"})", {}});
  } else if (const MessageReceived* message = std::get_if<MessageReceived>(&event)) {
    const std::optional<Json> json = Json::Parse(message->json);
    const OpId op{++last_op_};
    if (message->name == "room_users") {
      Describe(model::Wanted::kOffer, browser);
    } else if (message->name == "getOffer" || message->name == "getAnswer") {
      const bool is_offer = TextOf(*json, "type") == "offer";
      if (message->name == "getOffer") answering_.push_back(op);
      const Description description{is_offer ? DescriptionType::kOffer : DescriptionType::kAnswer, TextOf(*json, "sdp")};
      (void)browser->Perform(SetRemoteDescription{kLeg, op, description});
    } else if (message->name == "getCandidate") {
      const Candidate candidate{TextOf(*json, "candidate"), TextOf(*json, "sdpMid"), TextOf(*json, "usernameFragment"), 0, true};
      (void)browser->Perform(AddCandidate{kLeg, op, candidate});
    }
  } else if (const RemoteDescriptionSet* set = std::get_if<RemoteDescriptionSet>(&event)) {
    if (std::erase(answering_, set->op) > 0) Describe(model::Wanted::kAnswer, browser);
  } else if (const DescriptionFailed* failed = std::get_if<DescriptionFailed>(&event)) {
    std::erase(answering_, failed->op);
  } else if (const LocalDescriptionSet* described = std::get_if<LocalDescriptionSet>(&event)) {
    const bool is_offer = described->description.type == DescriptionType::kOffer;
    sent.push_back({is_offer ? "offer" : "answer", DescriptionText(described->description), {}});
  } else if (const LocalCandidateFound* found = std::get_if<LocalCandidateFound>(&event)) {
    if (joined_) sent.push_back({"candidate", CandidateText(found->candidate), {}});
  }
  return sent;
}

}  // namespace duet::explorer
