// Offers of strangers on a server that tells everybody everything: kept, and used when the call is lost.
#include "core/stranger.h"

#include <gtest/gtest.h>

#include "core/options.h"
#include "support/call_scene.h"

namespace duet {
namespace {

DescriptionMessage SeedOffer(int session) { return {{DescriptionType::kOffer, Sdp(session)}, {}}; }
CandidateMessage SeedCandidate(const std::string& fragment) {
  return {{"candidate:1 1 udp 1 10.0.0.1 9 typ host", "0", fragment, 0, true}, {}};
}

TEST(StrangerTest, CandidatesAreKeptWithTheOfferThatTheyBelongTo) {
  Stranger stranger;
  EXPECT_FALSE(stranger.Keep(SeedCandidate("f10"))) << "there is no offer";
  stranger.Keep(SeedOffer(10), Millis{0});
  EXPECT_TRUE(stranger.Keep(SeedCandidate("f10")));
  EXPECT_FALSE(stranger.Keep(SeedCandidate("f9")));
  EXPECT_FALSE(stranger.Keep(SeedCandidate("")));
  EXPECT_FALSE(stranger.Keep({SeedCandidate("f10").candidate, {1, kLower, "", "their-1", 1, kRoomHash}}));
  EXPECT_EQ(stranger.Take(Millis{1})->candidates.size(), 1u);
  EXPECT_FALSE(stranger.Take(Millis{1}));
}

TEST(StrangerTest, CandidatesOfADuetAreKnownByTheirLeg) {
  Stranger stranger;
  const Stamp stamp{1, kLower, "", "their-1", 1, kRoomHash};
  stranger.Keep({{DescriptionType::kOffer, Sdp(10)}, stamp}, Millis{0});
  EXPECT_TRUE(stranger.Keep({SeedCandidate("").candidate, stamp}));
  Stamp other = stamp;
  other.leg = "their-2";
  EXPECT_FALSE(stranger.Keep({SeedCandidate("").candidate, other}));
  other = stamp;
  other.from = kHigher;
  EXPECT_FALSE(stranger.Keep({SeedCandidate("").candidate, other})) << "somebody else who names that leg";
}

TEST(StrangerTest, NewestOfferCountsForAMinute) {
  Stranger stranger;
  stranger.Keep(SeedOffer(10), Millis{0});
  stranger.Keep(SeedOffer(11), Millis{5});
  EXPECT_EQ(stranger.Take(Millis{5} + options::kStrangerKept)->offer, SeedOffer(11));
  stranger.Keep(SeedOffer(12), Millis{0});
  EXPECT_FALSE(stranger.Take(options::kStrangerKept + Millis{1}));
}

TEST(StrangerTest, FloodOfCandidatesIsCut) {
  Stranger stranger;
  stranger.Keep(SeedOffer(10), Millis{0});
  for (std::size_t i = 0; i < 2 * options::kMaxEarlyCandidates; ++i) EXPECT_TRUE(stranger.Keep(SeedCandidate("f10")));
  EXPECT_EQ(stranger.Take(Millis{0})->candidates.size(), options::kMaxEarlyCandidates);
}

class CallStrangerTest : public CallScene {
 protected:
  // A call with a seed over the lesson's server, whose page is then loaded again: it offers once, and nobody says that it left.
  void SeedReloadsUnnoticed() {
    EnterLessonRoom("[]");
    Message("getOffer", Bare("offer", 9));
    RemoteSet(LegId{1});
    AnswerMade(LegId{1});
    Connected(LegId{1});
    Message("getOffer", Bare("offer", 10));
    EXPECT_TRUE(Dropped(DropReason::kUnexpected));
    Message("getCandidate",
            R"({"candidate":"candidate:1 1 udp 1 10.0.0.1 9 typ host","sdpMid":"0","sdpMLineIndex":0,"usernameFragment":"f10"})");
    EXPECT_EQ(last_, Effects{});
    ExpectSeen(Phase::kConnected);
  }
  void ExpectTheirNewLeg() {
    EXPECT_EQ(Last<CloseLeg>().leg, LegId{1});
    EXPECT_EQ(Last<OpenLeg>().leg, LegId{2});
    EXPECT_EQ(Last<SetRemoteDescription>().description.sdp, Sdp(10));
    EXPECT_TRUE(Did<AddCandidate>()) << "what was said once is not said again";
    RemoteSet(LegId{2});
    AnswerMade(LegId{2});
    Connected(LegId{2});
    ExpectSeen(Phase::kConnected);
  }
};

TEST_F(CallStrangerTest, ReloadedSeedIsAnsweredWhenItsOldConnectionIsDisconnected) {
  SeedReloadsUnnoticed();
  On(ConnectionStateChanged{LegId{1}, ConnectionState::kDisconnected});
  ExpectTheirNewLeg();
}

TEST_F(CallStrangerTest, OrHasFailed) {
  SeedReloadsUnnoticed();
  Fail(LegId{1});
  ExpectTheirNewLeg();
}

TEST_F(CallStrangerTest, OldOfferIsNotAnswered) {
  SeedReloadsUnnoticed();
  now_ += options::kStrangerKept + Millis{1};
  On(ConnectionStateChanged{LegId{1}, ConnectionState::kDisconnected});
  EXPECT_FALSE(Did<OpenLeg>());
  ExpectSeen(Phase::kConnected);
}

TEST_F(CallStrangerTest, WhoIsSaidToHaveLeftGivesTheirPlaceToWhoHasOffered) {
  EnterLessonRoom(R"([{"id":"socket-of-bob","name":"Bob"}])");
  OfferMade(LegId{1});
  Message("getAnswer", Bare("answer", 9));
  RemoteSet(LegId{1});
  Connected(LegId{1});
  Message("getOffer", Bare("offer", 10));
  Message("user_exit", R"({"id":"socket-of-bob"})");
  EXPECT_EQ(Last<CloseLeg>().leg, LegId{1});
  EXPECT_EQ(Last<SetRemoteDescription>().description.sdp, Sdp(10));
  ExpectSeen(Phase::kConnecting);
}

TEST_F(CallStrangerTest, LeaveForgetsThem) {
  SeedReloadsUnnoticed();
  On(LeaveRequested{});
  EnterLessonRoom("[]");
  EXPECT_FALSE(Did<OpenLeg>());
  ExpectSeen(Phase::kWaiting);
}

TEST_F(CallStrangerTest, WithoutAServerALossIsWaitedFor) {
  SeedReloadsUnnoticed();
  On(SignalingLost{});
  On(ConnectionStateChanged{LegId{1}, ConnectionState::kDisconnected});
  EXPECT_EQ(last_, Effects{});
  Connected(LegId{1});
  ExpectSeen(Phase::kConnected, Cause::kServerUnreachable);
}

// A page that was left open answers whatever it hears, and so before the Duet who has joined.
TEST_F(CallStrangerTest, DuetThatAnswersAfterASeedIsOfferedToByName) {
  EnterLessonRoom(R"([{"id":"socket-of-bob","name":"Bob"}])");
  OfferMade(LegId{1});
  Message("getAnswer", Bare("answer", 9));
  RemoteSet(LegId{1});
  Message("getAnswer", Stamped("answer", kLower, NameOfLeg(1), 1, 11));
  EXPECT_EQ(last_.front(), Effect(CloseLeg{LegId{1}}));
  EXPECT_EQ(Last<OpenLeg>().leg, LegId{2});
  OfferMade(LegId{2});
  EXPECT_NE(Last<SendMessage>().json.find(std::string(R"("to":")") + kLower), std::string::npos);
}

TEST_F(CallStrangerTest, WhoOfferedBeforeThisConnectionIsForgotten) {
  EnterLessonRoom(R"([{"id":"socket-of-bob","name":"Bob"}])");
  OfferMade(LegId{1});
  Message("getAnswer", Bare("answer", 9));
  RemoteSet(LegId{1});
  Connected(LegId{1});
  Message("getOffer", Bare("offer", 10));
  Message("getAnswer", Stamped("answer", kLower, NameOfLeg(1), 1, 11));
  OfferMade(LegId{2});
  Message("getAnswer", Stamped("answer", kLower, NameOfLeg(2), 1, 12));
  RemoteSet(LegId{2});
  Connected(LegId{2});
  ExpectSeen(Phase::kConnected);
  On(ConnectionStateChanged{LegId{2}, ConnectionState::kDisconnected});
  EXPECT_EQ(last_, Effects{});
}

// Duet's server gave the other seat away while we talked.
TEST_F(CallStrangerTest, NewcomerWaitsUntilTheCallIsLostForGood) {
  ConnectToDuet(kLower);
  Message("user_joined", R"({"id":"zzzzzzzz-their-page-000","name":"Zoe","v":1})");
  Message("getOffer", Stamped("offer", kHigher, "other-1", 1, 10));
  EXPECT_TRUE(Dropped(DropReason::kUnexpected));
  On(ConnectionStateChanged{LegId{2}, ConnectionState::kDisconnected});
  EXPECT_EQ(last_, Effects{});
  Connected(LegId{2});
  ExpectSeen(Phase::kConnected);
}

}  // namespace
}  // namespace duet
