#include "simulator/world.h"

#include <algorithm>
#include <variant>

#include "explorer/step.h"
#include "support/model/laws.h"
#include "support/print.h"

namespace duet::simulator {
namespace {

using explorer::NameOf;

constexpr std::uint32_t kRoomHash = 7;
constexpr std::uint32_t kMostRings =
    4;  // of one moment: each part has at most one deadline, and what it starts is due later
constexpr std::uint32_t kMostEvents = 50'000;  // in a run; none comes near

// One event in so many is looked at for what it must not change, which costs a copy.
constexpr std::uint32_t kSample = 2;

}  // namespace

World::World(const Scenario& scenario, const Setting& setting)
    : scenario_(scenario), setting_(setting), pages_(scenario.sides), browsers_(scenario.sides), server_(scenario.server) {
  Random dice(scenario.dice);
  for (Dice& of_side : dice_) of_side = {dice.Fork(), dice.Fork(), dice.Fork(), dice.Fork()};
  any_ = dice.Fork();
  for (std::size_t side = 0; side < pages_.size(); ++side) Load(side);
  for (std::size_t side = 0; side < pages_.size(); ++side) {
    pages_[side].join_due = true;
    agenda_.Add(scenario_.habits[side].joins_at, {What::kJoin, static_cast<std::uint8_t>(side), 0, 0, {}});
  }
  for (std::size_t i = 0; i < scenario_.troubles.size(); ++i) {
    const bool is_left_out = std::count(setting_.without.begin(), setting_.without.end(), i) > 0;
    if (is_left_out) continue;
    const Trouble& trouble = scenario_.troubles[i];
    agenda_.Add(trouble.at, {What::kTrouble, trouble.side, 0, static_cast<std::uint32_t>(i), {}});
  }
  agenda_.Add(scenario_.lasts, {What::kCalm, 0, 0, 0, {}});
}

void World::Load(std::size_t side) {
  Page& page = pages_[side];
  const std::uint8_t number = loads_++;
  browsers_[side] = model::Browser(number, scenario_.habits[side].browser);
  // Politeness goes by the id, so who was there first must not have the lowest. A leg is named by its first eight letters.
  page.id = "page";
  for (int i = 0; i < 3; ++i) page.id += static_cast<char>('a' + dice_[side].person.Below(26));
  page.id += static_cast<char>('A' + number);
  page.id += "--------------";
  if (scenario_.habits[side].is_seed) {
    page.seed.emplace();
    page.seed->Load(&browsers_[side]);
    Connect(side, Millis{20}, Millis{600});
  } else if (scenario_.looks) {
    Post(side, RoomShown{"room", kRoomHash});
  }
}

Result World::Run() {
  while (result_.fault.empty() && Next()) {
  }
  if (result_.fault.empty()) CheckEnd();
  result_.lasted = now_;
  return result_;
}

// The next thing happens; false if nothing is left to happen before the end.
bool World::Next() {
  Millis at = end_;
  const auto first = [&at](Millis due) { return due < at ? (at = due, true) : false; };
  enum { kNothing, kAgenda, kStep, kTimer, kExpiry } what = kNothing;
  std::size_t which = 0;
  if (!agenda_.empty() && first(agenda_.next())) what = kAgenda;
  for (std::size_t i = 0; i < planned_.size(); ++i) {
    if (first(std::max(planned_[i].at, pages_[planned_[i].step.page].asleep_until))) what = kStep, which = i;
  }
  for (std::size_t side = 0; side < pages_.size(); ++side) {
    const Page& page = pages_[side];
    if (page.deadline && first(std::max(page.timer, page.asleep_until))) what = kTimer, which = side;
  }
  for (std::size_t side = 0; side < expiries_.size(); ++side) {
    if (expiries_[side] && first(*expiries_[side])) what = kExpiry, which = side;
  }
  if (what == kNothing) return now_ = end_, false;
  now_ = std::max(now_, at);
  switch (what) {
    case kNothing: break;
    case kAgenda: Take(agenda_.Take()); break;
    case kStep: TakeStep(which); break;
    case kTimer: Ring(which); break;
    case kExpiry:
      Tell([&] { return std::string("the server gives ") + NameOf(which) + "'s seat away"; });
      Serve(server_.Expire(static_cast<std::uint8_t>(which)));
      RefreshExpiries();
      break;
  }
  Plan();
  if (result_.events > kMostEvents) Blame("I10: no end of events");
  return true;
}

void World::Take(Item item) {
  const bool is_pages = item.what <= What::kReload && item.what != What::kToServer && item.what != What::kNotice;
  if (is_pages && pages_[item.side].asleep_until > now_) return agenda_.Add(pages_[item.side].asleep_until, std::move(item));
  switch (item.what) {
    case What::kToServer: return OnToServer(std::move(item));
    case What::kToPage: return OnToPage(std::move(item));
    case What::kSocketUp: return OnSocketUp(item.side);
    case What::kSocketLost: return OnSocketLost(item.side, item.number);
    case What::kNotice: return OnNotice(item.side, item.number);
    case What::kJoin: return PressJoin(item.side, item.extra != 0);
    case What::kLeave: return PressLeave(item.side);
    case What::kSwitch: {
      const MediaKind kind = (item.extra & 1) != 0 ? MediaKind::kCamera : MediaKind::kMicrophone;
      const bool on = (item.extra & 2) != 0;
      Tell([&] { return NameOf(item.side) + (" turns the " + std::string(duet::ToString(kind)) + (on ? " on" : " off")); });
      return Post(item.side, DeviceSwitched{kind, on});
    }
    case What::kReload: return ReloadSeed(item.side);
    case What::kBreak: {
      Random& dice = dice_[item.side].socket;
      return Break(item.side, dice.Between(Millis{0}, Millis{200}), dice.Mostly(Millis{0}, Millis{2'000}), Millis{0});
    }
    case What::kTrouble: return Begin(item.extra);
    case What::kMended: return Mend(item.extra);
    case What::kHostile: return OnHostile(item.extra);
    case What::kCalm: return Calm();
  }
}

void World::Ring(std::size_t side) {
  Page& page = pages_[side];
  if (++page.rings > kMostRings)
    return Blame(std::string("I10: a deadline of ") + NameOf(side) + " that is over does not move on");
  Tell([&] { return NameOf(side) + std::string("'s deadline comes"); });
  const bool is_over = *page.deadline <= now_;
  page.timer = Millis::max();
  if (setting_.mistake == Mistake::kNoDeadlines) return page.deadline.reset();
  Post(side, DeadlineReached{});
  if (!is_over || page.deadline.value_or(Millis::max()) > now_) page.rings = 0;
}

// ---- One page ----

void World::Post(std::size_t side, Event event) {
  if (pages_[side].seed) return PostToSeed(side, event);
  Page& page = pages_[side];
  const bool is_nested = !due_.empty();
  due_.push_back(std::move(event));
  if (is_nested) return;
  for (std::size_t i = 0; i < due_.size() && result_.fault.empty(); ++i) {
    const Event next = std::move(due_[i]);
    std::optional<Call> before;
    if (lied_at_ >= now_ - Millis{1'000} || (result_.digest >> 20) % kSample == 0) before = page.call;
    const Effects effects = page.call.Handle(next, now_);
    ++result_.events;
    result_.digest ^= static_cast<std::uint64_t>(now_.count()) << 16 | effects.size() << 8 | next.index() << 2 | side;
    result_.digest *= 0x9e3779b97f4a7c15u;
    result_.digest ^= result_.digest >> 29;
    CheckEvent(side, next, before ? &*before : nullptr, effects);
    for (const Effect& effect : effects) Perform(side, effect);
  }
  due_.clear();
  See(side);
}

// What a page shows now, when its timer rings, and what its person does about it.
void World::See(std::size_t side) {
  Page& page = pages_[side];
  const Snapshot seen = page.call.snapshot();
  const Cause cause_before = page.cause;
  if (seen.phase != page.phase || seen.cause != page.cause) {
    page.phase = seen.phase;
    page.cause = seen.cause;
    if (setting_.story != nullptr) {
      const std::string why = seen.cause == Cause::kNone ? "" : " (" + std::string(duet::ToString(seen.cause)) + ")";
      setting_.story->Add("  [" + std::string(1, NameOf(side)) + " is " + std::string(duet::ToString(seen.phase)) + why +
                          "]");
    }
  }
  const std::optional<Millis> deadline = page.call.deadline();
  if (deadline != page.deadline || page.timer == Millis::max()) {
    page.deadline = deadline;
    const bool is_throttled = page.throttled_until > now_;
    Random& clock = dice_[side].clock;
    const Millis late = is_throttled ? clock.Between(Millis{0}, Millis{4'000}) : clock.Mostly(Millis{0}, Millis{60});
    if (deadline) page.timer = std::max(*deadline, now_) + late;
  }
  CheckPage(side, cause_before);
  Mind(side);
}

void World::PostToSeed(std::size_t side, const Event& event) {
  ++result_.events;
  for (explorer::Letter& letter : pages_[side].seed->Handle(event, &browsers_[side])) Up(side, std::move(letter));
  CheckTogether();
}

void World::Perform(std::size_t side, const Effect& effect) {
  Page& page = pages_[side];
  if (const SendJoin* join = std::get_if<SendJoin>(&effect)) {
    Up(side, {"join", join->json, join->op});
  } else if (const SendMessage* message = std::get_if<SendMessage>(&effect)) {
    Up(side, {message->name, message->json, {}});
  } else if (std::holds_alternative<OpenSignaling>(effect)) {
    if (!page.connected && !page.connecting) Connect(side, Millis{20}, Millis{600});
  } else if (const RequestMedia* request = std::get_if<RequestMedia>(&effect); request && browsers_[side].prompts() > 2) {
    due_.push_back(MediaRefused{request->op, MediaError::kRefused});  // so many prompts fit in the model
  } else if (setting_.mistake == Mistake::kNothingStopsMedia && std::holds_alternative<StopMedia>(effect)) {
    return;
  } else if (MustWait(side, effect)) {
    page.waiting.push_back(effect);
  } else {
    if (std::optional<std::string> fault = model::FaultOfOrder(effect, browsers_[side])) Blame(*std::move(fault));
    if (const CloseLeg* close = std::get_if<CloseLeg>(&effect)) {
      std::erase_if(page.waiting, [&](const Effect& e) {
        return std::visit(
            [&](const auto& order) {
              if constexpr (requires { order.leg.value; }) return order.leg == close->leg;
              return false;
            },
            e);
      });
    }
    std::optional<Event> said = network_.Perform(browsers_, static_cast<std::uint8_t>(side), effect);
    if (said) due_.push_back(*std::move(said));
  }
}

// A Duet that wants the call; a seed that has joined, and is still known to the server: it never joins again by itself.
bool World::IsIn(std::size_t side) const {
  const Page& page = pages_[side];
  if (page.seed) return page.seed->joined() && page.connected && server_.HasSeat(static_cast<std::uint8_t>(side));
  return !model::IsOut(page.phase);
}

void World::Blame(std::string what) {
  if (result_.fault.empty()) result_.fault = std::move(what);
}

}  // namespace duet::simulator
