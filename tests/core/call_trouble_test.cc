// One call where things come late, twice, from the wrong one, or not at all.
#include <gtest/gtest.h>

#include "core/options.h"
#include "support/call_scene.h"

namespace duet {
namespace {

class CallTroubleTest : public CallScene {
 protected:
  static std::string Id(const std::string& id) { return R"({"id":")" + id + R"("})"; }
  static std::string Duet(const std::string& page, const std::string& name) {
    return R"({"id":")" + page + R"(","name":")" + name + R"(","v":1})";
  }

  void LoseAndRegainSocket() {
    On(SignalingLost{});
    On(SignalingConnected{"socket-2"});
  }

  // A connected call between two Duets over the lesson's server: the other one is on the list by its socket.
  void ConnectToDuetOverTheLessonsServer(const std::string& page) {
    EnterLessonRoom(R"([{"id":"socket-of-bob","name":"Bob"}])");
    OfferMade(LegId{1});
    Message("getAnswer", Stamped("answer", page, "mmmmmmmm-1", 1, 9));
    RemoteSet(LegId{1});
    OfferMade(LegId{1});
    Message("getAnswer", Stamped("answer", page, "mmmmmmmm-1", 2, 9));
    RemoteSet(LegId{1});
    Connected(LegId{1});
    ExpectSeen(Phase::kConnected);
  }
};

// ---- The server ----

TEST_F(CallTroubleTest, WhatTheServerSaysBeforeItHasLetUsBackInIsDropped) {
  ConnectToDuet(kLower);
  LoseAndRegainSocket();
  const Call before = call_;
  const std::pair<std::string, std::string> messages[] = {
      {"user_joined", Duet(kHigher, "Cleo")},
      {"peer_back", Duet(kLower, "Bob")},
      {"getOffer", Stamped("offer", kLower, "their-1", 2, 9)},
      {"getAnswer", Stamped("answer", kLower, "their-1", 1, 9)},
      {"getCandidate", EncodeCandidate({}, {1, kLower, kPage, "their-1", 1, kRoomHash})}};
  for (const auto& [name, json] : messages) {
    Message(name, json);
    EXPECT_TRUE(Dropped(DropReason::kUnexpected)) << name;
  }
  EXPECT_EQ(call_, before);
}

TEST_F(CallTroubleTest, RoomThatIsFullForSomebodyElseIsNotOurs) {
  ConnectToDuet(kLower);
  Message("room_full", "{}");
  EXPECT_TRUE(Dropped(DropReason::kUnexpected));
  ExpectSeen(Phase::kConnected);
}

TEST_F(CallTroubleTest, CandidateOfAnotherRoomIsDropped) {
  ConnectToDuet(kLower);
  Message("getCandidate", EncodeCandidate({}, {1, kLower, kPage, "their-1", 1, kRoomHash + 1}));
  EXPECT_TRUE(Dropped(DropReason::kForeign));
}

TEST_F(CallTroubleTest, SocketLostWhileConnectingCostsNoNewLegIfTheSameOneIsStillThere) {
  EnterRoomWithDuet(kLower);
  LoseAndRegainSocket();
  Answer(R"({"ok":true,"id":"me","peer":)" + Duet(kLower, "Bob") + "}");
  EXPECT_FALSE(Did<OpenLeg>());
  ExpectSeen(Phase::kConnecting);
}

TEST_F(CallTroubleTest, WhoTookTheSeatWhileOurSocketWasLostGetsALegOfTheirOwn) {
  EnterRoomWithDuet(kLower);
  LoseAndRegainSocket();
  Answer(R"({"ok":true,"id":"me","peer":)" + Duet(kHigher, "Cleo") + "}");
  EXPECT_EQ(Last<CloseLeg>().leg, LegId{1});
  EXPECT_EQ(Last<OpenLeg>().leg, LegId{2});
  EXPECT_EQ(call_.snapshot().peer_name, "Cleo");
}

TEST_F(CallTroubleTest, NewcomerOfWhomARestartedServerKnowsNothingIsNotOfferedTo) {
  ConnectToDuet(kLower);
  Message("user_exit", Id(kLower));
  Message("user_joined", Duet(kHigher, "Cleo"));
  LoseAndRegainSocket();
  Answer(R"({"ok":true,"id":"me","peer":null})");
  EXPECT_FALSE(call_.snapshot().peer_known);
  ExpectSeen(Phase::kWaiting);  // and does not seem to connect until the offer would be overdue
  EXPECT_EQ(call_.deadline(), now_ + options::kParkedFor);
  Wait(options::kOfferTimeout);
  EXPECT_EQ(last_, Effects{});
}

// ---- Another certificate ----

TEST_F(CallTroubleTest, DescriptionWithAnotherCertificateIsNotTheOtherSides) {
  const std::string theirs = "a=fingerprint:sha-256 AA\r\n";
  const std::string forged = "a=fingerprint:sha-256 BB\r\n";
  const auto offer = [&](int number, const std::string& fingerprint) {
    return EncodeDescription({DescriptionType::kOffer, Sdp(9, fingerprint)},
                             {1, kLower, kPage, "their-1", static_cast<std::uint32_t>(number), kRoomHash});
  };
  EnterEmptyRoom();
  Message("user_joined", Duet(kLower, "Bob"));
  Message("getOffer", offer(1, theirs));
  RemoteSet(LegId{2});
  AnswerMade(LegId{2});
  Connected(LegId{2});
  Message("getOffer", offer(2, forged));
  EXPECT_TRUE(Dropped(DropReason::kForeign));
  ExpectSeen(Phase::kConnected);
  Message("getOffer", offer(2, "a=fingerprint:SHA-256 aa\r\n"));
  EXPECT_TRUE(Did<SetRemoteDescription>());
}

// ---- Who comes and goes ----

TEST_F(CallTroubleTest, StrangerWhoIsAwayIsNobodyToUs) {
  EnterEmptyRoom();
  Message("peer_away", Id(kLower));
  EXPECT_TRUE(Dropped(DropReason::kForeign));
  Message("user_joined", Duet(kLower, "Bob"));
  Message("peer_away", Id(kHigher));
  EXPECT_TRUE(Dropped(DropReason::kForeign));
}

TEST_F(CallTroubleTest, WhoWasAwayWhenTheirSeatWasFreedHasVanished) {
  ConnectToDuet(kLower);
  Message("peer_away", Id(kLower));
  Message("user_exit", Id(kLower));
  ExpectSeen(Phase::kWaiting, Cause::kPeerVanished);
}

TEST_F(CallTroubleTest, WhoLostBothTheServerAndThePathHasVanished) {
  ConnectToDuet(kLower);
  On(ConnectionStateChanged{LegId{2}, ConnectionState::kDisconnected});
  Message("user_exit", R"({"id":")" + std::string(kLower) + R"(","lost":true})");
  ExpectSeen(Phase::kWaiting, Cause::kPeerVanished);
  EXPECT_TRUE(Did<CloseLeg>());
}

TEST_F(CallTroubleTest, PathThatIsLostTogetherWithTheServerIsStillHopedFor) {
  ConnectToDuet(kLower);
  Message("user_exit", R"({"id":")" + std::string(kLower) + R"(","lost":true})");
  On(SignalingLost{});
  Fail(LegId{2});
  ExpectSeen(Phase::kReconnecting, Cause::kServerUnreachable);
}

TEST_F(CallTroubleTest, CallThatNeverConnectedEndsAfterAMinuteIfTheOtherStaysAway) {
  EnterRoomWithDuet(kHigher);
  Fail(LegId{1});
  Message("peer_away", Id(kHigher));
  Wait(options::kPoliteRetryDelay);
  EXPECT_FALSE(Did<OpenLeg>());
  Wait(options::kGiveUpAfter);
  ExpectSeen(Phase::kEnded, Cause::kConnectFailed);
}

// ---- Offers of others ----

TEST_F(CallTroubleTest, NewLegOfTheOtherIsTakenEvenIfOursLooksWell) {
  ConnectToDuet(kLower);
  Message("getOffer", Stamped("offer", kLower, "their-2", 1, 10));
  EXPECT_EQ(Last<CloseLeg>().leg, LegId{2});
  EXPECT_EQ(Last<OpenLeg>().leg, LegId{3});
  ExpectSeen(Phase::kReconnecting, Cause::kRetrying);
}

TEST_F(CallTroubleTest, NewcomerWhoOffersWhileOurPathIsLostIsAnswered) {
  ConnectToDuet(kLower);
  Message("user_joined", R"({"id":"zzzzzzzz-their-page-000","name":"Bob","v":1})");
  Message("getOffer", Stamped("offer", kHigher, "another-1", 1, 10));
  EXPECT_TRUE(Dropped(DropReason::kUnexpected));
  ExpectSeen(Phase::kConnected);
  On(ConnectionStateChanged{LegId{2}, ConnectionState::kDisconnected});
  Message("getOffer", Stamped("offer", kHigher, "another-1", 1, 10));
  EXPECT_EQ(Last<OpenLeg>().leg, LegId{3});
  ExpectSeen(Phase::kConnecting);
}

TEST_F(CallTroubleTest, LateWordOfTheLegBeforeDoesNotTouchThePresentOne) {
  EnterRoomWithDuet(kHigher);
  OfferMade(LegId{1});
  Message("getOffer", Stamped("offer", kHigher, "their-1", 1, 9));
  ASSERT_EQ(Last<OpenLeg>().leg, LegId{2});
  const Call before = call_;
  Fail(LegId{1});
  EXPECT_TRUE(Dropped(DropReason::kStale));
  EXPECT_EQ(call_, before);
}

// ---- The lesson's server ----

TEST_F(CallTroubleTest, OffersOfTwoDuetsCrossOverTheLessonsServerToo) {
  EnterLessonRoom(R"([{"id":"socket-of-bob","name":"Bob"}])");
  OfferMade(LegId{1});
  Message("getOffer", Stamped("offer", kHigher, "their-1", 1, 9));
  EXPECT_EQ(Last<CloseLeg>().leg, LegId{1});
  EXPECT_EQ(Last<SetRemoteDescription>().leg, LegId{2});
  ExpectSeen(Phase::kConnecting);
}

TEST_F(CallTroubleTest, LostPathIsTriedAgainOverTheLessonsServerWhoeverItSaysHasGone) {
  ConnectToDuetOverTheLessonsServer(kLower);
  Message("user_exit", Id("socket-of-bob"));
  ExpectSeen(Phase::kConnected);
  Fail(LegId{1});
  EXPECT_EQ(Last<OpenLeg>().leg, LegId{2});
  ExpectSeen(Phase::kReconnecting, Cause::kRetrying);
}

TEST_F(CallTroubleTest, OfferOfAStrangerDuringOurRetryIsNoCollision) {
  ConnectToDuetOverTheLessonsServer(kLower);
  Fail(LegId{1});
  OfferMade(LegId{2}, 2);
  Message("getOffer", Stamped("offer", kHigher, "another-1", 1, 10));
  EXPECT_EQ(Last<CloseLeg>().leg, LegId{2});
  EXPECT_EQ(Last<OpenLeg>().leg, LegId{3});
}

TEST_F(CallTroubleTest, LaterOfferThatCannotBeReadLeavesTheCallAsItIs) {
  ConnectToDuet(kLower);
  Message("getOffer", Stamped("offer", kLower, "their-1", 2, 9));
  On(DescriptionFailed{LegId{2}, Last<SetRemoteDescription>().op, "OperationError"});
  EXPECT_TRUE(Dropped(DropReason::kRefused));
  ExpectSeen(Phase::kConnected);
}

TEST_F(CallTroubleTest, LaterOfferThatCannotBeReadLeavesACallThatWeBeganAsItIs) {
  ConnectToDuetOverTheLessonsServer(kLower);
  Message("getOffer", Stamped("offer", kLower, "mmmmmmmm-1", 3, 9));
  On(DescriptionFailed{LegId{1}, Last<SetRemoteDescription>().op, "OperationError"});
  EXPECT_TRUE(Dropped(DropReason::kRefused));
  ExpectSeen(Phase::kConnected);
}

TEST_F(CallTroubleTest, RepeatedListDoesNotHastenTheRetryOfTheOther) {
  ConnectToDuetOverTheLessonsServer(kHigher);
  Fail(LegId{1});
  EXPECT_FALSE(Did<OpenLeg>());
  Message("room_users", R"([{"id":"socket-of-bob","name":"Bob"}])");
  EXPECT_FALSE(Did<OpenLeg>());
  Wait(options::kPoliteRetryDelay);
  EXPECT_TRUE(Did<OpenLeg>());
}

TEST_F(CallTroubleTest, WhoSaysByeOverTheLessonsServerIsForgotten) {
  ConnectToDuetOverTheLessonsServer(kLower);
  On(ChannelOpened{LegId{1}});
  On(ChannelReceived{LegId{1}, R"({"type":"bye"})"});
  ExpectSeen(Phase::kWaiting, Cause::kPeerLeft);
  Message("room_users", "[]");
  EXPECT_FALSE(Did<OpenLeg>());
}

// ---- The browser ----

TEST_F(CallTroubleTest, BrowserThatAnswersWhereItShouldOfferIsTriedOnceMore) {
  EnterRoomWithDuet(kLower);
  AnswerMade(LegId{1});
  EXPECT_EQ(Last<CloseLeg>().leg, LegId{1});
  EXPECT_EQ(Last<OpenLeg>().leg, LegId{2});
  ExpectSeen(Phase::kConnecting, Cause::kRetrying);
}

TEST_F(CallTroubleTest, DescriptionThatIsRefusedDuringACallLeavesItAlone) {
  ConnectToDuet(kLower);
  Message("getOffer", Stamped("offer", kLower, "their-1", 2, 9));
  On(DescriptionFailed{LegId{2}, Last<SetRemoteDescription>().op, "InvalidAccessError"});
  EXPECT_TRUE(Dropped(DropReason::kRefused));
  ExpectSeen(Phase::kConnected);
}

TEST_F(CallTroubleTest, SectionThatIsSwitchedOffDuringACallIsAnsweredOnTheSameLeg) {
  ConnectToDuet(kLower);
  const std::string off = "v=0\r\no=- 9 3 IN IP4 127.0.0.1\r\na=ice-ufrag:f9\r\nm=audio 9 X 1\r\nm=video 0 X 1\r\n";
  Message("getOffer", EncodeDescription({DescriptionType::kOffer, off}, {1, kLower, kPage, "their-1", 2, kRoomHash}));
  EXPECT_EQ(Last<SetRemoteDescription>().leg, LegId{2});
  EXPECT_EQ(Last<SetRemoteDescription>().description.sdp, off);
  RemoteSet(LegId{2});
  AnswerMade(LegId{2});
  EXPECT_EQ(Last<SendMessage>().name, "answer");
  ExpectSeen(Phase::kConnected);
}

TEST_F(CallTroubleTest, ConnectingAloneSaysNothing) {
  EnterRoomWithDuet(kLower);
  const Call before = call_;
  On(ConnectionStateChanged{LegId{1}, ConnectionState::kConnecting});
  EXPECT_EQ(last_, Effects{});
  EXPECT_EQ(call_, before);
}

TEST_F(CallTroubleTest, TracksThatAreThereBeforeTheOtherAreSentFromTheStart) {
  EnterEmptyRoom();
  On(MediaGranted{OpId{2}, true, true});
  EXPECT_EQ(last_, (Effects{UseMedia{OpId{2}}, AttachTracks{LegId{1}, OpId{4}}})) << "the parked leg";
  Message("user_joined", Duet(kLower, "Bob"));
  Message("getOffer", Stamped("offer", kLower, "their-1", 1, 9));
  RemoteSet(LegId{2});
  EXPECT_EQ(Last<AttachTracks>().leg, LegId{2});
}

TEST_F(CallTroubleTest, CameraUnpluggedWhileWeWaitConcernsNobodyElse) {
  EnterEmptyRoom();
  On(LocalTrackEnded{MediaKind::kCamera});
  EXPECT_EQ(call_.snapshot().camera, DeviceState::kAsking) << "there was no track yet";
  On(MediaGranted{OpId{2}, true, true});
  On(LocalTrackEnded{MediaKind::kCamera});
  EXPECT_EQ(last_, (Effects{AttachTracks{LegId{1}, OpId{5}}})) << "the parked leg";
  EXPECT_EQ(call_.snapshot().camera, DeviceState::kEnded);
}

// ---- The farewell ----

TEST_F(CallTroubleTest, WhoJoinsAgainAtOnceDoesNotCutTheFarewellShort) {
  ConnectToDuet(kLower);
  On(ChannelOpened{LegId{2}});
  On(LeaveRequested{});
  Join();
  const Call before = call_;
  Wait(options::kFarewellTimeout - Millis{1});
  EXPECT_EQ(last_, Effects{});
  On(ChannelDrained{LegId{8}});
  EXPECT_EQ(last_, Effects{});
  EXPECT_EQ(call_, before);
  Wait(Millis{1});
  EXPECT_EQ(last_, Effects{CloseLeg{LegId{2}}});
}

TEST_F(CallTroubleTest, NewcomersOfferHasItsTimeWhateverElseIsDue) {
  ConnectToDuet(kLower);
  On(ChannelOpened{LegId{2}});
  On(LeaveRequested{});
  Join();
  Answer(R"({"ok":true,"id":"me","peer":null})");
  Message("user_joined", Duet(kLower, "Bob"));
  Wait(options::kFarewellTimeout);
  EXPECT_EQ(last_, Effects{CloseLeg{LegId{2}}});
  Wait(options::kOfferTimeout - options::kFarewellTimeout);
  EXPECT_TRUE(Did<OpenLeg>());
}

}  // namespace
}  // namespace duet
