// What must hold in every run, and where one ends (scenarios.md 2.0 of the design), beside what support/model/laws.h asks of
// each call.
#include "support/model/laws.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "explorer/step.h"
#include "simulator/world.h"
#include "support/print.h"

namespace duet::simulator {
namespace {

using explorer::NameOf;
using explorer::Server;

// From the later of two clicks on Join, with nothing wrong, until both see each other: the newcomer offers, or the one who
// waits does after kOfferTimeout, and the one attempt is enough. (Chromium would try for 15 s.)
constexpr Millis kLongestStart = options::kOfferTimeout + Millis{5'000};

// From the end of all trouble, or the last click on Join after it, on Duet's server.
constexpr Millis kLongestRecovery = options::kGiveUpAfter;

// A trouble that is over may still end a call that it has touched, for so long: that is when a call gives up.
constexpr Millis kAftermath = options::kGiveUpAfter + Millis{5'000};

// Within kAftermath.
constexpr Millis kShortestDeadlyCut{1};

}  // namespace

// ---- After every event ----

void World::CheckEvent(std::size_t side, const Event& event, const Call* before, const Effects& effects) {
  const std::string who(1, NameOf(side));
  const Phase phase = pages_[side].call.snapshot().phase;
  if (auto fault = model::FaultOfEvent(who, event, pages_[side].phase, phase, effects)) Blame(*std::move(fault));
  if (before == nullptr || !model::MustNotMatter(event, effects) || *before == pages_[side].call) return;
  // A fault of the core, to be mended: a parked leg is taken up for an answer that is then dropped, if its number is wrong.
  const MessageReceived* message = std::get_if<MessageReceived>(&event);
  if (message != nullptr && message->name == "getAnswer" && lied_at_ >= now_ - Millis{5'000}) return;
  Blame(std::string("I8: what was dropped changed ") + NameOf(side) + ": " + Print(event));
}

void World::CheckPage(std::size_t side, Cause cause_before) {
  const Page& page = pages_[side];
  const std::string who(1, NameOf(side));
  if (auto fault = model::FaultOf(who, page.call, browsers_[side], page.connected)) Blame(*std::move(fault));
  if (page.phase == Phase::kEnded && page.cause != cause_before && page.cause != Cause::kLeft) {
    const Excuse excuse = ExcuseOf(side, page.cause);
    if (excuse == Excuse::kNone)
      Blame("I6: the call of " + who + " ended as " + std::string(ToString(page.cause)) + " for no reason");
    ++result_.excused[static_cast<std::size_t>(excuse) % kExcuses];
  }
  CheckTogether();
}

// ---- Where I6 can't hold, all in one place ----

std::string_view ToString(Excuse excuse) {
  switch (excuse) {
    case Excuse::kTaken: return "both seats taken";
    case Excuse::kAlone: return "alone";
    case Excuse::kCut: return "a cut path";
    case Excuse::kLie: return "hostile words";
    case Excuse::kSignaling: return "a socket lost again and again";
    case Excuse::kSeed: return "a seed after trouble";
    case Excuse::kKnown: return "a known fault";
    case Excuse::kNone: return "none";
  }
  return "?";
}

// A call may end by itself
// - because the other two of three are together (on the lesson's server, which lets all three in, one is always left over)
// or
//   have its seat since the server forgot it, or somebody hostile sat there;
// - because nobody else is there any more; on the lesson's server, which tells nobody who has left or come anew, also if
// they
//   have joined since the trouble;
// - after a cut, until ICE is restarted (issue 5): a connection that has failed, 17 s after it was lost, is replaced once,
//   for 20 s at most. Then it will be kGiveUpAfter;
// - after hostile words, as long as it can take to find out;
// - while it is being made, if sockets were lost three times: each of the two attempts needs a way to the other;
// - with a seed, after trouble of any kind: a seed repeats nothing, so what is lost once stays lost; and it is there twice
// for
//   a while when its page is loaded again.
// And some that are no reasons but faults of the core, known and to be mended:
// - a first offer that is passed on twice, the second time when another leg is there already, takes the place of that;
// - somebody leaves and joins again while the other one's socket is lost: if `bye` comes after the server has said that they
// are
//   there, they are taken for gone all the same;
// - who could not connect, and learns from a server that has restarted that nobody is there, or that the other one is away,
// ends
//   as connectFailed instead of waiting. (Among those who are alone. It takes two faults: the explorer forbids it after
//   one.)
Excuse World::ExcuseOf(std::size_t side, Cause cause) const {
  const bool is_lesson = server_.kind() == Server::Kind::kLesson;
  const bool lasts = is_lesson || scenario_.company == Company::kDuetAndSeed;  // see CheckEnd()
  const bool is_lied_to = lied_at_ >= (lasts ? Millis{0} : now_ - kAftermath);
  const bool is_seed_troubled = scenario_.company == Company::kDuetAndSeed && had_trouble_;
  if (cause == Cause::kRoomFull) {
    return pages_.size() > 2 || is_lied_to ? Excuse::kTaken : is_seed_troubled ? Excuse::kSeed : Excuse::kNone;
  }
  if (!model::IsUnlucky(cause)) return Excuse::kNone;
  const bool was_refused = pages_[side].refused_at >= now_ - kAftermath;  // it will ask again after kRefusedPause
  const bool was_taken = AreOthersTogether(side) || others_together_at_[side] >= now_ - kAftermath || was_refused;
  if (pages_.size() > 2 && (is_lesson || was_taken)) return Excuse::kTaken;
  if (IsAlone(side)) return Excuse::kAlone;
  if (CutWithin(kAftermath) >= kShortestDeadlyCut) return Excuse::kCut;
  if (is_lied_to) return Excuse::kLie;
  if (cause == Cause::kConnectFailed && SocketLossesWithin(kAftermath) >= 3) return Excuse::kSignaling;
  if (is_seed_troubled) return Excuse::kSeed;
  if (repeated_at_ >= now_ - kAftermath || IsByeLate(now_ - kAftermath)) return Excuse::kKnown;
  return Excuse::kNone;
}

// Somebody left and somebody's socket was lost since then.
bool World::IsByeLate(Millis since) const { return left_at_ >= since && SocketLossesWithin(now_ - since) > 0; }

std::ptrdiff_t World::SocketLossesWithin(Millis window) const {
  return std::count_if(socket_losses_.begin(), socket_losses_.end(), [&](Millis at) { return at >= now_ - window; });
}

bool World::AreOthersTogether(std::size_t side) const {
  for (std::size_t a = 0; a < pages_.size(); ++a) {
    for (std::size_t b = 0; b < a; ++b) {
      if (a != side && b != side && AreTogether(a, b)) return true;
    }
  }
  return false;
}

// For how long the path was cut within the last `window`.
Millis World::CutWithin(Millis window) const {
  Millis sum{0};
  for (const auto& [from, to] : cuts_) sum += std::max(Millis{0}, std::min(to, now_) - std::max(from, now_ - window));
  return sum;
}

bool World::IsAlone(std::size_t side) const {
  const bool is_lesson = server_.kind() == Server::Kind::kLesson;
  for (std::size_t other = 0; other < pages_.size(); ++other) {
    const Millis hidden = is_lesson && had_trouble_ ? kAftermath : options::kOfferTimeout;
    const bool counts = pages_[other].joined_at <= now_ - hidden;
    if (other != side && IsIn(other) && counts) return false;
  }
  return true;
}

// ---- Together ----

bool World::AreTogether(std::size_t side, std::size_t other) const {
  const auto is_connected = [this](std::size_t i) {
    return pages_[i].seed ? IsIn(i) : pages_[i].phase == Phase::kConnected;
  };
  return is_connected(side) && is_connected(other) && model::AreTogether(network_, browsers_, side, other);
}

void World::CheckTogether() {
  bool is_together = false;
  for (std::size_t side = 1; side < pages_.size(); ++side) {
    for (std::size_t other = 0; other < side; ++other) is_together = is_together || AreTogether(side, other);
  }
  for (std::size_t side = 0; pages_.size() > 2 && side < pages_.size(); ++side) {
    const bool are = AreOthersTogether(side);
    if (are || were_others_together_[side]) others_together_at_[side] = now_;
    were_others_together_[side] = are;
  }
  if (!is_together) return together_since_.reset();
  if (together_since_) return;
  together_since_ = now_;
  Tell([] { return std::string("two see each other"); });
  const std::optional<Millis> mended_at = std::exchange(mended_at_, std::nullopt);
  Millis from = mended_at.value_or(Millis{0});
  for (const Page& page : pages_) from = std::max(from, page.joined_at);
  const bool are_duets = scenario_.company == Company::kTwoDuets;
  if (!had_trouble_ && !result_.start && pages_.size() == 2) {
    result_.start = now_ - from;
    if (are_duets && *result_.start > kLongestStart) Blame("two Duets took too long to come together");
  } else if (mended_at) {
    result_.recoveries.push_back(now_ - from);
    // Who was refused in the middle of a call, because somebody hostile sat there, asks again only after kRefusedPause.
    if (lied_at_ > kNever) return;
    const bool on_ours = server_.kind() == Server::Kind::kDuet;
    if (are_duets && on_ours && result_.recoveries.back() > kLongestRecovery)
      Blame("two Duets took too long to come together again");
  }
}

// ---- At the end ----

void World::CheckEndOf(std::size_t side) {
  const Page& page = pages_[side];
  const std::string who(1, NameOf(side));
  result_.digest = (result_.digest ^ static_cast<std::uint64_t>(page.phase)) * 0x9e3779b97f4a7c15u;
  if (page.seed) return;
  if (page.phase == Phase::kConnecting || page.phase == Phase::kReconnecting || page.phase == Phase::kJoining) {
    Blame("I6: in the end " + who + " is still " + std::string(ToString(page.phase)));
  }
}

// Long after the last trouble two see each other; and of three, the third knows that it is left over. But not so, until
// fingerprints are pinned, where a Duet may take an offer or answer for its own that is not its partner's: on the lesson's
// server, where everybody hears all of them, if somebody hostile was there, or there are three; and with a seed, if somebody
// hostile had the other seat. Its connection begins anew then, without a candidate, which in Chromium takes for ever, and it
// goes on saying that it is connected. (A fault of the core, to be mended.)
void World::CheckEnd() {
  for (std::size_t side = 0; side < pages_.size(); ++side) CheckEndOf(side);
  const bool is_lesson = server_.kind() == Server::Kind::kLesson;
  if ((is_lesson || scenario_.company == Company::kDuetAndSeed) && lied_at_ > kNever) return;
  if (is_lesson && IsByeLate(Millis{0})) return;
  if (!together_since_) return Blame("I6: in the end no two see each other");
  const auto count = [this](Phase phase) {
    return std::count_if(pages_.begin(), pages_.end(), [phase](const Page& page) { return page.phase == phase; });
  };
  if (count(Phase::kWaiting) > 1) return Blame("I6: in the end two wait for each other");
  if (pages_.size() > 2 && !is_lesson && count(Phase::kConnected) != 2)
    return Blame("I6: in the end a third one is connected");
}

}  // namespace duet::simulator
