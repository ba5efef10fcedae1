// One call to which things happen late, twice, in the wrong order, or not at all: see docs/scenarios.md.
#include <gtest/gtest.h>

#include "core/options.h"
#include "support/call_scene.h"

namespace duet {
namespace {

class CallRaceTest : public CallScene {
 protected:
  void Hear(const char* event, const std::string& page, const std::string& more = "") {
    Message(event, R"({"id":")" + page + '"' + more + '}');
  }
  void SeatTaken(const std::string& page, const std::string& name = "Bob") {
    Hear("user_joined", page, R"(,"name":")" + name + R"(","v":1)");
  }
  void TheirCandidate(const std::string& from, const std::string& leg, int session) {
    const Stamp stamp{1, from, kPage, leg, 1, kRoomHash};
    const Candidate candidate{"candidate:1 1 udp 1 192.0.2.1 9 typ host", "0", "f" + std::to_string(session), 0, true};
    Message("getCandidate", EncodeCandidate(candidate, stamp));
  }
  template <typename T>
  int Count() const {
    int count = 0;
    for (const Effect& effect : last_) count += std::holds_alternative<T>(effect) ? 1 : 0;
    return count;
  }
};

constexpr char kReloaded[] = "aaaaaaaa-reloaded-00000";

// ---- Offers and answers ----

// The tutorial's page answers whoever offers, before anybody has pressed Join there.
TEST_F(CallRaceTest, DuetsAnswerCountsMoreThanTheOneOfAnIdleSeed) {
  EnterLessonRoom(R"([{"id":"socket-of-bob","name":"Bob"}])");
  OfferMade(LegId{1});
  Message("getAnswer", Bare("answer", 9));
  Message("getAnswer", Stamped("answer", kLower, NameOfLeg(1), 1, 10));
  EXPECT_EQ(Last<CloseLeg>().leg, LegId{1});
  OfferMade(LegId{2});
  EXPECT_NE(Last<SendMessage>().json.find(std::string(R"("to":")") + kLower), std::string::npos);
  Message("getAnswer", Bare("answer", 9));
  EXPECT_TRUE(Dropped(DropReason::kStale));
  Message("getAnswer", Stamped("answer", kLower, NameOfLeg(2), 1, 10));
  RemoteSet(LegId{2});
  Fail(LegId{2});
  ExpectSeen(Phase::kConnecting, Cause::kRetrying);  // it has cost no attempt
}

TEST_F(CallRaceTest, PageReloadedWhileWeAnswerItIsAnsweredOnAFreshLeg) {
  EnterEmptyRoom();
  SeatTaken(kLower);
  Message("getOffer", Stamped("offer", kLower, "their-1", 1, 9));
  const OpId pending = Last<SetRemoteDescription>().op;
  Hear("user_exit", kLower);
  EXPECT_TRUE(Did<CloseLeg>());
  SeatTaken(kReloaded);
  Message("getOffer", Stamped("offer", kReloaded, "their-1", 1, 20));
  EXPECT_EQ(Last<OpenLeg>().leg, LegId{4});
  const Call before = call_;
  On(RemoteDescriptionSet{LegId{2}, pending});
  EXPECT_TRUE(Dropped(DropReason::kStale));
  Hear("user_exit", kLower);  // the server's word about the page before comes once more
  EXPECT_TRUE(Dropped(DropReason::kForeign));
  EXPECT_EQ(call_, before);
}

TEST_F(CallRaceTest, LaterOfferOnAConnectionThatWasGivenUpIsNotAnswered) {
  EnterEmptyRoom();
  SeatTaken(kLower);
  Message("getOffer", Stamped("offer", kLower, "their-1", 1, 9));
  Message("getOffer", Stamped("offer", kLower, "their-2", 1, 10));
  EXPECT_TRUE(Did<CloseLeg>());
  const Call before = call_;
  Message("getOffer", Stamped("offer", kLower, "their-1", 2, 9));
  EXPECT_TRUE(Dropped(DropReason::kStale));
  EXPECT_EQ(call_, before);
}

TEST_F(CallRaceTest, OfferThatNobodyAnswersIsRepeatedAndThenANewLegIsMade) {
  EnterRoomWithDuet(kLower);
  OfferMade(LegId{1});
  const SendMessage offer = Last<SendMessage>();
  EXPECT_EQ(call_.deadline(), now_ + options::kAnswerTimeout);
  Wait(options::kAnswerTimeout);
  EXPECT_EQ(last_, Effects{offer});
  Wait(options::kConnectTimeout - options::kAnswerTimeout);
  EXPECT_TRUE(Did<CloseLeg>());
  EXPECT_EQ(Last<OpenLeg>().leg, LegId{2});
  ExpectSeen(Phase::kConnecting, Cause::kRetrying);
}

TEST_F(CallRaceTest, AnswerThatTheBrowserCannotMakeLeavesTheNextOfferItsChance) {
  EnterEmptyRoom();
  SeatTaken(kHigher);
  Message("getOffer", Stamped("offer", kHigher, "their-1", 1, 9));
  RemoteSet(LegId{2});
  On(DescriptionFailed{LegId{2}, Last<SetLocalDescription>().op, "OperationError"});
  EXPECT_EQ(last_, Effects{CloseLeg{LegId{2}}});
  ExpectSeen(Phase::kConnecting, Cause::kRetrying);
  Message("getOffer", Stamped("offer", kHigher, "their-2", 1, 10));
  EXPECT_EQ(Last<OpenLeg>().leg, LegId{3});
  RemoteSet(LegId{3});
  AnswerMade(LegId{3});
  EXPECT_EQ(Last<SendMessage>().name, "answer");
}

TEST_F(CallRaceTest, AnswerThatRefusesThePictureConnectsAllTheSame) {
  EnterRoomWithDuet(kLower);
  OfferMade(LegId{1});
  const std::string sdp = "v=0\r\no=- 9 2 IN IP4 127.0.0.1\r\na=ice-ufrag:f9\r\nm=audio 9 X 1\r\nm=video 0 X 1\r\n";
  Message("getAnswer", EncodeDescription({DescriptionType::kAnswer, sdp}, {1, kLower, kPage, "mmmmmmmm-1", 1, kRoomHash}));
  EXPECT_EQ(Last<SetRemoteDescription>().description.sdp, sdp);
  RemoteSet(LegId{1});
  Connected(LegId{1});
  ExpectSeen(Phase::kConnected);
  EXPECT_FALSE(call_.deadline());
}

TEST_F(CallRaceTest, OfferThatTheFarewellOvertookComesToNothing) {
  ConnectToDuet(kLower);
  On(ChannelReceived{LegId{2}, R"({"type":"bye"})"});
  ExpectSeen(Phase::kWaiting, Cause::kPeerLeft);
  Message("getOffer", Stamped("offer", kLower, "their-2", 1, 10));  // said before, but by way of the server
  EXPECT_TRUE(Dropped(DropReason::kForeign));
  Hear("user_exit", kLower);
  ExpectSeen(Phase::kWaiting, Cause::kPeerLeft);
  EXPECT_EQ(call_.deadline(), now_ + options::kParkedFor) << "nothing but the next offer to park";
}

TEST_F(CallRaceTest, NothingOfTheLegBeforeTouchesThePresentOne) {
  ConnectToDuet(kLower);
  Hear("user_exit", kLower);
  SeatTaken(kReloaded);
  Message("getOffer", Stamped("offer", kReloaded, "their-1", 1, 20));
  RemoteSet(LegId{4});
  AnswerMade(LegId{4});
  Connected(LegId{4});
  ExpectNothingOf(LegId{2});
}

TEST_F(CallRaceTest, SeatThatChangesHandsWhileWeConnectIsWaitedForAnew) {
  EnterRoomWithDuet(kLower);
  OfferMade(LegId{1});
  SeatTaken(kHigher, "Cleo");
  EXPECT_EQ(last_, Effects{CloseLeg{LegId{1}}});
  ExpectSeen(Phase::kConnecting);
  EXPECT_EQ(call_.snapshot().peer_name, "Cleo");
  EXPECT_EQ(call_.deadline(), now_ + options::kOfferTimeout);
}

TEST_F(CallRaceTest, OtherSideMayBeginAnewThoughWeHaveNoticedNoLoss) {
  ConnectToDuet(kLower);
  Message("getOffer", Stamped("offer", kLower, "their-2", 1, 10));
  EXPECT_EQ(last_[0], Effect(CloseLeg{LegId{2}}));
  EXPECT_EQ(Last<OpenLeg>().leg, LegId{3});
  ExpectSeen(Phase::kReconnecting, Cause::kRetrying);
}

TEST_F(CallRaceTest, ThirdDuetOnTheLessonsServerCannotSpeakInTheOthersPlace) {
  EnterLessonRoom(R"([{"id":"other","name":"Sam"}])");
  OfferMade(LegId{1});
  Message("getAnswer", Stamped("answer", kLower, "mmmmmmmm-1", 1, 9));
  RemoteSet(LegId{1});
  OfferMade(LegId{1});  // the rest, now that the other one is known to be a Duet
  Message("getAnswer", Stamped("answer", kHigher, "mmmmmmmm-1", 2, 10));
  EXPECT_TRUE(Dropped(DropReason::kStale));
  TheirCandidate(kHigher, "mmmmmmmm-1", 9);
  EXPECT_TRUE(Dropped(DropReason::kStale));
  Message("getAnswer", Stamped("answer", kLower, "mmmmmmmm-1", 2, 9));
  EXPECT_TRUE(Did<SetRemoteDescription>());
}

// ---- Offers of people whom nobody knows: the lesson's server passes on everything from everywhere ----

TEST_F(CallRaceTest, OfferThatCannotBeReadCostsACallThatIsBeingMadeNoAttempt) {
  EnterLessonRoom("[]");
  Message("getOffer", Stamped("offer", kLower, "their-1", 1, 9));
  Message("getOffer", Bare("offer", 10));
  On(DescriptionFailed{LegId{2}, Last<SetRemoteDescription>().op, "OperationError"});
  ExpectSeen(Phase::kConnecting, Cause::kRetrying);
  EXPECT_EQ(Last<OpenLeg>().leg, LegId{3});
  Fail(LegId{3});
  ExpectSeen(Phase::kConnecting, Cause::kRetrying);
}

TEST_F(CallRaceTest, OfferThatCannotBeReadMakesNobodyOfNothing) {
  EnterLessonRoom("[]");
  Message("getOffer", Bare("offer", 10));
  On(DescriptionFailed{LegId{1}, Last<SetRemoteDescription>().op, "OperationError"});
  EXPECT_EQ(last_, (Effects{CountDrop{DropReason::kRefused}, CloseLeg{LegId{1}}}));
  ExpectSeen(Phase::kWaiting);
  EXPECT_FALSE(call_.deadline());
}

TEST_F(CallRaceTest, StrangerWhoseOfferComesToNothingCostsTheCallNoAttempt) {
  EnterLessonRoom("[]");
  Message("getOffer", Stamped("offer", kLower, "their-1", 1, 9));
  Message("getOffer", Stamped("offer", kHigher, "strange-1", 1, 10));
  Fail(LegId{2});
  ExpectSeen(Phase::kConnecting, Cause::kRetrying);
  Message("getOffer", Stamped("offer", kLower, "their-1", 1, 9));
  EXPECT_EQ(Last<OpenLeg>().leg, LegId{3});
  RemoteSet(LegId{3});
  AnswerMade(LegId{3});
  Connected(LegId{3});
  ExpectSeen(Phase::kConnected);
}

TEST_F(CallRaceTest, WhoWasNeverReachedIsNotCalledByName) {
  EnterLessonRoom(R"([{"id":"socket-of-bob","name":"Bob"}])");
  Message("getOffer", Stamped("offer", kHigher, "strange-1", 1, 10));
  Fail(LegId{2});
  Wait(options::kPoliteRetryDelay);
  OfferMade(LegId{3});
  EXPECT_NE(Last<SendMessage>().json.find(R"("to":"")"), std::string::npos) << "Bob must be able to answer";
}

// ---- A seed ----

TEST_F(CallRaceTest, SeedThatAnsweredBeforeItsJoinMayOfferAfterIt) {
  EnterRoomWithSeed();
  OfferMade(LegId{1});
  Message("getAnswer", Bare("answer", 9));  // the open page answers by itself, without camera and candidates
  RemoteSet(LegId{1});
  ExpectSeen(Phase::kConnecting);
  Message("getOffer", Bare("offer", 9));  // now somebody has pressed Join there
  EXPECT_EQ(Last<SetRemoteDescription>().leg, LegId{1});
  RemoteSet(LegId{1});
  AnswerMade(LegId{1});
  EXPECT_EQ(Last<SendMessage>().name, "answer");
  Connected(LegId{1});
  ExpectSeen(Phase::kConnected);
}

TEST_F(CallRaceTest, SeedWhoseOfferCameToNothingIsOfferedTo) {
  EnterEmptyRoom();
  Hear("user_joined", "seed-socket", R"(,"name":"Sam")");
  Message("getOffer", Bare("offer", 9));  // which its own browser could not set
  RemoteSet(LegId{2});
  AnswerMade(LegId{2});
  Wait(options::kConnectTimeout);
  EXPECT_TRUE(Did<CloseLeg>() && Did<SetLocalDescription>()) << Print(last_);
  EXPECT_EQ(Last<OpenLeg>().leg, LegId{3});
}

// ---- Candidates ----

TEST_F(CallRaceTest, CandidatesOfAnOfferThatLostTheCrossingAreDropped) {
  EnterRoomWithDuet(kLower);
  OfferMade(LegId{1});
  Message("getOffer", Stamped("offer", kLower, "their-1", 1, 9));
  TheirCandidate(kLower, "their-1", 9);
  EXPECT_TRUE(Dropped(DropReason::kStale));
  Message("getAnswer", Stamped("answer", kLower, "mmmmmmmm-1", 1, 10));
  EXPECT_FALSE(Did<AddCandidate>());
  TheirCandidate(kLower, "mmmmmmmm-1", 10);
  EXPECT_TRUE(Did<AddCandidate>());
}

TEST_F(CallRaceTest, OfferThatHoldsAllItsCandidatesNeedsNoOthers) {
  EnterEmptyRoom();
  SeatTaken(kLower);
  const std::string sdp = Sdp(9, "a=candidate:1 1 udp 1 192.0.2.1 9 typ host\r\na=end-of-candidates\r\n");
  Message("getOffer", EncodeDescription({DescriptionType::kOffer, sdp}, {1, kLower, kPage, "their-1", 1, kRoomHash}));
  EXPECT_EQ(Last<SetRemoteDescription>().description.sdp, sdp);
  RemoteSet(LegId{2});
  AnswerMade(LegId{2});
  Connected(LegId{2});
  ExpectSeen(Phase::kConnected);
  EXPECT_FALSE(call_.deadline());
}

// ---- The server and the path ----

TEST_F(CallRaceTest, NewLegWaitsForTheServerAndIsMadeOnce) {
  ConnectToDuet(kLower);
  On(SignalingLost{});
  Fail(LegId{2});
  EXPECT_EQ(last_, Effects{CloseLeg{LegId{2}}});
  ExpectSeen(Phase::kReconnecting, Cause::kServerUnreachable);
  Connect();
  EXPECT_FALSE(Did<OpenLeg>()) << "we are not yet let in";
  Answer(std::string(R"({"ok":true,"id":"me","peer":{"id":")") + kLower + R"(","name":"Bob","v":1}})");
  EXPECT_EQ(Count<OpenLeg>(), 1);
  Hear("peer_back", kLower, R"(,"name":"Bob","v":1)");
  EXPECT_EQ(last_, Effects{});
}

TEST_F(CallRaceTest, SocketLostWhileConnectingLeavesTheHalfMadeLegAlone) {
  EnterRoomWithDuet(kLower);
  OfferMade(LegId{1});
  On(SignalingLost{});
  Connect();
  Answer(std::string(R"({"ok":true,"id":"me","peer":{"id":")") + kLower + R"(","name":"Bob","v":1}})");
  EXPECT_EQ(last_, Effects{});
  Message("getAnswer", Stamped("answer", kLower, "mmmmmmmm-1", 1, 9));
  EXPECT_TRUE(Did<SetRemoteDescription>());
}

TEST_F(CallRaceTest, WhatTheDeadLegStillHadToSayIsNotSaidForTheNext) {
  ConnectToDuet(kLower);
  On(SignalingLost{});
  On(LocalCandidateFound{LegId{2}, {"candidate:1 1 udp 1 10.0.0.1 9 typ host", "0", "f1", 0, true}});
  EXPECT_EQ(last_, Effects{}) << "it waits for the server";
  Fail(LegId{2});
  Connect();
  Answer(std::string(R"({"ok":true,"id":"me","peer":{"id":")") + kLower + R"(","name":"Bob","v":1}})");
  EXPECT_TRUE(Did<OpenLeg>());
  EXPECT_FALSE(Did<SendMessage>());
}

TEST_F(CallRaceTest, FirstLegThatFailsWhileTheOtherIsAwayEndsAsNeverConnected) {
  EnterRoomWithDuet(kLower);
  OfferMade(LegId{1});
  Hear("peer_away", kLower);
  Wait(options::kConnectTimeout);
  EXPECT_FALSE(Did<OpenLeg>());
  ExpectSeen(Phase::kConnecting, Cause::kRetrying);
  Wait(options::kGiveUpAfter);
  ExpectSeen(Phase::kEnded, Cause::kConnectFailed);
}

TEST_F(CallRaceTest, SeatGivenUpWhileThePathIsLostEndsTheWaiting) {
  ConnectToDuet(kLower);
  Hear("peer_away", kLower);
  On(ConnectionStateChanged{LegId{2}, ConnectionState::kDisconnected});
  Hear("user_exit", kLower, R"(,"lost":true)");
  EXPECT_EQ(last_.front(), Effect(CloseLeg{LegId{2}}));
  ExpectSeen(Phase::kWaiting, Cause::kPeerVanished);
}

TEST_F(CallRaceTest, WordsAboutStrangersChangeNothing) {
  ConnectToDuet(kLower);
  const Call before = call_;
  for (const char* event : {"peer_away", "user_exit"}) {
    Hear(event, kHigher);
    EXPECT_TRUE(Dropped(DropReason::kForeign)) << event;
  }
  Message("room_full", "{}");  // nothing was asked
  EXPECT_TRUE(Dropped(DropReason::kUnexpected));
  EXPECT_EQ(call_, before);
}

TEST_F(CallRaceTest, OverTheLessonsServerTheDefaultStunServerIsUsed) {
  EnterLessonRoom(R"([{"id":"other","name":"Sam"}])");
  EXPECT_EQ(Last<OpenLeg>().ice_servers, (std::vector<IceServer>{{{std::string(options::kDefaultStunServer)}, "", ""}}));
}

TEST_F(CallRaceTest, DeadlinesThatComeMinutesLateDoEachThingOnce) {
  Connect();
  Join();
  Wait(Millis{600'000});  // the machine slept
  EXPECT_EQ(Count<SendJoin>(), 1);
  EXPECT_EQ(On(DeadlineReached{}), Effects{});

  call_ = Call();
  ConnectToDuet(kLower);
  On(ConnectionStateChanged{LegId{2}, ConnectionState::kDisconnected});
  Wait(Millis{600'000});
  ExpectSeen(Phase::kEnded, Cause::kConnectionLost);
  EXPECT_EQ(Count<CloseLeg>(), 1);
  EXPECT_EQ(On(DeadlineReached{}), Effects{});
}

// ---- Leaving ----

TEST_F(CallRaceTest, FarewellsThatCrossEndTheCallOnce) {
  ConnectToDuet(kLower);
  On(ChannelOpened{LegId{2}});
  On(LeaveRequested{});
  On(ChannelReceived{LegId{2}, R"({"type":"bye"})"});
  EXPECT_TRUE(Dropped(DropReason::kStale));
  Hear("user_exit", kLower);
  EXPECT_TRUE(Dropped(DropReason::kUnexpected));
  ExpectSeen(Phase::kEnded, Cause::kLeft);
  On(ChannelDrained{LegId{2}});
  EXPECT_EQ(last_, Effects{CloseLeg{LegId{2}}});
}

TEST_F(CallRaceTest, FarewellIsNotCutOffByTheNextCallsChannel) {
  ConnectToDuet(kLower);
  On(ChannelOpened{LegId{2}});
  On(LeaveRequested{});
  Join();
  Answer(std::string(R"({"ok":true,"id":"me","peer":{"id":")") + kLower + R"(","name":"Bob","v":1}})");
  EXPECT_EQ(Last<OpenLeg>().leg, LegId{3});
  EXPECT_EQ(On(ChannelDrained{LegId{3}}), Effects{});
  EXPECT_EQ(On(ChannelDrained{LegId{2}}), Effects{CloseLeg{LegId{2}}});
}

TEST_F(CallRaceTest, WhoWasAloneThisTimeIsNotToldOfTheOneBefore) {
  ConnectToDuet(kLower);
  On(LeaveRequested{});
  EXPECT_EQ(call_.snapshot().peer_name, "Bob");
  Join();
  Answer(R"({"ok":true,"id":"me","peer":null})");
  On(LeaveRequested{});
  ExpectSeen(Phase::kEnded, Cause::kLeft);
  EXPECT_FALSE(call_.snapshot().peer_known);
}

TEST_F(CallRaceTest, DeadlineAfterLeavingChangesNothing) {
  ConnectToDuet(kLower);
  On(ConnectionStateChanged{LegId{2}, ConnectionState::kDisconnected});
  On(LeaveRequested{});
  EXPECT_FALSE(call_.deadline());
  const Call before = call_;
  EXPECT_EQ(Wait(options::kGiveUpAfter), Effects{});
  EXPECT_EQ(call_, before);
}

}  // namespace
}  // namespace duet
