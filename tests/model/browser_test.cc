// Devices and orders. What the operations do is told by the conformance scripts.
#include "support/model/browser.h"

#include <gtest/gtest.h>

#include <type_traits>

#include "support/model/inspect.h"

namespace duet::model {
namespace {

constexpr LegId kLeg{1};

std::vector<StepKind> StepsOf(const Browser& browser) {
  StepList steps;
  browser.Steps(0, &steps);
  std::vector<StepKind> kinds;
  for (const Step& step : steps) kinds.push_back(step.kind);
  return kinds;
}

std::optional<Event> Take(Browser& browser, StepKind kind) {
  StepList steps;
  browser.Steps(0, &steps);
  for (const Step& step : steps) {
    if (step.kind == kind) return browser.Take(step);
  }
  ADD_FAILURE() << "not possible now";
  return std::nullopt;
}

// A page with a microphone (track 1), a camera (track 2) and an offering leg.
Browser Ready(const Dialect& dialect = kSpec) {
  Settings settings;
  settings.dialect = dialect;
  Browser browser(3, settings);
  browser.Perform(RequestMedia{OpId{1}, true, true});
  Take(browser, StepKind::kGrant);
  browser.Perform(UseMedia{OpId{1}});
  browser.Perform(OpenLeg{kLeg, {}});
  browser.Perform(AddTransceivers{kLeg});
  return browser;
}

TEST(BrowserTest, IsASmallValue) {
  EXPECT_TRUE(std::is_trivially_copyable_v<Peer>);
  EXPECT_LE(sizeof(Peer), 640u);
  EXPECT_LE(sizeof(Browser), 2500u);
  const Browser browser = Ready();
  Browser copy = browser;
  EXPECT_EQ(copy, browser);
  EXPECT_EQ(Hash(copy), Hash(browser));
  copy.Perform(SetLocalDescription{kLeg, OpId{2}});
  EXPECT_FALSE(copy == browser);
  EXPECT_NE(Hash(copy), Hash(browser));
  EXPECT_NE(Text(copy), Text(browser));
}

TEST(BrowserTest, APromptIsAnsweredWhenThePersonLikes) {
  Browser browser;
  EXPECT_EQ(browser.Perform(RequestMedia{OpId{7}, true, false}), std::nullopt);
  EXPECT_EQ(browser.prompts(), 1);
  EXPECT_EQ(StepsOf(browser), (std::vector{StepKind::kGrant, StepKind::kRefuse}));
  Browser other = browser;
  EXPECT_EQ(Take(browser, StepKind::kGrant), Event(MediaGranted{OpId{7}, true, false}));
  EXPECT_EQ(browser.live_tracks(), 1);
  EXPECT_EQ(Take(other, StepKind::kRefuse), Event(MediaRefused{OpId{7}, MediaError::kRefused}));
  EXPECT_EQ(other.live_tracks(), 0);
}

TEST(BrowserTest, WhatComesTooLateIsLiveUntilItIsDiscarded) {
  Browser browser;
  browser.Perform(RequestMedia{OpId{7}, true, true});
  browser.Perform(StopMedia{});
  Take(browser, StepKind::kGrant);
  EXPECT_EQ(browser.live_tracks(), 2);
  browser.Perform(DiscardMedia{OpId{7}});
  EXPECT_EQ(browser.live_tracks(), 0);
}

TEST(BrowserTest, WithoutDevicesThereIsNoPrompt) {
  Settings settings;
  settings.has_devices = false;
  Browser browser(0, settings);
  EXPECT_EQ(browser.Perform(RequestMedia{OpId{7}, true, true}), Event(MediaRefused{OpId{7}, MediaError::kUnsupported}));
}

TEST(BrowserTest, RefusalsAreThoseThatAreAskedFor) {
  Settings settings;
  settings.refusals = 1u << static_cast<unsigned>(MediaError::kMissing) | 1u << static_cast<unsigned>(MediaError::kBusy);
  Browser browser(0, settings);
  browser.Perform(RequestMedia{OpId{7}, true, true});
  EXPECT_EQ(StepsOf(browser), (std::vector{StepKind::kGrant, StepKind::kRefuse, StepKind::kRefuse}));
  EXPECT_EQ(Take(browser, StepKind::kRefuse), Event(MediaRefused{OpId{7}, MediaError::kMissing}));
}

TEST(BrowserTest, ATrackEndsOnce) {
  Browser browser = Ready();
  EXPECT_EQ(browser.EndTrack(MediaKind::kCamera), Event(LocalTrackEnded{MediaKind::kCamera}));
  EXPECT_EQ(browser.EndTrack(MediaKind::kCamera), std::nullopt);
  EXPECT_EQ(browser.live_tracks(), 1);
}

TEST(BrowserTest, ARefusedConnectionIsBrokenAndTakesNoOrders) {
  Settings settings;
  settings.makes_peers = false;
  Browser browser(0, settings);
  EXPECT_EQ(browser.Perform(OpenLeg{kLeg, {}}), Event(LegBroken{kLeg, "UnknownError"}));
  EXPECT_EQ(browser.Perform(AddTransceivers{kLeg}), std::nullopt);
  EXPECT_EQ(browser.Perform(SetLocalDescription{kLeg, OpId{1}}), std::nullopt);
  EXPECT_TRUE(StepsOf(browser).empty());
}

TEST(BrowserTest, OperationsEndInTheirOrderAndTheirEventsSayWhich) {
  Browser browser = Ready();
  browser.Perform(AttachTracks{kLeg, OpId{2}});
  browser.Perform(SetLocalDescription{kLeg, OpId{3}});
  EXPECT_EQ(Take(browser, StepKind::kComplete), Event(TracksAttached{kLeg, OpId{2}, true}));
  const std::optional<Event> event = Take(browser, StepKind::kComplete);
  const auto* set = std::get_if<LocalDescriptionSet>(&*event);
  ASSERT_NE(set, nullptr);
  EXPECT_EQ(set->op, OpId{3});
  EXPECT_EQ(set->description.sdp, Compose(browser.Find(kLeg)->local()));
  EXPECT_EQ(StepsOf(browser), std::vector{StepKind::kGather});
}

TEST(BrowserTest, WhatIsCreatedIsSetLaterWhateverCameBetween) {
  Browser browser = Ready();
  browser.Perform(CreateDescription{kLeg, OpId{2}, DescriptionType::kOffer});
  const std::optional<Event> event = Take(browser, StepKind::kComplete);
  const auto* created = std::get_if<DescriptionCreated>(&*event);
  ASSERT_NE(created, nullptr);
  EXPECT_EQ(created->op, OpId{2});
  EXPECT_EQ(browser.Find(kLeg)->signaling(), Signaling::kStable);
  EXPECT_TRUE(StepsOf(browser).empty());  // no candidates, either
  browser.Perform(AttachTracks{kLeg, OpId{3}});
  browser.Perform(SetCreatedDescription{kLeg, OpId{4}, created->description});
  Take(browser, StepKind::kComplete);
  EXPECT_EQ(Take(browser, StepKind::kComplete), Event(LocalDescriptionSet{kLeg, OpId{4}, created->description}));
  EXPECT_EQ(StepsOf(browser), std::vector{StepKind::kGather});
}

TEST(BrowserTest, AnotherTextThanTheCreatedIsRefused) {
  Browser browser = Ready();
  browser.Perform(CreateDescription{kLeg, OpId{2}, DescriptionType::kOffer});
  Description created = std::get<DescriptionCreated>(*Take(browser, StepKind::kComplete)).description;
  created.sdp.resize(created.sdp.size() / 2);
  browser.Perform(SetCreatedDescription{kLeg, OpId{3}, created});
  EXPECT_EQ(Take(browser, StepKind::kComplete), Event(DescriptionFailed{kLeg, OpId{3}, "InvalidModificationError"}));
  browser.Perform(CreateDescription{kLeg, OpId{4}, DescriptionType::kAnswer});
  EXPECT_EQ(Take(browser, StepKind::kComplete), Event(DescriptionFailed{kLeg, OpId{4}, "InvalidStateError"}));
}

TEST(BrowserTest, AfterARestartTheNextOfferHasOtherCredentials) {
  Browser offerer = Ready();
  Browser answerer(4, {});
  answerer.Perform(OpenLeg{kLeg, {}});
  const auto describe = [](Browser& browser, OpId op) {
    browser.Perform(SetLocalDescription{kLeg, op});
    return std::get<LocalDescriptionSet>(*Take(browser, StepKind::kComplete)).description;
  };
  const auto hear = [](Browser& browser, OpId op, const Description& description) {
    browser.Perform(SetRemoteDescription{kLeg, op, description});
    Take(browser, StepKind::kComplete);
  };
  hear(answerer, OpId{2}, describe(offerer, OpId{2}));
  hear(offerer, OpId{3}, describe(answerer, OpId{3}));
  const Fragment before = answerer.Find(kLeg)->local().fragment;
  answerer.Perform(RestartIce{kLeg, {}});
  describe(answerer, OpId{4});
  EXPECT_FALSE(answerer.Find(kLeg)->local().fragment == before);
}

TEST(BrowserTest, ReplaceTrackOfChromiumEndsWhenItLikes) {
  Browser browser = Ready(kChromium);
  browser.Perform(SetLocalDescription{kLeg, OpId{2}});
  browser.Perform(AttachTracks{kLeg, OpId{3}});
  EXPECT_EQ(StepsOf(browser), (std::vector{StepKind::kComplete, StepKind::kReplace}));
  EXPECT_EQ(Take(browser, StepKind::kReplace), Event(TracksAttached{kLeg, OpId{3}, true}));
}

TEST(BrowserTest, WhereNoSenderIsAttachingIsDoneAtOnce) {
  Browser browser(3, {});
  browser.Perform(OpenLeg{kLeg, {}});
  EXPECT_EQ(browser.Perform(AttachTracks{kLeg, OpId{1}}), Event(TracksAttached{kLeg, OpId{1}, true}));
}

// Whatever the sender has when the order is given: something else may be pending.
TEST(BrowserTest, ATrackThatEndsWhileItIsBeingAttachedIsTakenOutAgain) {
  Browser browser = Ready();
  browser.Perform(AttachTracks{kLeg, OpId{2}});
  browser.Perform(StopMedia{});
  EXPECT_EQ(browser.Perform(AttachTracks{kLeg, OpId{3}}), std::nullopt);
  EXPECT_EQ(Take(browser, StepKind::kComplete), Event(TracksAttached{kLeg, OpId{2}, true}));
  EXPECT_EQ(browser.Find(kLeg)->transceivers()[0].track, 1);
  EXPECT_FALSE(browser.IsLive(1));
  EXPECT_EQ(Take(browser, StepKind::kComplete), Event(TracksAttached{kLeg, OpId{3}, true}));
  EXPECT_EQ(browser.Find(kLeg)->transceivers()[0].track, 0);
}

TEST(BrowserTest, TheNumberOfATrackIsUsedAgainOnceNothingHasIt) {
  Browser browser = Ready();
  browser.Perform(AttachTracks{kLeg, OpId{2}});
  browser.Perform(StopMedia{});
  browser.Perform(RequestMedia{OpId{3}, true, false});
  Take(browser, StepKind::kGrant);
  browser.Perform(UseMedia{OpId{3}});
  EXPECT_TRUE(browser.IsLive(3));  // 1 and 2 are about to be attached
  browser.Perform(CloseLeg{kLeg});
  browser.Perform(StopMedia{});
  browser.Perform(RequestMedia{OpId{4}, true, false});
  Take(browser, StepKind::kGrant);
  browser.Perform(UseMedia{OpId{4}});
  EXPECT_TRUE(browser.IsLive(1));
}

TEST(BrowserTest, AfterCloseNothingSettles) {
  Browser browser = Ready();
  browser.Perform(SetLocalDescription{kLeg, OpId{2}});
  browser.Perform(AttachTracks{kLeg, OpId{3}});
  browser.Perform(CloseLeg{kLeg});
  EXPECT_TRUE(StepsOf(browser).empty());
  EXPECT_EQ(browser.open_legs(), 0);
}

TEST(BrowserTest, ASecondChannelOnTheSameIdBreaksTheLeg) {
  Browser browser = Ready();
  EXPECT_EQ(browser.Perform(OpenChannel{kLeg}), std::nullopt);
  EXPECT_EQ(browser.Perform(OpenChannel{kLeg}), Event(LegBroken{kLeg, "OperationError"}));
}

TEST(BrowserTest, OneCertificateServesEveryLeg) {
  Settings settings;
  settings.one_certificate = true;
  Browser browser(5, settings);
  browser.Perform(OpenLeg{LegId{1}, {}});
  browser.Perform(OpenLeg{LegId{2}, {}});
  EXPECT_EQ(browser.Find(LegId{1})->certificate(), browser.Find(LegId{2})->certificate());
  EXPECT_FALSE(browser.Find(LegId{1})->session() == browser.Find(LegId{2})->session());
}

}  // namespace
}  // namespace duet::model
