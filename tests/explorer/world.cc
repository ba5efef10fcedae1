#include "explorer/world.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "support/model/laws.h"
#include "support/print.h"

namespace duet::explorer {
namespace {

constexpr std::uint32_t kRoomHash = 7;

model::Settings SettingsOf(const Scene& scene) {
  model::Settings settings;
  settings.refusals = scene.budget.refusals > 0 ? 1 : 0;
  settings.has_devices = scene.has_devices;
  settings.dialect.says_end_of_candidates = scene.says_end_of_candidates;
  return settings;
}

// Joins and leaves are expected when a person, a clock or a lost connection brings them about.
bool MayMove(const Step& step) {
  const bool slow = step.act == Act::kBrowser && (model::IsSlow(step.browser) || model::IsPersons(step.browser));
  return slow || !(step.act == Act::kBrowser || step.act == Act::kToServer || step.act == Act::kToPage);
}

}  // namespace

World::World(const Scene& scene)
    : scene_(scene), left_(scene.budget), pages_(scene.sides), browsers_(scene.sides), server_(scene.server) {
  for (std::size_t side = 0; side < pages_.size(); ++side) {
    pages_[side].number = static_cast<std::uint8_t>(4 + side);
    Load(side);
  }
}

void World::Load(std::size_t side) {
  Page& page = pages_[side];
  browsers_[side] = model::Browser(page.number, SettingsOf(scene_));
  if (side + scene_.seeds < pages_.size()) {
    if (scene_.looks) Post(side, RoomShown{"room", kRoomHash});
    return Post(side, SignalingConnected{SocketId(side)});
  }
  page.seed.emplace();
  page.seed->Load(&browsers_[side]);
}

// "pageC000--------------": the letter is the page's number, and politeness goes by it.
std::string World::PageId(const Page& page) const {
  return std::string("page") + static_cast<char>('A' + page.number) + "000--------------";
}

std::string World::SocketId(std::size_t side) const {
  return std::string("socket-") + NameOf(side) + static_cast<char>('0' + pages_[side].socket);
}

std::optional<std::string> World::Take(const Step& step) {
  blame_.reset();
  is_surprising_ = !MayMove(step) && IsRoomStable();
  Page& page = pages_[step.side];
  switch (step.act) {
    case Act::kJoin:
      page.may_join = false;
      page.joined_at = now_;
      Post(step.side, JoinRequested{"room", std::string(1, NameOf(step.side)), std::string("seat-") + NameOf(step.side),
                                    PageId(page), kRoomHash});
      break;
    case Act::kRefuse: --left_.refusals; [[fallthrough]];
    case Act::kBrowser:
      if (model::IsSlow(step.browser)) overtaken_ = Millis{0};
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
      Advance(*page.call.deadline());
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
      Advance(*server_.ExpiryOf(step.side));
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
    case Act::kNetwork:
      --left_.networks;
      Post(step.side, NetworkChanged{});
      break;
    case Act::kHostile:
      --left_.hostile;
      page.was_lied_to = kHostile[step.number].claims_presence;
      Post(step.side, MessageReceived{std::string(kHostile[step.number].name), std::string(kHostile[step.number].json)});
      break;
  }
  return blame_ ? blame_ : Fault();
}

void World::Advance(Millis to) {
  model::StepList steps;
  network_.Steps(browsers_, &steps);
  const bool is_slow_due = std::any_of(steps.begin(), steps.end(), model::IsSlow);
  overtaken_ = is_slow_due ? overtaken_ + std::max(to - now_, Millis{0}) : Millis{0};
  now_ = std::max(now_, to);
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
  Load(side);
}

void World::Send(const std::vector<Delivery>& deliveries) {
  for (const Delivery& delivery : deliveries) {
    const std::size_t side = delivery.to.side;
    if (side >= pages_.size()) continue;
    Page& page = pages_[side];
    const Letter& letter = delivery.letter;
    const bool tells_address = letter.name == "getCandidate" || letter.json.find("candidate:") != letter.json.npos;
    if (server_.kind() == Server::Kind::kDuet && tells_address && !server_.HasSeat(delivery.to)) {
      Blame(std::string("I12: who has no seat learns an address: ") + NameOf(side));
    }
    const bool is_there = page.connected && (delivery.to.number == Server::kAnySocket || delivery.to.number == page.socket);
    if (page.seed && letter.name.empty()) continue;  // it asked for no acknowledgement
    if (is_there) page.to_page.push_back(letter);
  }
}

// ---- One page ----

void World::Post(std::size_t side, Event event) {
  if (pages_[side].seed) return PostToSeed(side, event);
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

void World::PostToSeed(std::size_t side, const Event& event) {
  Page& page = pages_[side];
  for (Letter& letter : page.seed->Handle(event, &browsers_[side])) {
    if (page.connected) page.to_server.push_back(std::move(letter));
  }
}

void World::Perform(std::size_t side, const Effect& effect) {
  Page& page = pages_[side];
  const auto index = static_cast<std::uint8_t>(side);
  if (const SendJoin* join = std::get_if<SendJoin>(&effect)) {
    if (is_surprising_) Blame("the reduction counts on it that nobody joins here");
    if (page.connected) page.to_server.push_back({"join", join->json, join->op});
  } else if (const SendMessage* message = std::get_if<SendMessage>(&effect)) {
    if (is_surprising_ && message->name == "leave") Blame("the reduction counts on it that nobody leaves here");
    if (page.connected) page.to_server.push_back({message->name, message->json, {}});
  } else {
    if (std::optional<std::string> fault = model::FaultOfOrder(effect, browsers_[side])) Blame(*std::move(fault));
    if (std::optional<Event> said = network_.Perform(browsers_, index, effect)) due_.push_back(*std::move(said));
  }
}

Digest World::Canonicalize(Canonical* canonical) const {
  canonical->Start(now_);
  canonical->Add(left_);
  canonical->Add(was_cut_);
  canonical->Add(was_late_);
  canonical->Add(overtaken_.count());
  for (std::size_t side = 0; side < pages_.size(); ++side) {
    canonical->SetPage(pages_[side].number);
    canonical->Add(pages_[side]);
    canonical->Add(TimeOf(pages_[side]).count());
    canonical->Add(browsers_[side]);
  }
  canonical->Add(network_);
  canonical->Add(server_);
  canonical->Add(unnoticed_);
  return canonical->Finish();
}

void World::Blame(std::string what) {
  if (!blame_) blame_ = std::move(what);
}

// ---- For people ----

std::string World::Describe() const {
  std::string text;
  for (std::size_t side = 0; side < pages_.size(); ++side) {
    text += text.empty() ? "" : ", ";
    if (pages_[side].seed) {
      text += NameOf(side) + std::string(pages_[side].seed->joined() ? ", a seed, has joined" : ", a seed, is there");
      continue;
    }
    const Snapshot seen = pages_[side].call.snapshot();
    text += std::string(1, NameOf(side)) + " is " + std::string(ToString(seen.phase));
    if (seen.cause != Cause::kNone) text += " (" + std::string(ToString(seen.cause)) + ")";
  }
  return text;
}

}  // namespace duet::explorer
