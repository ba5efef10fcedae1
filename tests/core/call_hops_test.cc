// Two hops to media: an offer that waits at the server, an answer that waits for a click (docs/architecture.md).
#include <gtest/gtest.h>

#include "core/options.h"
#include "support/call_scene.h"

namespace duet {
namespace {

constexpr char kBob[] = R"({"id":"aaaaaaaa-their-page-000","name":"Bob","v":1})";
constexpr char kTook[] = R"({"ok":true,"id":"me","peer":{"id":"aaaaaaaa-their-page-000","name":"Bob","v":1},"tookAnswer":true})";

class CallHopsTest : public CallScene {
 protected:
  // How many messages of that name were ordered last.
  int Sent(const std::string& name) const {
    int count = 0;
    for (const Effect& effect : last_) {
      const auto* message = std::get_if<SendMessage>(&effect);
      count += message != nullptr && message->name == name;
    }
    return count;
  }
  std::string AnswerIn(const std::string& join) const {
    const auto json = Json::Parse(join);
    const Json* answer = json ? json->Find("answer") : nullptr;
    const Json* leg = answer != nullptr ? answer->Find("leg") : nullptr;
    return leg != nullptr ? *leg->string() : "";
  }
  void ClickPrepared() {
    LookAndPrepare();
    Join();
  }
};

// ---- Who looks ----

TEST_F(CallHopsTest, RoomThatThePageShowsIsAskedForOnceThereIsAServer) {
  On(RoomShown{"1234", kRoomHash});
  EXPECT_EQ(last_, Effects{});
  Connect();
  EXPECT_EQ(last_, (Effects{SendMessage{"peek", R"({"room":"1234"})"}}));
  On(RoomShown{"1234", kRoomHash});
  EXPECT_EQ(last_, Effects{}) << "asked already";
  On(RoomShown{"other", 8});
  EXPECT_EQ(last_, (Effects{SendMessage{"peek", R"({"room":"other"})"}}));
  On(RoomShown{"not a room", 9});
  EXPECT_EQ(last_, Effects{});
}

TEST_F(CallHopsTest, NothingOfWhoLooksLeavesThePage) {
  On(RoomShown{"1234", kRoomHash});
  Connect();
  Message("parked", Parked(kLower, "their-1"));
  EXPECT_EQ(Print(last_).find("SendMessage"), std::string::npos);
  RemoteSet(LegId{1});
  EXPECT_EQ(last_.back(), Effect(CreateDescription{LegId{1}, Last<CreateDescription>().op, DescriptionType::kAnswer}));
  EXPECT_FALSE(Did<SetLocalDescription>()) << "it would begin to gather";
  On(DescriptionCreated{LegId{1}, Last<CreateDescription>().op, {DescriptionType::kAnswer, Sdp(1)}});
  EXPECT_EQ(last_, Effects{});
  ExpectSeen(Phase::kIdle);
  EXPECT_FALSE(call_.snapshot().peer_known);
  EXPECT_FALSE(call_.deadline());
}

TEST_F(CallHopsTest, NewerOfferReplacesWhatWasPreparedAndNoneForgetsIt) {
  LookAndPrepare();
  Message("parked", Parked(kLower, "their-2"));
  EXPECT_EQ(last_.front(), Effect(CloseLeg{LegId{1}}));
  EXPECT_EQ(Last<OpenLeg>().leg, LegId{2});
  Message("parked", "null");
  EXPECT_EQ(last_, Effects{CloseLeg{LegId{2}}});
  Message("parked", Parked(kLower, "their-3", 9, 8));
  EXPECT_TRUE(Dropped(DropReason::kForeign)) << "another room's";
  Message("parked", R"({"type":"offer","sdp":"v=0"})");
  EXPECT_TRUE(Dropped(DropReason::kMalformed)) << "nobody's";
}

TEST_F(CallHopsTest, SameOfferToldTwiceIsPreparedOnce) {
  On(RoomShown{"1234", kRoomHash});
  Connect();
  std::string parked = Parked(kLower, "their-1");
  Message("parked", parked);
  const Effects ordered = last_;
  Message("parked", parked);
  EXPECT_EQ(last_, Effects{}) << "while it is being prepared";
  last_ = ordered;
  RemoteSet(LegId{1});
  On(DescriptionCreated{LegId{1}, Last<CreateDescription>().op, {DescriptionType::kAnswer, Sdp(1)}});
  Message("parked", parked);
  EXPECT_EQ(last_, Effects{}) << "and after";
  parked.replace(parked.find(R"("offer":1)"), 9, R"("offer":2)");
  Message("parked", parked);
  EXPECT_EQ(last_.front(), Effect(CloseLeg{LegId{1}}));
  EXPECT_EQ(Last<OpenLeg>().leg, LegId{2});
}

TEST_F(CallHopsTest, AnotherRoomsNameForgetsWhatWasPrepared) {
  LookAndPrepare();
  On(RoomShown{"other", 8});
  EXPECT_EQ(last_, (Effects{CloseLeg{LegId{1}}, SendMessage{"peek", R"({"room":"other"})"}}));
}

TEST_F(CallHopsTest, RoomThatIsShownDuringACallIsNotAskedFor) {
  EnterEmptyRoom();
  On(RoomShown{"other", 8});
  EXPECT_EQ(last_, Effects{});
}

TEST_F(CallHopsTest, StunServersComeWithTheOffer) {
  On(RoomShown{"1234", kRoomHash});
  Connect();
  std::string parked = Parked(kLower, "their-1");
  parked.pop_back();
  Message("parked", parked + R"(,"iceServers":[{"urls":"stun:ours.example"}]})");
  EXPECT_EQ(Last<OpenLeg>().ice_servers, (std::vector<IceServer>{{{"stun:ours.example"}, "", ""}}));
}

TEST_F(CallHopsTest, LostServerForgetsWhatWasPreparedAndIsAskedAnew) {
  LookAndPrepare();
  On(SignalingLost{});
  EXPECT_EQ(last_, Effects{CloseLeg{LegId{1}}});
  Connect();
  EXPECT_EQ(Sent("peek"), 1);
}

TEST_F(CallHopsTest, OfferThatTheBrowserCannotReadIsNothingToWorryAbout) {
  On(RoomShown{"1234", kRoomHash});
  Connect();
  Message("parked", Parked(kLower, "their-1"));
  On(DescriptionFailed{LegId{1}, Last<SetRemoteDescription>().op, "OperationError"});
  EXPECT_EQ(last_, (Effects{CloseLeg{LegId{1}}, CountDrop{DropReason::kRefused}}));
  Join();
  EXPECT_EQ(AnswerIn(Last<SendJoin>().json), "");
  ExpectSeen(Phase::kJoining);
}

TEST_F(CallHopsTest, WhoIsInLooksNoMoreAndLooksAgainAfterLeaving) {
  LookAndPrepare();
  EnterEmptyRoom();
  Message("parked", Parked(kLower, "their-2"));
  EXPECT_TRUE(Dropped(DropReason::kUnexpected));
  On(LeaveRequested{});
  EXPECT_EQ(Sent("leave"), 1);
  EXPECT_EQ(Sent("peek"), 1);
  EXPECT_EQ(last_.back(), Effect(SendMessage{"peek", R"({"room":"1234"})"}));
}

TEST_F(CallHopsTest, WhoLeavesWithoutAServerLooksWhenItIsBack) {
  LookAndPrepare();
  EnterEmptyRoom();
  On(SignalingLost{});
  On(LeaveRequested{});
  EXPECT_EQ(Sent("peek"), 0);
  Connect();
  EXPECT_EQ(Sent("peek"), 1);
}

// ---- The click ----

TEST_F(CallHopsTest, ClickSendsTheAnswerBeforeAnythingElseAndSetsItInTheSameTurn) {
  ClickPrepared();
  ASSERT_EQ(last_.size(), 4u) << Print(last_);
  EXPECT_TRUE(std::holds_alternative<OpenSignaling>(last_[0]));
  EXPECT_EQ(AnswerIn(Last<SendJoin>().json), "their-1");
  EXPECT_TRUE(std::holds_alternative<SendJoin>(last_[1]) && std::holds_alternative<RequestMedia>(last_[2]));
  EXPECT_EQ(last_[3], Effect(SetCreatedDescription{LegId{1}, Last<SetCreatedDescription>().op, {DescriptionType::kAnswer, Sdp(1)}}));
  ExpectSeen(Phase::kJoining);
}

TEST_F(CallHopsTest, ClickSaysWhoAnswersWhom) {
  ClickPrepared();
  const std::string answer = EncodeDescription({DescriptionType::kAnswer, Sdp(1)}, {1, kPage, kLower, "their-1", 1, kRoomHash});
  EXPECT_NE(Last<SendJoin>().json.find(R"("answer":)" + answer), std::string::npos) << Last<SendJoin>().json;
}

TEST_F(CallHopsTest, CandidatesDoNotWaitForTheSeat) {
  ClickPrepared();
  const OpId op = Last<SetCreatedDescription>().op;
  const OpId join = Last<SendJoin>().op;
  On(LocalCandidateFound{LegId{1}, {"candidate:1 1 udp 1 10.0.0.1 9 typ host", "0", "f1", 0, true}});
  EXPECT_EQ(last_, Effects{}) << "they follow the answer's being set";
  On(LocalDescriptionSet{LegId{1}, op, {DescriptionType::kAnswer, Sdp(1)}});
  EXPECT_EQ(Sent("candidate"), 1);
  EXPECT_EQ(Last<SendMessage>().json, EncodeCandidate({"candidate:1 1 udp 1 10.0.0.1 9 typ host", "0", "f1", 0, true},
                                                      {1, kPage, kLower, "their-1", 1, kRoomHash}));
  EXPECT_EQ(Sent("answer"), 0) << "it went with the join";
  On(JoinAnswered{join, kTook});
  EXPECT_EQ(last_, Effects{});
  ExpectSeen(Phase::kConnecting);
  EXPECT_EQ(call_.snapshot().peer_name, "Bob");
  Message("getCandidate", EncodeCandidate({"candidate:1 1 udp 1 10.0.0.2 9 typ host", "0", "f9", 0, true},
                                          {1, kLower, "", "their-1", 1, kRoomHash}));
  EXPECT_TRUE(Did<AddCandidate>());
  Connected(LegId{1});
  ExpectSeen(Phase::kConnected);
}

TEST_F(CallHopsTest, StaleAnswerCostsALegAndTheNewestOfferIsAnswered) {
  ClickPrepared();
  const std::string parked = Parked(kLower, "their-2", 10);
  Answer(std::string(R"({"ok":true,"id":"me","peer":)") + kBob + R"(,"parked":)" + parked + "}");
  EXPECT_EQ(last_.front(), Effect(CloseLeg{LegId{1}}));
  EXPECT_EQ(Last<OpenLeg>().leg, LegId{2});
  EXPECT_EQ(Last<SetRemoteDescription>().description.sdp, Sdp(10));
  RemoteSet(LegId{2});
  AnswerMade(LegId{2});
  EXPECT_EQ(Sent("answer"), 1);
}

TEST_F(CallHopsTest, WhoDidNotLookAnswersWhatIsParked) {
  EnterRoomWith(std::string(kBob) + R"(,"parked":)" + Parked(kLower, "their-1"));
  EXPECT_TRUE(Did<SetRemoteDescription>());
  EXPECT_FALSE(Did<SetLocalDescription>());
}

TEST_F(CallHopsTest, ParkedOfferOfSomebodyElseIsNotAnswered) {
  EnterRoomWith(std::string(kBob) + R"(,"parked":)" + Parked(kHigher, "strange-1"));
  EXPECT_TRUE(Did<SetLocalDescription>()) << "an ordinary offer to whom the server named";
}

TEST_F(CallHopsTest, ParkedOfferOfAnotherRoomIsNotAnswered) {
  EnterRoomWith(std::string(kBob) + R"(,"parked":)" + Parked(kLower, "their-1", 9, kRoomHash + 1));
  EXPECT_TRUE(Did<SetLocalDescription>()) << "an ordinary offer";
}

TEST_F(CallHopsTest, NobodyThereAnyMoreMeansWaiting) {
  ClickPrepared();
  Answer(R"({"ok":true,"id":"me","peer":null})");
  EXPECT_EQ(last_.front(), Effect(CloseLeg{LegId{1}}));
  ExpectSeen(Phase::kWaiting);
  EXPECT_TRUE(Did<CreateDescription>()) << "now it is our turn to park";
}

TEST_F(CallHopsTest, SomebodyElseThereIsOfferedTo) {
  ClickPrepared();
  Answer(R"({"ok":true,"id":"me","peer":{"id":"seed-socket","name":"Sam"}})");
  EXPECT_EQ(last_.front(), Effect(CloseLeg{LegId{1}}));
  EXPECT_EQ(Last<OpenLeg>().leg, LegId{2});
  EXPECT_TRUE(Did<SetLocalDescription>());
}

TEST_F(CallHopsTest, AnswerThatSomebodyElseIsSaidToHaveTakenIsWorthNothing) {
  for (const char* peer : {R"({"id":"seed-socket","name":"Sam"})", "null"}) {
    call_ = {};
    ClickPrepared();
    Answer(std::string(R"({"ok":true,"id":"me","peer":)") + peer + R"(,"tookAnswer":true})");
    EXPECT_EQ(last_.front(), Effect(CloseLeg{LegId{1}})) << peer;
  }
}

TEST_F(CallHopsTest, PreparedConnectionThatNeverComesAboutIsReplaced) {
  ClickPrepared();
  const OpId join = Last<SendJoin>().op;
  On(LocalDescriptionSet{LegId{1}, Last<SetCreatedDescription>().op, {DescriptionType::kAnswer, Sdp(1)}});
  On(JoinAnswered{join, kTook});
  EXPECT_EQ(call_.deadline(), now_ + options::kConnectTimeout);
  Wait(options::kConnectTimeout);
  EXPECT_EQ(last_.front(), Effect(CloseLeg{LegId{1}}));
  ExpectSeen(Phase::kConnecting, Cause::kRetrying);
}

TEST_F(CallHopsTest, RefusalClosesWhatWasPrepared) {
  ClickPrepared();
  Answer(R"({"ok":false,"error":"room_full"})");
  EXPECT_TRUE(Did<CloseLeg>());
  ExpectSeen(Phase::kEnded, Cause::kRoomFull);
  EXPECT_EQ(Sent("peek"), 1);
}

TEST_F(CallHopsTest, BusyServerIsAskedAgainWithoutTheAnswer) {
  ClickPrepared();
  Answer(R"({"ok":false,"error":"busy"})");
  EXPECT_EQ(last_, Effects{CloseLeg{LegId{1}}});
  Wait(options::kBusyPause);
  EXPECT_EQ(AnswerIn(Last<SendJoin>().json), "");
}

TEST_F(CallHopsTest, SlowServerIsAskedAgainWithTheAnswer) {
  ClickPrepared();
  Wait(options::kJoinAnswerTimeout);
  EXPECT_EQ(AnswerIn(Last<SendJoin>().json), "their-1");
}

TEST_F(CallHopsTest, LossBeforeTheServersWordBeginsAnew) {
  ClickPrepared();
  On(SignalingLost{});
  EXPECT_EQ(last_, Effects{CloseLeg{LegId{1}}});
  ExpectSeen(Phase::kJoining, Cause::kServerUnreachable);
  Connect();
  EXPECT_EQ(AnswerIn(Last<SendJoin>().json), "");
  Answer(std::string(R"({"ok":true,"id":"me","peer":)") + kBob + "}");
  EXPECT_TRUE(Did<SetLocalDescription>()) << "the other one may have heard our answer: a new leg replaces it";
}

TEST_F(CallHopsTest, ConnectionThatStandsBeforeTheServersWordIsKept) {
  ClickPrepared();
  On(LocalDescriptionSet{LegId{1}, Last<SetCreatedDescription>().op, {DescriptionType::kAnswer, Sdp(1)}});
  Connected(LegId{1});
  ExpectSeen(Phase::kJoining);
  On(SignalingLost{});
  EXPECT_EQ(last_, Effects{});
  Connect();
  Answer(std::string(R"({"ok":true,"id":"me","peer":)") + kBob + "}");
  EXPECT_EQ(last_, Effects{});
  ExpectSeen(Phase::kConnected);
}

TEST_F(CallHopsTest, LeaveBeforeTheServersWordLeavesNothingOpen) {
  ClickPrepared();
  On(LeaveRequested{});
  EXPECT_TRUE(Did<CloseLeg>());
  EXPECT_EQ(Sent("leave"), 1);
  ExpectSeen(Phase::kEnded, Cause::kLeft);
}

TEST_F(CallHopsTest, JoiningAnotherRoomThanTheOneLookedAtIsAnOrdinaryJoin) {
  LookAndPrepare();
  On(JoinRequested{"other", "Ann", "seat-0000000000000000000", kPage, 8});
  EXPECT_EQ(last_.front(), Effect(CloseLeg{LegId{1}}));
  EXPECT_EQ(AnswerIn(Last<SendJoin>().json), "");
}

TEST_F(CallHopsTest, ClickBeforeTheAnswerIsPreparedIsAnOrdinaryJoin) {
  On(RoomShown{"1234", kRoomHash});
  Connect();
  Message("parked", Parked(kLower, "their-1"));
  Join();
  EXPECT_EQ(last_.front(), Effect(CloseLeg{LegId{1}}));
  EXPECT_EQ(AnswerIn(Last<SendJoin>().json), "");
}

TEST_F(CallHopsTest, AnswerThatTheBrowserWillNotSetIsReplacedByAnOffer) {
  ClickPrepared();
  const OpId join = Last<SendJoin>().op;
  On(DescriptionFailed{LegId{1}, Last<SetCreatedDescription>().op, "InvalidModificationError"});
  EXPECT_EQ(last_, Effects{CloseLeg{LegId{1}}});
  On(JoinAnswered{join, kTook});
  EXPECT_TRUE(Did<OpenLeg>() && Did<SetLocalDescription>());
}

// ---- Late TURN ----

TEST_F(CallHopsTest, TurnServersThatCameLateAreUsedWhereNothingConnectsWithout) {
  ClickPrepared();
  const OpId join = Last<SendJoin>().op;
  On(LocalDescriptionSet{LegId{1}, Last<SetCreatedDescription>().op, {DescriptionType::kAnswer, Sdp(1)}});
  std::string took = kTook;
  took.pop_back();
  On(JoinAnswered{join, took + R"(,"iceServers":[{"urls":"turn:turn.example","username":"u","credential":"c"}]})"});
  EXPECT_EQ(last_, Effects{});
  EXPECT_EQ(call_.deadline(), now_ + options::kRelayDelay);
  Wait(options::kRelayDelay - Millis{1});
  EXPECT_EQ(last_, Effects{});
  Wait(Millis{1});
  EXPECT_EQ(Last<RestartIce>().ice_servers, (std::vector<IceServer>{{{"turn:turn.example"}, "u", "c"}}));
  EXPECT_TRUE(Did<SetLocalDescription>());
  EXPECT_GT(call_.deadline(), now_) << "once";
  OfferMade(LegId{1});
  EXPECT_EQ(Sent("offer"), 1);
  Message("getAnswer", Stamped("answer", kLower, "their-1", 2, 9));
  EXPECT_TRUE(Did<SetRemoteDescription>());
}

TEST_F(CallHopsTest, WhoIsConnectedNeedsNoTurn) {
  ClickPrepared();
  const OpId join = Last<SendJoin>().op;
  On(LocalDescriptionSet{LegId{1}, Last<SetCreatedDescription>().op, {DescriptionType::kAnswer, Sdp(1)}});
  std::string took = kTook;
  took.pop_back();
  On(JoinAnswered{join, took + R"(,"iceServers":[{"urls":"turn:turn.example","username":"u","credential":"c"}]})"});
  Connected(LegId{1});
  EXPECT_EQ(call_.deadline(), std::nullopt);
}

TEST_F(CallHopsTest, WhoWasConnectedBeforeTheServersWordNeedsNoTurn) {
  ClickPrepared();
  const OpId join = Last<SendJoin>().op;
  On(LocalDescriptionSet{LegId{1}, Last<SetCreatedDescription>().op, {DescriptionType::kAnswer, Sdp(1)}});
  Connected(LegId{1});
  std::string took = kTook;
  took.pop_back();
  On(JoinAnswered{join, took + R"(,"iceServers":[{"urls":"turn:turn.example","username":"u","credential":"c"}]})"});
  EXPECT_EQ(call_.deadline(), std::nullopt);
  ExpectSeen(Phase::kConnected);
}

TEST_F(CallHopsTest, WithoutTurnThePathIsNotMadeAnew) {
  ClickPrepared();
  const OpId join = Last<SendJoin>().op;
  On(LocalDescriptionSet{LegId{1}, Last<SetCreatedDescription>().op, {DescriptionType::kAnswer, Sdp(1)}});
  std::string took = kTook;
  took.pop_back();
  On(JoinAnswered{join, took + R"(,"iceServers":[{"urls":"stun:stun.example"}]})"});
  Wait(options::kRelayDelay);
  EXPECT_EQ(last_, Effects{});
}

// ---- Who waits ----

TEST_F(CallHopsTest, WhoIsAloneParks) {
  EnterEmptyRoom();
  EXPECT_EQ(Last<OpenLeg>().leg, LegId{1});
  ParkMade(LegId{1});
  EXPECT_EQ(Sent("park"), 1);
  EXPECT_EQ(Last<SendMessage>().json, Parked(kPage, NameOfLeg(1), 1)) << "as it was created: no candidate in it";
  ExpectSeen(Phase::kWaiting);
}

TEST_F(CallHopsTest, TracksThatWereThereBeforeParkingAreSent) {
  Connect();
  Join();
  const OpId join = Last<SendJoin>().op;
  On(MediaGranted{Last<RequestMedia>().op, true, true});
  On(JoinAnswered{join, R"({"ok":true,"id":"me","peer":null})"});
  EXPECT_EQ(Last<AttachTracks>().leg, LegId{1});
}

TEST_F(CallHopsTest, TracksThatComeWhileWaitingAreSent) {
  EnterEmptyRoom();
  ParkMade(LegId{1});
  On(MediaGranted{OpId{2}, true, true});
  EXPECT_EQ(Last<AttachTracks>().leg, LegId{1});
}

TEST_F(CallHopsTest, AnswerMakesTheParkedLegTheCalls) {
  EnterEmptyRoom();
  ParkMade(LegId{1});
  Message("user_joined", kBob);
  ExpectSeen(Phase::kConnecting);
  EXPECT_EQ(last_, Effects{});
  Message("getAnswer", Stamped("answer", kLower, NameOfLeg(1), 1, 9));
  EXPECT_EQ(Last<SetRemoteDescription>().leg, LegId{1});
  EXPECT_FALSE(Did<CloseLeg>() || Did<OpenLeg>());
  RemoteSet(LegId{1});
  Connected(LegId{1});
  ExpectSeen(Phase::kConnected);
  EXPECT_EQ(call_.snapshot().peer_name, "Bob");
  EXPECT_EQ(call_.deadline(), std::nullopt);
}

TEST_F(CallHopsTest, AnswerToTheOldOneOfTwoClosesTheNewOne) {
  EnterEmptyRoom();
  ParkMade(LegId{1});
  Wait(options::kParkedFor);
  ParkMade(LegId{2});
  Message("user_joined", kBob);
  Message("getAnswer", Stamped("answer", kLower, NameOfLeg(1), 1, 9));
  EXPECT_EQ(last_.front(), Effect(CloseLeg{LegId{2}}));
  EXPECT_EQ(Last<SetRemoteDescription>().leg, LegId{1});
}

TEST_F(CallHopsTest, AnswerToAnOfferThatWasGivenUpIsAnsweredByAnOffer) {
  EnterEmptyRoom();
  ParkMade(LegId{1});
  Wait(options::kParkedFor);
  ParkMade(LegId{2});
  Message("park_kept", R"({"leg":")" + NameOfLeg(2) + R"("})");
  Message("user_joined", kBob);
  Message("getAnswer", Stamped("answer", kLower, NameOfLeg(1), 1, 9));
  EXPECT_EQ(Last<CloseLeg>().leg, LegId{2});
  EXPECT_EQ(Last<OpenLeg>().leg, LegId{3});
  EXPECT_TRUE(Did<SetLocalDescription>());
}

TEST_F(CallHopsTest, OrdinaryOfferMakesTheParkedLegGo) {
  EnterEmptyRoom();
  ParkMade(LegId{1});
  Message("user_joined", R"({"id":"seed-socket","name":"Sam"})");
  Message("getOffer", Bare("offer", 9));
  EXPECT_TRUE(Did<CloseLeg>());
  EXPECT_EQ(Last<SetRemoteDescription>().leg, LegId{2});
}

TEST_F(CallHopsTest, NewcomerWhoSaysNothingIsOfferedTo) {
  EnterEmptyRoom();
  ParkMade(LegId{1});
  Message("user_joined", kBob);
  Wait(options::kOfferTimeout);
  EXPECT_TRUE(Did<CloseLeg>() && Did<OpenLeg>() && Did<SetLocalDescription>());
}

TEST_F(CallHopsTest, ParkedOfferIsNotRenewedWhileANewcomerMayAnswerIt) {
  EnterEmptyRoom();
  ParkMade(LegId{1});
  now_ += options::kParkedFor - Millis{1};
  Message("user_joined", kBob);
  EXPECT_EQ(call_.deadline(), now_ + options::kOfferTimeout);
  Wait(Millis{1});
  EXPECT_EQ(last_, Effects{});
  EXPECT_GT(call_.deadline(), now_);
}

TEST_F(CallHopsTest, AnswerBeforeAnybodyHasComeIsAStrangers) {
  EnterEmptyRoom();
  ParkMade(LegId{1});
  Message("getAnswer", Stamped("answer", kLower, NameOfLeg(1), 1, 9));
  EXPECT_TRUE(Dropped(DropReason::kForeign));
}

TEST_F(CallHopsTest, WhoIsLeftAloneParksAnew) {
  EnterEmptyRoom();
  ParkMade(LegId{1});
  Message("user_joined", kBob);
  Message("user_exit", R"({"id":"aaaaaaaa-their-page-000"})");
  EXPECT_EQ(last_.front(), Effect(CloseLeg{LegId{1}})) << "the server has forgotten it";
  EXPECT_EQ(Last<OpenLeg>().leg, LegId{2});
  ExpectSeen(Phase::kWaiting, Cause::kPeerLeft);
}

TEST_F(CallHopsTest, LostSocketEndsParkingAndTheNextAdmissionBeginsIt) {
  EnterEmptyRoom();
  ParkMade(LegId{1});
  On(SignalingLost{});
  EXPECT_EQ(last_, Effects{CloseLeg{LegId{1}}});
  Connect();
  Answer(R"({"ok":true,"id":"me","peer":null})");
  EXPECT_EQ(Last<OpenLeg>().leg, LegId{2});
}

TEST_F(CallHopsTest, NewSocketOfWhichNoLossWasToldEndsParkingToo) {
  EnterEmptyRoom();
  ParkMade(LegId{1});
  Connect();
  EXPECT_EQ(last_.front(), Effect(CloseLeg{LegId{1}}));
  EXPECT_TRUE(Did<SendJoin>());
}

TEST_F(CallHopsTest, LeaveClosesWhatIsParked) {
  EnterEmptyRoom();
  ParkMade(LegId{1});
  On(LeaveRequested{});
  EXPECT_EQ(Last<CloseLeg>().leg, LegId{1});
  EXPECT_EQ(call_.deadline(), std::nullopt);
}

TEST_F(CallHopsTest, BrowserThatMakesNoConnectionToParkOnlyParksNone) {
  EnterEmptyRoom();
  On(LegBroken{LegId{1}, "UnknownError"});
  ExpectSeen(Phase::kWaiting);
  EXPECT_EQ(last_, (Effects{CloseLeg{LegId{1}}, CountDrop{DropReason::kRefused}}));
  Message("user_joined", kBob);
  Message("getOffer", Stamped("offer", kLower, "their-1", 1, 9));
  EXPECT_TRUE(Did<OpenLeg>());
}

TEST_F(CallHopsTest, FirstPermissionAndAnotherNetworkParkAnew) {
  EnterEmptyRoom();
  ParkMade(LegId{1});
  On(MediaGranted{OpId{2}, true, true});
  Wait(options::kParkPause);
  EXPECT_EQ(Last<OpenLeg>().leg, LegId{2});
  ParkMade(LegId{2});
  On(LocalTrackEnded{MediaKind::kCamera});
  On(DeviceSwitched{MediaKind::kCamera, true});
  On(MediaGranted{Last<RequestMedia>().op, false, true});
  EXPECT_EQ(call_.deadline(), now_ + options::kParkedFor) << "only the first";
  On(NetworkChanged{});
  Wait(options::kParkPause);
  EXPECT_EQ(Last<OpenLeg>().leg, LegId{3});
}

TEST_F(CallHopsTest, LessonsServerKeepsNoOffers) {
  EnterLessonRoom("[]");
  EXPECT_FALSE(Did<OpenLeg>());
  ExpectSeen(Phase::kWaiting);
  Message("getAnswer", Stamped("answer", kLower, NameOfLeg(1), 1, 9));
  EXPECT_TRUE(Dropped(DropReason::kStale)) << "and so nobody answers one";
}

}  // namespace
}  // namespace duet
