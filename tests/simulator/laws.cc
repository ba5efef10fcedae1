// What must hold in every run, and where one ends (scenarios.md 2.0 of the design), beside what support/model/laws.h asks of
// each call.
#include <algorithm>
#include <string>

#include "explorer/step.h"
#include "simulator/world.h"
#include "support/model/laws.h"
#include "support/print.h"

namespace duet::simulator {
namespace {

using explorer::NameOf;
using explorer::Server;

// From the later of two clicks on Join, with nothing wrong, until both see each other: the newcomer offers, or the one who
// waits does after kOfferTimeout, and the one attempt is enough. (Chromium would try for 15 s.)
constexpr Millis kLongestStart = options::kOfferTimeout + Millis{5'000};

// A trouble that is over may still end a call that it has touched, for so long: that is when a call gives up.
constexpr Millis kAftermath = options::kGiveUpAfter + Millis{5'000};

}  // namespace

// ---- After every event ----

void World::CheckEvent(std::size_t side, const Event& event, const Call* before, const Effects& effects) {
  if (effects.size() > model::kMostEffects) Blame("I10: " + std::to_string(effects.size()) + " effects of one event");
  if (before == nullptr || !model::MustNotMatter(event, effects) || *before == pages_[side].call) return;
  Blame(std::string("I8: what was dropped changed ") + NameOf(side) + ": " + Print(event));
}

void World::CheckPage(std::size_t side, Cause cause_before) {
  const Page& page = pages_[side];
  const std::string who(1, NameOf(side));
  if (auto fault = model::FaultOf(who, page.call, browsers_[side], page.connected)) Blame(*std::move(fault));
  if (page.phase == Phase::kEnded && page.cause != cause_before && page.cause != Cause::kLeft) {
    const Excuse excuse = ExcuseOf(side, page.cause);
    if (excuse == Excuse::kNone) Blame("I6: the call of " + who + " ended as " + std::string(ToString(page.cause)) + " for no reason");
    ++result_.excused[static_cast<std::size_t>(excuse) % kExcuses];
  }
  CheckTogether();
}

// ---- Where I6 can't hold, all in one place ----

std::string_view ToString(Excuse excuse) {
  switch (excuse) {
    case Excuse::kCut: return "cut path";
    case Excuse::kAlone: return "nobody else is there";
    case Excuse::kLie: return "hostile words";
    case Excuse::kSeed: return "a seed after a fault";
    case Excuse::kSignaling: return "no way to the other";
    case Excuse::kNone: return "none";
  }
  return "?";
}

// A call may end by itself
// - as connectionLost after a cut of kGiveUpAfter,
Excuse World::ExcuseOf(std::size_t side, Cause cause) const {
  if (cause == Cause::kRoomFull) {
    const bool somebody_else = pages_.size() > 2 || lied_at_ >= now_ - kAftermath;
    return somebody_else ? Excuse::kAlone : Excuse::kNone;
  }
  if (!model::IsUnlucky(cause)) return Excuse::kNone;
  if (CutWithin(kAftermath) >= Millis{1}) return Excuse::kCut;
  if (lied_at_ >= now_ - kAftermath) return Excuse::kLie;
  if (IsAlone(side) && (cause == Cause::kConnectionLost || server_.kind() == Server::Kind::kLesson)) return Excuse::kAlone;
  if (scenario_.company == Company::kDuetAndSeed && had_trouble_) return Excuse::kSeed;
  return Excuse::kNone;
}

// For how long the path was cut within the last `window`.
Millis World::CutWithin(Millis window) const {
  Millis sum{0};
  for (const auto& [from, to] : cuts_) sum += std::max(Millis{0}, std::min(to, now_) - std::max(from, now_ - window));
  return sum;
}

bool World::IsAlone(std::size_t side) const {
  for (std::size_t other = 0; other < pages_.size(); ++other) {
    if (other != side && IsIn(other)) return false;
  }
  return true;
}

// ---- Together ----

bool World::AreTogether(std::size_t side, std::size_t other) const {
  const auto is_connected = [this](std::size_t i) { return pages_[i].seed ? IsIn(i) : pages_[i].phase == Phase::kConnected; };
  return is_connected(side) && is_connected(other) && model::AreTogether(network_, browsers_, side, other);
}

void World::CheckTogether() {
  const bool must_know = calm_at_ || (!had_trouble_ && !result_.start);
  if (!must_know) return;
  bool is_together = false;
  for (std::size_t side = 1; side < pages_.size(); ++side) {
    for (std::size_t other = 0; other < side; ++other) is_together = is_together || AreTogether(side, other);
  }
  if (!is_together) return together_since_.reset();
  if (together_since_) return;
  together_since_ = now_;
  if (calm_at_ || result_.start || pages_.size() > 2) return;
  result_.start = now_ - std::max(pages_[0].joined_at, pages_[1].joined_at);
  Tell([] { return std::string("both see each other"); });
  if (scenario_.company == Company::kTwoDuets && *result_.start > kLongestStart) Blame("two Duets took long to come together, with nothing wrong");
}

// ---- At the end ----

void World::CheckEnd() {
  const std::string state = "at the end, long after the last trouble, ";
  std::size_t waiting = 0;
  std::size_t connected = 0;
  for (std::size_t side = 0; side < pages_.size(); ++side) {
    const Page& page = pages_[side];
    result_.digest = (result_.digest ^ static_cast<std::uint64_t>(page.phase)) * 0x9e3779b97f4a7c15u;
    if (page.seed) continue;
    waiting += page.phase == Phase::kWaiting;
    connected += page.phase == Phase::kConnected;
    if (model::IsOut(page.phase) && browsers_[side].open_legs() > 0) return Blame(state + "somebody who is out has a connection");
    if (page.phase == Phase::kConnecting || page.phase == Phase::kReconnecting || page.phase == Phase::kJoining) {
      return Blame("I6: " + state + NameOf(side) + " is still " + std::string(ToString(page.phase)));
    }
  }
  if (pages_.size() == 2) {
    if (!AreTogether(0, 1)) return Blame("I6: " + state + "the two do not see each other");
  } else {
    if (waiting > 1) return Blame("I6: " + state + "two wait for each other");
    if (!together_since_) return Blame("I6: " + state + "no two see each other");
    if (connected != 2) return Blame("I6: " + state + std::to_string(connected) + " are connected");
  }
  Millis from = *calm_at_;
  for (const Page& page : pages_) from = std::max(from, page.joined_at);
  result_.recovery = std::max(Millis{0}, *together_since_ - from);
}

}  // namespace duet::simulator
