#include "support/model/laws.h"

#include <algorithm>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

#include "support/print.h"

namespace duet::model {
namespace {

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

// The leg that an order is for; 0 for none.
std::uint32_t LegOf(const Effect& effect) {
  return std::visit(
      [](const auto& order) -> std::uint32_t {
        if constexpr (requires { order.leg.value; }) return order.leg.value;
        return 0;
      },
      effect);
}

}  // namespace

// An acknowledgement shows what kind of server this is, even if it is too late for anything else.
bool MustNotMatter(const Event& event, const Effects& effects) {
  const CountDrop* drop = effects.size() == 1 ? std::get_if<CountDrop>(&effects.front()) : nullptr;
  return drop != nullptr && !std::holds_alternative<JoinAnswered>(event) &&
         (drop->reason == DropReason::kMalformed || drop->reason == DropReason::kUnknown ||
          drop->reason == DropReason::kForeign || drop->reason == DropReason::kStale);
}

std::optional<std::string> FaultOfEvent(const std::string& who, const Event& event, Phase before, Phase after,
                                        const Effects& effects) {
  if (effects.size() > kMostEffects) return "I10: " + std::to_string(effects.size()) + " effects of one event";
  if (!IsOut(before) || !IsOut(after)) return std::nullopt;
  const bool speaks = std::any_of(effects.begin(), effects.end(), [](const Effect& effect) {
    const SendMessage* message = std::get_if<SendMessage>(&effect);
    return std::holds_alternative<SendJoin>(effect) || (message != nullptr && message->name != "peek");
  });
  if (!speaks) return std::nullopt;
  return "I11: " + who + " is not in, and says something: " + Print(event);
}

std::optional<std::string> FaultOf(const std::string& who, const Call& call, const Browser& browser, bool socket_connected) {
  const Snapshot seen = call.snapshot();
  const Inside inside = LookInto(call);
  const bool is_out = IsOut(seen.phase);
  if (!call.IsConsistent()) return who + " is not consistent";
  if (static_cast<std::size_t>(browser.open_legs()) !=
      inside.has_leg + inside.parked + inside.look.has_value() + inside.closing) {
    return "I1: " + who + " has " + std::to_string(browser.open_legs()) + " connections";
  }
  // One connection, or what is prepared for it: while one is in and alone, two at most, until the server has the second;
  // while one is not in, the one of who looks.
  if ((inside.parked > 0 && inside.has_leg) || inside.parked > 2 || (inside.look && !is_out)) {
    return "I1: " + who + " keeps a connection prepared beside the call";
  }
  if (is_out && (inside.has_leg || inside.parked > 0 || browser.live_tracks() > 0)) {
    return "I2: " + who + " has left, and something is still on";
  }
  if (inside.look && browser.Find(*inside.look)->has_begun_to_gather()) return "I11: " + who + " only looks, and gathers";
  for (const Peer& peer : browser.peers()) {
    const auto descriptions =
        std::count_if(peer.chain().begin(), peer.chain().end(), [](const Operation& o) { return IsOfDescription(o); });
    if (descriptions > 1) return "I4: " + who + " has two description operations under way on one leg";
  }
  const bool must_move =
      seen.phase == Phase::kJoining || seen.phase == Phase::kConnecting || seen.phase == Phase::kReconnecting;
  if (must_move && socket_connected && !call.deadline()) {
    return "I9: " + who + " is " + std::string(ToString(seen.phase)) + " without a deadline";
  }
  if (seen.cause == Cause::kBrowserRefused || seen.cause == Cause::kServerRefused || seen.cause == Cause::kBadRoom) {
    return "the call of " + who + " ended as " + std::string(ToString(seen.cause));
  }
  return std::nullopt;
}

std::optional<std::string> FaultOfOrder(const Effect& effect, const Browser& browser) {
  const std::uint32_t leg = LegOf(effect);
  const bool opens = std::holds_alternative<OpenLeg>(effect);
  if (leg == 0 || opens != (browser.Find(LegId{leg}) != nullptr)) return std::nullopt;
  return "I3: an order for a leg that is " + std::string(opens ? "there already: " : "not there: ") + Print(effect);
}

bool AreTogether(const Network& network, std::span<const Browser> browsers, std::size_t side, std::size_t other) {
  for (const Peer& peer : browsers[side].peers()) {
    const Peer* end = network.OtherEnd(browsers, peer);
    if (end == nullptr || end->session().page() != browsers[other].page()) continue;
    if (peer.connection() != Connection::kConnected || end->connection() != Connection::kConnected) continue;
    const auto misses = [&](std::size_t receiver, std::size_t sender, const Peer& at, MediaKind kind) {
      const LegId leg{at.session().leg()};
      return browsers[sender].track(kind) != 0 &&
             !network.Receives(browsers, static_cast<std::uint8_t>(receiver), leg, kind);
    };
    bool complete = true;
    for (const MediaKind kind : {MediaKind::kMicrophone, MediaKind::kCamera}) {
      complete = complete && !misses(side, other, peer, kind) && !misses(other, side, *end, kind);
    }
    if (complete) return true;
  }
  return false;
}

}  // namespace duet::model
