#include "core/negotiation.h"

#include <gtest/gtest.h>

#include <functional>

#include "core/options.h"
#include "support/leg_scene.h"

namespace duet {
namespace {

using namespace options;

std::string Name(Situation situation) { return std::to_string(static_cast<int>(situation)); }

// ---- Opening ----

TEST(NegotiationTest, TowardsADuetTheFirstOfferHasEverything) {
  Scene scene(Impolite());
  EXPECT_EQ(scene.Offer(), (Effects{OpenLeg{kLeg, kServers}, AddTransceivers{kLeg}, OpenChannel{kLeg},
                                    SetLocalDescription{kLeg, OpId{1}}}));
  EXPECT_EQ(scene.leg->id(), kLeg);
  EXPECT_EQ(scene.leg->name(), kOurLeg);
  EXPECT_EQ(scene.leg->peer(), Impolite());
}

TEST(NegotiationTest, TowardsASeedTheFirstOfferHasCameraAndMicrophoneOnly) {
  Scene scene(Seed());
  EXPECT_EQ(scene.Offer(), (Effects{OpenLeg{kLeg, kServers}, AddTransceivers{kLeg}, SetLocalDescription{kLeg, OpId{1}}}));
}

TEST(NegotiationTest, TracksThatAreThereAreAttachedBeforeTheOffer) {
  Scene scene(Seed());
  EXPECT_EQ(scene.Offer(true), (Effects{OpenLeg{kLeg, kServers}, AddTransceivers{kLeg}, AttachTracks{kLeg, OpId{1}},
                                        SetLocalDescription{kLeg, OpId{2}}}));
}

TEST(NegotiationTest, EachLegHasAnIdAndANameOfItsOwn) {
  Stage stage;
  const Negotiation first = Negotiation::Offer(Polite(), {}, true, stage.turn);
  const Negotiation second = Negotiation::Offer(Polite(), {}, true, stage.turn);
  EXPECT_NE(first.id(), second.id());
  EXPECT_NE(first.name(), second.name());
  std::vector<OpId> ops;
  for (const auto& order : Only<SetLocalDescription>(stage.effects)) ops.push_back(order.op);
  for (const auto& order : Only<AttachTracks>(stage.effects)) ops.push_back(order.op);
  ASSERT_EQ(ops.size(), 4u);
  for (std::size_t i = 0; i < ops.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) EXPECT_NE(ops[i], ops[j]);
  }
}

TEST(NegotiationTest, AnOfferIsAnsweredOnTransceiversOfItsOwn) {
  Scene scene(Polite());
  const DescriptionMessage offer = scene.TheirOffer(1);
  EXPECT_EQ(scene.Answer(offer), (Effects{OpenLeg{kLeg, kServers}, SetRemoteDescription{kLeg, OpId{1}, offer.description}}));
  EXPECT_EQ(scene.leg->name(), "theirs-1");
  EXPECT_EQ(scene.leg->remote_session(), "9");
  EXPECT_EQ(scene.RemoteSet(true),
            (Effects{AcceptTransceivers{kLeg}, AttachTracks{kLeg, OpId{2}}, SetLocalDescription{kLeg, OpId{3}}}));
  const Effects sent = scene.LocalSet(DescriptionType::kAnswer);
  const Stamp stamp{1, kOurPage, kPageBeforeUs, "theirs-1", 1, 7};
  EXPECT_EQ(sent, (Effects{SendMessage{"answer", EncodeDescription({DescriptionType::kAnswer, "our sdp"}, stamp)}}));
}

TEST(NegotiationTest, WithoutTracksNothingIsAttached) {
  const ScenePtr scene = At(Situation::kHearing, Seed());
  EXPECT_EQ(Outline(scene->RemoteSet(false)), "AcceptTransceivers, SetLocalDescription");
}

TEST(NegotiationTest, AChannelIsOpenedOnlyIfADuetOffersOne) {
  for (const bool duet : {false, true}) {
    for (const bool channel : {false, true}) {
      Scene scene(duet ? Polite() : Seed());
      const DescriptionMessage offer = scene.Theirs(DescriptionType::kOffer, 1, Sdp("9", {"theirs"}, channel));
      EXPECT_EQ(Outline(scene.Answer(offer)),
                std::string("OpenLeg, SetRemoteDescription offer") + (duet && channel ? ", OpenChannel" : ""));
      scene.RemoteSet();
      EXPECT_EQ(Outline(scene.LocalSet(DescriptionType::kAnswer)), "send answer");
      if (!duet) continue;
      DescriptionMessage again = offer;
      again.stamp.offer = 2;
      EXPECT_EQ(Outline(scene.Hear(again)), "SetRemoteDescription offer") << "the channel is opened once";
    }
  }
}

TEST(NegotiationTest, TracksAreAttachedOnceThereAreTransceivers) {
  for (const Situation situation : kSituations) {
    const ScenePtr scene = At(situation, Impolite());
    scene->leg->AttachTracks(scene->stage.turn);
    EXPECT_EQ(Outline(scene->Done()), situation == Situation::kHearing ? "" : "AttachTracks") << Name(situation);
  }
}

// ---- Every step and every message ----

struct Reaction {
  Situation situation;
  std::string_view new_offer, old_offer, answer, stale_answer, local_offer, local_answer, remote_set, failed;
};
constexpr std::string_view kDead = "dead";
constexpr std::string_view kApply = "SetRemoteDescription offer";
constexpr std::string_view kTake = "SetRemoteDescription answer";
constexpr std::string_view kReply = "AcceptTransceivers, SetLocalDescription";
constexpr std::string_view kOdd = "drop unexpected";
constexpr std::string_view kStale = "drop stale";

// Towards whom we yield to; "" is held. A local description of the wrong type tells that the connection is not in the state
// that we think; the host never mixes up the other two, so they are left out ("-").
constexpr Reaction kPoliteReactions[] = {
    {Situation::kOffering, "", "", kOdd, kOdd, "send offer", kDead, "-", kDead},
    {Situation::kOffered, kApply, kApply, kTake, kStale, kStale, kStale, kStale, kStale},
    {Situation::kAnswered, "", "", kOdd, kOdd, "-", "-", "", kDead},
    {Situation::kHearing, "", kStale, kOdd, kOdd, "-", "-", kReply, kDead},
    {Situation::kAnswering, "", kStale, kOdd, kOdd, kDead, "send answer", "-", kDead},
    {Situation::kStable, kApply, "send answer", kOdd, kOdd, kStale, kStale, kStale, kStale},
    {Situation::kOfferingAgain, "", "", kOdd, kOdd, "send offer", kDead, "-", kDead},
    {Situation::kOfferedAgain, kApply, kApply, kTake, kStale, kStale, kStale, kStale, kStale},
    {Situation::kAnsweredAgain, "", "", kOdd, kOdd, "-", "-", "", kDead},
    {Situation::kHearingAgain, "", kStale, kOdd, kOdd, "-", "-", kReply, "drop refused"},
    {Situation::kAnsweringAgain, "", kStale, kOdd, kOdd, kDead, "send answer", "-", kDead},
    {Situation::kRolledBack, "", kStale, kOdd, kOdd, "-", "-", kReply, kDead},
};

TEST(NegotiationTest, EveryMessageInEveryStepDoesWhatTheTableSays) {
  for (const Person& peer : {Impolite(), Polite()}) {
    const bool polite = peer == Impolite();
    for (const Reaction& row : kPoliteReactions) {
      if (row.situation == Situation::kRolledBack && !polite) continue;
      const auto react = [&](std::string_view expected, std::function<Effects(Scene&, Numbers)> act, const char* what) {
        if (expected == "-") return;
        Numbers numbers;
        const ScenePtr scene = At(row.situation, peer, &numbers);
        scene->alive = true;
        if (expected == kStale && std::string_view(what).ends_with("done")) scene->op = OpId{999};
        const Negotiation before = *scene->leg;
        const std::string outline = Outline(act(*scene, numbers));
        EXPECT_EQ(scene->alive ? outline : kDead, expected) << Print(peer) << " " << Name(row.situation) << " " << what;
        if (outline.starts_with("drop stale") || outline == kOdd) {
          EXPECT_EQ(*scene->leg, before) << "what is dropped changes nothing";
        }
        EXPECT_EQ(before == *scene->leg, Print(before) == Print(*scene->leg));
      };
      // Without being polite, an offer that crosses ours is dropped.
      const bool ours = row.situation == Situation::kOffering || row.situation == Situation::kOffered ||
                        row.situation == Situation::kOfferingAgain || row.situation == Situation::kOfferedAgain;
      react(
          ours && !polite ? kOdd : row.new_offer, [](Scene& s, Numbers n) { return s.Hear(s.TheirOffer(n.next)); },
          "new offer");
      react(
          ours && !polite ? kOdd : row.old_offer,
          [](Scene& s, Numbers n) { return s.Hear(s.TheirOffer(n.next - 1 ? n.next - 1 : 1)); }, "old offer");
      react(
          row.answer, [](Scene& s, Numbers n) { return s.Hear(s.TheirAnswer(n.ours ? n.ours : n.next - 1)); }, "answer");
      react(
          row.stale_answer, [](Scene& s, Numbers n) { return s.Hear(s.TheirAnswer(n.ours + 1)); }, "wrong answer");
      react(
          row.local_offer, [](Scene& s, Numbers) { return s.LocalSet(DescriptionType::kOffer); }, "offer done");
      react(
          row.local_answer, [](Scene& s, Numbers) { return s.LocalSet(DescriptionType::kAnswer); }, "answer done");
      react(
          row.remote_set, [](Scene& s, Numbers) { return s.RemoteSet(); }, "remote done");
      react(
          row.failed, [](Scene& s, Numbers) { return s.Fail(); }, "failure done");
    }
  }
}

TEST(NegotiationTest, WhatIsDoneUnderAnotherIdIsStaleInEveryStep) {
  for (const Situation situation : kSituations) {
    const ScenePtr scene = At(situation, Impolite());
    const Negotiation before = *scene->leg;
    scene->op = OpId{999};
    EXPECT_EQ(Outline(scene->LocalSet(DescriptionType::kOffer)), kStale) << Name(situation);
    EXPECT_EQ(Outline(scene->LocalSet(DescriptionType::kAnswer)), kStale) << Name(situation);
    EXPECT_EQ(Outline(scene->RemoteSet()), kStale) << Name(situation);
    EXPECT_EQ(Outline(scene->Fail()), kStale) << Name(situation);
    EXPECT_TRUE(scene->alive);
    EXPECT_EQ(*scene->leg, before) << Name(situation);
  }
}

TEST(NegotiationTest, DifferentLegsArePrintedDifferently) {
  std::vector<Negotiation> legs;
  for (const Person& peer : {Impolite(), Polite()}) {
    for (const Situation situation : kSituations) legs.push_back(*At(situation, peer)->leg);
  }
  for (const Negotiation& a : legs) {
    for (const Negotiation& b : legs) EXPECT_EQ(a == b, Print(a) == Print(b)) << Print(a) << Print(b);
  }
}

// ---- Offers that cross ----

TEST(NegotiationTest, ExactlyOneOfTwoDuetsIsPoliteAndNobodyTowardsASeed) {
  EXPECT_TRUE(At(Situation::kOffered, Impolite())->leg->is_polite(At(Situation::kOffered, Impolite())->stage.turn));
  const ScenePtr towards_polite = At(Situation::kOffered, Polite());
  EXPECT_FALSE(towards_polite->leg->is_polite(towards_polite->stage.turn));
  Person seed = Seed();
  seed.id = kPageAfterUs;
  const ScenePtr towards_seed = At(Situation::kOffered, seed);
  EXPECT_FALSE(towards_seed->leg->is_polite(towards_seed->stage.turn));
}

TEST(NegotiationTest, ASeedsOfferThatCrossesOursIsDroppedInEachStep) {
  for (const Situation situation : {Situation::kOffering, Situation::kOffered}) {
    const ScenePtr scene = At(situation, Seed());
    EXPECT_EQ(Outline(scene->Hear(scene->TheirOffer(0))), kOdd);
  }
}

TEST(NegotiationTest, WhoYieldsAnswersFirstAndThenOffersWhatIsStillWanted) {
  const ScenePtr scene = At(Situation::kRolledBack, Impolite());
  EXPECT_EQ(scene->leg->deadline(), std::nullopt) << "the offer that was rolled back is not repeated";
  EXPECT_EQ(Outline(scene->Hear(scene->TheirAnswer(2))), kOdd);
  scene->RemoteSet();
  const Effects answered = scene->LocalSet(DescriptionType::kAnswer);
  EXPECT_EQ(Outline(answered), "send answer, SetLocalDescription");
  EXPECT_EQ(Said(Only<SendMessage>(answered)[0], "offer"), "3");
  EXPECT_EQ(Outline(scene->Hear(scene->TheirAnswer(2))), kOdd);
  const Effects offered = scene->LocalSet(DescriptionType::kOffer);
  EXPECT_EQ(Said(Only<SendMessage>(offered).at(0), "offer"), "4");
  EXPECT_EQ(Outline(scene->Hear(scene->TheirAnswer(4))), kTake);
  EXPECT_EQ(Outline(scene->RemoteSet()), "") << "what was wanted is done";
}

TEST(NegotiationTest, WhoYieldsWhileMakingAnOfferNeverSendsIt) {
  const ScenePtr scene = At(Situation::kOfferingAgain, Impolite());
  const DescriptionMessage offer = scene->TheirOffer(2);
  EXPECT_EQ(scene->Hear(offer), Effects{});
  const OpId next{scene->op.value + 1};
  EXPECT_EQ(scene->LocalSet(DescriptionType::kOffer), (Effects{SetRemoteDescription{kLeg, next, offer.description}}));
  scene->RemoteSet();
  EXPECT_EQ(Outline(scene->LocalSet(DescriptionType::kAnswer)), "send answer, SetLocalDescription");
  const Effects offered = scene->LocalSet(DescriptionType::kOffer);
  EXPECT_EQ(Said(Only<SendMessage>(offered).at(0), "offer"), "3");
}

TEST(NegotiationTest, WhoYieldsSendsNoCandidatesOfAnOfferThatWasNeverSent) {
  const ScenePtr scene = At(Situation::kOfferingAgain, Impolite());
  scene->Hear(scene->TheirOffer(2));
  EXPECT_EQ(scene->Find(HostCandidate("ours")), Effects{});
  scene->LocalSet(DescriptionType::kOffer);
  scene->RemoteSet();
  EXPECT_EQ(Outline(scene->LocalSet(DescriptionType::kAnswer)), "send answer, SetLocalDescription");
}

TEST(NegotiationTest, AnOfferDuringTheAnswerToOursIsNoCollision) {
  for (const Person& peer : {Impolite(), Polite()}) {
    const ScenePtr scene = At(Situation::kAnswered, peer);
    const DescriptionMessage offer = scene->TheirOffer(2);
    EXPECT_EQ(scene->Hear(offer), Effects{});
    const OpId next{scene->op.value + 1};
    EXPECT_EQ(scene->RemoteSet(), (Effects{SetRemoteDescription{kLeg, next, offer.description}}));
  }
}

TEST(NegotiationTest, OfHeldOffersTheNewestIsAnsweredAndNoOther) {
  for (const Situation situation :
       {Situation::kHearing, Situation::kAnswered, Situation::kHearingAgain, Situation::kRolledBack}) {
    Numbers n;
    const ScenePtr scene = At(situation, Impolite(), &n);
    EXPECT_EQ(scene->Hear(scene->TheirOffer(n.next)), Effects{});
    const DescriptionMessage newest = scene->TheirOffer(n.next + 1, "newest");
    EXPECT_EQ(scene->Hear(newest), Effects{});
    const OpId next{scene->op.value + 1};
    EXPECT_EQ(scene->RemoteSet(), (Effects{SetRemoteDescription{kLeg, next, newest.description}})) << Name(situation);
    scene->RemoteSet();
    const std::vector<SendMessage> sent = Only<SendMessage>(scene->LocalSet(DescriptionType::kAnswer));
    ASSERT_EQ(sent.size(), 1u);
    EXPECT_EQ(Said(sent[0], "offer"), std::to_string(n.next + 1));
  }
}

TEST(NegotiationTest, AnOfferDuringOurAnswerIsAnsweredAfterIt) {
  const ScenePtr scene = At(Situation::kAnswering, Impolite());
  EXPECT_EQ(scene->Hear(scene->TheirOffer(2)), Effects{});
  const Effects effects = scene->LocalSet(DescriptionType::kAnswer);
  EXPECT_EQ(Outline(effects), "send answer, SetRemoteDescription offer");
  EXPECT_EQ(Said(Only<SendMessage>(effects)[0], "offer"), "1");
}

TEST(NegotiationTest, AnOlderOfferDoesNotReplaceTheHeldOne) {
  const ScenePtr scene = At(Situation::kHearing, Impolite());
  const DescriptionMessage newest = scene->TheirOffer(3, "newest");
  scene->Hear(newest);
  EXPECT_EQ(Outline(scene->Hear(scene->TheirOffer(2, "older"))), kStale);
  EXPECT_EQ(Only<SetRemoteDescription>(scene->RemoteSet()).at(0).description, newest.description);
}

// ---- Numbers ----

TEST(NegotiationTest, ARepeatedOfferIsAnsweredWithTheSameAnswerAgain) {
  const ScenePtr scene = At(Situation::kAnswering, Polite());
  const DescriptionMessage offer = scene->TheirOffer(1);
  EXPECT_EQ(Outline(scene->Hear(offer)), kStale) << "the answer is being made";
  const Effects answered = scene->LocalSet(DescriptionType::kAnswer);
  EXPECT_EQ(Outline(answered), "send answer");
  EXPECT_EQ(scene->Hear(offer), answered);
  EXPECT_EQ(scene->Hear(offer), answered);
}

TEST(NegotiationTest, AnOfferBeforeTheNewestIsStale) {
  const ScenePtr scene = At(Situation::kAnsweringAgain, Polite());
  scene->LocalSet(DescriptionType::kAnswer);
  EXPECT_EQ(Outline(scene->Hear(scene->TheirOffer(1))), kStale);
}

TEST(NegotiationTest, AnAnswerMustNameTheOutstandingOffer) {
  for (const std::uint32_t number : {0u, 1u, 3u, 4294967295u}) {
    const ScenePtr scene = At(Situation::kOfferedAgain, Polite());
    const Negotiation before = *scene->leg;
    EXPECT_EQ(Outline(scene->Hear(scene->TheirAnswer(number))), kStale) << number;
    EXPECT_EQ(*scene->leg, before);
  }
}

TEST(NegotiationTest, AnUnstampedAnswerIsTakenFromASeedOnly) {
  for (const Person& peer : {Impolite(), Polite(), Seed()}) {
    const ScenePtr scene = At(Situation::kOffered, peer);
    const DescriptionMessage answer{{DescriptionType::kAnswer, Sdp("9", {"theirs"})}, {}};
    EXPECT_EQ(Outline(scene->Hear(answer)), peer == Seed() ? kTake : "drop foreign") << Print(peer);
  }
}

TEST(NegotiationTest, ASecondAnswerIsUnexpected) {
  const ScenePtr scene = At(Situation::kAnswered, Polite());
  scene->RemoteSet();
  EXPECT_EQ(Outline(scene->Hear(scene->TheirAnswer(1))), kOdd);
}

TEST(NegotiationTest, OurOffersAreNumberedBehindThoseOfTheOther) {
  const ScenePtr scene = At(Situation::kRolledBack, Impolite());
  scene->RemoteSet();
  scene->LocalSet(DescriptionType::kAnswer);
  scene->Hear(scene->TheirOffer(41));  // while ours is being made
  scene->LocalSet(DescriptionType::kOffer);
  scene->RemoteSet();
  scene->LocalSet(DescriptionType::kAnswer);
  EXPECT_EQ(Said(Only<SendMessage>(scene->LocalSet(DescriptionType::kOffer)).at(0), "offer"), "42");
}

TEST(NegotiationTest, ASeedMayOfferAgainWithoutNumbers) {
  const ScenePtr scene = At(Situation::kStable, Seed());
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(Outline(scene->Hear(scene->TheirOffer(0))), kApply);
    scene->RemoteSet();
    EXPECT_EQ(Outline(scene->LocalSet(DescriptionType::kAnswer)), "send answer");
  }
}

TEST(NegotiationTest, WhatASeedIsToldNamesNobody) {
  const ScenePtr scene = At(Situation::kAnswering, Seed());
  const SendMessage answer = Only<SendMessage>(scene->LocalSet(DescriptionType::kAnswer)).at(0);
  EXPECT_EQ(Said(answer, "to"), "");
  EXPECT_EQ(Said(answer, "from"), kOurPage);
  EXPECT_EQ(Said(answer, "type"), "answer");
  EXPECT_EQ(answer.json.find("secret-seat"), std::string::npos);
}

TEST(NegotiationTest, OnlyAnOfferWithoutAnswerIsAFirstOfferThatIsOutstanding) {
  for (const Situation situation : kSituations) {
    const bool outstanding = situation == Situation::kOffering || situation == Situation::kOffered;
    EXPECT_EQ(At(situation, Impolite())->leg->first_offer_outstanding(), outstanding) << Name(situation);
  }
}

// ---- A Duet behind a server that knows less ----

TEST(NegotiationTest, WhoAnswersWithFieldsIsADuetAndGetsTheRestByOneOffer) {
  Scene scene({"socket-of-them", "Zoe", 0});
  scene.Offer();
  const Effects offered = scene.LocalSet(DescriptionType::kOffer);
  EXPECT_EQ(Said(Only<SendMessage>(offered).at(0), "to"), "");
  scene.peer = Impolite();
  EXPECT_EQ(Outline(scene.Hear(scene.TheirAnswer(1))), kTake);
  EXPECT_EQ(scene.leg->peer(), Impolite());
  EXPECT_EQ(Outline(scene.RemoteSet()), "OpenChannel, SetLocalDescription");
  const Effects again = scene.LocalSet(DescriptionType::kOffer);
  EXPECT_EQ(Said(Only<SendMessage>(again).at(0), "to"), kPageAfterUs);
  EXPECT_EQ(Said(Only<SendMessage>(again).at(0), "offer"), "2");
  scene.Hear(scene.TheirAnswer(2));
  EXPECT_EQ(scene.RemoteSet(), Effects{});
}

TEST(NegotiationTest, ASeedIsNeverOfferedMore) {
  const ScenePtr scene = At(Situation::kAnswered, Seed());
  EXPECT_EQ(scene->RemoteSet(), Effects{});
  EXPECT_FALSE(scene->leg->peer_is_duet());
}

TEST(NegotiationTest, WhoAnsweredLeavesTheRestToTheOneWhoOffered) {
  const ScenePtr scene = At(Situation::kAnswering, Polite());
  EXPECT_EQ(Outline(scene->LocalSet(DescriptionType::kAnswer)), "send answer");
}

// ---- Failures ----

TEST(NegotiationTest, AnOfferOfNothingOrOfTheUnknownIsLeftToTheBrowser) {
  const std::string head = "v=0\r\no=- 9 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n";
  for (const std::string& sdp : {std::string(), std::string("v=0"), head, head + "m=hologram 9 X/Y 1\r\n",
                                 head + "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n"}) {
    for (const bool taken : {true, false}) {
      Scene scene(Polite());
      const Effects effects = scene.Answer(scene.Theirs(DescriptionType::kOffer, 1, sdp));
      EXPECT_EQ(Only<SetRemoteDescription>(effects).at(0).description.sdp, sdp);
      if (taken) {
        scene.RemoteSet();
        EXPECT_EQ(Outline(scene.LocalSet(DescriptionType::kAnswer)), "send answer") << sdp;
      } else {
        scene.Fail();
        EXPECT_FALSE(scene.alive) << sdp;
      }
    }
  }
}

TEST(NegotiationTest, ABadOfferDuringACallLeavesEverythingAsItWas) {
  const ScenePtr scene = At(Situation::kStable, Polite());
  scene->Hear(scene->TheirOffer(2, "bad"));
  EXPECT_EQ(scene->Fail(), (Effects{CountDrop{DropReason::kRefused}}));
  EXPECT_TRUE(scene->alive);
  EXPECT_EQ(Outline(scene->Hear(HostCandidate("theirs"))), "AddCandidate") << "the old generation is still the present one";
  EXPECT_EQ(Outline(scene->Hear(scene->TheirOffer(3))), kApply);
}

TEST(NegotiationTest, AfterABadOfferTheHeldOneIsTried) {
  const ScenePtr scene = At(Situation::kHearingAgain, Polite());
  scene->Hear(scene->TheirOffer(3));
  EXPECT_EQ(Outline(scene->Fail()), "drop refused, SetRemoteDescription offer");
}

// ---- Candidates of the other one ----

TEST(NegotiationTest, CandidatesBeforeTheDescriptionWaitAndFollowItInOrder) {
  const ScenePtr scene = At(Situation::kOffered, Polite());
  std::vector<Candidate> early = {HostCandidate("theirs"), HostCandidate(""), EndOfCandidates()};
  early[1].sdp_mid = "1";
  for (const Candidate& candidate : early) EXPECT_EQ(scene->Hear(candidate), Effects{});
  EXPECT_EQ(scene->Hear(HostCandidate("other")), Effects{});
  const Effects effects = scene->Hear(scene->TheirAnswer(1));
  EXPECT_EQ(Outline(effects), "SetRemoteDescription answer, AddCandidate, AddCandidate, AddCandidate, drop stale");
  for (std::size_t i = 0; i < early.size(); ++i) EXPECT_EQ(Only<AddCandidate>(effects)[i].candidate, early[i]);
}

TEST(NegotiationTest, CandidatesAfterTheDescriptionAreAddedAtOnceInEachStep) {
  for (const Situation situation : kSituations) {
    const bool waits = situation == Situation::kOffering || situation == Situation::kOffered;
    const ScenePtr scene = At(situation, Impolite());
    for (const Candidate& candidate : {HostCandidate("theirs"), HostCandidate(""), EndOfCandidates()}) {
      const OpId op{scene->stage.ids.last_op + 1};
      EXPECT_EQ(scene->Hear(candidate), waits ? Effects{} : (Effects{AddCandidate{kLeg, op, candidate}})) << Name(situation);
    }
    EXPECT_EQ(scene->Hear(HostCandidate("unknown")), Effects{}) << Name(situation);
  }
}

TEST(NegotiationTest, CandidatesOfTheNextGenerationWaitAndThoseOfTheLastAreStale) {
  const ScenePtr scene = At(Situation::kStable, Polite());
  EXPECT_EQ(scene->Hear(HostCandidate("second")), Effects{});
  EXPECT_EQ(Outline(scene->Hear(scene->TheirOffer(2, "second"))), "SetRemoteDescription offer, AddCandidate");
  EXPECT_EQ(scene->Hear(HostCandidate("theirs")), Effects{}) << "of the generation before";
  EXPECT_EQ(Outline(scene->Hear(HostCandidate("second"))), "AddCandidate");
  scene->RemoteSet();
  scene->LocalSet(DescriptionType::kAnswer);
  EXPECT_EQ(Outline(scene->Hear(scene->TheirOffer(3, "third"))), "SetRemoteDescription offer, drop stale");
}

TEST(NegotiationTest, CandidatesOfAnOfferThatIsIgnoredAreNeverAdded) {
  const ScenePtr scene = At(Situation::kOfferedAgain, Polite());
  EXPECT_EQ(Outline(scene->Hear(scene->TheirOffer(3, "ignored"))), kOdd);
  EXPECT_EQ(scene->Hear(HostCandidate("ignored")), Effects{});
  EXPECT_EQ(Outline(scene->Hear(scene->TheirAnswer(2, "taken"))), "SetRemoteDescription answer, drop stale");
}

TEST(NegotiationTest, EachSectionMayHaveAFragmentOfItsOwn) {
  Scene scene(Seed());
  scene.Answer({{DescriptionType::kOffer, Sdp("9", {"one", "two"})}, {}});
  EXPECT_EQ(Outline(scene.Hear(HostCandidate("one"))), "AddCandidate");
  EXPECT_EQ(Outline(scene.Hear(HostCandidate("two"))), "AddCandidate");
  EXPECT_EQ(Outline(scene.Hear(HostCandidate("three"))), "");
}

TEST(NegotiationTest, AFloodOfCandidatesIsCut) {
  const ScenePtr scene = At(Situation::kStable, Polite());
  std::uint32_t added = 0;
  for (int i = 0; i < 10'000; ++i) {
    const Effects effects = scene->Hear(HostCandidate("theirs"));
    added += static_cast<std::uint32_t>(Only<AddCandidate>(effects).size());
    EXPECT_TRUE(Only<AddCandidate>(effects).size() == 1 || Outline(effects) == "drop tooMany");
  }
  EXPECT_EQ(added, kMaxCandidates);
  scene->Hear(scene->TheirOffer(2, "second"));
  EXPECT_EQ(Outline(scene->Hear(HostCandidate("second"))), "AddCandidate") << "another generation counts anew";
}

TEST(NegotiationTest, AFloodOfEarlyCandidatesIsCut) {
  const ScenePtr scene = At(Situation::kOffered, Polite());
  for (std::size_t i = 0; i < 10'000; ++i) {
    EXPECT_EQ(Outline(scene->Hear(HostCandidate("theirs"))), i < kMaxEarlyCandidates ? "" : "drop tooMany");
  }
  EXPECT_EQ(Only<AddCandidate>(scene->Hear(scene->TheirAnswer(1))).size(), kMaxEarlyCandidates);
}

// ---- Our candidates ----

TEST(NegotiationTest, OurCandidatesFollowTheirDescription) {
  const ScenePtr scene = At(Situation::kOffering, Polite());
  EXPECT_EQ(scene->Find(HostCandidate("ours")), Effects{});
  EXPECT_EQ(scene->Find(EndOfCandidates()), Effects{});
  const Effects sent = scene->LocalSet(DescriptionType::kOffer);
  EXPECT_EQ(Outline(sent), "send offer, send candidate, send candidate");
  const Stamp stamp{1, kOurPage, kPageBeforeUs, kOurLeg, 1, 7};
  EXPECT_EQ(Only<SendMessage>(sent)[1].json, EncodeCandidate(HostCandidate("ours"), stamp));
  EXPECT_EQ(scene->Find(HostCandidate("ours")), (Effects{Only<SendMessage>(sent)[1]})) << "and later ones go at once";
}

TEST(NegotiationTest, CandidatesFoundDuringOurAnswerCarryItsNumber) {
  const ScenePtr scene = At(Situation::kAnsweringAgain, Polite());
  EXPECT_EQ(scene->Find(HostCandidate("ours")), Effects{});
  const std::vector<SendMessage> sent = Only<SendMessage>(scene->LocalSet(DescriptionType::kAnswer));
  ASSERT_EQ(sent.size(), 2u);
  EXPECT_EQ(Said(sent[1], "offer"), "2");
  EXPECT_EQ(Said(sent[1], "leg"), "theirs-1");
}

TEST(NegotiationTest, ASeedHearsNoEndOfCandidates) {
  for (const Situation situation : {Situation::kOffering, Situation::kOffered, Situation::kAnswering, Situation::kStable}) {
    const ScenePtr scene = At(situation, Seed());
    const Negotiation before = *scene->leg;
    EXPECT_EQ(scene->Find(EndOfCandidates()), Effects{});
    EXPECT_EQ(*scene->leg, before) << Name(situation);
  }
  EXPECT_EQ(Outline(At(Situation::kStable, Seed())->Find(HostCandidate("ours"))), "send candidate");
  EXPECT_EQ(Outline(At(Situation::kStable, Polite())->Find(EndOfCandidates())), "send candidate");
}

// ---- The deadline ----

TEST(NegotiationTest, AnOfferWithoutAnswerIsRepeatedTwiceAndThenGivenUp) {
  Scene scene(Polite());
  scene.Offer();
  EXPECT_EQ(scene.leg->deadline(), std::nullopt) << "nothing is sent yet";
  const Effects offered = scene.LocalSet(DescriptionType::kOffer);
  for (std::uint32_t i = 0; i < kMaxOfferRepeats; ++i) {
    EXPECT_EQ(scene.leg->deadline(), scene.stage.turn.now + kAnswerTimeout);
    EXPECT_EQ(scene.Wait(kAnswerTimeout - Millis{1}), Effects{});
    EXPECT_EQ(scene.Wait(Millis{1}), offered) << "the same offer, not a new one";
    EXPECT_TRUE(scene.alive);
  }
  EXPECT_EQ(scene.Wait(kAnswerTimeout), Effects{});
  EXPECT_FALSE(scene.alive);
}

TEST(NegotiationTest, AnAnsweredOfferIsNotRepeated) {
  for (const Situation situation : kSituations) {
    const bool outstanding = situation == Situation::kOffered || situation == Situation::kOfferedAgain;
    const ScenePtr scene = At(situation, Impolite());
    EXPECT_EQ(scene->leg->deadline().has_value(), outstanding) << Name(situation);
    EXPECT_EQ(Outline(scene->Wait(kAnswerTimeout)), outstanding ? "send offer" : "") << Name(situation);
    EXPECT_TRUE(scene->alive);
  }
}

TEST(NegotiationTest, TheNextOfferMayBeRepeatedAsOften) {
  const ScenePtr scene = At(Situation::kOffered, Seed());
  for (std::uint32_t i = 0; i < kMaxOfferRepeats; ++i) scene->Wait(kAnswerTimeout);
  scene->peer = Impolite();
  scene->Hear(scene->TheirAnswer(1));
  scene->RemoteSet();
  scene->LocalSet(DescriptionType::kOffer);
  for (std::uint32_t i = 0; i < kMaxOfferRepeats; ++i) EXPECT_EQ(Outline(scene->Wait(kAnswerTimeout)), "send offer");
}

TEST(NegotiationTest, WithoutAServerAnOfferIsNeitherRepeatedNorGivenUp) {
  const ScenePtr scene = At(Situation::kOffered, Polite());
  for (std::uint32_t i = 0; i < kMaxOfferRepeats + 2; ++i) EXPECT_EQ(scene->Wait(kAnswerTimeout, false), Effects{});
  EXPECT_TRUE(scene->alive);
  EXPECT_EQ(Outline(scene->Wait(kAnswerTimeout)), "send offer");
}

TEST(NegotiationTest, AConnectionIsWorthMoreThanALaterOfferWithoutAnAnswer) {
  const ScenePtr scene = At(Situation::kOffered, Seed());
  scene->peer = Impolite();
  scene->Hear(scene->TheirAnswer(1));
  scene->RemoteSet();
  scene->LocalSet(DescriptionType::kOffer);
  for (std::uint32_t i = 0; i < kMaxOfferRepeats; ++i) EXPECT_EQ(Outline(scene->Wait(kAnswerTimeout)), "send offer");
  EXPECT_EQ(scene->Wait(kAnswerTimeout), Effects{});
  EXPECT_TRUE(scene->alive);
}

TEST(NegotiationTest, NothingIsSaidOnTheChannelBeforeTheAnswerIsSet) {
  const ScenePtr scene = At(Situation::kOffered, Polite());
  scene->Hear(scene->TheirAnswer(1));
  scene->leg->OnChannelOpened();
  EXPECT_FALSE(scene->leg->can_tell());
  scene->RemoteSet();
  EXPECT_TRUE(scene->leg->can_tell());
}

TEST(NegotiationTest, NothingIsSaidOnTheChannelWhileALaterAnswerIsBeingSet) {
  for (const Situation situation : kSituations) {
    const ScenePtr scene = At(situation, Polite());
    scene->leg->OnChannelOpened();
    const bool is_setting = situation == Situation::kAnsweredAgain || situation == Situation::kAnsweringAgain;
    const bool is_agreed = situation >= Situation::kStable;
    EXPECT_EQ(scene->leg->can_tell(), is_agreed && !is_setting) << static_cast<int>(situation);
  }
}

TEST(NegotiationTest, TheChannelIsRemembered) {
  const ScenePtr scene = At(Situation::kStable, Polite());
  EXPECT_FALSE(scene->leg->can_tell());
  scene->leg->OnChannelOpened();
  EXPECT_TRUE(scene->leg->can_tell());
}

// ---- A new path ----

TEST(NegotiationTest, ManyWishesForANewPathMakeOneOfferAndOneMore) {
  const ScenePtr scene = At(Situation::kStable, Polite());
  scene->leg->Restart(kServers, scene->stage.turn);
  EXPECT_EQ(Outline(scene->Done()), "RestartIce, SetLocalDescription");
  scene->leg->Restart(kServers, scene->stage.turn);
  scene->leg->Restart(kServers, scene->stage.turn);
  EXPECT_EQ(Outline(scene->Done()), "RestartIce, RestartIce") << "the offer is being made";
  scene->LocalSet(DescriptionType::kOffer);
  scene->Hear(scene->TheirAnswer(2));
  EXPECT_EQ(Outline(scene->RemoteSet()), "SetLocalDescription");
  scene->LocalSet(DescriptionType::kOffer);
  scene->Hear(scene->TheirAnswer(3));
  EXPECT_EQ(scene->RemoteSet(), Effects{});
}

TEST(NegotiationTest, AnswerWithAnotherCertificateIsForeign) {
  const ScenePtr scene = At(Situation::kStable, Polite());
  scene->Hear(scene->Theirs(DescriptionType::kOffer, 2, Sdp("9", {"f"}) + "a=fingerprint:sha-256 AA\r\n"));
  scene->RemoteSet();
  scene->LocalSet(DescriptionType::kAnswer);
  scene->leg->Restart(kServers, scene->stage.turn);
  scene->Done();
  scene->LocalSet(DescriptionType::kOffer);
  const auto answer = [&](const char* fingerprint) {
    return scene->Hear(scene->Theirs(DescriptionType::kAnswer, 3, Sdp("9", {"f"}) + "a=fingerprint:sha-256 " + fingerprint + "\r\n"));
  };
  EXPECT_EQ(Outline(answer("BB")), "drop foreign");
  EXPECT_EQ(Outline(answer("AA")), "SetRemoteDescription answer");
}

}  // namespace
}  // namespace duet
