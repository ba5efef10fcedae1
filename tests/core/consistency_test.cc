// What can't be is noticed: each rule of IsConsistent(), broken by hand in a state that is right otherwise.
#include <gtest/gtest.h>

#include "core/call.h"
#include "core/media.h"
#include "core/room.h"
#include "support/leg_scene.h"

namespace duet {
namespace {

// A copy in which the field that Visit() calls `name` is `value`; that of an enum may be given by its number.
template <typename Whole, typename Value>
Whole With(Whole whole, std::string_view name, const Value& value) {
  bool found = false;
  Whole::Visit(whole, [&](std::string_view field_name, auto& field) {
    using Field = std::remove_reference_t<decltype(field)>;
    if (field_name != name) return;
    if constexpr (std::is_enum_v<Field> && std::is_same_v<Value, int>) {
      field = static_cast<Field>(value);
      found = true;
    } else if constexpr (std::is_same_v<Field, Value>) {
      field = value;
      found = true;
    }
  });
  EXPECT_TRUE(found) << name;
  return whole;
}

template <typename Part>
Part PartOf(const Call& call, std::string_view name) {
  Part part;
  Call::Visit(call, [&](std::string_view field_name, const auto& field) {
    if constexpr (std::is_same_v<std::remove_cvref_t<decltype(field)>, Part>) {
      if (field_name == name) part = field;
    }
  });
  return part;
}

class RoomConsistencyTest : public testing::Test {
 protected:
  RoomConsistencyTest() {
    asking.Join(stage.turn);
    asking.OnConnected({"socket-1"}, stage.turn);
    seated = asking;
    EXPECT_TRUE(seated.OnAnswer(OpId{1}));
    seated.OnAdmitted({JoinError::kNone, kOurPage, Polite(), std::nullopt, false, std::nullopt}, stage.turn);
    EXPECT_TRUE(out.IsConsistent() && asking.IsConsistent() && seated.IsConsistent());
  }

  Stage stage;
  Room out, asking, seated;
};

TEST_F(RoomConsistencyTest, WhoWaitsForAnAnswerAsksAgainAtSomeTimeAndNobodyElseDoes) {
  EXPECT_FALSE(With(asking, "ask_at", std::optional<Millis>()).IsConsistent());
  EXPECT_FALSE(With(seated, "ask_at", std::optional<Millis>(Millis{5})).IsConsistent());
  EXPECT_FALSE(With(With(out, "asked", OpId{7}), "first_asked", OpId{7}).IsConsistent());
}

TEST_F(RoomConsistencyTest, TheFirstQuestionIsOneAndNotAfterTheLast) {
  EXPECT_FALSE(With(asking, "first_asked", OpId{}).IsConsistent());
  EXPECT_FALSE(With(asking, "asked", OpId{}).IsConsistent());
  EXPECT_FALSE(With(asking, "first_asked", OpId{9}).IsConsistent());
}

TEST_F(RoomConsistencyTest, NothingIsKnownOfAServerThatIsNotConnected) {
  EXPECT_FALSE(With(out, "acknowledges", true).IsConsistent());
  EXPECT_FALSE(With(With(seated, "acknowledges", false), "connected", false).IsConsistent());
}

TEST_F(RoomConsistencyTest, ASeatIsEntered) { EXPECT_FALSE(With(seated, "entered", false).IsConsistent()); }

TEST_F(RoomConsistencyTest, WhoIsOutHasNobodyAndNothingToSay) {
  EXPECT_FALSE(With(out, "entered", true).IsConsistent());
  EXPECT_FALSE(With(out, "peer", std::optional<Person>(Polite())).IsConsistent());
  EXPECT_FALSE(With(out, "outbox", std::vector<SendMessage>{{"offer", "{}"}}).IsConsistent());
}

TEST_F(RoomConsistencyTest, NobodyIsNotAway) {
  EXPECT_TRUE(With(seated, "peer_away", true).IsConsistent());
  EXPECT_FALSE(With(With(seated, "peer_away", true), "peer", std::optional<Person>()).IsConsistent());
}

TEST(MediaConsistencyTest, ADeviceIsAskedForUnderAnOperationAndOnlyThen) {
  Stage stage;
  const Media quiet;
  Media asking;
  asking.Start(stage.turn);
  EXPECT_TRUE(quiet.IsConsistent() && asking.IsConsistent());
  for (const std::string device : {"microphone", "camera"}) {
    EXPECT_FALSE(With(quiet, device + ".op", OpId{1}).IsConsistent()) << device;
    EXPECT_FALSE(With(asking, device + ".op", OpId{}).IsConsistent()) << device;
    EXPECT_FALSE(With(asking, device + ".state", DeviceState::kLive).IsConsistent()) << device;
  }
}

Negotiation LegAt(Situation situation) { return *At(situation, Polite())->leg; }

TEST(NegotiationConsistencyTest, AStepHasAnOperationAndNoStepHasNone) {
  EXPECT_FALSE(With(LegAt(Situation::kOffering), "op", OpId{}).IsConsistent());
  EXPECT_FALSE(With(LegAt(Situation::kOffered), "op", OpId{9}).IsConsistent());
}

TEST(NegotiationConsistencyTest, ALegHasAnId) {
  EXPECT_FALSE(With(LegAt(Situation::kStable), "id", LegId{}).IsConsistent());
}

TEST(NegotiationConsistencyTest, AnOfferIsHeldOnlyWhileSomethingIsUnderWay) {
  const std::optional<DescriptionMessage> offer = Scene(Polite()).TheirOffer(5);
  EXPECT_TRUE(With(LegAt(Situation::kAnswering), "held_offer", offer).IsConsistent());
  EXPECT_FALSE(With(LegAt(Situation::kStable), "held_offer", offer).IsConsistent());
}

TEST(NegotiationConsistencyTest, ARemoteOfferIsAnsweredAtOnce) {
  EXPECT_FALSE(With(With(LegAt(Situation::kAnswering), "step", 0), "op", OpId{}).IsConsistent());
}

TEST(NegotiationConsistencyTest, AnAnswerIsAwaitedExactlyForAnOfferOfOurs) {
  const Negotiation offered = LegAt(Situation::kOffered);
  EXPECT_FALSE(With(offered, "answer_by", std::optional<Millis>()).IsConsistent());
  EXPECT_FALSE(With(offered, "unanswered", std::string()).IsConsistent());
  EXPECT_FALSE(With(offered, "signaling", 0).IsConsistent());
}

class CallConsistencyTest : public testing::Test {
 protected:
  CallConsistencyTest() {
    On(SignalingConnected{"socket-1"});
    On(JoinRequested{"1234", "Ann", "seat", kOurPage, 7});
    asking = call;
    On(JoinAnswered{OpId{1}, R"({"ok":true,"id":"me","peer":null})"});
    waiting = call;
    On(MessageReceived{"user_joined", R"({"id":"aaaaaaaaaaaaaaaaaaaaaa","name":"Ada","v":1})"});
    expecting = call;
    On(MessageReceived{"getOffer", EncodeDescription({DescriptionType::kOffer, Sdp("9", {"f"})},
                                                     {1, kPageBeforeUs, kOurPage, "theirs-1", 1, 7})});
    connecting = call;
    On(ConnectionStateChanged{LegId{2}, ConnectionState::kConnected});
    connected = call;
    On(LeaveRequested{});
    ended = call;
    for (const Call& each : {asking, waiting, expecting, connecting, connected, ended}) {
      EXPECT_TRUE(each.IsConsistent()) << Print(each);
    }
  }

  void On(const Event& event) { effects = call.Handle(event, Millis{1'000}); }

  Call call, asking, waiting, expecting, connecting, connected, ended;
  Effects effects;
};

TEST_F(CallConsistencyTest, APartThatIsWrongMakesTheWholeWrong) {
  const auto room = PartOf<Room>(connected, "room");
  EXPECT_FALSE(With(connected, "room", With(room, "entered", false)).IsConsistent());
  const auto media = PartOf<Media>(connected, "media");
  EXPECT_FALSE(With(connected, "media", With(media, "camera.op", OpId{})).IsConsistent());
  const auto leg = PartOf<std::optional<Negotiation>>(connected, "leg");
  EXPECT_FALSE(With(connected, "leg", std::optional(With(*leg, "id", LegId{}))).IsConsistent());
}

TEST_F(CallConsistencyTest, APhaseHasOnlyItsOwnCauses) {
  EXPECT_FALSE(With(ended, "end", Cause::kPathLost).IsConsistent());
  EXPECT_FALSE(With(waiting, "gone", Cause::kLeft).IsConsistent());
}

TEST_F(CallConsistencyTest, AfterTheEndNothingIsLeft) {
  const Call before;
  EXPECT_FALSE(With(before, "media", With(Media(), "microphone.state", DeviceState::kLive)).IsConsistent());
  EXPECT_FALSE(With(before, "media", With(Media(), "camera.state", DeviceState::kLive)).IsConsistent());
  EXPECT_FALSE(With(before, "leg", std::optional(LegAt(Situation::kStable))).IsConsistent());
  EXPECT_FALSE(With(before, "peer_devices", std::optional(Devices())).IsConsistent());
  EXPECT_FALSE(With(before, "told_devices", std::optional(Devices())).IsConsistent());
  EXPECT_FALSE(With(before, "partner", std::optional(Polite())).IsConsistent());
  EXPECT_FALSE(With(before, "offer_by", std::optional(Millis{5})).IsConsistent());
  EXPECT_FALSE(With(before, "recovery", PartOf<Recovery>(connected, "recovery")).IsConsistent());
}

TEST_F(CallConsistencyTest, ACallThatGoesOnHasNotEnded) { EXPECT_FALSE(With(waiting, "end", Cause::kLeft).IsConsistent()); }

TEST_F(CallConsistencyTest, WhoHasALegWaitsForNoOther) {
  EXPECT_FALSE(With(connecting, "partner", std::optional(Polite())).IsConsistent());
  EXPECT_FALSE(With(connecting, "offer_by", std::optional(Millis{5})).IsConsistent());
}

TEST_F(CallConsistencyTest, OnlySomebodyWhoIsThereCanOweAnOffer) {
  EXPECT_FALSE(With(waiting, "offer_by", std::optional(Millis{5})).IsConsistent());
}

TEST_F(CallConsistencyTest, WhoIsThereHasALegOrWillHaveOne) {
  EXPECT_FALSE(With(connected, "leg", std::optional<Negotiation>()).IsConsistent());
}

TEST_F(CallConsistencyTest, WithoutALegNobodyIsConnectedAndNoDevicesAreKnown) {
  const Call peer_away = With(connected, "room", With(PartOf<Room>(connected, "room"), "peer_away", true));
  EXPECT_FALSE(With(peer_away, "leg", std::optional<Negotiation>()).IsConsistent());
  EXPECT_FALSE(With(waiting, "peer_devices", std::optional(Devices())).IsConsistent());
  EXPECT_FALSE(With(waiting, "told_devices", std::optional(Devices())).IsConsistent());
}

#if GTEST_HAS_DEATH_TEST
using CallConsistencyDeathTest = CallConsistencyTest;

TEST_F(CallConsistencyDeathTest, ACallInAnImpossibleStateStops) {
  Call impossible = With(waiting, "end", Cause::kLeft);
  EXPECT_DEATH(static_cast<void>(impossible.Handle(DeadlineReached{}, Millis{1'000})), "");
}
#endif

}  // namespace
}  // namespace duet
