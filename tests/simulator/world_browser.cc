// How long a browser, a person with a prompt and the network between two browsers take for what the model says can happen.
#include <algorithm>
#include <utility>
#include <variant>

#include "core/check.h"
#include "explorer/step.h"
#include "simulator/world.h"

namespace duet::simulator {
namespace {

using explorer::NameOf;
using model::StepKind;

bool IsOperation(const Effect& effect) {
  return std::holds_alternative<SetLocalDescription>(effect) || std::holds_alternative<SetRemoteDescription>(effect) ||
         std::holds_alternative<CreateDescription>(effect) || std::holds_alternative<SetCreatedDescription>(effect) ||
         std::holds_alternative<AddCandidate>(effect) || std::holds_alternative<AttachTracks>(effect);
}

LegId LegOf(const Effect& effect) {
  return std::visit(
      [](const auto& order) {
        if constexpr (requires { order.leg.value; }) return order.leg;
        return LegId{};
      },
      effect);
}

// A prompt's answer is one of several steps; whichever is planned stands for all.
bool IsSame(const model::Step& a, const model::Step& b) {
  return a.page == b.page && a.id == b.id && (a.kind == b.kind || (model::IsPersons(a) && model::IsPersons(b)));
}

constexpr Millis kIgnored{1'000'000'000};

}  // namespace

// What can happen now is planned, if it was not already; what can't any more is forgotten.
void World::Plan() {
  model::StepList steps;
  network_.Steps(browsers_, &steps);
  for (Planned& planned : planned_) planned.seen = false;
  for (const model::Step& step : steps) {
    const auto known =
        std::find_if(planned_.begin(), planned_.end(), [&](const Planned& p) { return IsSame(p.step, step); });
    if (known != planned_.end()) {
      known->seen = true;
      continue;
    }
    Planned planned{step, Millis{0}, true};
    const Habits& habits = scenario_.habits[step.page];
    Random& person = dice_[step.page].person;
    if (model::IsPersons(step)) {
      // A seed that gets no camera never joins.
      const bool is_good = pages_[step.page].seed.has_value();
      planned.at = now_ + person.Mostly(Millis{5}, calm_at_ ? Millis{2'000} : habits.slowest_prompt);
      if (!is_good && person.Chance(habits.refuses)) {
        planned.step.kind = StepKind::kRefuse;
        planned.step.error = static_cast<MediaError>(person.Below(3));
      } else if (!is_good && person.Chance(habits.ignores)) {
        planned.at = kIgnored;
      }
    } else {
      planned.at = now_ + TimeOf(step, &dice_[step.page].browser);
    }
    planned_.push_back(planned);
  }
  std::erase_if(planned_, [](const Planned& planned) { return !planned.seen; });
}

// docs/scenarios.md has the numbers, measured.
Millis World::TimeOf(const model::Step& step, Random* dice) const {
  const Habits& habits = scenario_.habits[step.page];
  switch (step.kind) {
    case StepKind::kGrant:
    case StepKind::kRefuse: break;
    case StepKind::kComplete: return dice->Mostly(Millis{0}, habits.slowest_operation);
    case StepKind::kReplace: return dice->Mostly(Millis{0}, Millis{20});
    case StepKind::kGather: return dice->Mostly(Millis{1}, Millis{3'000});
    case StepKind::kConnect: return 2 * habits.media_delay + dice->Mostly(Millis{20}, Millis{1'000});
    case StepKind::kDisconnect:
      return habits.is_firefox ? dice->Between(Millis{4'000}, Millis{12'000}) : dice->Between(Millis{6'500}, Millis{7'800});
    case StepKind::kFail: {
      const model::Peer* peer = browsers_[step.page].Find(LegId{step.id});
      if (peer->connection() == model::Connection::kDisconnected) return habits.is_firefox ? Millis{20'000} : Millis{10'000};
      return Millis{15'000};
    }
    case StepKind::kOpenChannel: return 2 * habits.media_delay + dice->Mostly(Millis{1}, Millis{100});
    case StepKind::kDrain: return dice->Mostly(Millis{0}, Millis{50});
    case StepKind::kDeliver: return habits.media_delay + dice->Mostly(Millis{0}, Millis{50});
  }
  DUET_CHECK(false);
}

void World::TakeStep(std::size_t index) {
  const model::Step step = planned_[index].step;
  planned_.erase(planned_.begin() + static_cast<std::ptrdiff_t>(index));
  Tell([&] { return explorer::ToString({explorer::Act::kBrowser, step.page, 0, step}); });
  std::optional<Event> event = network_.Take(browsers_, step);
  if (event) Post(step.page, *std::move(event));
  Catch(step.page);
}

// A browser's operations chain has no end, the model's holds eight: what does not fit waits here, in its order.
bool World::MustWait(std::size_t side, const Effect& effect) const {
  if (!IsOperation(effect)) return false;
  const LegId leg = LegOf(effect);
  const std::vector<Effect>& waiting = pages_[side].waiting;
  if (std::any_of(waiting.begin(), waiting.end(), [leg](const Effect& e) { return LegOf(e) == leg; })) return true;
  const model::Peer* peer = browsers_[side].Find(leg);
  return peer != nullptr &&
         (peer->chain().size() > 5 || (peer->loose().size() > 2 && std::holds_alternative<AttachTracks>(effect)));
}

void World::Catch(std::size_t side) {
  std::vector<Effect>& waiting = pages_[side].waiting;
  while (!waiting.empty()) {
    const Effect effect = waiting.front();
    const model::Peer* peer = browsers_[side].Find(LegOf(effect));
    if (peer != nullptr && (peer->chain().size() > 5 || peer->loose().size() > 2)) return;
    waiting.erase(waiting.begin());
    std::optional<Event> said = network_.Perform(browsers_, static_cast<std::uint8_t>(side), effect);
    if (said) Post(side, *std::move(said));
  }
}

}  // namespace duet::simulator
