// What can happen, and what of it need not be tried in every order.
#include <algorithm>
#include <optional>
#include <string_view>
#include <type_traits>
#include <variant>

#include "core/signal_message.h"
#include "explorer/world.h"

namespace duet::explorer {

namespace {

// Chromium and Firefox notice a dead path after 4 to 12 s, and 10 s later it has failed; what never connects fails after 15
// s.
constexpr Millis kSlowest{20'000};

}  // namespace

std::vector<Step> World::Steps() const {
  std::vector<Step> steps;
  const auto add = [&steps](Act act, std::size_t side, std::uint8_t number = 0) {
    steps.push_back({act, static_cast<std::uint8_t>(side), number, {}});
  };
  bool is_quiet = true;
  for (std::size_t side = 0; side < pages_.size(); ++side) {
    const Page& page = pages_[side];
    if (!page.to_server.empty()) add(Act::kToServer, side), is_quiet = false;
    if (!page.to_page.empty()) add(Act::kToPage, side), is_quiet = false;
    if (!page.connected) add(Act::kSocketBack, side), is_quiet = false;
  }
  for (const Socket& socket : unnoticed_) add(Act::kNotice, socket.side, socket.number), is_quiet = false;

  model::StepList browser_steps;
  network_.Steps(browsers_, &browser_steps);
  const bool is_slow_due = std::any_of(browser_steps.begin(), browser_steps.end(), model::IsSlow);
  for (const model::Step& step : browser_steps) {
    if (model::IsSlow(step)) continue;
    const bool refuses = step.kind == model::StepKind::kRefuse;
    if (refuses && left_.refusals == 0) continue;
    steps.push_back({refuses ? Act::kRefuse : Act::kBrowser, step.page, 0, step});
    if (!model::IsPersons(step)) is_quiet = false;
  }

  std::optional<Millis> first;  // of all that has a time
  const auto consider = [&first](std::optional<Millis> at) {
    if (at && (!first || *at < *first)) first = at;
  };
  for (std::size_t side = 0; side < pages_.size(); ++side) {
    consider(pages_[side].call.deadline());
    consider(server_.ExpiryOf(static_cast<std::uint8_t>(side)));
  }
  // The clock may pass what a browser takes its time for, but not for ever.
  const bool may_pass = !first || !is_slow_due || overtaken_ + std::max(*first - now_, Millis{0}) <= kSlowest;
  for (std::size_t side = 0; side < pages_.size(); ++side) {
    const Page& page = pages_[side];
    const Phase phase = page.call.snapshot().phase;
    const bool is_in = page.seed ? page.seed->joined() : phase != Phase::kIdle && phase != Phase::kEnded;
    if (page.may_join && !is_in) add(Act::kJoin, side);
    if (first && page.call.deadline() == first) {
      if (is_quiet && may_pass) add(Act::kTimer, side);
      if (left_.early_timers > 0) add(Act::kEarlyTimer, side);
    }
    if (left_.leaves > 0 && is_in && !page.seed) add(Act::kLeave, side);
    if (left_.lost_sockets > 0 && page.connected) add(Act::kLoseSocket, side);
    if (left_.reloads > 0 && is_in) add(Act::kReload, side);
    if (left_.networks > 0 && is_in && !page.seed) add(Act::kNetwork, side);
    if (left_.hostile > 0 && page.connected && (is_in || scene_.looks) && !page.seed) {
      for (std::uint8_t i = 0; i < kHostile.size(); ++i) add(Act::kHostile, side, i);
    }
  }
  if (left_.restarts > 0) add(Act::kRestart, 0);
  if (left_.cuts > 0 && network_.path_up()) add(Act::kCut, 0);
  if (is_quiet) {
    for (const model::Step& step : browser_steps) {
      if (model::IsSlow(step)) steps.push_back({Act::kBrowser, step.page, 0, step});
    }
    for (std::size_t side = 0; side < pages_.size(); ++side) {
      const std::optional<Millis> expiry = server_.ExpiryOf(static_cast<std::uint8_t>(side));
      if (expiry && expiry == first && may_pass) add(Act::kExpire, side);
    }
    if (!network_.path_up()) add(Act::kHeal, 0);
  }
  return steps;
}

// ---- The reduction ----
//
// A step is certain if it commutes with every other that can happen before it: taken first or later, the same world comes of
// it, so the worlds before and after it can do the same things (strong confluence: the two are branching bisimilar). Each
// kind below also takes something away that only another step can bring back, so no circle is made of them; and no law looks
// at what it changes, except that IsSettledWell() sees which track a sender has: it is asked when all of these are done.
//
// 1. A candidate or a replaced track is next in a connection's operations chain. It ends on this page alone, in the chain's
//    order, and the call does nothing about it. A candidate may let the two ends connect, and keeps nobody from it; only
//    slow steps could mind, and those wait for this one.
// 2. A Duet reads the list of users from a server that acknowledges, which says nothing new to it (room.h).
// 3. The server reads an offer, answer or candidate while nobody comes or goes: it only moves from one queue to the next,
//    and whatever else is done appends to the one's end or takes from the other's front. What somebody parks who is alone by
//    then, and its candidates, change what the server keeps for whoever comes; nobody does, and nobody looks, so that the
//    only one to hear of it is who parked. That nobody comes or goes before it is read is checked, not believed:
//    IsRoomStable() excludes whoever could, and Take() blames who does all the same.
// 4. A data channel says which devices the other one has on, or the one of the present leg has sent what it had. The other
//    one's devices decide nothing and are no part of a state's canonical form; so whether such a word arrives, stays under
//    way or is lost with a connection makes no difference to anything else. (A farewell does, and is not of this kind.)
std::optional<Step> World::CertainStep() const {
  for (std::size_t side = 0; side < pages_.size(); ++side) {
    const auto index = static_cast<std::uint8_t>(side);
    for (const model::Peer& peer : browsers_[side].peers()) {
      const auto browser_step = [&](model::StepKind kind) {
        return Step{Act::kBrowser, index, 0, {kind, index, MediaError::kRefused, peer.session().leg()}};
      };
      const std::string heard = network_.TextFor(peer, browsers_[side].settings().dialect);
      if (!heard.empty() && heard != EncodeBye()) return browser_step(model::StepKind::kDeliver);
      if (peer.draining() && !IsClosing(side, peer)) return browser_step(model::StepKind::kDrain);
      if (peer.chain().empty()) continue;
      const model::Operation& next = peer.chain().front();
      if (model::IsOfDescription(next)) continue;
      return browser_step(model::StepKind::kComplete);
    }
    if (IsIdleReading(side)) return Step{Act::kToPage, index, 0, {}};
  }
  for (std::size_t side = 0; side < pages_.size(); ++side) {
    if (pages_[side].to_server.empty() || !IsRoomStable()) continue;
    return Step{Act::kToServer, static_cast<std::uint8_t>(side), 0, {}};
  }
  return std::nullopt;
}

bool World::IsClosing(std::size_t side, const model::Peer& peer) const {
  bool is_closing = false;
  Call::Visit(pages_[side].call, [&](std::string_view, const auto& field) {
    if constexpr (std::is_same_v<decltype(field), const std::vector<Call::Closing>&>) {
      for (const Call::Closing& closing : field) is_closing = is_closing || closing.leg.value == peer.session().leg();
    }
  });
  return is_closing;
}

bool World::IsIdleReading(std::size_t side) const {
  const Page& page = pages_[side];
  if (page.seed || page.to_page.empty() || page.to_page.front().name != "room_users") return false;
  if (server_.kind() != Server::Kind::kDuet) return false;
  Call call = page.call;
  return call.Handle(MessageReceived{"room_users", page.to_page.front().json}, now_).empty() && call == page.call;
}

// Everybody is in who will be, and nothing but a clock or a failed connection can change that.
bool World::IsRoomStable() const {
  if (left_.leaves + left_.lost_sockets + left_.restarts + left_.reloads + left_.early_timers > 0) return false;
  // What is not true can end a call with a seed at any time: nothing in its messages tells whose they are.
  if (scene_.seeds > 0 && scene_.budget.hostile > 0) return false;
  if (!unnoticed_.empty() || server_.IsAnybodyAway() || server_.IsAnybodyLooking()) return false;
  for (const Page& page : pages_) {
    if (page.may_join || !page.connected || (page.seed && !page.seed->joined())) return false;
    if (!page.seed && page.call.snapshot().phase == Phase::kJoining) return false;
    for (const Letter& letter : page.to_server) {
      if (letter.name == "join" || letter.name == "leave" || letter.name == "peek") return false;
    }
    for (const Letter& letter : page.to_page) {
      if (letter.name.empty()) return false;  // an acknowledgement, which may send somebody away
    }
  }
  return true;
}

}  // namespace duet::explorer
