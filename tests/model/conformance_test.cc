// Every conformance script on the model, three times: as the specifications say, as Chromium does it, and as Firefox does.
// The same scripts run in those browsers themselves: tests/conformance/*.test.js.
#include <gtest/gtest.h>

#include <cctype>
#include <string>

#include "model/script.h"
#include "model/script_run.h"

namespace duet::model {

void PrintTo(const Script& script, std::ostream* out) { *out << script.file << ": " << script.title; }

namespace {

class ConformanceTest : public testing::TestWithParam<Script> {};

TEST_P(ConformanceTest, TheModelDoesAsTheBrowsersDo) {
  for (const Who who : {Who::kSpec, Who::kChromium, Who::kFirefox}) {
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
