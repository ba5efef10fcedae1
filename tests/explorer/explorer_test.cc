// That the explorer itself can be believed: what it takes for the same, what it finds, and that its reduction loses nothing.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "explorer/configurations.h"
#include "explorer/search.h"

namespace duet::explorer {
namespace {

// ---- What counts as the same state ----

template <typename... Values>
Digest DigestOf(Millis now, const Values&... values) {
  Canonical canonical;
  canonical.Start(now);
  (canonical.Add(values), ...);
  return canonical.Finish();
}

TEST(CanonicalTest, IdsCountByTheirOrderAndNotByTheirValue) {
  EXPECT_EQ(DigestOf(Millis{0}, LegId{3}, LegId{5}, LegId{3}), DigestOf(Millis{0}, LegId{1}, LegId{2}, LegId{1}));
  EXPECT_NE(DigestOf(Millis{0}, LegId{1}, LegId{2}), DigestOf(Millis{0}, LegId{2}, LegId{1}));
  EXPECT_NE(DigestOf(Millis{0}, LegId{1}, LegId{2}), DigestOf(Millis{0}, LegId{1}, LegId{1}));
  EXPECT_NE(DigestOf(Millis{0}, LegId{1}), DigestOf(Millis{0}, LegId{}));
}

TEST(CanonicalTest, LegsAndOperationsAreToldApart) {
  EXPECT_NE(DigestOf(Millis{0}, LegId{2}, OpId{1}), DigestOf(Millis{0}, OpId{1}, LegId{2}));
  EXPECT_EQ(DigestOf(Millis{0}, LegId{2}, OpId{1}), DigestOf(Millis{0}, LegId{7}, OpId{9}));
}

TEST(CanonicalTest, IdsInTextsAreTheSameAsOutsideOfThem) {
  const auto digest = [](unsigned leg, const std::string& text) { return DigestOf(Millis{0}, LegId{leg}, text); };
  EXPECT_EQ(digest(3, R"({"leg":"pageA000-3","sdp":"o=- s0.4 0"})"), digest(1, R"({"leg":"pageA000-1","sdp":"o=- s0.2 0"})"));
  EXPECT_NE(digest(3, R"({"leg":"pageA000-3","sdp":"o=- s0.4 0"})"), digest(1, R"({"leg":"pageA000-1","sdp":"o=- s0.1 0"})"));
  EXPECT_NE(digest(3, R"({"leg":"pageA000-3"})"), digest(3, R"({"leg":"pageB000-3"})"));
  EXPECT_NE(digest(3, R"({"leg":"pageA000-3"})"), digest(3, R"({"log":"pageA000-3"})"));
}

TEST(CanonicalTest, TimesAreRelativeToNow) {
  EXPECT_EQ(DigestOf(Millis{100}, Millis{150}), DigestOf(Millis{0}, Millis{50}));
  EXPECT_NE(DigestOf(Millis{100}, Millis{150}), DigestOf(Millis{100}, Millis{151}));
}

TEST(CanonicalTest, OneThatWasUsedBeforeGivesTheSameDigest) {
  Canonical canonical;
  World world{Scene()};
  const Digest first = world.Canonicalize(&canonical);
  ASSERT_FALSE(world.Take(world.Steps().front()));
  EXPECT_NE(world.Canonicalize(&canonical), first);
  EXPECT_EQ(World{Scene()}.Canonicalize(&canonical), first);
}

TEST(DigestTableTest, NumbersStayTheSameWhileItGrows) {
  DigestTable table;
  const auto digest = [](std::uint64_t i) { return Digest{i * 0x9e3779b97f4a7c15u, i}; };
  for (std::uint32_t i = 0; i < 5'000; ++i) ASSERT_EQ(table.Number(digest(i)), std::pair(i, true));
  for (std::uint32_t i = 0; i < 5'000; ++i) ASSERT_EQ(table.Number(digest(i)), std::pair(i, false));
  EXPECT_EQ(table.size(), 5'000u);
}

// ---- What is found ----

TEST(SearchTest, PlantedFaultIsToldByTheShortestStory) {
  Search search(Scene(), false, [](const World& world) {
    return world.Describe() == "A is waiting, B is joining" ? std::string("A waits while B joins") : std::string();
  });
  search.Run({});
  EXPECT_EQ(search.report().fault,
            "A waits while B joins\n"
            "1. A presses Join  [A is joining, B is idle]\n"
            "2. the server reads from A\n"
            "3. A reads from the server  [A is waiting, B is idle]\n"
            "4. A reads from the server\n"
            "5. B presses Join  [A is waiting, B is joining]\n\n");
  EXPECT_TRUE(search.done());
  EXPECT_FALSE(search.report().complete);
}

TEST(SearchTest, LimitOfStatesCutsAndTheSearchGoesOnFromThere) {
  Search search{Scene()};
  search.Run({.states = 100});
  EXPECT_FALSE(search.done());
  EXPECT_LT(search.report().states, 200u);
  search.Run({.states = 200});
  EXPECT_GE(search.report().states, 200u);
}

using Components = std::vector<std::vector<std::uint32_t>>;

TEST(SearchTest, EndIsAStateOrACircleOutOfWhichNothingLeads) {
  // 0 -> 1 <-> 2, 0 -> 3, 3 -> 3
  EXPECT_EQ(TerminalComponents({0, 2, 3, 4, 5}, {1, 3, 2, 1, 3}), (Components{{1, 2}, {3}}));
  // 0 <-> 1 -> 2
  EXPECT_EQ(TerminalComponents({0, 1, 3, 3}, {1, 0, 2}), (Components{{2}}));
  // 0 -> 1 -> 2 -> 0
  EXPECT_EQ(TerminalComponents({0, 1, 2, 3}, {1, 2, 0}), (Components{{0, 1, 2}}));
}

// ---- The reduction ----

TEST(ReductionTest, FindsEveryEndThatThereIsWithoutIt) {
  for (const Configuration& configuration : Configurations(false)) {
    const std::string& name = configuration.name;
    const bool is_small = name.ends_with("nothing") || name.ends_with("refusal") || name.ends_with("cut");
    const bool are_two = name == "two Duets, Duet's server, nothing" || name == "two Duets who look, Duet's server, nothing";
    if (!is_small || (configuration.scene.seeds == 0 && !are_two)) continue;
    Scene scene = configuration.scene;
    scene.has_devices = !are_two;  // with tracks the whole graphs are ten times as large: docs/proof.md
    Search reduced(scene);
    Search whole(scene, true);
    reduced.Run({});
    whole.Run({});
    EXPECT_EQ(reduced.report().fault, whole.report().fault) << name;
    EXPECT_TRUE(reduced.report().complete && whole.report().complete) << name;
    EXPECT_EQ(reduced.report().outcomes, whole.report().outcomes) << name;
    EXPECT_EQ(reduced.report().ends, whole.report().ends) << name;
    EXPECT_LT(reduced.report().states, whole.report().states) << name;
  }
}

}  // namespace
}  // namespace duet::explorer
