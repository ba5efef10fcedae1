#include "support/model/laws.h"

#include <algorithm>
#include <string_view>
#include <variant>

#include "support/print.h"

namespace duet::model {
namespace {

// What only a look into a call tells.
struct Inside {
  bool has_leg = false;
  std::size_t closing = 0;
};
Inside LookInto(const Call& call) {
  Inside inside;
  Call::Visit(call, [&inside](std::string_view name, const auto& field) {
    if constexpr (requires { field.has_value(); }) {
      if (name == "leg") inside.has_leg = field.has_value();
    } else if constexpr (requires { field.size(); }) {
      if (name == "closing") inside.closing = field.size();
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

std::optional<std::string> FaultOf(const std::string& who, const Call& call, const Browser& browser, bool socket_connected) {
  const Snapshot seen = call.snapshot();
  const Inside inside = LookInto(call);
  if (!call.IsConsistent()) return who + " is not consistent";
  if (static_cast<std::size_t>(browser.open_legs()) != inside.has_leg + inside.closing) {
    return "I1: " + who + " has " + std::to_string(browser.open_legs()) + " connections";
  }
  if (IsOut(seen.phase) && (inside.has_leg || browser.live_tracks() > 0)) {
    return "I2: " + who + " has left, and something is still on";
  }
  for (const Peer& peer : browser.peers()) {
    const auto descriptions = std::count_if(peer.chain().begin(), peer.chain().end(), [](const Operation& o) {
      return std::holds_alternative<SetLocal>(o) || std::holds_alternative<SetRemote>(o);
    });
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
