#include "core/phase.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace duet {
namespace {

struct PhaseRow {
  Phase phase;
  std::string_view name;
};
constexpr PhaseRow kPhases[] = {
    {Phase::kIdle, "idle"},           {Phase::kJoining, "joining"},
    {Phase::kWaiting, "waiting"},     {Phase::kConnecting, "connecting"},
    {Phase::kConnected, "connected"}, {Phase::kReconnecting, "reconnecting"},
    {Phase::kEnded, "ended"},
};

// Each cause, its name, and a mark for each phase above in which it can be.
struct CauseRow {
  Cause cause;
  std::string_view name;
  std::string_view possible;
};
constexpr CauseRow kCauses[] = {
    {Cause::kNone, "none", "XXXXX.."},
    {Cause::kServerUnreachable, "serverUnreachable", ".XXXXX."},
    {Cause::kPeerLeft, "peerLeft", "..X...."},
    {Cause::kPeerVanished, "peerVanished", "..X...."},
    {Cause::kRetrying, "retrying", "...X.X."},
    {Cause::kPathLost, "pathLost", ".....X."},
    {Cause::kLeft, "left", "......X"},
    {Cause::kRoomFull, "roomFull", "......X"},
    {Cause::kBadRoom, "badRoom", "......X"},
    {Cause::kServerRefused, "serverRefused", "......X"},
    {Cause::kConnectFailed, "connectFailed", "......X"},
    {Cause::kConnectionLost, "connectionLost", "......X"},
    {Cause::kBrowserRefused, "browserRefused", "......X"},
};

TEST(PhaseTest, EveryPhaseHasTheNameThatThePageUses) {
  for (const PhaseRow& row : kPhases) EXPECT_EQ(ToString(row.phase), row.name);
}

TEST(PhaseTest, EveryCauseHasTheNameThatThePageUses) {
  for (const CauseRow& row : kCauses) EXPECT_EQ(ToString(row.cause), row.name);
}

TEST(PhaseTest, EveryDeviceStateHasTheNameThatThePageUses) {
  const std::vector<std::string_view> names = {"off",     "asking", "live",        "refused",
                                               "missing", "busy",   "unsupported", "ended"};
  for (std::size_t i = 0; i < names.size(); ++i) EXPECT_EQ(ToString(static_cast<DeviceState>(i)), names[i]);
}

TEST(PhaseTest, ThePairsOfPhaseAndCauseAreThoseOfTheTable) {
  for (const CauseRow& row : kCauses) {
    for (std::size_t i = 0; i < std::size(kPhases); ++i) {
      EXPECT_EQ(IsPossible(kPhases[i].phase, row.cause), row.possible[i] == 'X') << kPhases[i].name << " " << row.name;
    }
  }
}

TEST(PhaseTest, AnEndedCallAlwaysSaysWhy) {
  for (const CauseRow& row : kCauses) {
    const bool final = row.possible.back() == 'X';
    EXPECT_TRUE(!final || row.possible.find('X') == row.possible.size() - 1) << row.name;
  }
  EXPECT_FALSE(IsPossible(Phase::kEnded, Cause::kNone));
}

TEST(PhaseTest, AFreshSnapshotIsIdleWithBothSwitchesOn) {
  const Snapshot fresh;
  EXPECT_TRUE(IsPossible(fresh.phase, fresh.cause));
  EXPECT_EQ(fresh.phase, Phase::kIdle);
  EXPECT_TRUE(fresh.microphone_on && fresh.camera_on);
  EXPECT_FALSE(fresh.peer_known || fresh.server_reachable);
}

}  // namespace
}  // namespace duet
