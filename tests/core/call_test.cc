// One call, told event by event what happens to it. Whole calls between two are in two_calls_test.cc.
#include "core/call.h"

#include <gtest/gtest.h>

#include "core/options.h"
#include "support/call_scene.h"

namespace duet {
namespace {

using CallTest = CallScene;

// ---- Joining ----

TEST_F(CallTest, IsIdleUntilSomebodyJoins) {
  ExpectSeen(Phase::kIdle);
  Connect();
  ExpectSeen(Phase::kIdle);
  EXPECT_EQ(last_, Effects{});
  EXPECT_FALSE(call_.deadline());
}

TEST_F(CallTest, JoinOnAConnectedSocketAsksAtOnceAndForMediaBeside) {
  Connect();
  Join();
  ASSERT_EQ(last_.size(), 3u) << Print(last_);
  EXPECT_EQ(last_[0], Effect(OpenSignaling{}));
  EXPECT_EQ(Last<SendJoin>().json,
            R"({"room":"1234","name":"Ann","seat":"seat-0000000000000000000","page":"mmmmmmmm-our-page-00000","v":1})");
  EXPECT_TRUE(Last<RequestMedia>().camera && Last<RequestMedia>().microphone);
  ExpectSeen(Phase::kJoining);
}

TEST_F(CallTest, JoinBeforeTheSocketIsThereIsSentWhenItIs) {
  Join();
  EXPECT_FALSE(Did<SendJoin>());
  ExpectSeen(Phase::kJoining);
  Connect();
  EXPECT_TRUE(Did<SendJoin>());
}

TEST_F(CallTest, ServerOutOfReachIsSaidAndLeaveIsTheWayOut) {
  On(SignalingLost{});
  Join();
  ExpectSeen(Phase::kJoining, Cause::kServerUnreachable);
  On(LeaveRequested{});
  ExpectSeen(Phase::kEnded, Cause::kLeft);
}

TEST_F(CallTest, ServerThatDoesNotAnswerIsAskedAgainAndThatIsSaid) {
  Connect();
  Join();
  const OpId first = Last<SendJoin>().op;
  Wait(options::kJoinAnswerTimeout);
  ExpectSeen(Phase::kJoining, Cause::kServerUnreachable);
  EXPECT_NE(Last<SendJoin>().op, first);
  Answer(R"({"ok":true,"id":"me","peer":null})");
  ExpectSeen(Phase::kWaiting);
}

TEST_F(CallTest, SecondClickOnJoinChangesNothing) {
  Connect();
  Join();
  const Call before = call_;
  Join();
  EXPECT_TRUE(Dropped(DropReason::kUnexpected));
  EXPECT_EQ(call_, before);
}

TEST_F(CallTest, RoomNameThatIsNotAllowedIsRefusedBeforeAnythingIsAsked) {
  for (const std::string room :
       {"", "a b", "ä", "../x", "1234567890123456789012345678901234567890123456789012345678901234x"}) {
    On(JoinRequested{room, "Ann", "s", kPage, 1});
    EXPECT_EQ(last_, Effects{}) << room;
    ExpectSeen(Phase::kEnded, Cause::kBadRoom);
  }
}

TEST_F(CallTest, RefusalsOfTheServerEndWithTheirOwnSentence) {
  const std::pair<const char*, Cause> cases[] = {{"room_full", Cause::kRoomFull},
                                                 {"bad_room", Cause::kBadRoom},
                                                 {"taken", Cause::kServerRefused},
                                                 {"anything else", Cause::kServerRefused}};
  for (const auto& [error, expected] : cases) {
    call_ = Call();
    Connect();
    Join();
    Answer(std::string(R"({"ok":false,"error":")") + error + R"("})");
    ExpectSeen(Phase::kEnded, expected);
    EXPECT_EQ(call_.snapshot().camera, DeviceState::kOff);
  }
}

TEST_F(CallTest, RoomFullAsAnEventEndsToo) {
  Connect();
  Join();
  Message("room_full", "null");
  ExpectSeen(Phase::kEnded, Cause::kRoomFull);
}

TEST_F(CallTest, AnswerToAnOldJoinIsIgnored) {
  Connect();
  Join();
  const OpId old = Last<SendJoin>().op;
  On(SignalingLost{});
  Connect();
  On(JoinAnswered{old, R"({"ok":false,"error":"room_full"})"});
  EXPECT_TRUE(Dropped(DropReason::kStale));
  On(JoinAnswered{old, R"({"ok":true,"id":"me","peer":null})"});
  EXPECT_TRUE(Dropped(DropReason::kStale));
  ExpectSeen(Phase::kJoining);
}

TEST_F(CallTest, AnswerThatCannotBeReadIsDroppedAndJoinIsTriedAgain) {
  Connect();
  Join();
  Answer("[]");
  EXPECT_TRUE(Dropped(DropReason::kMalformed));
  Wait(options::kJoinAnswerTimeout);
  EXPECT_TRUE(Did<SendJoin>());
}

TEST_F(CallTest, IceServersOfTheServerReplaceTheDefault) {
  Connect();
  Join();
  Answer(
      R"({"ok":true,"id":"me","peer":{"id":"p","name":""},"iceServers":[{"urls":"turn:t","username":"u","credential":"c"}]})");
  EXPECT_EQ(Last<OpenLeg>().ice_servers, (std::vector<IceServer>{{{"turn:t"}, "u", "c"}}));
}

TEST_F(CallTest, DefaultStunServerIsTheLessons) {
  EnterRoomWithSeed();
  EXPECT_EQ(Last<OpenLeg>().ice_servers, (std::vector<IceServer>{{{"stun:stun.l.google.com:19302"}, "", ""}}));
}

// ---- Who offers, and what ----

TEST_F(CallTest, FirstOfferToADuetHasAllItWillEverNeed) {
  EnterRoomWithDuet(kLower);
  const Effects expected = {OpenLeg{LegId{1}, Last<OpenLeg>().ice_servers}, AddTransceivers{LegId{1}},
                            OpenChannel{LegId{1}}, SetLocalDescription{LegId{1}, Last<SetLocalDescription>().op}};
  EXPECT_EQ(last_, expected) << Print(last_);
  ExpectSeen(Phase::kConnecting);
}

TEST_F(CallTest, FirstOfferToASeedHasNothingItDoesNotKnow) {
  EnterRoomWithSeed();
  EXPECT_TRUE(Did<AddTransceivers>());
  EXPECT_FALSE(Did<OpenChannel>());
}

TEST_F(CallTest, WhoWaitsLetsTheNewcomerOfferAndOffersItselfIfNoneComes) {
  EnterEmptyRoom();
  Message("user_joined", R"({"id":"seed-socket","name":"Sam"})");
  EXPECT_EQ(last_, Effects{});
  ExpectSeen(Phase::kConnecting);
  EXPECT_EQ(call_.snapshot().peer_name, "Sam");
  Wait(options::kOfferTimeout);
  EXPECT_TRUE(Did<SetLocalDescription>());
}

TEST_F(CallTest, OfferCarriesOurFieldsAndTheAnswerMustEchoThem) {
  EnterRoomWithDuet(kLower);
  OfferMade(LegId{1});
  const std::string json = Last<SendMessage>().json;
  EXPECT_NE(
      json.find(
          R"("v":1,"from":"mmmmmmmm-our-page-00000","to":"aaaaaaaa-their-page-000","leg":"mmmmmmmm-1","offer":1,"room":7})"),
      std::string::npos)
      << json;
  Message("getAnswer", Stamped("answer", kLower, "another-leg", 1, 9));
  EXPECT_TRUE(Dropped(DropReason::kStale));
  Message("getAnswer", Stamped("answer", kHigher, "mmmmmmmm-1", 1, 9));
  EXPECT_TRUE(Dropped(DropReason::kForeign));
  Message("getAnswer", Stamped("answer", kLower, "mmmmmmmm-1", 2, 9));
  EXPECT_TRUE(Dropped(DropReason::kStale));
  Message("getAnswer", Stamped("answer", kLower, "mmmmmmmm-1", 1, 9, kRoomHash + 1));
  EXPECT_TRUE(Dropped(DropReason::kForeign));
  Message("getAnswer", Stamped("answer", kLower, "mmmmmmmm-1", 1, 9));
  EXPECT_TRUE(Did<SetRemoteDescription>());
}

TEST_F(CallTest, MessageForSomebodyElseIsDropped) {
  EnterLessonRoom("[]");
  const Stamp stamp{1, kLower, "somebody-else", "leg", 1, kRoomHash};
  Message("getOffer", EncodeDescription({DescriptionType::kOffer, Sdp(9)}, stamp));
  EXPECT_TRUE(Dropped(DropReason::kForeign));
  ExpectSeen(Phase::kWaiting);
}

TEST_F(CallTest, OurOwnMessageComingBackIsDropped) {
  EnterLessonRoom("[]");
  const Stamp stamp{1, kPage, "", "leg", 1, kRoomHash};
  Message("getOffer", EncodeDescription({DescriptionType::kOffer, Sdp(9)}, stamp));
  EXPECT_TRUE(Dropped(DropReason::kForeign));
}

TEST_F(CallTest, StrangersAreNotHeardWhereTheServerSaysWhoIsHere) {
  EnterEmptyRoom();
  for (const std::string& offer : {Stamped("offer", kHigher, "theirs-1", 1, 9), Bare("offer", 9)}) {
    Message("getOffer", offer);
    EXPECT_TRUE(Dropped(DropReason::kForeign));
  }
  Message("user_joined", std::string(R"({"id":")") + kLower + R"(","name":"Bob","v":1})");
  Message("getOffer", Stamped("offer", kHigher, "theirs-1", 1, 9));
  EXPECT_TRUE(Dropped(DropReason::kForeign));
  Message("getOffer", Stamped("offer", kLower, "theirs-1", 1, 9));
  EXPECT_TRUE(Did<OpenLeg>());
}

// ---- Offers that cross ----

TEST_F(CallTest, ImpoliteSideKeepsItsFirstOffer) {
  EnterRoomWithDuet(kLower);
  OfferMade(LegId{1});
  Message("getOffer", Stamped("offer", kLower, "their-1", 1, 9));
  EXPECT_TRUE(Dropped(DropReason::kUnexpected));
}

TEST_F(CallTest, PoliteSideYieldsItsFirstOfferAndAnswersOnAFreshLeg) {
  EnterRoomWithDuet(kHigher);
  OfferMade(LegId{1});
  Message("getOffer", Stamped("offer", kHigher, "their-1", 1, 9));
  EXPECT_EQ(last_[0], Effect(CloseLeg{LegId{1}}));
  EXPECT_EQ(Last<OpenLeg>().leg, LegId{2});
  EXPECT_EQ(Last<SetRemoteDescription>().leg, LegId{2});
  ExpectSeen(Phase::kConnecting);  // nothing failed, so nothing is being retried
}

TEST_F(CallTest, SeedsCrossingOfferIsIgnoredBecauseASeedAlwaysYields) {
  EnterRoomWithSeed();
  OfferMade(LegId{1});
  Message("getOffer", Bare("offer", 9));
  EXPECT_TRUE(Dropped(DropReason::kUnexpected));
  Message("getAnswer", Bare("answer", 9));
  RemoteSet(LegId{1});
  Connected(LegId{1});
  ExpectSeen(Phase::kConnected);
  EXPECT_FALSE(call_.snapshot().peer_is_duet);
}

// ---- A seed ----

TEST_F(CallTest, SeedsOfferIsAnsweredAndItsReOfferToo) {
  ConnectToSeed();
  ExpectSeen(Phase::kConnected);
  Message("getOffer", Bare("offer", 9));  // it pressed Join, and has tracks now
  EXPECT_EQ(Last<SetRemoteDescription>().leg, LegId{2});
  RemoteSet(LegId{2});
  AnswerMade(LegId{2});
  EXPECT_EQ(Last<SendMessage>().name, "answer");
}

TEST_F(CallTest, SeedIsNeverSentAnEndOfCandidates) {
  ConnectToSeed();
  On(LocalCandidateFound{LegId{2}, {"", "0", "f1", 0, true}});
  EXPECT_EQ(last_, Effects{});
  On(LocalCandidateFound{LegId{2}, {"candidate:1 1 udp 1 10.0.0.1 9 typ host", "0", "f1", 0, true}});
  EXPECT_TRUE(Did<SendMessage>());
}

TEST_F(CallTest, ReloadedSeedGetsAFreshLeg) {
  ConnectToSeed();
  Message("user_exit", R"({"id":"seed-socket"})");
  ExpectSeen(Phase::kWaiting, Cause::kPeerLeft);
  EXPECT_TRUE(Did<CloseLeg>());
  Message("user_joined", R"({"id":"seed-socket-2","name":"Sam"})");
  Message("getOffer", Bare("offer", 10));
  EXPECT_EQ(Last<OpenLeg>().leg, LegId{4});
}

TEST_F(CallTest, StrangersOfferDoesNotTouchAHealthyCall) {
  EnterLessonRoom("[]");
  Message("getOffer", Bare("offer", 9));
  RemoteSet(LegId{1});
  AnswerMade(LegId{1});
  Connected(LegId{1});
  Message("getOffer", Bare("offer", 10));
  EXPECT_TRUE(Dropped(DropReason::kUnexpected));
  Message("getOffer", Stamped("offer", kLower, "x", 1, 11));
  EXPECT_TRUE(Dropped(DropReason::kUnexpected));
  ExpectSeen(Phase::kConnected);
}

TEST_F(CallTest, StrangersOfferIsAnsweredWhereNothingWorksAnyMore) {
  EnterLessonRoom("[]");
  Message("getOffer", Bare("offer", 9));
  RemoteSet(LegId{1});
  AnswerMade(LegId{1});
  Connected(LegId{1});
  On(ConnectionStateChanged{LegId{1}, ConnectionState::kDisconnected});
  Message("getOffer", Bare("offer", 10));
  EXPECT_EQ(Last<OpenLeg>().leg, LegId{2});
}

// ---- Servers that forget, refuse or are slow ----

TEST_F(CallTest, SlowAnswerCountsEvenAfterAskingAgain) {
  Connect();
  Join();
  const OpId first = Last<SendJoin>().op;
  Wait(options::kJoinAnswerTimeout);
  EXPECT_TRUE(Did<SendJoin>());
  ExpectSeen(Phase::kJoining, Cause::kServerUnreachable);
  On(JoinAnswered{first, R"({"ok":true,"id":"me","peer":null,"iceServers":[{"urls":"stun:ours"}]})"});
  ExpectSeen(Phase::kWaiting);
  Message("room_users", R"([{"id":"zzz","name":"Zed"}])");
  EXPECT_FALSE(Did<OpenLeg>()) << "this server is not the lesson's";
}

TEST_F(CallTest, LeaveAndJoinWithinOneRoundTripDoNotMakeALessonsServer) {
  Connect();
  Join();
  const OpId first = Last<SendJoin>().op;
  On(LeaveRequested{});
  Join();
  const OpId second = Last<SendJoin>().op;
  On(JoinAnswered{first, R"({"ok":true,"id":"me","peer":null})"});
  EXPECT_TRUE(Dropped(DropReason::kStale));
  Message("room_users", "[]");
  ExpectSeen(Phase::kJoining);
  On(JoinAnswered{second, R"({"ok":true,"id":"me","peer":null})"});
  ExpectSeen(Phase::kWaiting);
}

TEST_F(CallTest, BusyServerIsAskedAgain) {
  Connect();
  Join();
  Answer(R"({"ok":false,"error":"busy"})");
  ExpectSeen(Phase::kJoining, Cause::kServerUnreachable);
  EXPECT_FALSE(Did<StopMedia>());
  Wait(options::kBusyPause);
  Answer(R"({"ok":true,"id":"me","peer":null})");
  ExpectSeen(Phase::kWaiting);
}

TEST_F(CallTest, NewcomerWaitsWhileWeTalkToSomebodyThatTheServerForgot) {
  for (const bool was_there_first : {true, false}) {
    SCOPED_TRACE(was_there_first);
    call_ = Call();
    ConnectToDuet(kHigher);
    On(SignalingLost{});
    Connect();
    if (was_there_first) {
      Answer(std::string(R"({"ok":true,"id":"me","peer":{"id":")") + kLower + R"(","name":"New","v":1}})");
    } else {
      Answer(R"({"ok":true,"id":"me","peer":null})");
      Message("user_joined", std::string(R"({"id":")") + kLower + R"(","name":"New","v":1})");
    }
    EXPECT_FALSE(Did<CloseLeg>() || Did<OpenLeg>());
    ExpectSeen(Phase::kConnected);
    EXPECT_EQ(call_.snapshot().peer_name, "Bob");
    Message("getOffer", Stamped("offer", kLower, "new-1", 1, 20));
    EXPECT_TRUE(Dropped(DropReason::kUnexpected));

    Fail(LegId{2});
    EXPECT_TRUE(Did<CloseLeg>() && Did<OpenLeg>()) << Print(last_);
    ExpectSeen(Phase::kConnecting);
    EXPECT_EQ(call_.snapshot().peer_name, "New");
  }
}

TEST_F(CallTest, NewcomerThatGivesUpMeanwhileIsForgotten) {
  ConnectToDuet(kHigher);
  On(SignalingLost{});
  Connect();
  Answer(std::string(R"({"ok":true,"id":"me","peer":{"id":")") + kLower + R"(","name":"New","v":1}})");
  Message("user_exit", std::string(R"({"id":")") + kLower + R"("})");
  ExpectSeen(Phase::kConnected);
  On(ChannelReceived{LegId{2}, R"({"type":"bye"})"});
  ExpectSeen(Phase::kWaiting, Cause::kPeerLeft);
  EXPECT_EQ(call_.snapshot().peer_name, "Bob");
  EXPECT_FALSE(Did<SetLocalDescription>());
}

TEST_F(CallTest, NewcomersTurnComesWhenTheOtherLeaves) {
  ConnectToDuet(kHigher);
  On(SignalingLost{});
  Connect();
  Answer(std::string(R"({"ok":true,"id":"me","peer":{"id":")") + kLower + R"(","name":"New","v":1}})");
  On(ChannelReceived{LegId{2}, R"({"type":"bye"})"});
  EXPECT_TRUE(Did<OpenLeg>());
  ExpectSeen(Phase::kConnecting);
}

TEST_F(CallTest, RefusalDuringACallDoesNotEndIt) {
  for (const char* error : {"room_full", "taken", "bad_room"}) {
    SCOPED_TRACE(error);
    call_ = Call();
    ConnectToDuet(kHigher);
    On(SignalingLost{});
    Connect();
    Answer(std::string(R"({"ok":false,"error":")") + error + R"("})");
    ExpectSeen(Phase::kConnected, Cause::kServerUnreachable);
    EXPECT_EQ(last_, Effects{});
    Wait(options::kRefusedPause);
    Answer(std::string(R"({"ok":false,"error":")") + error + R"("})");
    ExpectSeen(Phase::kConnected, Cause::kServerUnreachable);
    // When the call is over, the server's word counts, and it is asked for at once.
    On(ChannelReceived{LegId{2}, R"({"type":"bye"})"});
    EXPECT_EQ(call_.deadline(), now_);
    Wait(Millis{0});
    Answer(std::string(R"({"ok":false,"error":")") + error + R"("})");
    EXPECT_EQ(phase(), Phase::kEnded);
  }
}

TEST_F(CallTest, RefusalWhileThePathIsLostLeavesItTheTimeToReturn) {
  ConnectToDuet(kHigher);
  On(SignalingLost{});
  On(ConnectionStateChanged{LegId{2}, ConnectionState::kDisconnected});
  Connect();
  Answer(R"({"ok":false,"error":"room_full"})");
  Wait(options::kLossShownAfter);
  ExpectSeen(Phase::kReconnecting, Cause::kServerUnreachable);
  Connected(LegId{2});
  ExpectSeen(Phase::kConnected, Cause::kServerUnreachable);
}

// ---- The lesson's server ----

TEST_F(CallTest, PageReloadedDuringSetUpOverTheLessonsServerIsAnsweredAtOnce) {
  EnterLessonRoom(R"([{"id":"other","name":"Sam"}])");
  OfferMade(LegId{1});
  Message("getAnswer", Stamped("answer", kLower, call_.snapshot().phase == Phase::kConnecting ? "mmmmmmmm-1" : "", 1, 9));
  RemoteSet(LegId{1});
  Message("getOffer", Stamped("offer", "aaaaaaaa-reloaded-00000", "theirs-1", 1, 20));
  EXPECT_EQ(Last<OpenLeg>().leg, LegId{2});
  ExpectSeen(Phase::kConnecting);
}

TEST_F(CallTest, ListOfUsersLetsUsInWhereNobodyAcknowledges) {
  EnterLessonRoom("[]");
  ExpectSeen(Phase::kWaiting);
  EXPECT_FALSE(call_.deadline());
}

TEST_F(CallTest, ListWithOnlyUsOnItIsAnEmptyRoom) {
  EnterLessonRoom(R"([{"id":"socket-1","name":"Ann"}])");
  ExpectSeen(Phase::kWaiting);
}

TEST_F(CallTest, ListWithSomebodyElseOnItMakesUsOffer) {
  EnterLessonRoom(R"([{"id":"socket-1","name":"Ann"},{"id":"other","name":"Sam"}])");
  ExpectSeen(Phase::kConnecting);
  EXPECT_TRUE(Did<SetLocalDescription>());
  EXPECT_EQ(call_.snapshot().peer_name, "Sam");
}

TEST_F(CallTest, RepeatedListDoesNotMakeUsOfferAgain) {
  EnterLessonRoom(R"([{"id":"other","name":"Sam"}])");
  Message("room_users", R"([{"id":"other","name":"Sam"}])");
  EXPECT_EQ(last_, Effects{});
}

TEST_F(CallTest, StrangersExitIsIgnored) {
  ConnectToSeed();
  Message("user_exit", R"({"id":"a-stranger"})");
  EXPECT_TRUE(Dropped(DropReason::kForeign));
  ExpectSeen(Phase::kConnected);
}

// ---- Presence ----

TEST_F(CallTest, PeerWhoLostOnlyTheServerIsStillTalkedTo) {
  ConnectToDuet(kLower);
  Message("peer_away", std::string(R"({"id":")") + kLower + R"("})");
  Message("user_exit", std::string(R"({"id":")") + kLower + R"(","lost":true})");
  ExpectSeen(Phase::kConnected);
  Message("user_joined", std::string(R"({"id":")") + kHigher + R"(","name":"Cleo","v":1})");
  ExpectSeen(Phase::kConnected);
  Message("user_exit", std::string(R"({"id":")") + kHigher + R"("})");
  Fail(LegId{2});
  ExpectSeen(Phase::kWaiting, Cause::kPeerVanished);
  EXPECT_TRUE(Did<CloseLeg>());
}

TEST_F(CallTest, NewLegWaitsForAPeerWhoIsAway) {
  ConnectToDuet(kLower);
  Message("peer_away", std::string(R"({"id":")") + kLower + R"("})");
  Fail(LegId{2});
  EXPECT_FALSE(Did<OpenLeg>());
  ExpectSeen(Phase::kReconnecting, Cause::kPathLost);
  Message("peer_back", std::string(R"({"id":")") + kLower + R"("})");
  EXPECT_TRUE(Did<OpenLeg>());
  ExpectSeen(Phase::kReconnecting, Cause::kRetrying);
}

TEST_F(CallTest, WhoComesBackAfterWeHadForgottenThemIsKnownByName) {
  ConnectToDuet(kLower);
  Message("peer_away", std::string(R"({"id":")") + kLower + R"("})");
  On(ChannelReceived{LegId{2}, R"({"type":"bye"})"});  // they left without a server, and joined again
  ExpectSeen(Phase::kWaiting, Cause::kPeerLeft);
  Message("peer_back", std::string(R"({"id":")") + kLower + R"(","name":"Bob","v":1})");
  ExpectSeen(Phase::kConnecting);
  Message("getOffer", Stamped("offer", kLower, "theirs-2", 1, 20));
  EXPECT_EQ(call_.snapshot().peer_name, "Bob");
  EXPECT_TRUE(Did<OpenLeg>());
}

TEST_F(CallTest, TheEndNamesThePersonOfThisCallAndNobodyElse) {
  ConnectToDuet(kLower);
  Message("user_exit", std::string(R"({"id":")") + kLower + R"("})");
  EXPECT_EQ(call_.snapshot().peer_name, "Bob");
  Message("user_joined", std::string(R"({"id":")") + kHigher + R"(","name":"Cleo","v":1})");
  Message("getOffer", Stamped("offer", kHigher, "theirs-1", 1, 20));
  RemoteSet(LegId{4});
  AnswerMade(LegId{4});
  Connected(LegId{4});
  On(ChannelOpened{LegId{4}});
  On(ConnectionStateChanged{LegId{4}, ConnectionState::kDisconnected});
  Wait(options::kGiveUpAfter);
  ExpectSeen(Phase::kEnded, Cause::kConnectionLost);
  EXPECT_EQ(call_.snapshot().peer_name, "Cleo");
}

TEST_F(CallTest, PoliteSideGivesTheOtherTimeToMakeTheNewLeg) {
  ConnectToDuet(kHigher);
  Fail(LegId{2});
  EXPECT_FALSE(Did<OpenLeg>());
  Wait(options::kPoliteRetryDelay - Millis{1});
  EXPECT_FALSE(Did<OpenLeg>());
  Wait(Millis{1});
  EXPECT_TRUE(Did<OpenLeg>());
}

TEST_F(CallTest, FarewellOnTheChannelEndsTheLegAtOnce) {
  ConnectToDuet(kLower);
  On(ChannelReceived{LegId{2}, R"({"type":"bye"})"});
  ExpectSeen(Phase::kWaiting, Cause::kPeerLeft);
  EXPECT_TRUE(Did<CloseLeg>());
  Message("user_exit", std::string(R"({"id":")") + kLower + R"("})");  // the server says so too
  ExpectSeen(Phase::kWaiting, Cause::kPeerLeft);
}

TEST_F(CallTest, NonsenseOnTheChannelIsDropped) {
  ConnectToDuet(kLower);
  for (const char* json : {"", "null", "[]", "{}", R"({"type":1})", R"({"type":"x"})", R"({"type":"devices"})"}) {
    On(ChannelReceived{LegId{2}, json});
    EXPECT_TRUE(Dropped(DropReason::kMalformed)) << json;
  }
  ExpectSeen(Phase::kConnected);
}

// ---- Leaving ----

TEST_F(CallTest, LeavingStopsMediaBeforeAnythingElseAndSaysByeOnBothWays) {
  ConnectToDuet(kLower);
  On(MediaGranted{OpId{2}, true, true});
  On(ChannelOpened{LegId{2}});
  On(LeaveRequested{});
  const Effects expected = {StopMedia{}, SendMessage{"leave", "{}"}, SendOnChannel{LegId{2}, R"({"type":"bye"})"}};
  EXPECT_EQ(last_, expected) << Print(last_);
  EXPECT_EQ(call_.deadline(), now_ + options::kFarewellTimeout);
  On(ChannelDrained{LegId{2}});
  EXPECT_EQ(last_, Effects{CloseLeg{LegId{2}}});
  EXPECT_FALSE(call_.deadline());
}

TEST_F(CallTest, LegIsClosedEvenIfTheFarewellNeverGetsOut) {
  ConnectToDuet(kLower);
  On(ChannelOpened{LegId{2}});
  On(LeaveRequested{});
  Wait(options::kFarewellTimeout);
  EXPECT_EQ(last_, Effects{CloseLeg{LegId{2}}});
}

TEST_F(CallTest, MediaThatComesAfterLeavingIsDiscarded) {
  Connect();
  Join();
  const OpId prompt = Last<RequestMedia>().op;
  On(LeaveRequested{});
  EXPECT_EQ(last_, Effects{(SendMessage{"leave", "{}"})});
  On(MediaGranted{prompt, true, true});
  EXPECT_EQ(last_, Effects{DiscardMedia{prompt}});
}

TEST_F(CallTest, MediaOfAnEarlierJoinIsDiscardedDuringTheNext) {
  Connect();
  Join();
  const OpId old = Last<RequestMedia>().op;
  On(LeaveRequested{});
  Join();
  On(MediaGranted{old, true, true});
  EXPECT_EQ(last_, Effects{DiscardMedia{old}});
  EXPECT_EQ(call_.snapshot().camera, DeviceState::kAsking);
}

TEST_F(CallTest, LeaveWithoutACallChangesNothing) {
  On(LeaveRequested{});
  EXPECT_TRUE(Dropped(DropReason::kUnexpected));
  ExpectSeen(Phase::kIdle);
}

TEST_F(CallTest, MessagesAfterLeavingAreDropped) {
  ConnectToDuet(kLower);
  On(LeaveRequested{});
  const Call before = call_;
  Message("getOffer", Stamped("offer", kLower, "their-2", 1, 9));
  EXPECT_TRUE(Dropped(DropReason::kUnexpected));
  EXPECT_EQ(call_, before);
}

// ---- What the browser says ----

TEST_F(CallTest, AnswersAboutAClosedLegChangeNothing) {
  ConnectToDuet(kLower);
  Message("user_exit", std::string(R"({"id":")") + kLower + R"("})");
  ExpectNothingOf(LegId{2});
}

TEST_F(CallTest, BrowserThatMakesNoConnectionEndsTheCall) {
  EnterRoomWithSeed();
  On(LegBroken{LegId{1}, "UnknownError"});
  ExpectSeen(Phase::kEnded, Cause::kBrowserRefused);
  EXPECT_TRUE(Did<CloseLeg>());
}

TEST_F(CallTest, BadFirstDescriptionIsTriedOnceMoreOnANewLeg) {
  EnterRoomWithDuet(kLower);
  OfferMade(LegId{1});
  Message("getAnswer", Stamped("answer", kLower, "mmmmmmmm-1", 1, 9));
  On(DescriptionFailed{LegId{1}, Last<SetRemoteDescription>().op, "InvalidAccessError"});
  EXPECT_EQ(last_[0], Effect(CloseLeg{LegId{1}}));
  EXPECT_EQ(Last<OpenLeg>().leg, LegId{2});
  ExpectSeen(Phase::kConnecting, Cause::kRetrying);
  On(DescriptionFailed{LegId{2}, Last<SetLocalDescription>().op, "OperationError"});
  ExpectSeen(Phase::kEnded, Cause::kConnectFailed);
}

TEST_F(CallTest, RefusedCandidatesAndTracksAreCountedAndNothingElse) {
  ConnectToDuet(kLower);
  const Call before = call_;
  On(CandidateSettled{LegId{2}, OpId{9}, false});
  EXPECT_TRUE(Dropped(DropReason::kRefused));
  On(TracksAttached{LegId{2}, OpId{9}, false});
  EXPECT_TRUE(Dropped(DropReason::kRefused));
  On(CandidateSettled{LegId{2}, OpId{9}, true});
  On(TracksAttached{LegId{2}, OpId{9}, true});
  EXPECT_EQ(call_, before);
}

TEST_F(CallTest, UnpluggedCameraIsTakenFromTheSendersAndTold) {
  ConnectToDuet(kLower);
  On(MediaGranted{OpId{2}, true, true});
  EXPECT_TRUE(Did<AttachTracks>());
  On(ChannelOpened{LegId{2}});
  EXPECT_EQ(Last<SendOnChannel>().json, R"({"type":"devices","microphone":true,"camera":true})");
  On(LocalTrackEnded{MediaKind::kCamera});
  EXPECT_TRUE(Did<AttachTracks>());
  EXPECT_EQ(Last<SendOnChannel>().json, R"({"type":"devices","microphone":true,"camera":false})");
  EXPECT_EQ(call_.snapshot().camera, DeviceState::kEnded);
}

TEST_F(CallTest, UnknownAndMalformedMessagesAreDropped) {
  EnterEmptyRoom();
  Message("something_new", "{}");
  EXPECT_TRUE(Dropped(DropReason::kUnknown));
  Message("getOffer", "");
  EXPECT_TRUE(Dropped(DropReason::kMalformed));
  Message("user_joined", R"({"id":5})");
  EXPECT_TRUE(Dropped(DropReason::kMalformed));
}

TEST_F(CallTest, DeadlineThatIsNotDueChangesNothing) {
  ConnectToDuet(kLower);
  const Call before = call_;
  On(DeadlineReached{});
  EXPECT_EQ(last_, Effects{});
  EXPECT_EQ(call_, before);
}

}  // namespace
}  // namespace duet
