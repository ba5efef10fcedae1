// What must hold in every world, and where one ends (scenarios.md 2.0).
#include <algorithm>
#include <optional>
#include <type_traits>
#include <variant>

#include "core/options.h"
#include "explorer/world.h"
#include "support/print.h"

namespace duet::explorer {
namespace {

constexpr std::size_t kMostEffects =
    options::kMaxOutbox + 32;  // what an admission sends at once, and what it orders besides

constexpr Millis kSuffix{30'000};  // after so long without a fault both are connected (I6)

bool IsOut(Phase phase) { return phase == Phase::kIdle || phase == Phase::kEnded; }

// The call ended because there was no connection.
bool IsUnlucky(Cause cause) { return cause == Cause::kConnectFailed || cause == Cause::kConnectionLost; }

// What only a look into a call tells.
struct Inside {
  bool has_leg = false;
  std::size_t parked = 0;     // legs whose offer waits at the server, or will
  std::optional<LegId> look;  // the leg that is prepared before Join
  std::size_t closing = 0;
};
Inside LookInto(const Call& call) {
  Inside inside;
  Call::Visit(call, [&inside](std::string_view, const auto& field) {
    using Field = std::remove_cvref_t<decltype(field)>;
    if constexpr (std::is_same_v<Field, std::optional<Negotiation>>) {
      inside.has_leg = field.has_value();
    } else if constexpr (std::is_same_v<Field, Parking>) {
      Parking::Visit(field, [&inside](std::string_view, const auto& legs) {
        if constexpr (requires { legs.size(); }) inside.parked = legs.size();
      });
    } else if constexpr (std::is_same_v<Field, Look>) {
      Look::Visit(field, [&inside](std::string_view, const auto& leg) {
        if constexpr (requires { leg->id(); }) inside.look = leg ? std::optional(leg->id()) : std::nullopt;
      });
    } else if constexpr (std::is_same_v<Field, std::vector<Call::Closing>>) {
      inside.closing = field.size();
    }
  });
  return inside;
}

}  // namespace

// ---- After every event ----

void World::Check(std::size_t side, const Event& event, const Call& before, const Effects& effects) {
  const std::string who(1, NameOf(side));
  const Call& call = pages_[side].call;
  most_effects = std::max(most_effects, static_cast<std::uint32_t>(effects.size()));
  if (effects.size() > kMostEffects) Blame("I10: " + std::to_string(effects.size()) + " effects of one event");

  // An acknowledgement shows what kind of server this is, even if it is too late for anything else.
  const CountDrop* drop = effects.size() == 1 ? std::get_if<CountDrop>(&effects.front()) : nullptr;
  const bool must_not_matter = drop != nullptr && !std::holds_alternative<JoinAnswered>(event) &&
                               (drop->reason == DropReason::kMalformed || drop->reason == DropReason::kUnknown ||
                                drop->reason == DropReason::kForeign || drop->reason == DropReason::kStale);
  if (must_not_matter && !(before == call)) Blame("I8: what was dropped changed " + who + ": " + Print(event));

  const Snapshot seen = call.snapshot();
  // I11. Of who only looks, nothing leaves the page but the question who waits there.
  if (IsOut(before.snapshot().phase) && IsOut(seen.phase)) {
    const bool speaks = std::any_of(effects.begin(), effects.end(), [](const Effect& effect) {
      const SendMessage* message = std::get_if<SendMessage>(&effect);
      return std::holds_alternative<SendJoin>(effect) || (message != nullptr && message->name != "peek");
    });
    if (speaks) Blame("I11: " + who + " is not in, and says something: " + Print(event));
  }

  // I6, where it is broken for good. A path that was cut, or a clock that ran ahead, may cost a call. A seed repeats
  // nothing: what a fault takes from it is lost. Whoever is alone may say that the connection was lost, because it was; and
  // that there never was one if that was tried because of a lie, or over the lesson's server, which tells nobody who has
  // left. After a fault somebody who has joined within 30 s, which is what I6 gives, is not counted there.
  if (!IsUnlucky(seen.cause) || IsUnlucky(before.snapshot().cause) || was_cut_ || was_late_) return;
  if (scene_.seeds > 0 && left_ != scene_.budget) return;
  const bool is_alone = IsAlone(side);
  const bool was_misled = pages_[side].was_lied_to || server_.kind() == Server::Kind::kLesson;
  if (is_alone && (was_misled || seen.cause == Cause::kConnectionLost)) return;
  Blame("I6: the call of " + who + " ended as " + std::string(ToString(seen.cause)) + " though every path was there");
}

// ---- In every world ----

std::optional<std::string> World::Fault() const {
  for (std::size_t side = 0; side < pages_.size(); ++side) {
    if (pages_[side].seed) continue;  // nobody answers for those
    if (std::optional<std::string> fault = FaultOf(side)) return fault;
  }
  return std::nullopt;
}

std::optional<std::string> World::FaultOf(std::size_t side) const {
  const std::string who(1, NameOf(side));
  const Call& call = pages_[side].call;
  const model::Browser& browser = browsers_[side];
  const Snapshot seen = call.snapshot();
  const Inside inside = LookInto(call);
  if (!call.IsConsistent()) return who + " is not consistent";
  const bool is_out = IsOut(seen.phase);
  if (static_cast<std::size_t>(browser.open_legs()) !=
      inside.has_leg + inside.parked + inside.look.has_value() + inside.closing) {
    return "I1: " + who + " has " + std::to_string(browser.open_legs()) + " connections";
  }
  // One connection, or what is prepared for it: while one is in and alone, two at most, until the server has the second;
  // while one is not in, the one of who looks.
  if ((inside.parked > 0 && inside.has_leg) || inside.parked > 2 || (inside.look && (!is_out || !scene_.looks))) {
    return "I1: " + who + " keeps a connection prepared beside the call";
  }
  if (is_out && (inside.has_leg || inside.parked > 0 || browser.live_tracks() > 0)) {
    return "I2: " + who + " has left, and something is still on";
  }
  if (inside.look && browser.Find(*inside.look)->has_begun_to_gather()) return "I11: " + who + " only looks, and gathers";
  for (const model::Peer& peer : browser.peers()) {
    const auto descriptions = std::count_if(peer.chain().begin(), peer.chain().end(),
                                            [](const model::Operation& o) { return model::IsOfDescription(o); });
    if (descriptions > 1) return "I4: " + who + " has two description operations under way on one leg";
  }
  const bool must_move =
      seen.phase == Phase::kJoining || seen.phase == Phase::kConnecting || seen.phase == Phase::kReconnecting;
  if (must_move && !call.deadline() && pages_[side].connected) {
    return "I9: " + who + " is " + std::string(ToString(seen.phase)) + " without a deadline";
  }
  if (seen.cause == Cause::kBrowserRefused || seen.cause == Cause::kServerRefused || seen.cause == Cause::kBadRoom) {
    return "the call of " + who + " ended as " + std::string(ToString(seen.cause));
  }
  return std::nullopt;
}

// ---- Where nothing has to happen any more ----

// A Duet that wants the call; a seed that has joined, and is still known to the server: it never joins again by itself.
bool World::IsIn(std::size_t side) const {
  const Page& page = pages_[side];
  if (page.seed) return page.seed->joined() && page.connected && server_.HasSeat(static_cast<std::uint8_t>(side));
  return !IsOut(page.call.snapshot().phase);
}

// For how long somebody has been in, as far as it matters.
Millis World::TimeOf(const Page& page) const {
  const bool matters = server_.kind() == Server::Kind::kLesson && left_ != scene_.budget;
  return matters && !page.may_join ? std::min(now_ - page.joined_at, kSuffix) : kSuffix;
}

bool World::IsAlone(std::size_t side) const {
  for (std::size_t other = 0; other < pages_.size(); ++other) {
    if (other != side && IsIn(other) && TimeOf(pages_[other]) >= kSuffix) return false;
  }
  return true;
}

// Both are connected with each other, and each sees and hears what the other has to show.
bool World::AreTogether(std::size_t side, std::size_t other) const {
  for (const model::Peer& peer : browsers_[side].peers()) {
    const model::Peer* end = network_.OtherEnd(browsers_, peer);
    if (end == nullptr || end->session().page() != pages_[other].number) continue;
    if (peer.connection() != model::Connection::kConnected || end->connection() != model::Connection::kConnected) continue;
    const auto misses = [&](std::size_t receiver, std::size_t sender, const model::Peer& at, MediaKind kind) {
      const LegId leg{at.session().leg()};
      return browsers_[sender].track(kind) != 0 &&
             !network_.Receives(browsers_, static_cast<std::uint8_t>(receiver), leg, kind);
    };
    bool complete = true;
    for (const MediaKind kind : {MediaKind::kMicrophone, MediaKind::kCamera}) {
      complete = complete && !misses(side, other, peer, kind) && !misses(other, side, *end, kind);
    }
    if (complete) return true;
  }
  return false;
}

std::size_t World::PartnerOf(std::size_t side) const {
  for (std::size_t other = 0; other < pages_.size(); ++other) {
    if (other == side || !AreTogether(side, other)) continue;
    if (pages_[other].seed || pages_[other].call.snapshot().phase == Phase::kConnected) return other;
  }
  return side;
}

// I6, and what is left of it where it can't hold:
// - who says that it is connected sees and hears somebody, who is connected too; who is connected to nobody says that it
//   waits, or that the call has ended and why (Check() looks at the reason). Nobody connects for ever.
// - no two Duets wait for each other.
// - no Duet waits while a seed waits for it, unless something went wrong: a seed repeats nothing, so what is lost once stays
// lost.
bool World::IsSettledWell() const {
  std::size_t waiting = 0;
  std::vector<bool> is_taken(pages_.size(), false);
  for (std::size_t side = 0; side < pages_.size(); ++side) {
    if (pages_[side].seed || !IsIn(side)) continue;
    const Phase phase = pages_[side].call.snapshot().phase;
    if (phase == Phase::kWaiting) {
      ++waiting;
      continue;
    }
    const std::size_t partner = phase == Phase::kConnected ? PartnerOf(side) : side;
    if (partner == side) return false;
    is_taken[partner] = true;
  }
  if (waiting > 1) return false;
  const bool nothing_went_wrong = left_ == scene_.budget;
  for (std::size_t side = 0; side < pages_.size(); ++side) {
    const bool seed_waits = pages_[side].seed && IsIn(side) && !is_taken[side];
    if (seed_waits && waiting > 0 && nothing_went_wrong) return false;
  }
  return true;
}

std::uint32_t World::Outcome() const {
  std::uint32_t outcome = 0;
  for (std::size_t side = 0; side < pages_.size(); ++side) {
    const Page& page = pages_[side];
    const Snapshot seen = page.call.snapshot();
    const std::uint32_t shown =
        page.seed ? page.seed->joined() : static_cast<unsigned>(seen.phase) * 16 + static_cast<unsigned>(seen.cause);
    outcome = outcome << 8 | shown;
  }
  return outcome << 1 | IsSettledWell();
}

}  // namespace duet::explorer
