#include "core/room.h"

#include <gtest/gtest.h>

#include "core/options.h"
#include "support/parts.h"

namespace duet {
namespace {

using namespace options;

const std::string kJoin = R"({"room":"lobby","name":"Ann","seat":"secret-seat","page":")" + kOurPage + R"(","v":1})";
const SendMessage kLeave{"leave", "{}"};

JoinAnswer Welcome(std::optional<Person> peer = std::nullopt) {
  JoinAnswer answer;
  answer.id = kOurPage;
  answer.peer = std::move(peer);
  return answer;
}

SendMessage Note(std::size_t number) { return {"candidate", std::to_string(number)}; }

class RoomTest : public testing::Test {
 protected:
  Effects Orders() {
    EXPECT_TRUE(room.IsConsistent()) << Print(room);
    return stage.Take();
  }
  Effects Join() {
    room.Join(stage.turn);
    return Orders();
  }
  Effects Connect(const std::string& socket_id = "socket-1") {
    room.OnConnected({socket_id}, stage.turn);
    return Orders();
  }
  Effects Leave() {
    room.Leave(stage.turn);
    return Orders();
  }
  Effects Wait(Millis time) {
    stage.turn.now += time;
    room.OnDeadline(stage.turn);
    return Orders();
  }
  bool Admit(std::uint32_t op, std::optional<Person> peer = std::nullopt) {
    if (!room.OnAnswer(OpId{op})) return false;
    room.OnAdmitted(Welcome(std::move(peer)), stage.turn);
    return true;
  }
  bool List(std::vector<Person> users) { return room.OnUsers({std::move(users)}, stage.turn); }
  // Our seat is taken, by join number 1.
  void Enter(std::optional<Person> peer = std::nullopt) {
    Join();
    Connect();
    EXPECT_TRUE(Admit(1, std::move(peer)));
    Orders();
  }
  // What remains of `effects` in a turn that ends now.
  Effects EndTurn(Effects effects) {
    stage.effects = std::move(effects);
    room.HoldBack(stage.turn);
    return Orders();
  }

  Stage stage;
  Room room;
};

TEST_F(RoomTest, NobodyIsAskedBeforeTheSocketIsConnected) {
  EXPECT_EQ(Join(), (Effects{OpenSignaling{}}));
  EXPECT_TRUE(room.wanted());
  EXPECT_FALSE(room.asking() || room.entered() || room.can_send() || room.reachable());
  EXPECT_EQ(room.deadline(), std::nullopt);
}

TEST_F(RoomTest, TheJoinIsSentAsSoonAsTheSocketIsConnected) {
  Join();
  EXPECT_EQ(Connect(), (Effects{SendJoin{OpId{1}, kJoin}}));
  EXPECT_TRUE(room.asking() && room.reachable());
  EXPECT_FALSE(room.can_send());
  EXPECT_EQ(room.deadline(), stage.turn.now + kJoinAnswerTimeout);
}

TEST_F(RoomTest, OnAConnectedSocketTheJoinIsSentAtOnce) {
  EXPECT_EQ(Connect(), Effects{});
  EXPECT_EQ(Join(), (Effects{OpenSignaling{}, SendJoin{OpId{1}, kJoin}}));
}

TEST_F(RoomTest, TheAnswerLetsUsIn) {
  Join();
  Connect();
  EXPECT_TRUE(Admit(1, Impolite()));
  EXPECT_EQ(Orders(), Effects{});
  EXPECT_TRUE(room.entered() && room.can_send());
  EXPECT_FALSE(room.asking() || room.is_legacy());
  EXPECT_EQ(room.peer(), Impolite());
  EXPECT_EQ(room.deadline(), std::nullopt);
}

TEST_F(RoomTest, AnAnswerWithoutAPeerMeansThatWeAreAlone) {
  Enter(Impolite());
  room.SetPeerAway(true);
  room.OnLost();
  Connect();
  EXPECT_TRUE(Admit(2));
  EXPECT_EQ(room.peer(), std::nullopt);
  EXPECT_FALSE(room.peer_away());
}

TEST_F(RoomTest, AnAnswerToAnotherJoinIsNotOurs) {
  EXPECT_FALSE(Admit(0));
  Join();
  EXPECT_FALSE(Admit(0));
  Connect();
  for (const std::uint32_t op : {0u, 2u, 99u}) {
    EXPECT_FALSE(Admit(op));
  }
  EXPECT_TRUE(Admit(1));
  EXPECT_FALSE(Admit(1));
  EXPECT_EQ(Orders(), Effects{});
}

TEST_F(RoomTest, AServerThatDoesNotAnswerIsAskedAgainAndSaidToBeInTrouble) {
  Join();
  Connect();
  EXPECT_EQ(Wait(kJoinAnswerTimeout - Millis{1}), Effects{});
  EXPECT_FALSE(room.in_trouble());
  EXPECT_EQ(Wait(Millis{1}), (Effects{SendJoin{OpId{2}, kJoin}}));
  EXPECT_TRUE(room.in_trouble());
  EXPECT_EQ(room.deadline(), stage.turn.now + kJoinAnswerTimeout);
  EXPECT_TRUE(Admit(1)) << "better late than never";
  EXPECT_FALSE(room.in_trouble());
  EXPECT_FALSE(Admit(2));
}

TEST_F(RoomTest, WithoutAQuestionADeadlineChangesNothing) {
  EXPECT_EQ(Wait(kJoinAnswerTimeout), Effects{});
  Enter();
  EXPECT_EQ(Wait(kJoinAnswerTimeout), Effects{});
  EXPECT_FALSE(room.in_trouble());
}

TEST_F(RoomTest, WhoIsRefusedForNowAsksAgainAfterAPauseAndIsInTroubleMeanwhile) {
  Join();
  Connect();
  EXPECT_TRUE(room.OnAnswer(OpId{1}));
  room.AskAgain(stage.turn.now + kBusyPause);
  EXPECT_TRUE(room.in_trouble());
  EXPECT_FALSE(room.asking() || Admit(1));
  EXPECT_FALSE(List({Polite()})) << "nothing is asked, and this server answers";
  EXPECT_EQ(Wait(kBusyPause - Millis{1}), Effects{});
  EXPECT_EQ(Wait(Millis{1}), (Effects{SendJoin{OpId{2}, kJoin}}));
  EXPECT_TRUE(Admit(2));
  EXPECT_FALSE(room.in_trouble());
}

TEST_F(RoomTest, ThePauseAfterARefusalCanBeCutShort) {
  Join();
  Connect();
  room.AskSoon(stage.turn.now);
  EXPECT_EQ(Wait(Millis{0}), Effects{}) << "a question is out already";
  room.AskAgain(stage.turn.now + kRefusedPause);
  room.AskSoon(stage.turn.now);
  EXPECT_EQ(Wait(Millis{0}), (Effects{SendJoin{OpId{2}, kJoin}}));
}

TEST_F(RoomTest, WhoLeavesAfterARefusalHasNoSeatToGiveBack) {
  Join();
  Connect();
  room.AskAgain(stage.turn.now + kBusyPause);
  EXPECT_EQ(Leave(), Effects{});
  EXPECT_EQ(Wait(kBusyPause), Effects{});
}

TEST_F(RoomTest, AServerThatHasAnsweredAnythingIsNoLegacyServer) {
  Join();
  Connect();
  Leave();
  Join();
  EXPECT_FALSE(Admit(1)) << "the answer to the Join before";
  EXPECT_FALSE(List({})) << "and what the server sends with it";
  EXPECT_TRUE(room.asking());
  EXPECT_TRUE(Admit(2));
  room.OnLost();
  Connect("socket-2");
  EXPECT_TRUE(List({})) << "it may have been replaced by another one";
  EXPECT_TRUE(room.is_legacy());
}

TEST_F(RoomTest, LeaveGivesTheSeatBack) {
  Enter(Impolite());
  EXPECT_EQ(Leave(), (Effects{kLeave}));
  EXPECT_FALSE(room.wanted() || room.entered() || room.can_send() || room.in_trouble());
  EXPECT_EQ(room.peer(), std::nullopt);
  EXPECT_TRUE(room.reachable());
  EXPECT_EQ(Leave(), Effects{});
}

TEST_F(RoomTest, LeaveTakesTheQuestionBack) {
  Join();
  Connect();
  EXPECT_EQ(Leave(), (Effects{kLeave}));
  EXPECT_FALSE(Admit(1, Impolite()));
  EXPECT_FALSE(room.wanted());
}

TEST_F(RoomTest, LeaveWithoutAServerSaysNothing) {
  Join();
  EXPECT_EQ(Leave(), Effects{});
  EXPECT_EQ(room, Room());
  Enter();
  room.OnLost();
  EXPECT_EQ(Leave(), Effects{});
  EXPECT_FALSE(room.reachable());
  EXPECT_TRUE(room.in_trouble());
}

TEST_F(RoomTest, WhoLeavesASilentServerTakesTheQuestionBackAndTheTroubleIsOver) {
  Join();
  Connect();
  Wait(kJoinAnswerTimeout);
  EXPECT_EQ(Leave(), (Effects{kLeave}));
  EXPECT_FALSE(room.in_trouble());
}

TEST_F(RoomTest, WhoLeavesWithoutAServerJoinsNothingWhenItComesBack) {
  Enter();
  room.OnLost();
  Leave();
  EXPECT_EQ(Connect(), Effects{});
  EXPECT_TRUE(room.reachable());
  EXPECT_FALSE(room.in_trouble() || room.wanted());
}

TEST_F(RoomTest, TheNextJoinStartsAfresh) {
  Enter(Impolite());
  Leave();
  EXPECT_EQ(Join(), (Effects{OpenSignaling{}, SendJoin{OpId{2}, kJoin}}));
  EXPECT_FALSE(room.entered());
  EXPECT_TRUE(Admit(2));
}

TEST_F(RoomTest, ALostSocketIsTroubleAndTheSeatIsAskedForAgain) {
  Enter(Impolite());
  room.OnLost();
  EXPECT_EQ(Orders(), Effects{});
  EXPECT_TRUE(room.in_trouble() && room.entered() && room.wanted());
  EXPECT_FALSE(room.can_send() || room.reachable());
  EXPECT_EQ(room.peer(), Impolite());
  EXPECT_EQ(Connect("socket-2"), (Effects{SendJoin{OpId{2}, kJoin}}));
  EXPECT_FALSE(room.in_trouble());
  EXPECT_TRUE(Admit(2, Impolite()));
}

TEST_F(RoomTest, ASocketLostDuringTheQuestionMakesItsAnswerStale) {
  Join();
  Connect();
  room.OnLost();
  EXPECT_EQ(room.deadline(), std::nullopt);
  EXPECT_FALSE(Admit(1));
  EXPECT_EQ(Connect(), (Effects{SendJoin{OpId{2}, kJoin}}));
}

TEST_F(RoomTest, ASocketThatConnectsAgainWithoutALossAsksAgain) {
  Enter();
  EXPECT_EQ(Connect("socket-2"), (Effects{SendJoin{OpId{2}, kJoin}}));
  EXPECT_FALSE(room.can_send());
}

TEST_F(RoomTest, AQuestionOnTheSocketBeforeHasNoAnswerAnyMore) {
  Join();
  Connect("socket-1");
  Connect("socket-2");
  EXPECT_FALSE(Admit(1));
  EXPECT_TRUE(Admit(2));
}

TEST_F(RoomTest, TheListOfTheJoinBeforeMakesNoLegacyServer) {
  Enter();
  Leave();
  Join();
  EXPECT_FALSE(List({Seed()}));
  EXPECT_TRUE(Admit(2));
  EXPECT_FALSE(room.is_legacy());
}

TEST_F(RoomTest, AListInsteadOfAnAnswerMeansALegacyServer) {
  Join();
  Connect("us");
  EXPECT_TRUE(List({Seed()}));
  EXPECT_EQ(Orders(), Effects{});
  EXPECT_TRUE(room.can_send() && room.entered() && room.is_legacy());
  EXPECT_EQ(room.peer(), Seed());
  EXPECT_EQ(room.deadline(), std::nullopt);
}

TEST_F(RoomTest, OnALegacyListWeAreNotOurOwnPeer) {
  Join();
  Connect("us");
  EXPECT_TRUE(List({{"us", "Ann", 0}}));
  EXPECT_EQ(room.peer(), std::nullopt);
  EXPECT_TRUE(List({{"us", "Ann", 0}, Seed(), {"third", "Tom", 0}}));
  EXPECT_EQ(room.peer(), Seed());
  EXPECT_TRUE(List({{"us", "Ann", 0}})) << "a list may be for others";
  EXPECT_EQ(room.peer(), Seed());
}

TEST_F(RoomTest, NobodyVouchesForTheVersionsOnALegacyList) {
  Join();
  Connect("us");
  EXPECT_TRUE(List({{kPageAfterUs, "Zoe", 1}}));
  EXPECT_EQ(room.peer(), (Person{kPageAfterUs, "Zoe", 0}));
}

TEST_F(RoomTest, TheListThatFollowsAnAnswerSaysNothingNew) {
  Enter(Impolite());
  EXPECT_FALSE(List({Seed()}));
  EXPECT_EQ(room.peer(), Impolite());
  EXPECT_FALSE(room.is_legacy());
}

TEST_F(RoomTest, AListThatNobodyAskedForIsNoInvitation) {
  EXPECT_FALSE(List({Seed()}));
  Join();
  EXPECT_FALSE(List({Seed()}));
  EXPECT_FALSE(room.entered());
  Connect();
  List({});
  room.OnLost();
  EXPECT_FALSE(List({Seed()})) << "of the socket before";
  EXPECT_EQ(room.peer(), std::nullopt);
}

TEST_F(RoomTest, AServerThatIsReplacedByABetterOneIsLegacyNoMore) {
  Join();
  Connect();
  List({});
  room.OnLost();
  Connect();
  EXPECT_TRUE(Admit(2));
  EXPECT_FALSE(room.is_legacy());
}

TEST_F(RoomTest, ANewPeerIsNotAway) {
  Enter(Impolite());
  room.SetPeerAway(true);
  EXPECT_TRUE(room.peer_away());
  room.SetPeer(Polite());
  EXPECT_FALSE(room.peer_away());
  EXPECT_EQ(room.peer(), Polite());
  room.SetPeerAway(true);
  room.ForgetPeer();
  EXPECT_FALSE(room.peer_away());
  EXPECT_EQ(room.peer(), std::nullopt);
  Orders();
}

TEST_F(RoomTest, WithASeatEverythingIsSent) {
  Enter();
  const Effects effects = {Note(1), StopMedia{}, Note(2)};
  EXPECT_EQ(EndTurn(effects), effects);
}

TEST_F(RoomTest, WithoutWantingASeatNothingIsKept) {
  EXPECT_EQ(EndTurn({kLeave}), (Effects{kLeave}));
  EXPECT_EQ(room, Room());
}

TEST_F(RoomTest, OutOfReachMessagesWaitAndEverythingElseIsOrdered) {
  Enter();
  room.OnLost();
  EXPECT_EQ(EndTurn({Note(1), StopMedia{}, Note(2), CloseLeg{LegId{1}}, Note(3)}),
            (Effects{StopMedia{}, CloseLeg{LegId{1}}}));
  EXPECT_EQ(EndTurn({StopMedia{}}), (Effects{StopMedia{}}));
  Connect();
  EXPECT_EQ(EndTurn({Note(4)}), Effects{}) << "connected is not yet let in";
  EXPECT_TRUE(Admit(2));
  EXPECT_EQ(Orders(), (Effects{Note(1), Note(2), Note(3), Note(4)}));
  room.OnLost();
  Connect();
  EXPECT_TRUE(Admit(3));
  EXPECT_EQ(Orders(), Effects{}) << "they are sent once";
}

TEST_F(RoomTest, ALegacyServerGetsWhatWaitedToo) {
  Join();
  EXPECT_EQ(EndTurn({Note(1)}), Effects{});
  Connect();
  EXPECT_TRUE(List({}));
  EXPECT_EQ(Orders(), (Effects{Note(1)}));
}

TEST_F(RoomTest, OfTooManyWaitingMessagesTheOldestGo) {
  Enter();
  room.OnLost();
  Effects many;
  for (std::size_t i = 0; i < kMaxOutbox + 3; ++i) many.push_back(Note(i));
  EXPECT_EQ(EndTurn(many), Effects{});
  Connect();
  EXPECT_TRUE(Admit(2));
  const Effects sent = Orders();
  ASSERT_EQ(sent.size(), kMaxOutbox);
  EXPECT_EQ(sent.front(), Effect(Note(3)));
  EXPECT_EQ(sent.back(), Effect(Note(kMaxOutbox + 2)));
}

TEST_F(RoomTest, WhatWaitsForNobodyIsDropped) {
  Enter();
  room.OnLost();
  EndTurn({Note(1)});
  room.DropOutbox();
  Connect();
  Admit(2);
  EXPECT_EQ(Orders(), Effects{});
}

TEST_F(RoomTest, DifferentStatesArePrintedDifferently) {
  std::vector<Room> states = {room};
  const auto note = [&] { states.push_back(room); };
  Join(), note();
  Connect(), note();
  Wait(kJoinAnswerTimeout), note();
  Admit(2, Polite()), note();
  room.SetPeerAway(true), note();
  room.OnLost(), note();
  EndTurn({Note(1)}), note();
  Connect("socket-2"), note();
  List({Seed()}), note();
  Leave(), note();
  for (const Room& a : states) {
    for (const Room& b : states) EXPECT_EQ(a == b, Print(a) == Print(b)) << Print(a) << Print(b);
  }
}

}  // namespace
}  // namespace duet
