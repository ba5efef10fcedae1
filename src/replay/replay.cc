#include "replay/replay.h"

#include <algorithm>
#include <string_view>
#include <utility>
#include <variant>

#include "core/call.h"
#include "record/record_line.h"
#include "replay/milestones.h"
#include "replay/words.h"

namespace duet {
namespace {

void Tell(const std::function<void(const std::string&)>& listener, const std::string& line) {
  if (listener) listener(line);
}

// Times are told from Join on: for those before it, the first one.
Millis FirstJoin(const Record& record) {
  for (const Step& step : record.steps) {
    if (std::holds_alternative<JoinRequested>(step.event)) return step.at;
  }
  return Millis(0);
}

bool IsOut(const Snapshot& snapshot) { return snapshot.phase == Phase::kIdle || snapshot.phase == Phase::kEnded; }

std::string Aligned(Millis time) {
  const std::string digits = std::to_string(time.count());
  return std::string(digits.size() < 9 ? 9 - digits.size() : 0, ' ') + digits;
}

// What two lines have in common is cut where it is long.
void AddFromDifference(std::string_view title, std::string_view line, std::size_t same, std::string* out) {
  constexpr std::size_t kShownBefore = 60;
  constexpr std::size_t kShown = 400;
  *out += '\n';
  *out += title;
  if (same > 2 * kShownBefore) {
    *out += Printable(line.substr(0, kShownBefore), kShownBefore) + " [...] ";
    line.remove_prefix(same - kShownBefore);
  }
  *out += Printable(line, kShown);
  if (line.size() > kShown) *out += " [...]";
}

std::string LineOf(const Step& step, const Effects& effects, std::size_t index) {
  return index < effects.size() ? RecordLine(step.at, effects[index]) : "nothing more";
}

// Nothing if the orders are as recorded.
std::optional<std::string> Compare(const Step& step, const Effects& came, bool may_lack) {
  const auto [expected_at, came_at] = std::mismatch(step.effects.begin(), step.effects.end(), came.begin(), came.end());
  if (expected_at == step.effects.end() && (came_at == came.end() || may_lack)) return std::nullopt;
  const std::size_t index = static_cast<std::size_t>(came_at - came.begin());
  const std::string expected = LineOf(step, step.effects, index);
  const std::string now = LineOf(step, came, index);
  const auto [left, right] = std::mismatch(expected.begin(), expected.end(), now.begin(), now.end());
  const std::size_t same = static_cast<std::size_t>(left - expected.begin());
  std::string text = "Line " + std::to_string(step.line) + ": another order, number " + std::to_string(index + 1);
  text += " after: " + Words(step.event);
  AddFromDifference("  expected  ", expected, same, &text);
  AddFromDifference("  came      ", now, same, &text);
  return text;
}

}  // namespace

ReplayResult Replay(const Record& record, const ReplayListener& listener) {
  ReplayResult result;
  Call call;
  Snapshot before = call.snapshot();
  Milestones milestones;
  const auto tell_milestones = [&] { Tell(listener.on_timeline, std::string(11, ' ') + "-- " + milestones.Line()); };
  Millis join = FirstJoin(record);
  for (const Step& step : record.steps) {
    const bool was_out = IsOut(before);
    if (was_out && std::holds_alternative<JoinRequested>(step.event)) milestones.Begin(join = step.at);
    milestones.Take(step);
    Tell(listener.on_timeline, Aligned(step.at - join) + "  " + Words(step.event));
    Tell(listener.on_record, RecordLine(step.at, step.event));
    if (listener.on_step) listener.on_step(step);

    const Effects effects = call.Handle(step.event, step.at);
    for (const Effect& effect : effects) {
      Tell(listener.on_timeline, std::string(15, ' ') + "> " + Words(effect));
      Tell(listener.on_record, RecordLine(step.at, effect));
    }
    Snapshot after = call.snapshot();
    if (after.phase != before.phase || after.cause != before.cause) {
      Tell(listener.on_timeline, std::string(11, ' ') + "== " + Words(after.phase, after.cause) + " ==");
    }
    for (const Note& note : step.notes) Tell(listener.on_timeline, Aligned(note.at - join) + "  " + Printable(note.words, 64));
    if (IsOut(after) && !was_out) tell_milestones();
    before = std::move(after);
    ++result.events;
    result.effects += effects.size();
    const bool is_last = &step == &record.steps.back();
    if (!result.difference) result.difference = Compare(step, effects, is_last && record.is_cut);
    if (result.difference && !listener.on_record) break;
  }
  if (!IsOut(before) && !result.difference) tell_milestones();
  return result;
}

}  // namespace duet
