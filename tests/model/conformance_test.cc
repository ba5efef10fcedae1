// Every conformance script on the model, three times: as the specifications say, as Chromium does it, and as Firefox does.
// The same scripts run in those browsers themselves: tests/conformance/*.test.js.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cctype>
#include <string>
#include <vector>

#include "model/script.h"
#include "model/script_run.h"

namespace duet::model {

void PrintTo(const Script& script, std::ostream* out) { *out << script.file << ": " << script.title; }

namespace {

constexpr std::array kEverybody = {Who::kSpec, Who::kChromium, Who::kFirefox};

// A dialect with one switch turned. They are bools, one after the other.
using Switches = std::array<bool, sizeof(Dialect)>;
Dialect Turned(const Dialect& dialect, std::size_t which) {
  auto switches = std::bit_cast<Switches>(dialect);
  switches[which] = !switches[which];
  return std::bit_cast<Dialect>(switches);
}

bool Passes(const Script& script, Who who, const Dialect& dialect) {
  ScriptRun run(who, dialect);
  return std::all_of(script.steps.begin(), script.steps.end(),
                     [&](const ScriptStep& step) { return run.Do(step) == step.expected[static_cast<std::size_t>(who)]; });
}

// That the channel may open first only adds to what is possible; and where unknown fragments pass, agreed ones do.
bool CanNotBeNoticed(const Dialect& turned, const Dialect& dialect) {
  return turned.channel_may_open_first != dialect.channel_may_open_first ||
         (turned.refuses_agreed_fragment && !turned.refuses_unknown_fragment);
}

// Where no script would notice, a switch might as well be wrong.
TEST(DialectTest, EverySwitchIsHeldByAScript) {
  const std::vector<Script> scripts = ReadScripts(DUET_CONFORMANCE_SCRIPTS);
  for (std::size_t which = 0; which < sizeof(Dialect); ++which) {
    for (const Who who : kEverybody) {
      const Dialect turned = Turned(DialectOf(who), which);
      if (CanNotBeNoticed(turned, DialectOf(who))) continue;
      const bool noticed =
          !std::all_of(scripts.begin(), scripts.end(), [&](const Script& script) { return Passes(script, who, turned); });
      EXPECT_TRUE(noticed) << "switch " << which << " of " << kWho[static_cast<std::size_t>(who)];
    }
  }
}

class ConformanceTest : public testing::TestWithParam<Script> {};

TEST_P(ConformanceTest, TheModelDoesAsTheBrowsersDo) {
  for (const Who who : kEverybody) {
    const auto index = static_cast<std::size_t>(who);
    ScriptRun run(who);
    for (const ScriptStep& step : GetParam().steps) {
      ASSERT_EQ(run.Do(step), step.expected[index])
          << kWho[index] << ", " << GetParam().file << ':' << step.line << ": " << step.text;
    }
  }
}

// "An offer and an answer" -> "AnOfferAndAnAnswer"
std::string NameOf(const testing::TestParamInfo<Script>& info) {
  std::string name;
  bool starts = true;
  for (const char c : info.param.title) {
    const bool letter = std::isalnum(static_cast<unsigned char>(c)) != 0;
    if (letter) name += starts ? static_cast<char>(std::toupper(static_cast<unsigned char>(c))) : c;
    starts = !letter && c != '\'';
  }
  return name;
}

INSTANTIATE_TEST_SUITE_P(Scripts, ConformanceTest, testing::ValuesIn(ReadScripts(DUET_CONFORMANCE_SCRIPTS)), NameOf);

}  // namespace
}  // namespace duet::model
