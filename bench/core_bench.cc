// What an event costs in the core, natively: a call that Chromium recorded (tests/replay), as a whole and event by event.
// Every bench says how many events, or texts, it does in a second. `script/bench` runs it.
#include <benchmark/benchmark.h>

#include <cstddef>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "core/call.h"
#include "core/signal_message.h"
#include "record/record_line.h"
#include "record/record_reader.h"

namespace duet {
namespace {

struct Moment {
  Event event;
  Millis at{0};
};

// The page that joined second and so offered: from its socket to the talk, and then Leave.
std::vector<Moment> ReadCall() {
  std::ifstream file(DUET_BENCH_RECORD);
  std::stringstream text;
  text << file.rdbuf();
  const auto read = ReadRecord(text.str());
  const Record* record = std::get_if<Record>(&read);
  if (record == nullptr) {
    std::cerr << "core_bench: " << DUET_BENCH_RECORD << " is missing or no record\n";
    std::exit(1);
  }
  std::vector<Moment> call;
  for (const Step& step : record->steps) call.push_back({step.event, step.at});
  call.push_back({LeaveRequested{}, call.back().at});
  return call;
}

const std::vector<Moment>& TheCall() {
  static const std::vector<Moment> call = ReadCall();
  return call;
}

bool IsMessage(const Event& event, std::string_view name) {
  const MessageReceived* message = std::get_if<MessageReceived>(&event);
  return message != nullptr && message->name == name;
}

// Just before the first event that is so.
struct Scene {
  Call call;
  Moment next;
};
template <typename IsSo>
Scene Before(IsSo is_so) {
  Scene scene;
  for (const Moment& moment : TheCall()) {
    scene.next = moment;
    if (is_so(moment.event)) return scene;
    (void)scene.call.Handle(moment.event, moment.at);
  }
  std::cerr << "core_bench: the recorded call lacks an event\n";
  std::exit(1);
}
template <typename Fact>
Scene BeforeFirst() {
  return Before([](const Event& event) { return std::holds_alternative<Fact>(event); });
}
Scene BeforeMessage(std::string_view name) {
  return Before([name](const Event& event) { return IsMessage(event, name); });
}
// Both are talking.
Scene InCall() { return BeforeFirst<LeaveRequested>(); }

// The same event again and again, each time to a call that has not heard it yet.
void One(benchmark::State& state, const Scene& scene) {
  constexpr std::size_t kBatch = 64;
  std::vector<Call> calls;
  while (state.KeepRunningBatch(kBatch)) {
    state.PauseTiming();
    calls.assign(kBatch, scene.call);
    state.ResumeTiming();
    for (Call& call : calls) benchmark::DoNotOptimize(call.Handle(scene.next.event, scene.next.at));
  }
  state.SetItemsProcessed(state.iterations());
}

void WholeCall(benchmark::State& state) {
  for (auto _ : state) {
    Call call;
    for (const Moment& moment : TheCall()) benchmark::DoNotOptimize(call.Handle(moment.event, moment.at));
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(TheCall().size()));
}
BENCHMARK(WholeCall);

void Click(benchmark::State& state) {
  Scene scene = InCall();
  bool on = true;
  for (auto _ : state) {
    const Event click = DeviceSwitched{MediaKind::kMicrophone, on = !on};
    benchmark::DoNotOptimize(scene.call.Handle(click, scene.next.at));
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(Click);

BENCHMARK_CAPTURE(One, Join, BeforeFirst<JoinRequested>());
BENCHMARK_CAPTURE(One, Leave, InCall());
BENCHMARK_CAPTURE(One, TheirCandidate, BeforeMessage("getCandidate"));
BENCHMARK_CAPTURE(One, OurCandidate, BeforeFirst<LocalCandidateFound>());
BENCHMARK_CAPTURE(One, TheirDescription, BeforeMessage("getAnswer"));
BENCHMARK_CAPTURE(One, OurDescription, BeforeFirst<LocalDescriptionSet>());
BENCHMARK_CAPTURE(One, Connected, Before([](const Event& event) {
                    const auto* change = std::get_if<ConnectionStateChanged>(&event);
                    return change != nullptr && change->state == ConnectionState::kConnected;
                  }));

void Decode(benchmark::State& state, const Scene& scene) {
  const MessageReceived& message = *std::get_if<MessageReceived>(&scene.next.event);
  for (auto _ : state) benchmark::DoNotOptimize(DecodeSignal(message.name, message.json));
  state.SetItemsProcessed(state.iterations());
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(message.json.size()));
}
BENCHMARK_CAPTURE(Decode, Candidate, BeforeMessage("getCandidate"));
BENCHMARK_CAPTURE(Decode, Description, BeforeMessage("getAnswer"));

void WriteRecord(benchmark::State& state, const Scene& scene) {
  for (auto _ : state) benchmark::DoNotOptimize(RecordLine(scene.next.at, scene.next.event));
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK_CAPTURE(WriteRecord, Candidate, BeforeMessage("getCandidate"));
BENCHMARK_CAPTURE(WriteRecord, Description, BeforeMessage("getAnswer"));

void CopyACall(benchmark::State& state) {
  const Scene scene = InCall();
  for (auto _ : state) {
    Call copy = scene.call;
    benchmark::DoNotOptimize(copy);
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(CopyACall);

void TakeASnapshot(benchmark::State& state) {
  const Scene scene = InCall();
  for (auto _ : state) benchmark::DoNotOptimize(scene.call.snapshot());
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(TakeASnapshot);

}  // namespace
}  // namespace duet

BENCHMARK_MAIN();
