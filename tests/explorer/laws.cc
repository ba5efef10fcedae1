// What must hold in every world, and where one ends (scenarios.md 2.0).
#include <algorithm>

#include "explorer/world.h"
#include "support/model/laws.h"
#include "support/print.h"

namespace duet::explorer {
namespace {

using model::IsOut;
using model::IsUnlucky;

constexpr Millis kSuffix{30'000};  // after so long without a fault both are connected (I6)

}  // namespace

// ---- After every event ----

void World::Check(std::size_t side, const Event& event, const Call& before, const Effects& effects) {
  const std::string who(1, NameOf(side));
  const Call& call = pages_[side].call;
  most_effects = std::max(most_effects, static_cast<std::uint32_t>(effects.size()));
  const Snapshot seen = call.snapshot();
  if (auto fault = model::FaultOfEvent(who, event, before.snapshot().phase, seen.phase, effects)) Blame(*std::move(fault));
  if (model::MustNotMatter(event, effects) && !(before == call)) {
    Blame("I8: what was dropped changed " + who + ": " + Print(event));
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
  return model::FaultOf(std::string(1, NameOf(side)), pages_[side].call, browsers_[side], pages_[side].connected);
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

bool World::AreTogether(std::size_t side, std::size_t other) const {
  return model::AreTogether(network_, browsers_, side, other);
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
