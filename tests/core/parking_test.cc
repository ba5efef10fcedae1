#include "core/parking.h"

#include <gtest/gtest.h>

#include "core/options.h"
#include "support/parts.h"

namespace duet {
namespace {

const std::vector<IceServer> kServers = {{{"stun:stun.example"}, "", ""}};

class ParkingTest : public testing::Test {
 protected:
  Effects Park(Millis later = Millis{0}) {
    stage.turn.now += later;
    parking.Park(kServers, false, stage.turn);
    EXPECT_TRUE(parking.IsConsistent());
    return stage.Take();
  }
  // The browser does what Park() has ordered.
  Effects Made(LegId leg, const Effects& ordered) {
    parking.Find(leg)->OnDescriptionCreated({leg, Only<CreateDescription>(ordered).at(0).op, {DescriptionType::kOffer, "created"}},
                                            stage.turn);
    const OpId op = Only<SetCreatedDescription>(stage.Take()).at(0).op;
    EXPECT_TRUE(parking.Find(leg)->OnLocalDescriptionSet({leg, op, {DescriptionType::kOffer, "created, and a=candidate"}}, stage.turn));
    return stage.Take();
  }
  Effects Kept(std::string_view name) {
    parking.OnKept(name, stage.turn);
    return stage.Take();
  }

  Stage stage;
  Parking parking;
};

TEST_F(ParkingTest, OfferIsFurnishedForADuetAndSentAsItWasCreatedWithoutCandidates) {
  const Effects ordered = Park();
  EXPECT_EQ(Outline(ordered), "OpenLeg, AddTransceivers, OpenChannel, CreateDescription");
  const Effects sent = Made(LegId{1}, ordered);
  EXPECT_EQ(Outline(sent), "send park");
  EXPECT_EQ(Only<SendMessage>(sent).at(0).json,
            R"({"type":"offer","sdp":"created","v":1,"from":"mmmmmmmmmmmmmmmmmmmmmm","to":"","leg":"mmmmmmmm-1","offer":1,"room":7})");
}

TEST_F(ParkingTest, CandidatesFoundBeforeTheOfferIsSentFollowIt) {
  const Effects ordered = Park();
  parking.Find(LegId{1})->OnDescriptionCreated({LegId{1}, Only<CreateDescription>(ordered).at(0).op, {}}, stage.turn);
  const OpId op = Only<SetCreatedDescription>(stage.Take()).at(0).op;
  parking.Find(LegId{1})->OnLocalCandidate({LegId{1}, HostCandidate("f")}, stage.turn);
  EXPECT_EQ(stage.Take(), Effects{});
  parking.Find(LegId{1})->OnLocalDescriptionSet({LegId{1}, op, {}}, stage.turn);
  EXPECT_EQ(Outline(stage.Take()), "send park, send candidate");
  parking.Find(LegId{1})->OnLocalCandidate({LegId{1}, HostCandidate("f")}, stage.turn);
  EXPECT_EQ(Outline(stage.Take()), "send candidate");
}

TEST_F(ParkingTest, OneOfferIsEnoughUntilItIsOld) {
  Park();
  EXPECT_EQ(Park(), Effects{});
  EXPECT_EQ(Park(options::kParkedFor - Millis{1}), Effects{});
  EXPECT_EQ(Only<OpenLeg>(Park(Millis{1})).size(), 1u);
}

TEST_F(ParkingTest, OldLegIsClosedOnceTheServerHasTheNewOne) {
  Park();
  EXPECT_EQ(Only<CloseLeg>(Park(options::kParkedFor)), std::vector<CloseLeg>());
  EXPECT_EQ(Outline(Kept("mmmmmmmm-1")), "") << "late word of the old one closes nothing";
  EXPECT_EQ(Kept("mmmmmmmm-2"), Effects{CloseLeg{LegId{1}}});
  EXPECT_EQ(Outline(Kept("mmmmmmmm-1")), "drop stale");
}

TEST_F(ParkingTest, EitherOfTwoMayBeAnswered) {
  Park();
  Park(options::kParkedFor);
  const std::optional<Negotiation> old = parking.Take("mmmmmmmm-1");
  ASSERT_TRUE(old);
  EXPECT_EQ(old->id(), LegId{1});
  EXPECT_FALSE(parking.Take("mmmmmmmm-1"));
  EXPECT_TRUE(parking.Take("mmmmmmmm-2"));
  EXPECT_TRUE(parking.empty());
}

TEST_F(ParkingTest, ThirdTakesThePlaceOfTheOneThatNobodyHasSeen) {
  Park();
  Park(options::kParkedFor);
  const Effects third = Park(options::kParkedFor);
  EXPECT_EQ(third.front(), Effect(CloseLeg{LegId{2}}));
  EXPECT_NE(parking.Find(LegId{1}), nullptr);
  EXPECT_NE(parking.Find(LegId{3}), nullptr);
}

TEST_F(ParkingTest, NewsOfTheNetworkRenewsItAtOnceButNotInAHurry) {
  Park();
  parking.Renew();
  EXPECT_EQ(parking.deadline(), stage.turn.now + options::kParkPause);
  EXPECT_EQ(Park(options::kParkPause - Millis{1}), Effects{});
  EXPECT_TRUE(Only<OpenLeg>(Park(Millis{1})).size() == 1);
  EXPECT_EQ(parking.deadline(), stage.turn.now + options::kParkedFor);
}

TEST_F(ParkingTest, BrowserThatRefusesIsNotAskedAgainAtOnce) {
  Park();
  EXPECT_TRUE(parking.OnUseless(LegId{1}, stage.turn));
  EXPECT_EQ(stage.Take(), Effects{CloseLeg{LegId{1}}});
  EXPECT_FALSE(parking.OnUseless(LegId{1}, stage.turn));
  EXPECT_EQ(Park(), Effects{});
  EXPECT_FALSE(Park(options::kParkedFor).empty());
}

TEST_F(ParkingTest, WhoStopsParkingClosesAllAndMayBeginAgainAtOnce) {
  Park();
  Park(options::kParkedFor);
  parking.Close(stage.turn);
  EXPECT_EQ(stage.Take(), (Effects{CloseLeg{LegId{1}}, CloseLeg{LegId{2}}}));
  EXPECT_EQ(parking, Parking());
  EXPECT_FALSE(Park().empty());
}

TEST_F(ParkingTest, TracksGoToEveryParkedLeg) {
  Park();
  Park(options::kParkedFor);
  parking.AttachTracks(stage.turn);
  EXPECT_EQ(Outline(stage.Take()), "AttachTracks, AttachTracks");
}

}  // namespace
}  // namespace duet
