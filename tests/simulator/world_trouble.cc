// What goes wrong, and what people do.
#include <algorithm>
#include <string>

#include "core/check.h"
#include "explorer/step.h"
#include "simulator/world.h"
#include "support/model/laws.h"
#include "support/print.h"

namespace duet::simulator {
namespace {

using explorer::NameOf;

constexpr std::uint8_t kMostLoads = 14;  // the model numbers pages up to 15, and that one is the hostile one's

// Whoever was ended by old trouble has joined again by then (kGiveUpAfter and a person's time, twice over: who comes back to
// a room that a ghost of the other one fills has to try again); and so long after it all must be well.
constexpr Millis kSettling{150'000};
constexpr Millis kSuffix{90'000};

// Whether it can keep a call, or a message, from anybody: all but what people may always do.
bool IsFault(TroubleKind kind) { return kind != TroubleKind::kSwitch && kind != TroubleKind::kUnplug; }

}  // namespace

void World::Begin(std::size_t index) {
  const Trouble& trouble = scenario_.troubles[index];
  const std::size_t side = trouble.side;
  const std::uint8_t who = trouble.side;
  Page& page = pages_[side];
  Random dice(trouble.dice);
  const auto within = [&] { return dice.Between(Millis{0}, trouble.lasts); };
  Tell([&] {
    const std::string whose =
        trouble.kind >= TroubleKind::kRestart || trouble.kind == TroubleKind::kCut ? "" : std::string(" of ") + NameOf(side);
    return "---- trouble " + std::to_string(index) + ": " + std::string(ToString(trouble.kind)) + whose + " for " +
           std::to_string(trouble.lasts.count()) + " ms";
  });
  if (IsFault(trouble.kind)) had_trouble_ = true;
  ++open_troubles_;
  mended_at_.reset();
  trouble_until_ = std::max(trouble_until_, now_ + trouble.lasts);
  agenda_.Add(now_ + trouble.lasts, {What::kMended, who, 0, static_cast<std::uint32_t>(index), {}});
  switch (trouble.kind) {
    case TroubleKind::kLeave:
      if (page.seed) return;
      page.wants_in = false;
      agenda_.Add(now_, {What::kLeave, who, 0, 0, {}});
      return;
    case TroubleKind::kReload:
      if (loads_ < kMostLoads && page.asleep_until <= now_) Reload(side);
      return;
    case TroubleKind::kClicks:
      if (page.seed) return;
      for (std::uint32_t left = 1 + dice.Below(5); left > 0; --left) {
        agenda_.Add(now_ + within(), {dice.Chance(60) ? What::kJoin : What::kLeave, who, 0, 1, {}});
      }
      return;
    case TroubleKind::kSwitch:
      if (page.seed) return;
      for (std::uint32_t left = 1 + dice.Below(6); left > 0; --left) {
        agenda_.Add(now_ + within(), {What::kSwitch, who, 0, dice.Below(4), {}});
      }
      return;
    case TroubleKind::kUnplug: {
      if (page.seed || page.asleep_until > now_) return;
      const MediaKind kind = dice.Chance(50) ? MediaKind::kCamera : MediaKind::kMicrophone;
      if (std::optional<Event> ended = browsers_[side].EndTrack(kind)) Post(side, *ended);
      if (dice.Chance(70))
        agenda_.Add(now_ + within(), {What::kSwitch, who, 0, 2u + (kind == MediaKind::kCamera ? 1u : 0u), {}});
      return;
    }
    case TroubleKind::kLoseSocket:
      page.link_down_until = std::max(page.link_down_until, now_ + trouble.lasts);
      return Break(side, dice.Between(Millis{0}, Millis{200}), dice.Mostly(Millis{0}, Millis{2'000}),
                   dice.Chance(50) ? dice.Mostly(Millis{100}, Millis{8'000}) : Millis{0});
    case TroubleKind::kDeadSocket:
      return Break(side, within(), within(), dice.Chance(30) ? dice.Mostly(Millis{100}, Millis{15'000}) : Millis{0});
    case TroubleKind::kFlap:
      for (std::uint32_t left = 2 + dice.Below(5); left > 0; --left)
        agenda_.Add(now_ + within(), {What::kBreak, who, 0, 0, {}});
      return;
    case TroubleKind::kNetworkChange:
      page.link_down_until = std::max(page.link_down_until, now_ + trouble.lasts);
      Break(side, within(), dice.Between(Millis{0}, Millis{15'000}), Millis{0});
      if (!page.seed && page.asleep_until <= now_) Post(side, NetworkChanged{});
      return Cut();
    case TroubleKind::kCut: return Cut();
    case TroubleKind::kSleep:
      page.asleep_until = std::max(page.asleep_until, now_ + trouble.lasts);
      page.link_down_until = std::max(page.link_down_until, now_ + trouble.lasts);
      Break(side, trouble.lasts + dice.Between(Millis{0}, Millis{2'000}), dice.Between(Millis{0}, Millis{15'000}),
            Millis{0});
      return Cut();
    case TroubleKind::kThrottle: page.throttled_until = std::max(page.throttled_until, now_ + trouble.lasts); return;
    case TroubleKind::kRestart: return Restart();
    case TroubleKind::kRepeat: repeats_until_ = std::max(repeats_until_, now_ + trouble.lasts); return;
    case TroubleKind::kHostile: return BeginHostile(trouble);
    case TroubleKind::kLie: {
      if (page.seed || !page.connected || page.asleep_until > now_) return;
      const explorer::Hostile& lie = explorer::kHostile[dice.Below(explorer::kHostile.size())];
      lied_at_ = now_;
      Tell([&] { return NameOf(side) + (" is sent " + std::string(lie.what)); });
      return Post(side, MessageReceived{std::string(lie.name), std::string(lie.json)});
    }
  }
  DUET_CHECK(false);
}

void World::Mend(std::size_t index) {
  MendOne(index);
  --open_troubles_;
  CheckTogether();
  if (open_troubles_ == 0 && !together_since_) mended_at_ = now_;
}

void World::MendOne(std::size_t index) {
  const Trouble& trouble = scenario_.troubles[index];
  Page& page = pages_[trouble.side];
  switch (trouble.kind) {
    case TroubleKind::kLeave:
    case TroubleKind::kReload: page.wants_in = true; return Mind(trouble.side);
    case TroubleKind::kNetworkChange:
      if (!page.seed && page.asleep_until <= now_) Post(trouble.side, NetworkChanged{});
      return Heal();
    case TroubleKind::kCut:
    case TroubleKind::kSleep: return Heal();
    case TroubleKind::kRestart: is_server_up_ = true; return;
    case TroubleKind::kHostile: return EndHostile();
    case TroubleKind::kFlap: return;
    case TroubleKind::kClicks:
    case TroubleKind::kSwitch:
    case TroubleKind::kUnplug:
    case TroubleKind::kLoseSocket:
    case TroubleKind::kDeadSocket:
    case TroubleKind::kThrottle:
    case TroubleKind::kRepeat:
    case TroubleKind::kLie: return;
  }
  DUET_CHECK(false);
}

// From here on nothing goes wrong, and everybody wants to be in.
void World::Calm() {
  if (trouble_until_ > now_) return agenda_.Add(trouble_until_, {What::kCalm, 0, 0, 0, {}});
  Tell([&] { return std::string("---- all is mended"); });
  calm_at_ = now_;
  end_ = now_ + kSettling + kSuffix;
  for (std::size_t side = 0; side < pages_.size(); ++side) {
    pages_[side].wants_in = true;
    pages_[side].join_due = false;  // nobody is as patient as before
    Mind(side);
    const Millis patience = dice_[side].person.Mostly(Millis{200}, Millis{8'000});
    if (pages_[side].seed) agenda_.Add(now_ + patience, {What::kReload, static_cast<std::uint8_t>(side), 0, 0, {}});
  }
  CheckTogether();
}

// The page is gone without a word, and there again: on its seat, with a new id, and nobody has pressed Join.
void World::Reload(std::size_t side) {
  Tell([&] { return NameOf(side) + std::string("'s page is loaded again"); });
  Page& old = pages_[side];
  Random& dice = dice_[side].socket;
  if (old.connected) {
    socket_losses_.push_back(now_);
    agenda_.Add(now_ + dice.Mostly(Millis{0}, Millis{15'000}),
                {What::kNotice, static_cast<std::uint8_t>(side), old.socket, 0, {}});
  }
  network_.Vanish(browsers_, static_cast<std::uint8_t>(side));
  std::erase_if(planned_, [side](const Planned& planned) { return planned.step.page == side; });
  Page fresh;
  fresh.socket = old.socket;
  fresh.link_down_until = old.link_down_until;
  fresh.throttled_until = old.throttled_until;
  fresh.wants_in = calm_at_.has_value();
  old = std::move(fresh);
  Load(side);
  Mind(side);
}

// A seed does nothing by itself. Who sees nobody on it loads the page again, until it helps.
void World::ReloadSeed(std::size_t side) {
  const Millis patience = dice_[side].person.Between(Millis{30'000}, Millis{45'000});
  if (loads_ >= kMostLoads || now_ > *calm_at_ + kSettling) return;
  if (!AreTogether(side, 1 - side)) Reload(side);
  agenda_.Add(now_ + patience, {What::kReload, static_cast<std::uint8_t>(side), 0, 0, {}});
}

void World::Cut() {
  if (open_cuts_++ > 0) return;
  network_.CutPath(browsers_);
  cuts_.push_back({now_, Millis::max()});
  CheckTogether();
}

void World::Heal() {
  if (--open_cuts_ > 0) return;
  Tell([] { return std::string("the path is whole again"); });
  network_.HealPath();
  cuts_.back().second = now_;
}

// ---- People ----

void World::PressJoin(std::size_t side, bool again) {
  Page& page = pages_[side];
  if (!again) page.join_due = false;
  if (page.seed ? page.has_pressed : !again && !model::IsOut(page.phase)) return;
  if (!again && (!page.wants_in || (calm_at_ && now_ > *calm_at_ + kSettling))) return;
  Tell([&] { return NameOf(side) + std::string(" presses Join"); });
  page.has_pressed = true;
  if (page.seed || model::IsOut(page.phase)) page.joined_at = now_;
  Post(side, JoinRequested{"room", std::string(1, NameOf(side)), std::string("seat-") + NameOf(side), page.id, 7});
}

void World::PressLeave(std::size_t side) {
  if (pages_[side].seed) return;
  left_at_ = now_;
  Tell([&] { return NameOf(side) + std::string(" presses Leave"); });
  Post(side, LeaveRequested{});
}

// Whoever wants to be in and is not presses Join after a while.
void World::Mind(std::size_t side) {
  Page& page = pages_[side];
  const bool is_out = page.seed ? !page.has_pressed : model::IsOut(page.phase);
  if (!is_out || !page.wants_in || page.join_due || now_ < scenario_.habits[side].joins_at) return;
  Random& person = dice_[side].person;
  Millis patience = person.Mostly(Millis{200}, Millis{8'000});
  if (!calm_at_ && person.Chance(30)) patience = person.Mostly(Millis{200}, Millis{60'000});
  if (calm_at_ && AreOthersTogether(side)) return;
  if (page.cause == Cause::kRoomFull) {
    if (calm_at_ && (pages_.size() > 2 || now_ > *calm_at_ + kSettling)) return;
    patience = calm_at_ ? person.Between(Millis{5'000}, Millis{20'000}) : person.Mostly(Millis{5'000}, Millis{600'000});
  }
  page.join_due = true;
  agenda_.Add(now_ + patience, {What::kJoin, static_cast<std::uint8_t>(side), 0, 0, {}});
}

}  // namespace duet::simulator
