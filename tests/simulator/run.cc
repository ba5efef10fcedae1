#include "simulator/run.h"

#include <algorithm>
#include <cstdio>

#include "explorer/step.h"

namespace duet::simulator {
namespace {

std::string Seconds(std::uint32_t millis) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f s", millis / 1000.0);
  return text;
}

// "I6", or the whole sentence of a law without a letter.
std::string LawOf(const std::string& fault) { return fault.substr(0, fault.find(':')); }

}  // namespace

Result RunOne(std::uint64_t seed, const Setting& setting) {
  const Scenario scenario = Draw(seed);
  return World(scenario, setting).Run();
}

std::vector<std::size_t> Needless(std::uint64_t seed, const Result& result, const Setting& of_result) {
  const std::size_t troubles = Draw(seed).troubles.size();
  Setting setting = of_result;
  for (std::size_t i = 0; i < troubles; ++i) {
    if (std::count(setting.without.begin(), setting.without.end(), i) > 0) continue;
    setting.without.push_back(i);
    const Result without = RunOne(seed, setting);
    if (without.fault.empty() || LawOf(without.fault) != LawOf(result.fault)) setting.without.pop_back();
  }
  return setting.without;
}

std::string TellRun(std::uint64_t seed, const Setting& setting, std::size_t most) {
  const Scenario scenario = Draw(seed);
  std::string text = "seed " + std::to_string(seed) + ": " + NameOf(scenario.company, scenario.server) + ", " +
                     std::to_string(scenario.lasts.count() / 1000) + " s";
  for (std::size_t i = 0; i < scenario.troubles.size(); ++i) {
    if (std::count(setting.without.begin(), setting.without.end(), i) > 0) continue;
    text += ", " + std::string(ToString(scenario.troubles[i].kind));
  }
  Story story(most);
  Setting told = setting;
  told.story = &story;
  const Result result = World(scenario, told).Run();
  text += '\n' + story.Text();
  return text + (result.fault.empty() ? "all is well" : result.fault) + '\n';
}

void Times::Add(Millis time, std::uint64_t seed) {
  millis.push_back(static_cast<std::uint32_t>(time.count()));
  if (millis.back() < slowest || (millis.back() == slowest && slowest > 0)) return;
  slowest = millis.back();
  slowest_seed = seed;
}

void Times::Add(const Times& other) {
  millis.insert(millis.end(), other.millis.begin(), other.millis.end());
  if (other.slowest <= slowest) return;
  slowest = other.slowest;
  slowest_seed = other.slowest_seed;
}

std::string Times::Text() {
  if (millis.empty()) return "no runs";
  std::sort(millis.begin(), millis.end());
  const auto at = [this](std::size_t percent) { return Seconds(millis[(millis.size() - 1) * percent / 100]); };
  return std::to_string(millis.size()) + " runs, half within " + at(50) + ", 99 % within " + at(99) + ", the slowest " +
         Seconds(slowest) + " (--seed " + std::to_string(slowest_seed) + ")";
}

void Total::Add(const Scenario& scenario, const Result& result) {
  ++runs;
  events += result.events;
  digest += result.digest;
  lasted += result.lasted;
  const std::size_t company =
      static_cast<std::size_t>(scenario.company) * 2 + (scenario.server == explorer::Server::Kind::kLesson);
  ++runs_of[company];
  failed_of[company] += !result.fault.empty();
  if (result.start) starts[company].Add(*result.start, scenario.seed);
  for (const Millis recovery : result.recoveries) recoveries[company].Add(recovery, scenario.seed);
  for (std::size_t i = 0; i < kExcuses; ++i) excused[i] += result.excused[i];
  if (!result.fault.empty()) failed.push_back(scenario.seed);
}

void Total::Add(const Total& other) {
  runs += other.runs;
  events += other.events;
  digest += other.digest;
  lasted += other.lasted;
  for (std::size_t i = 0; i < starts.size(); ++i) {
    runs_of[i] += other.runs_of[i];
    failed_of[i] += other.failed_of[i];
    starts[i].Add(other.starts[i]);
    recoveries[i].Add(other.recoveries[i]);
  }
  for (std::size_t i = 0; i < kExcuses; ++i) excused[i] += other.excused[i];
  failed.insert(failed.end(), other.failed.begin(), other.failed.end());
}

}  // namespace duet::simulator
