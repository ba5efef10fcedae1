#include "core/recovery.h"

#include <gtest/gtest.h>

#include <functional>

#include "core/options.h"
#include "support/parts.h"

namespace duet {
namespace {

using Verdict = Recovery::Verdict;
using Due = Recovery::Due;
using namespace options;

constexpr Millis kStart{10'000};
constexpr Millis kTick{1};

Recovery Connecting() {
  Recovery recovery;
  recovery.OnLegOpened(kStart);
  return recovery;
}

Recovery Connected() {
  Recovery recovery = Connecting();
  recovery.OnConnected();
  return recovery;
}

TEST(RecoveryTest, WithoutALegThereIsNothingToWaitFor) {
  Recovery recovery;
  EXPECT_EQ(recovery.deadline(), std::nullopt);
  EXPECT_EQ(recovery.OnDeadline(kStart), Due::kNothing);
  EXPECT_EQ(recovery, Recovery());
  EXPECT_FALSE(recovery.in_doubt() || recovery.retrying() || recovery.leg_wanted() || recovery.loss_shown());
}

TEST(RecoveryTest, TheFirstLegIsNoRetryAndNoDoubt) {
  const Recovery recovery = Connecting();
  EXPECT_EQ(recovery.deadline(), kStart + kConnectTimeout);
  EXPECT_FALSE(recovery.retrying());
  EXPECT_FALSE(recovery.in_doubt());
}

TEST(RecoveryTest, ALegThatDoesNotConnectInTimeIsDead) {
  Recovery recovery = Connecting();
  EXPECT_EQ(recovery.OnDeadline(kStart + kConnectTimeout - kTick), Due::kNothing);
  EXPECT_EQ(recovery, Connecting());
  EXPECT_EQ(recovery.OnDeadline(kStart + kConnectTimeout), Due::kLegDead);
  EXPECT_EQ(recovery.deadline(), std::nullopt);
}

TEST(RecoveryTest, AConnectionNeedsNoDeadline) {
  Recovery recovery = Connected();
  EXPECT_TRUE(recovery.connected_once());
  EXPECT_EQ(recovery.deadline(), std::nullopt);
  EXPECT_EQ(recovery.OnDeadline(kStart + kConnectTimeout + kGiveUpAfter), Due::kNothing);
}

TEST(RecoveryTest, ALossIsShownOnlyIfItLasts) {
  Recovery recovery = Connected();
  recovery.OnDisconnected(kStart);
  EXPECT_TRUE(recovery.in_doubt());
  EXPECT_EQ(recovery.deadline(), kStart + kLossShownAfter);
  EXPECT_EQ(recovery.OnDeadline(kStart + kLossShownAfter - kTick), Due::kNothing);
  EXPECT_FALSE(recovery.loss_shown());
  EXPECT_EQ(recovery.OnDeadline(kStart + kLossShownAfter), Due::kNothing);
  EXPECT_TRUE(recovery.loss_shown());
  EXPECT_EQ(recovery.deadline(), kStart + kGiveUpAfter);
}

TEST(RecoveryTest, AConnectionThatHealsForgetsItsLoss) {
  Recovery recovery = Connected();
  recovery.OnDisconnected(kStart);
  recovery.OnDeadline(kStart + kLossShownAfter);
  recovery.OnConnected();
  EXPECT_EQ(recovery, Connected());
}

TEST(RecoveryTest, ASecondDisconnectedDoesNotBuyMoreTime) {
  Recovery recovery = Connected();
  recovery.OnDisconnected(kStart);
  const Recovery once = recovery;
  recovery.OnDisconnected(kStart + kLossShownAfter / 2);
  EXPECT_EQ(recovery, once);
  recovery.OnDeadline(kStart + kLossShownAfter);
  const Recovery shown = recovery;
  recovery.OnDisconnected(kStart + 2 * kLossShownAfter);
  EXPECT_EQ(recovery, shown);
}

TEST(RecoveryTest, DisconnectedBeforeTheFirstConnectionSaysNothing) {
  Recovery recovery = Connecting();
  recovery.OnDisconnected(kStart + kTick);
  EXPECT_EQ(recovery, Connecting());
}

TEST(RecoveryTest, AnHonestEndComesAMinuteAfterTheLoss) {
  Recovery recovery = Connected();
  recovery.OnDisconnected(kStart);
  EXPECT_EQ(recovery.OnDeadline(kStart + kGiveUpAfter - kTick), Due::kNothing);
  EXPECT_EQ(recovery.OnDeadline(kStart + kGiveUpAfter), Due::kGiveUp);
}

TEST(RecoveryTest, TheDesignatedSideWantsANewLegAtOnce) {
  for (const bool connected : {false, true}) {
    Recovery recovery = connected ? Connected() : Connecting();
    EXPECT_EQ(recovery.OnLegDead(kStart, true), Verdict::kWait);
    EXPECT_TRUE(recovery.leg_wanted());
    EXPECT_TRUE(recovery.in_doubt());
    EXPECT_EQ(recovery.loss_shown(), connected);
    EXPECT_EQ(recovery.deadline(), kStart + kGiveUpAfter);
  }
}

TEST(RecoveryTest, TheOtherSideWantsOneOnlyAfterAWhile) {
  Recovery recovery = Connected();
  EXPECT_EQ(recovery.OnLegDead(kStart, false), Verdict::kWait);
  EXPECT_FALSE(recovery.leg_wanted());
  EXPECT_EQ(recovery.deadline(), kStart + kPoliteRetryDelay);
  EXPECT_EQ(recovery.OnDeadline(kStart + kPoliteRetryDelay - kTick), Due::kNothing);
  EXPECT_FALSE(recovery.leg_wanted());
  EXPECT_EQ(recovery.OnDeadline(kStart + kPoliteRetryDelay), Due::kNothing);
  EXPECT_TRUE(recovery.leg_wanted());
  EXPECT_EQ(recovery.deadline(), kStart + kGiveUpAfter);
}

TEST(RecoveryTest, ASecondDeathDoesNotDelayTheRetry) {
  Recovery recovery = Connected();
  recovery.OnLegDead(kStart, false);
  EXPECT_EQ(recovery.OnLegDead(kStart + kPoliteRetryDelay / 2, false), Verdict::kWait);
  EXPECT_EQ(recovery.deadline(), kStart + kPoliteRetryDelay);
}

TEST(RecoveryTest, ANewLegFulfilsTheWishAndCancelsTheOtherSidesDelay) {
  for (const bool designated : {false, true}) {
    Recovery recovery = Connected();
    recovery.OnLegDead(kStart, designated);
    recovery.OnLegOpened(kStart + kTick);
    EXPECT_FALSE(recovery.leg_wanted());
    EXPECT_TRUE(recovery.retrying());
    EXPECT_TRUE(recovery.loss_shown());
    EXPECT_EQ(recovery.deadline(), kStart + kTick + kConnectTimeout);
    EXPECT_EQ(recovery.OnDeadline(kStart + kPoliteRetryDelay), Due::kNothing);
    EXPECT_FALSE(recovery.leg_wanted());
  }
}

TEST(RecoveryTest, TheSecondDeathBeforeAnyConnectionIsTheEnd) {
  Recovery recovery = Connecting();
  EXPECT_EQ(recovery.OnLegDead(kStart, true), Verdict::kWait);
  recovery.OnLegOpened(kStart);
  EXPECT_TRUE(recovery.retrying());
  EXPECT_EQ(recovery.OnLegDead(kStart, true), Verdict::kGiveUp);
}

TEST(RecoveryTest, TheSecondDeathWithoutAConnectionInBetweenIsTheEnd) {
  Recovery recovery = Connected();
  EXPECT_EQ(recovery.OnLegDead(kStart, true), Verdict::kWait);
  recovery.OnLegOpened(kStart);
  EXPECT_EQ(recovery.OnLegDead(kStart, true), Verdict::kGiveUp);
}

TEST(RecoveryTest, AConnectionInBetweenGivesANewAttempt) {
  Recovery recovery = Connected();
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(recovery.OnLegDead(kStart, true), Verdict::kWait);
    recovery.OnLegOpened(kStart);
    recovery.OnConnected();
    EXPECT_EQ(recovery, Connected());
  }
}

TEST(RecoveryTest, TheEndIsCountedFromTheFirstLossNotFromTheRetry) {
  Recovery recovery = Connected();
  recovery.OnDisconnected(kStart);
  recovery.OnLegDead(kStart + Millis{10'000}, true);
  recovery.OnLegOpened(kStart + Millis{50'000});
  EXPECT_EQ(recovery.deadline(), kStart + kGiveUpAfter);
  EXPECT_EQ(recovery.OnDeadline(kStart + kGiveUpAfter), Due::kGiveUp);
}

TEST(RecoveryTest, TheOtherSidesNewLegShowsALossThatWasNotNoticedHere) {
  Recovery recovery = Connected();
  recovery.OnLegOpened(kStart);
  EXPECT_TRUE(recovery.loss_shown());
  EXPECT_TRUE(recovery.in_doubt());
  EXPECT_EQ(recovery.OnDeadline(kStart + kConnectTimeout), Due::kLegDead);
  EXPECT_EQ(recovery.OnDeadline(kStart + kGiveUpAfter), Due::kGiveUp);
}

TEST(RecoveryTest, ANewLegDuringAShortLossShowsIt) {
  Recovery recovery = Connected();
  recovery.OnDisconnected(kStart);
  recovery.OnLegOpened(kStart + kTick);
  EXPECT_TRUE(recovery.loss_shown());
  EXPECT_EQ(recovery.deadline(), kStart + kTick + kConnectTimeout);
}

TEST(RecoveryTest, ALegThatYieldedIsNoAttempt) {
  Recovery recovery = Connecting();
  recovery.OnLegYielded();
  recovery.OnLegOpened(kStart);
  EXPECT_EQ(recovery, Connecting());
  EXPECT_EQ(recovery.OnLegDead(kStart, true), Verdict::kWait);
}

TEST(RecoveryTest, AConnectionThatGivesWayIsNoAttemptEither) {
  Recovery recovery = Connected();
  recovery.OnLegYielded();
  recovery.OnLegOpened(kStart);
  EXPECT_EQ(recovery.OnLegDead(kStart, true), Verdict::kGiveUp);
}

TEST(RecoveryTest, ADeadLegHasNoConnectDeadline) {
  Recovery recovery = Connecting();
  recovery.OnLegDead(kStart, true);
  EXPECT_EQ(recovery.OnDeadline(kStart + kConnectTimeout), Due::kNothing);
}

TEST(RecoveryTest, GivingUpGoesBeforeWhatElseIsDue) {
  Recovery recovery = Connected();
  recovery.OnDisconnected(kStart);
  recovery.OnLegDead(kStart, false);
  recovery.OnLegOpened(kStart);
  EXPECT_EQ(recovery.OnDeadline(kStart + kGiveUpAfter), Due::kGiveUp);
}

TEST(RecoveryTest, ResetForgetsEverything) {
  Recovery recovery = Connected();
  recovery.OnDisconnected(kStart);
  recovery.OnLegDead(kStart, true);
  recovery.Reset();
  EXPECT_EQ(recovery, Recovery());
}

// Every sequence of five of the following, one second apart: there is always a way on.
TEST(RecoveryTest, WhileInDoubtThereIsAlwaysADeadline) {
  const std::vector<std::function<void(Recovery&, Millis)>> moves = {
      [](Recovery& r, Millis now) { r.OnLegOpened(now); },
      [](Recovery& r, Millis) { r.OnConnected(); },
      [](Recovery& r, Millis now) { r.OnDisconnected(now); },
      [](Recovery& r, Millis now) { (void)r.OnLegDead(now, true); },
      [](Recovery& r, Millis now) { (void)r.OnLegDead(now, false); },
      [](Recovery& r, Millis now) { (void)r.OnDeadline(now); },
  };
  const std::size_t count = moves.size();
  for (std::size_t path = 0; path < count * count * count * count * count; ++path) {
    Recovery recovery;
    Millis now = kStart;
    for (std::size_t rest = path, step = 0; step < 5; ++step, rest /= count) {
      const Recovery before = recovery;
      moves[rest % count](recovery, now += Millis{1'000});
      EXPECT_EQ(before == recovery, Print(before) == Print(recovery));
      ASSERT_FALSE(recovery.in_doubt() && !recovery.deadline()) << path << Print(recovery);
      ASSERT_FALSE(recovery.loss_shown() && !recovery.in_doubt()) << path << Print(recovery);
      ASSERT_FALSE(recovery.leg_wanted() && !recovery.in_doubt()) << path << Print(recovery);
    }
    // The host comes back whenever it is told to: the end is never further than the deadlines added up.
    for (int i = 0; recovery.deadline(); ++i) {
      ASSERT_LT(i, 6) << path << Print(recovery);
      now = std::max(now, *recovery.deadline());
      if (recovery.OnDeadline(now) == Due::kGiveUp) break;
    }
    EXPECT_LE(now, kStart + Millis{5'000} + kGiveUpAfter) << path;
  }
}

}  // namespace
}  // namespace duet
