#include "explorer/world.h"

#include <algorithm>
#include <array>
#include <utility>
#include <variant>

#include "core/check.h"
#include "core/options.h"
#include "support/print.h"

namespace duet::explorer {
namespace {

constexpr std::uint32_t kRoomHash = 7;
constexpr std::size_t kMostEffects = 160;  // an outbox of 128 and what an admission orders besides

struct Hostile {
  std::string_view what;
  std::string_view name;
  std::string_view json;
};
constexpr std::array<Hostile, 10> kHostile = {{
    {"an offer of a stranger", "getOffer",
     R"({"type":"offer","sdp":"o=- s15.1 0\na=ice-ufrag:s15.1g0\na=fingerprint:s15.1\nm=audio 9 0 sendrecv\n","v":1,"from":"pageP000--------------","leg":"pageP000-1","offer":1,"room":7})"},
    {"an offer of another room", "getOffer",
     R"({"type":"offer","sdp":"o=- s15.1 0\n","v":1,"from":"pageP000--------------","leg":"pageP000-1","offer":1,"room":8})"},
    {"an offer that cannot be read", "getOffer", R"({"type":"offer","sdp":"?"})"},
    {"an answer to nothing", "getAnswer",
     R"({"type":"answer","sdp":"o=- s15.1 0\na=ice-ufrag:s15.1g0\na=fingerprint:s15.1\n"})"},
    {"a candidate of nobody", "getCandidate",
     R"({"candidate":"candidate:1 1 udp 1 0.0.0.0 9 typ host ufrag s15.1g0","sdpMid":"0"})"},
    {"a rollback", "getOffer", R"({"type":"rollback","sdp":""})"},
    {"the exit of a stranger", "user_exit", R"({"id":"pageP000--------------"})"},
    {"a list of users", "room_users", R"([{"id":"pageP000--------------","name":"P"}])"},
    {"nonsense", "getOffer", "null"},
    {"an unknown event", "surprise", "{}"},
}};

model::Settings SettingsOf(const Budget& budget) {
  model::Settings settings;
  settings.refusals = budget.refusals > 0 ? 1 : 0;
  return settings;
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

}  // namespace

World::World(const Scene& scene)
    : scene_(scene), left_(scene.budget), pages_(scene.sides), browsers_(scene.sides), server_(scene.server) {
  for (std::size_t side = 0; side < pages_.size(); ++side) {
    pages_[side].number = static_cast<std::uint8_t>(4 + side);
    browsers_[side] = model::Browser(pages_[side].number, SettingsOf(left_));
    Post(side, SignalingConnected{SocketId(side)});
  }
}

// "pageC000--------------": the letter is the page's number, and politeness goes by it.
std::string World::PageId(const Page& page) const {
  return std::string("page") + static_cast<char>('A' + page.number) + "000--------------";
}

std::string World::SocketId(std::size_t side) const {
  return std::string("socket-") + NameOf(side) + static_cast<char>('0' + pages_[side].socket);
}

// ---- What can happen ----

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
  for (std::size_t side = 0; side < pages_.size(); ++side) {
    const Page& page = pages_[side];
    const bool is_in = page.call.snapshot().phase != Phase::kIdle && page.call.snapshot().phase != Phase::kEnded;
    if (page.may_join && !is_in) add(Act::kJoin, side);
    if (first && page.call.deadline() == first) {
      if (is_quiet) {
        add(Act::kTimer, side);
      } else if (left_.early_timers > 0) {
        add(Act::kEarlyTimer, side);
      }
    }
    if (left_.leaves > 0 && is_in) add(Act::kLeave, side);
    if (left_.lost_sockets > 0 && page.connected) add(Act::kLoseSocket, side);
    if (left_.reloads > 0 && is_in) add(Act::kReload, side);
    if (left_.hostile > 0 && page.connected && is_in) {
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
      if (expiry && expiry == first) add(Act::kExpire, side);
    }
    if (!network_.path_up()) add(Act::kHeal, 0);
  }
  return steps;
}

std::optional<std::string> World::Take(const Step& step) {
  blame_.reset();
  Page& page = pages_[step.side];
  switch (step.act) {
    case Act::kJoin:
      page.may_join = false;
      Post(step.side, JoinRequested{"room", std::string(1, NameOf(step.side)), std::string("seat-") + NameOf(step.side),
                                    PageId(page), kRoomHash});
      break;
    case Act::kRefuse: --left_.refusals; [[fallthrough]];
    case Act::kBrowser:
      if (std::optional<Event> event = network_.Take(browsers_, step.browser)) Post(step.browser.page, *std::move(event));
      break;
    case Act::kToServer: {
      const Letter letter = std::move(page.to_server.front());
      page.to_server.erase(page.to_server.begin());
      Send(server_.Receive({step.side, page.socket}, letter));
      break;
    }
    case Act::kToPage: {
      Letter letter = std::move(page.to_page.front());
      page.to_page.erase(page.to_page.begin());
      if (letter.name.empty()) {
        Post(step.side, JoinAnswered{letter.op, std::move(letter.json)});
      } else {
        Post(step.side, MessageReceived{std::move(letter.name), std::move(letter.json)});
      }
      break;
    }
    case Act::kEarlyTimer:
      --left_.early_timers;
      was_late_ = true;
      [[fallthrough]];
    case Act::kTimer:
      now_ = std::max(now_, *page.call.deadline());
      Post(step.side, DeadlineReached{});
      break;
    case Act::kSocketBack:
      page.connected = true;
      page.socket = static_cast<std::uint8_t>(1 - page.socket);
      Post(step.side, SignalingConnected{SocketId(step.side)});
      break;
    case Act::kNotice: {
      const Socket gone{step.side, step.number};
      unnoticed_.erase(std::find(unnoticed_.begin(), unnoticed_.end(), gone));
      Send(server_.Lose(gone, now_));
      break;
    }
    case Act::kExpire:
      now_ = std::max(now_, *server_.ExpiryOf(step.side));
      Send(server_.Expire(step.side));
      break;
    case Act::kHeal: network_.HealPath(); break;
    case Act::kLeave:
      --left_.leaves;
      page.may_join = true;
      Post(step.side, LeaveRequested{});
      break;
    case Act::kLoseSocket:
      --left_.lost_sockets;
      unnoticed_.push_back({step.side, page.socket});
      LoseSocket(step.side);
      break;
    case Act::kRestart:
      --left_.restarts;
      server_.Forget();
      unnoticed_.clear();
      for (std::size_t side = 0; side < pages_.size(); ++side) {
        if (pages_[side].connected) LoseSocket(side);
      }
      break;
    case Act::kReload:
      --left_.reloads;
      Reload(step.side);
      break;
    case Act::kCut:
      --left_.cuts;
      was_cut_ = true;
      network_.CutPath(browsers_);
      break;
    case Act::kHostile:
      --left_.hostile;
      Post(step.side, MessageReceived{std::string(kHostile[step.number].name), std::string(kHostile[step.number].json)});
      break;
  }
  return blame_ ? blame_ : Fault();
}

void World::LoseSocket(std::size_t side) {
  Page& page = pages_[side];
  page.connected = false;
  page.to_server.clear();
  page.to_page.clear();
  Post(side, SignalingLost{});
}

// The page is gone without a word, and there again: on its seat, with a new id, and nobody has pressed Join.
void World::Reload(std::size_t side) {
  Page& page = pages_[side];
  if (page.connected) unnoticed_.push_back({static_cast<std::uint8_t>(side), page.socket});
  network_.Vanish(browsers_, static_cast<std::uint8_t>(side));
  const auto socket = static_cast<std::uint8_t>(1 - page.socket);
  page = Page();
  page.number = static_cast<std::uint8_t>(scene_.reloaded_is_polite ? side : 8 + side);
  page.socket = socket;
  browsers_[side] = model::Browser(page.number, SettingsOf(left_));
  Post(side, SignalingConnected{SocketId(side)});
}

void World::Send(const std::vector<Delivery>& deliveries) {
  for (const Delivery& delivery : deliveries) {
    const std::size_t side = delivery.to.side;
    if (side >= pages_.size()) continue;
    Page& page = pages_[side];
    const bool is_there = page.connected && (delivery.to.number == 255 || delivery.to.number == page.socket);
    if (is_there) page.to_page.push_back(delivery.letter);
  }
}

// ---- One page ----

void World::Post(std::size_t side, Event event) {
  due_.clear();
  due_.push_back(std::move(event));
  for (std::size_t i = 0; i < due_.size(); ++i) {
    const Event next = due_[i];
    const Call before = pages_[side].call;
    const Effects effects = pages_[side].call.Handle(next, now_);
    Check(side, next, before, effects);
    for (const Effect& effect : effects) Perform(side, effect);
  }
  due_.clear();
}

void World::Perform(std::size_t side, const Effect& effect) {
  Page& page = pages_[side];
  const auto index = static_cast<std::uint8_t>(side);
  if (const SendJoin* join = std::get_if<SendJoin>(&effect)) {
    if (page.connected) page.to_server.push_back({"join", join->json, join->op});
  } else if (const SendMessage* message = std::get_if<SendMessage>(&effect)) {
    if (page.connected) page.to_server.push_back({message->name, message->json, {}});
  } else {
    const std::uint32_t leg = LegOf(effect);
    const bool opens = std::holds_alternative<OpenLeg>(effect);
    if (leg != 0 && opens == (browsers_[side].Find(LegId{leg}) != nullptr)) {
      Blame("I3: an order for a leg that is " + std::string(opens ? "there already: " : "not there: ") + Print(effect));
    }
    if (std::optional<Event> said = network_.Perform(browsers_, index, effect)) due_.push_back(*std::move(said));
  }
}

// ---- The laws (scenarios.md 2.0) ----

void World::Blame(std::string what) {
  if (!blame_) blame_ = std::move(what);
}

void World::Check(std::size_t side, const Event& event, const Call& before, const Effects& effects) {
  most_effects = std::max(most_effects, static_cast<std::uint32_t>(effects.size()));
  if (effects.size() > kMostEffects) Blame("I10: " + std::to_string(effects.size()) + " effects of one event");
  // An acknowledgement shows what kind of server this is, even if it is too late for anything else.
  const CountDrop* drop = effects.size() == 1 ? std::get_if<CountDrop>(&effects.front()) : nullptr;
  const bool must_not_matter = drop != nullptr && !std::holds_alternative<JoinAnswered>(event) &&
                               (drop->reason == DropReason::kMalformed || drop->reason == DropReason::kUnknown ||
                                drop->reason == DropReason::kForeign || drop->reason == DropReason::kStale);
  if (must_not_matter && !(before == pages_[side].call)) {
    Blame(std::string("I8: what was dropped changed ") + NameOf(side) + ": " + Print(event));
  }
}

std::optional<std::string> World::Fault() const {
  for (std::size_t side = 0; side < pages_.size(); ++side) {
    const std::string who(1, NameOf(side));
    const Call& call = pages_[side].call;
    const model::Browser& browser = browsers_[side];
    const Snapshot seen = call.snapshot();
    const Inside inside = LookInto(call);
    if (!call.IsConsistent()) return who + " is not consistent";
    if (static_cast<std::size_t>(browser.open_legs()) != inside.has_leg + inside.closing) {
      return "I1: " + who + " has " + std::to_string(browser.open_legs()) + " connections";
    }
    const bool is_out = seen.phase == Phase::kIdle || seen.phase == Phase::kEnded;
    if (is_out && (inside.has_leg || browser.live_tracks() > 0))
      return "I2: " + who + " has left, and something is still on";
    for (const model::Peer& peer : browser.peers()) {
      const auto descriptions = std::count_if(peer.chain().begin(), peer.chain().end(), [](const model::Operation& o) {
        return std::holds_alternative<model::SetLocal>(o) || std::holds_alternative<model::SetRemote>(o);
      });
      if (descriptions > 1) return "I4: " + who + " has two description operations under way on one leg";
    }
    const bool must_move =
        seen.phase == Phase::kJoining || seen.phase == Phase::kConnecting || seen.phase == Phase::kReconnecting;
    if (must_move && !call.deadline() && pages_[side].connected)
      return "I9: " + who + " is " + std::string(ToString(seen.phase)) + " without a deadline";
    const bool unlucky = seen.cause == Cause::kConnectFailed || seen.cause == Cause::kConnectionLost;
    if (unlucky && !was_cut_ && !was_late_)
      return "I6: the call of " + who + " ended as " + std::string(ToString(seen.cause)) + " though every path was there";
    if (seen.cause == Cause::kBrowserRefused || seen.cause == Cause::kServerRefused || seen.cause == Cause::kBadRoom) {
      return "the call of " + who + " ended as " + std::string(ToString(seen.cause));
    }
  }
  return std::nullopt;
}

bool World::IsPartOfCall(std::size_t side) const {
  const Phase phase = pages_[side].call.snapshot().phase;
  return phase != Phase::kIdle && phase != Phase::kEnded;
}

bool World::IsSettledWell() const {
  std::vector<std::size_t> in;
  for (std::size_t side = 0; side < pages_.size(); ++side) {
    if (IsPartOfCall(side)) in.push_back(side);
  }
  for (const std::size_t side : in) {
    const Phase phase = pages_[side].call.snapshot().phase;
    if (phase != (in.size() == 2 ? Phase::kConnected : Phase::kWaiting)) return false;
  }
  if (in.size() != 2) return in.size() < 2;
  for (std::size_t i = 0; i < 2; ++i) {
    const model::Browser& mine = browsers_[in[i]];
    const model::Browser& theirs = browsers_[in[1 - i]];
    for (const model::Peer& peer : mine.peers()) {
      const LegId leg{peer.session().leg()};
      const bool has = theirs.live_tracks() > 0;
      if (has && !network_.Receives(browsers_, static_cast<std::uint8_t>(in[i]), leg, MediaKind::kCamera)) return false;
      if (has && !network_.Receives(browsers_, static_cast<std::uint8_t>(in[i]), leg, MediaKind::kMicrophone)) return false;
    }
  }
  return true;
}

Digest World::Canonicalize(Canonical* canonical) const {
  canonical->Start(now_);
  canonical->Add(left_);
  canonical->Add(was_cut_);
  canonical->Add(was_late_);
  for (std::size_t side = 0; side < pages_.size(); ++side) {
    canonical->SetPage(pages_[side].number);
    canonical->Add(pages_[side]);
    canonical->Add(browsers_[side]);
  }
  canonical->Add(network_);
  canonical->Add(server_);
  canonical->Add(unnoticed_);
  return canonical->Finish();
}

// ---- For people ----

std::string World::Describe() const {
  std::string text;
  for (std::size_t side = 0; side < pages_.size(); ++side) {
    const Snapshot seen = pages_[side].call.snapshot();
    text += std::string(text.empty() ? "" : ", ") + NameOf(side) + " is " + std::string(ToString(seen.phase));
    if (seen.cause != Cause::kNone) text += " (" + std::string(ToString(seen.cause)) + ")";
  }
  return text;
}

std::string ToString(const Step& step) {
  const std::string who(1, NameOf(step.side));
  switch (step.act) {
    case Act::kJoin: return who + " presses Join";
    case Act::kBrowser:
    case Act::kRefuse: return "browser: " + model::ToString(step.browser);
    case Act::kToServer: return "the server reads from " + who;
    case Act::kToPage: return who + " reads from the server";
    case Act::kTimer: return who + "'s deadline comes";
    case Act::kSocketBack: return who + "'s socket is connected again";
    case Act::kNotice: return "the server notices that a socket of " + who + " is gone";
    case Act::kExpire: return "the server gives " + who + "'s seat away";
    case Act::kHeal: return "the path between them is whole again";
    case Act::kLeave: return who + " presses Leave";
    case Act::kEarlyTimer: return who + "'s deadline comes though something else was due before";
    case Act::kLoseSocket: return who + "'s socket breaks, and what was on its way is lost";
    case Act::kRestart: return "the server restarts and remembers nothing";
    case Act::kReload: return who + "'s page is loaded again";
    case Act::kCut: return "the path between them is cut";
    case Act::kHostile: return who + " is sent " + std::string(kHostile[step.number].what);
  }
  DUET_CHECK(false);
}

}  // namespace duet::explorer
