// docs/states.md says what the call does, and everything that phase.h allows can happen.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

#include "states/document.h"

namespace duet::states {
namespace {

constexpr char kRenew[] = "DUET_WRITE_DOCS=1 build/native/duet_states";

const Facts& TheFacts() {
  static const Facts facts = Explore();
  return facts;
}

// Without exception so far: should a pair become possible that nothing here leads to, name it here with its reason.
TEST(StatesTest, EveryPhaseAndCauseThatIsPossibleCanBeReached) {
  for (int phase = 0; phase <= static_cast<int>(Phase::kEnded); ++phase) {
    for (int cause = 0; cause <= static_cast<int>(Cause::kBrowserRefused); ++cause) {
      const Seen seen{static_cast<Phase>(phase), static_cast<Cause>(cause)};
      EXPECT_EQ(TheFacts().seen.count(seen) > 0, IsPossible(seen.phase, seen.cause))
          << ToString(seen.phase) << ": " << ToString(seen.cause);
    }
  }
}

TEST(StatesTest, EveryPhaseCanBeLeft) {
  for (const Seen& seen : TheFacts().seen) {
    bool left = false;
    for (const auto& [step, orders] : TheFacts().steps) left |= step.from == seen.phase && step.to.phase != seen.phase;
    EXPECT_TRUE(left) << ToString(seen.phase);
  }
}

// Each takes a tenth of a millisecond. If the core has a new part that no phase depends on, name it in shape.h.
TEST(StatesTest, ThereAreFewEnoughSituationsForATest) { EXPECT_LT(TheFacts().situations, 20'000u); }

TEST(StatesTest, TheDocumentSaysWhatTheCallDoes) {
  const std::string text = Document(TheFacts());
  if (std::getenv("DUET_WRITE_DOCS") != nullptr) std::ofstream(DUET_STATES_DOCUMENT, std::ios::binary) << text;
  std::ifstream file(DUET_STATES_DOCUMENT, std::ios::binary);
  std::stringstream written;
  written << file.rdbuf();
  std::istringstream is(text), was(written.str());
  std::string now, before;
  for (int line = 1; written.str() != text; ++line) {
    const bool more = static_cast<bool>(std::getline(is, now));
    const bool more_before = static_cast<bool>(std::getline(was, before));
    if (more && more_before && now == before) continue;
    FAIL() << "docs/states.md is stale from line " << line << " on:\n- " << (more_before ? before : "(its end)") << "\n+ "
           << (more ? now : "(its end)") << "\nSee whether the call should do so. If it should: " << kRenew;
  }
}

}  // namespace
}  // namespace duet::states
