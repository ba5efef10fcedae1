// That the simulator itself can be believed: the same seed tells the same story, its dice are the same everywhere, and it
// notices what is wrong.
#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

#include "simulator/agenda.h"
#include "simulator/random.h"
#include "simulator/run.h"

namespace duet::simulator {
namespace {

constexpr std::uint64_t kSeeds = 200;

TEST(RandomTest, FallsAlikeOnEveryMachine) {
  Random dice(1);
  EXPECT_EQ(dice.Next(), 0x910a2dec89025cc1u);
  EXPECT_EQ(dice.Next(), 0xbeeb8da1658eec67u);
}

TEST(RandomTest, StaysWithinItsLimitsAndReachesThem) {
  Random dice(7);
  std::array<int, 3> seen{};
  for (int i = 0; i < 1'000; ++i) ++seen[static_cast<std::size_t>(dice.Between(Millis{4}, Millis{6}).count() - 4)];
  for (const int times : seen) EXPECT_GT(times, 200);
  for (int i = 0; i < 1'000; ++i) {
    const Millis time = dice.Mostly(Millis{10}, Millis{1'000});
    EXPECT_TRUE(time >= Millis{10} && time <= Millis{1'000}) << time.count();
  }
}

TEST(AgendaTest, WhatIsDueTogetherComesInTheOrderOfItsAdding) {
  Agenda<int> agenda;
  for (int i = 0; i < 5; ++i) agenda.Add(Millis{10}, i);
  agenda.Add(Millis{5}, 9);
  EXPECT_EQ(agenda.next(), Millis{5});
  EXPECT_EQ(agenda.Take(), 9);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(agenda.Take(), i);
  EXPECT_TRUE(agenda.empty());
}

TEST(SimulatorTest, SameSeedTellsTheSameStory) {
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    const Result first = RunOne(seed);
    EXPECT_EQ(first.fault, "") << TellRun(seed, {}, 60);
    EXPECT_EQ(RunOne(seed).digest, first.digest) << seed;
    EXPECT_GT(first.events, 10u) << seed;
  }
  EXPECT_EQ(TellRun(3, {}, 1'000), TellRun(3, {}, 1'000));
  EXPECT_NE(RunOne(3).digest, RunOne(4).digest);
}

TEST(SimulatorTest, TellingChangesNothing) {
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    Story story;
    Setting setting;
    setting.story = &story;
    EXPECT_EQ(RunOne(seed, setting).digest, RunOne(seed).digest) << seed;
  }
}

TEST(SimulatorTest, EveryKindOfTroubleIsDrawn) {
  std::array<int, kTroubleKinds> drawn{};
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    for (const Trouble& trouble : Draw(seed).troubles) ++drawn[static_cast<std::size_t>(trouble.kind)];
  }
  for (std::size_t kind = 0; kind < kTroubleKinds; ++kind) {
    EXPECT_GT(drawn[kind], 0) << ToString(static_cast<TroubleKind>(kind));
  }
}

// ---- What is noticed ----

// The law that the first of some seeds breaks, and what is left of its troubles.
struct Finding {
  std::string law;
  std::uint64_t seed = 0;
  std::size_t troubles = 0;
};
Finding FirstFinding(Setting setting) {
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    const Result result = RunOne(seed, setting);
    if (result.fault.empty()) continue;
    setting.without = Needless(seed, result, setting);
    return {result.fault, seed, Draw(seed).troubles.size() - setting.without.size()};
  }
  return {};
}

TEST(SimulatorTest, NoticesAServerThatLosesEveryAnswer) {
  Setting setting;
  setting.mistake = Mistake::kServerLosesAnswers;
  const Finding finding = FirstFinding(setting);
  EXPECT_EQ(finding.law.substr(0, 2), "I6") << finding.law;
  EXPECT_EQ(finding.troubles, 0u) << "nothing else has to go wrong: seed " << finding.seed;
}

TEST(SimulatorTest, NoticesACallThatHearsOfNoDeadline) {
  Setting setting;
  setting.mistake = Mistake::kNoDeadlines;
  const Finding finding = FirstFinding(setting);
  EXPECT_EQ(finding.law.substr(0, 2), "I6") << finding.law;
  EXPECT_GT(finding.troubles, 0u) << "without trouble no deadline matters: seed " << finding.seed;
}

TEST(SimulatorTest, NoticesABrowserThatKeepsItsCamera) {
  Setting setting;
  setting.mistake = Mistake::kNothingStopsMedia;
  EXPECT_EQ(FirstFinding(setting).law.substr(0, 2), "I2");
}

TEST(SimulatorTest, NoticesAServerThatTakesItsTime) {
  Setting setting;
  setting.mistake = Mistake::kSlowServer;
  int slow = 0;
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed)
    slow += RunOne(seed, setting).fault == "two Duets took too long to come together";
  EXPECT_GT(slow, 10);
}

TEST(SimulatorTest, StoryOfAFailureSaysWhatHappenedAndWhichLawIsBroken) {
  Setting setting;
  setting.mistake = Mistake::kServerLosesAnswers;
  const Finding finding = FirstFinding(setting);
  const std::string told = TellRun(finding.seed, setting, 1'000);
  EXPECT_EQ(told.find("seed " + std::to_string(finding.seed) + ": "), 0u) << told;
  EXPECT_NE(told.find(" presses Join"), std::string::npos) << told;
  EXPECT_NE(told.find('\n' + finding.law + '\n'), std::string::npos) << told;
}

}  // namespace
}  // namespace duet::simulator
