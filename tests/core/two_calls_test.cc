// Whole calls between two real Calls over a fake wire. A joins first unless a test says otherwise.
#include <gtest/gtest.h>

#include "core/options.h"
#include "support/print.h"
#include "support/world.h"

namespace duet {
namespace {

void Connect(World& world) {
  world.Join(kA);
  world.Run();
  world.Join(kB);
  world.Run();
  for (const Side side : {kA, kB}) world.GrantMedia(side);
  world.Run();
}

void ExpectConnected(const World& world) {
  for (const Side side : {kA, kB}) {
    EXPECT_TRUE(world.is_connected(side)) << "side " << side << " is " << ToString(world.phase(side));
    EXPECT_EQ(world.open_legs(side), 1);
    EXPECT_TRUE(world.sends_tracks(side));
  }
}

void ExpectCall(const World& world) {
  ExpectConnected(world);
  for (const Side side : {kA, kB}) EXPECT_EQ(world.cause(side), Cause::kNone);
}

TEST(TwoCallsTest, SecondToJoinAnswersWhatIsParkedAndBothConnect) {
  World world;
  world.Join(kA);
  world.Run();
  EXPECT_EQ(world.phase(kA), Phase::kWaiting);
  world.Join(kB);
  world.Run();
  EXPECT_EQ(world.sent(kA, "park"), 1);
  EXPECT_EQ(world.sent(kA, "offer"), 0);
  EXPECT_EQ(world.sent(kB, "offer"), 0);
  EXPECT_EQ(world.sent(kB, "answer"), 1);
  EXPECT_TRUE(world.is_connected(kA));
  EXPECT_TRUE(world.is_connected(kB));
  EXPECT_EQ(world.call(kA).snapshot().peer_name, "B");
  EXPECT_EQ(world.call(kB).snapshot().peer_name, "A");
}

TEST(TwoCallsTest, TracksThatCameLateAreSentWithoutAnotherNegotiation) {
  World world;
  Connect(world);
  ExpectCall(world);
  EXPECT_EQ(world.sent(kA, "offer") + world.sent(kB, "offer"), 0);
  EXPECT_EQ(world.sent(kA, "answer") + world.sent(kB, "answer"), 1);
}

TEST(TwoCallsTest, MediaIsAskedForOnceAndBesideJoining) {
  World world;
  world.Join(kA);
  world.Run();
  EXPECT_EQ(world.phase(kA), Phase::kWaiting);  // nobody has answered the prompt
  EXPECT_EQ(world.prompts(kA), 1);
}

// Every order in which two people, one server and two browsers can get there.
TEST(TwoCallsTest, BothJoinAtOnceInAnyOrderOfEvents) {
  for (std::uint32_t seed = 1; seed <= 2'000; ++seed) {
    World world(ServerKind::kDuet, seed);
    world.Join(kA);
    world.Join(kB);
    world.Run();
    for (const Side side : {kA, kB}) world.GrantMedia(side);
    world.Run();
    ExpectCall(world);
    if (HasFailure()) FAIL() << "seed " << seed;
  }
}

TEST(TwoCallsTest, BothJoinAtOnceOverTheLessonsServerInAnyOrderOfEvents) {
  for (std::uint32_t seed = 1; seed <= 2'000; ++seed) {
    World world(ServerKind::kLesson, seed);
    world.Join(kA);
    world.Join(kB);
    world.Run();
    for (const Side side : {kA, kB}) world.GrantMedia(side);
    world.Run();
    ExpectCall(world);
    if (HasFailure()) FAIL() << "seed " << seed;
  }
}

// The lesson's server shows no fields, so the first offer is made for a seed; the rest is added once the answer proves a
// Duet.
TEST(TwoCallsTest, DuetsThatMeetOverTheLessonsServerAddTheRestByOneRenegotiation) {
  World world(ServerKind::kLesson);
  Connect(world);
  ExpectCall(world);
  EXPECT_EQ(world.sent(kB, "offer"), 2);
  EXPECT_EQ(world.sent(kA, "offer"), 0);
  EXPECT_TRUE(world.call(kA).snapshot().peer_devices_known);
  EXPECT_TRUE(world.call(kB).snapshot().peer_devices_known);
}

TEST(TwoCallsTest, LeavingEndsHereAtOnceAndTheOtherWaits) {
  World world;
  Connect(world);
  world.Leave(kA);
  world.Run();
  EXPECT_EQ(world.phase(kA), Phase::kEnded);
  EXPECT_EQ(world.cause(kA), Cause::kLeft);
  EXPECT_FALSE(world.has_tracks(kA));
  EXPECT_EQ(world.open_legs(kA), 0);
  EXPECT_EQ(world.phase(kB), Phase::kWaiting);
  EXPECT_EQ(world.cause(kB), Cause::kPeerLeft);
  EXPECT_EQ(world.open_legs(kB), 1) << "parked for whoever comes next";
  EXPECT_TRUE(world.has_tracks(kB));
  EXPECT_FALSE(world.call(kA).deadline());
}

TEST(TwoCallsTest, RejoiningAfterLeavingConnectsAgain) {
  World world;
  Connect(world);
  for (int round = 0; round < 5; ++round) {
    const Side side = round % 2 == 0 ? kA : kB;
    world.Leave(side);
    world.Run();
    world.Join(side);
    world.Run();
    world.GrantMedia(side);
    world.Run();
    ExpectCall(world);
  }
}

TEST(TwoCallsTest, LeavingAndRejoiningWithoutAPauseConnectsInAnyOrderOfEvents) {
  for (std::uint32_t seed = 1; seed <= 2'000; ++seed) {
    World world(ServerKind::kDuet, seed);
    Connect(world);
    world.Leave(kB);
    world.Join(kB);
    world.Run();
    world.GrantMedia(kB);
    world.Run();
    world.Advance(options::kOfferTimeout * 2);
    ExpectCall(world);
    if (HasFailure()) FAIL() << "seed " << seed;
  }
}

TEST(TwoCallsTest, ThirdJoinerIsRefusedAndDisturbsNobody) {
  World world;
  Connect(world);
  world.Join(kC);
  world.Run();
  EXPECT_EQ(world.phase(kC), Phase::kEnded);
  EXPECT_EQ(world.cause(kC), Cause::kRoomFull);
  EXPECT_EQ(world.legs_made(kC), 0);
  ExpectCall(world);
  world.GrantMedia(kC);  // the prompt is answered after all
  world.Run();
  EXPECT_FALSE(world.has_tracks(kC));
}

TEST(TwoCallsTest, ReloadOfEitherSideGetsItsSeatBackAndConnectsInAnyOrderOfEvents) {
  for (const Side side : {kA, kB}) {
    for (std::uint32_t seed = 1; seed <= 1'000; ++seed) {
      World world(ServerKind::kDuet, seed);
      Connect(world);
      world.Reload(side);
      world.Run();
      world.Join(side);
      world.Run();
      world.GrantMedia(side);
      world.Run();
      ExpectCall(world);
      if (HasFailure()) FAIL() << "side " << side << " seed " << seed;
    }
  }
}

TEST(TwoCallsTest, LostSocketIsRegainedWithoutTouchingTheCall) {
  World world;
  Connect(world);
  const int offers = world.sent(kA, "offer") + world.sent(kB, "offer");
  world.LoseSocket(kA);
  world.Run();
  EXPECT_EQ(world.phase(kA), Phase::kConnected);
  EXPECT_EQ(world.cause(kA), Cause::kServerUnreachable);
  EXPECT_EQ(world.phase(kB), Phase::kConnected);
  world.RegainSocket(kA);
  world.Run();
  ExpectCall(world);
  EXPECT_EQ(world.sent(kA, "offer") + world.sent(kB, "offer"), offers);
  EXPECT_EQ(world.legs_made(kA), 1);
}

TEST(TwoCallsTest, ServerThatForgotEverythingGetsBothBackWithoutTouchingTheCall) {
  World world;
  Connect(world);
  world.ForgetEverything();
  world.Run();
  for (const Side side : {kA, kB}) EXPECT_EQ(world.cause(side), Cause::kServerUnreachable);
  for (const Side side : {kB, kA}) {
    world.RegainSocket(side);
    world.Run();
  }
  ExpectCall(world);
  EXPECT_EQ(world.legs_made(kA), 1);
  EXPECT_EQ(world.legs_made(kB), 1);
}

TEST(TwoCallsTest, ServerThatForgotEverythingAndGaveASeatAwayDoesNotTouchTheCallInAnyOrderOfEvents) {
  for (std::uint32_t seed = 1; seed <= 200; ++seed) {
    World world(ServerKind::kDuet, seed);
    Connect(world);
    world.ForgetEverything();
    world.Run();
    world.Join(kC);
    for (const Side side : {kC, kA, kB}) world.RegainSocket(side);
    world.Run();
    world.Advance(options::kRefusedPause * 2);
    ExpectConnected(world);
    EXPECT_EQ(world.legs_made(kA) + world.legs_made(kB), 2);
    if (HasFailure()) FAIL() << "seed " << seed;
  }
}

// What is in flight is lost with the sockets; what the two have agreed on so far is not.
TEST(TwoCallsTest, ServerThatForgetsEverythingDuringSetUpStillBringsBothTogether) {
  for (int steps = 0; steps < 100; ++steps) {
    World world(ServerKind::kDuet, static_cast<std::uint32_t>(steps) + 1);
    world.Join(kA);
    world.Join(kB);
    for (int i = 0; i < steps; ++i) world.Step();
    world.ForgetEverything();
    world.Run();
    for (const Side side : {kA, kB}) world.RegainSocket(steps % 2 == 0 ? side : side == kA ? kB : kA);
    world.Run();
    for (const Side side : {kA, kB}) world.GrantMedia(side);
    world.Run();
    world.Advance(options::kConnectTimeout * 2);
    ExpectCall(world);
    if (HasFailure()) FAIL() << "after " << steps << " steps";
  }
}

TEST(TwoCallsTest, SocketLostAtAnyMomentOfSetUpStillBringsBothTogether) {
  for (int steps = 0; steps < 100; ++steps) {
    for (const Side side : {kA, kB}) {
      World world(ServerKind::kDuet, static_cast<std::uint32_t>(steps) + 1);
      world.Join(kA);
      world.Join(kB);
      for (int i = 0; i < steps; ++i) world.Step();
      world.LoseSocket(side);
      world.Run();
      world.RegainSocket(side);
      world.Run();
      for (const Side each : {kA, kB}) world.GrantMedia(each);
      world.Run();
      world.Advance(options::kConnectTimeout * 2);
      ExpectCall(world);
      if (HasFailure()) FAIL() << "side " << side << " after " << steps << " steps";
    }
  }
}

TEST(TwoCallsTest, ShortLossIsNotShown) {
  World world;
  Connect(world);
  world.SetConnectionState(kA, ConnectionState::kDisconnected);
  world.Advance(options::kLossShownAfter - Millis{1});
  EXPECT_EQ(world.phase(kA), Phase::kConnected);
  world.SetConnectionState(kA, ConnectionState::kConnected);
  world.Advance(options::kGiveUpAfter * 2);
  ExpectCall(world);
}

TEST(TwoCallsTest, LastingLossIsShownAndItsEndToo) {
  World world;
  Connect(world);
  world.SetConnectionState(kA, ConnectionState::kDisconnected);
  world.Advance(options::kLossShownAfter);
  EXPECT_EQ(world.phase(kA), Phase::kReconnecting);
  EXPECT_EQ(world.cause(kA), Cause::kPathLost);
  world.SetConnectionState(kA, ConnectionState::kConnected);
  world.Run();
  ExpectCall(world);
}

TEST(TwoCallsTest, FailedPathIsReplacedByOneNewLegInAnyOrderOfEvents) {
  for (std::uint32_t seed = 1; seed <= 1'000; ++seed) {
    World world(ServerKind::kDuet, seed);
    Connect(world);
    world.LosePath();
    for (const Side side : {kA, kB}) world.SetConnectionState(side, ConnectionState::kDisconnected);
    world.Advance(Millis{10'000});
    for (const Side side : {kA, kB}) EXPECT_EQ(world.phase(side), Phase::kReconnecting);
    world.RegainPath();
    for (const Side side : {kA, kB}) world.SetConnectionState(side, ConnectionState::kFailed);
    world.Run();
    world.Advance(options::kPoliteRetryDelay);
    ExpectCall(world);
    for (const Side side : {kA, kB}) EXPECT_EQ(world.legs_made(side), 2);
    if (HasFailure()) FAIL() << "seed " << seed;
  }
}

TEST(TwoCallsTest, PathThatStaysDeadEndsHonestlyOnBothSides) {
  World world;
  Connect(world);
  world.LosePath();
  for (const Side side : {kA, kB}) world.SetConnectionState(side, ConnectionState::kFailed);
  world.Advance(options::kGiveUpAfter);
  int lost = 0;
  for (const Side side : {kA, kB}) {
    EXPECT_EQ(world.open_legs(side), 0);
    lost += world.phase(side) == Phase::kEnded && world.cause(side) == Cause::kConnectionLost;
    EXPECT_TRUE(world.phase(side) == Phase::kEnded || world.phase(side) == Phase::kWaiting);
  }
  EXPECT_GE(lost, 1);
}

TEST(TwoCallsTest, PathThatNeverWasEndsWithItsOwnSentence) {
  World world;
  world.LosePath();
  world.Join(kA);
  world.Run();
  world.Join(kB);
  world.Run();
  EXPECT_EQ(world.phase(kA), Phase::kConnecting);
  EXPECT_EQ(world.phase(kB), Phase::kConnecting);
  world.Advance(options::kConnectTimeout + options::kPoliteRetryDelay);
  EXPECT_EQ(world.cause(kA), Cause::kRetrying);
  world.Advance(options::kConnectTimeout * 2);
  EXPECT_EQ(world.phase(kA) == Phase::kEnded ? world.cause(kA) : world.cause(kB), Cause::kConnectFailed);
  for (const Side side : {kA, kB}) EXPECT_EQ(world.open_legs(side), 0);
}

TEST(TwoCallsTest, PeerThatVanishesIsSaidToBeGone) {
  World world;
  Connect(world);
  world.Reload(kB);  // and does not join again
  world.Run();
  world.SetConnectionState(kA, ConnectionState::kDisconnected);
  world.Advance(Millis{10'000});
  EXPECT_EQ(world.phase(kA), Phase::kReconnecting);
  world.SetConnectionState(kA, ConnectionState::kFailed);
  world.Run();
  EXPECT_EQ(world.phase(kA), Phase::kReconnecting);  // the server keeps the seat; it may come back
  EXPECT_EQ(world.open_legs(kA), 0);
  world.Tell(kA, "user_exit", R"({"id":"page-b-0000000000000000"})");
  world.Run();
  EXPECT_EQ(world.phase(kA), Phase::kWaiting);
  EXPECT_EQ(world.cause(kA), Cause::kPeerVanished);
}

TEST(TwoCallsTest, WhatWasSaidWithoutASocketIsSaidAfterwards) {
  World world;
  world.Join(kA);
  world.Run();
  world.Join(kB);
  while (world.sent(kB, "answer") == 0) ASSERT_TRUE(world.Step());
  world.LoseSocket(kA);  // before it can hear the answer
  world.Run();
  EXPECT_FALSE(world.is_connected(kA));
  world.RegainSocket(kA);
  world.Run();
  world.Advance(options::kAnswerTimeout);
  EXPECT_TRUE(world.is_connected(kA));
  EXPECT_TRUE(world.is_connected(kB));
}

TEST(TwoCallsTest, SwitchesAreToldToTheOther) {
  World world;
  Connect(world);
  EXPECT_TRUE(world.call(kB).snapshot().peer_camera_on);
  world.Switch(kA, MediaKind::kCamera, false);
  world.Run();
  EXPECT_FALSE(world.call(kB).snapshot().peer_camera_on);
  EXPECT_TRUE(world.call(kB).snapshot().peer_microphone_on);
  world.Switch(kA, MediaKind::kCamera, true);
  world.Run();
  EXPECT_TRUE(world.call(kB).snapshot().peer_camera_on);
}

TEST(TwoCallsTest, CallWithoutCameraAndMicrophoneConnectsAndSaysSo) {
  World world;
  world.Join(kA);
  world.Join(kB);
  world.Run();
  world.RefuseMedia(kA, MediaError::kRefused);
  world.GrantMedia(kB);
  world.Run();
  EXPECT_TRUE(world.is_connected(kA));
  EXPECT_TRUE(world.is_connected(kB));
  EXPECT_EQ(world.prompts(kA), 1);
  EXPECT_EQ(world.call(kA).snapshot().camera, DeviceState::kRefused);
  EXPECT_TRUE(world.call(kB).snapshot().peer_devices_known);
  EXPECT_FALSE(world.call(kB).snapshot().peer_camera_on);
}

// Leave at any moment, whatever is under way: nothing of this page stays on.
TEST(TwoCallsTest, LeavingAtAnyMomentLeavesNothingOn) {
  for (int steps = 0; steps < 120; ++steps) {
    World world(ServerKind::kDuet, static_cast<std::uint32_t>(steps) + 1);
    world.Join(kA);
    world.Join(kB);
    for (int i = 0; i < steps; ++i) world.Step();
    world.Leave(kA);
    world.Run();
    world.GrantMedia(kA);  // the person answers a prompt that nobody needs any more
    world.Run();
    world.Advance(options::kFarewellTimeout);
    EXPECT_EQ(world.phase(kA), Phase::kEnded);
    EXPECT_FALSE(world.has_tracks(kA));
    EXPECT_EQ(world.open_legs(kA), 0);
    EXPECT_FALSE(world.call(kA).deadline());
    EXPECT_EQ(world.phase(kB), Phase::kWaiting);
    if (HasFailure()) FAIL() << "after " << steps << " steps";
  }
}

TEST(TwoCallsTest, BothLeaveAtOnceInAnyOrderOfEvents) {
  for (std::uint32_t seed = 1; seed <= 200; ++seed) {
    World world(ServerKind::kDuet, seed);
    Connect(world);
    for (const Side side : {kA, kB}) world.Leave(side);
    world.Run();
    world.Advance(options::kFarewellTimeout);
    for (const Side side : {kA, kB}) {
      EXPECT_EQ(world.phase(side), Phase::kEnded);
      EXPECT_EQ(world.cause(side), Cause::kLeft);
      EXPECT_FALSE(world.has_tracks(side));
      EXPECT_EQ(world.open_legs(side), 0);
      EXPECT_FALSE(world.call(side).deadline());
    }
    if (HasFailure()) FAIL() << "seed " << seed;
  }
}

TEST(TwoCallsTest, FiftyJoinsAndLeavesLeaveOneLegEach) {
  World world;
  Connect(world);
  for (int round = 0; round < 50; ++round) {
    world.Leave(kB);
    world.Run();
    world.Join(kB);
    world.Run();
    world.GrantMedia(kB);
    world.Run();
  }
  ExpectCall(world);
}

// Visit() names every field: where two states differ, so do their prints, and the other way round.
TEST(TwoCallsTest, EveryChangeOfStateCanBeSeenInItsPrint) {
  World world;
  int changes = 0;
  world.observe = [&changes](const Call& before, const Call& after) {
    EXPECT_EQ(before == after, Print(before) == Print(after));
    changes += before == after ? 0 : 1;
  };
  Connect(world);
  world.LoseSocket(kA);
  world.Run();
  world.RegainSocket(kA);
  world.Run();
  world.LosePath();
  for (const Side side : {kA, kB}) world.SetConnectionState(side, ConnectionState::kFailed);
  world.Advance(options::kGiveUpAfter);
  EXPECT_GT(changes, 40);
}

}  // namespace
}  // namespace duet
