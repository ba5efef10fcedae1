#include "core/media.h"

#include <gtest/gtest.h>

#include "support/parts.h"

namespace duet {
namespace {

constexpr MediaKind kKinds[] = {MediaKind::kMicrophone, MediaKind::kCamera};
constexpr MediaError kErrors[] = {MediaError::kRefused, MediaError::kMissing, MediaError::kBusy, MediaError::kUnsupported};

DeviceState StateOf(const Media& media, MediaKind kind) {
  return kind == MediaKind::kMicrophone ? media.microphone() : media.camera();
}

class MediaTest : public testing::Test {
 protected:
  ~MediaTest() override { EXPECT_TRUE(media.IsConsistent()) << Print(media); }

  // What the last call ordered.
  Effects Orders() {
    EXPECT_TRUE(media.IsConsistent()) << Print(media);
    return stage.Take();
  }
  Effects Start() {
    media.Start(stage.turn);
    return Orders();
  }
  bool Grant(std::uint32_t op, bool microphone, bool camera) {
    return media.OnGranted({OpId{op}, microphone, camera}, stage.turn);
  }
  void Refuse(std::uint32_t op, MediaError error) { media.OnRefused({OpId{op}, error}, stage.turn); }
  Effects Switch(MediaKind kind, bool on) {
    media.OnSwitched({kind, on}, stage.turn);
    return Orders();
  }
  // Both are live, by request 1.
  void GoLive() {
    Start();
    Grant(1, true, true);
    Orders();
  }

  Stage stage;
  Media media;
};

TEST_F(MediaTest, StartAsksForBothInOnePrompt) {
  EXPECT_EQ(Start(), (Effects{RequestMedia{OpId{1}, true, true}}));
  EXPECT_EQ(media.microphone(), DeviceState::kAsking);
  EXPECT_EQ(media.camera(), DeviceState::kAsking);
  EXPECT_FALSE(media.has_tracks());
  EXPECT_EQ(media.sending(), (Devices{false, false}));
}

TEST_F(MediaTest, WhatIsGrantedIsUsed) {
  Start();
  EXPECT_TRUE(Grant(1, true, true));
  EXPECT_EQ(Orders(), (Effects{UseMedia{OpId{1}}}));
  EXPECT_EQ(media.microphone(), DeviceState::kLive);
  EXPECT_EQ(media.camera(), DeviceState::kLive);
  EXPECT_EQ(media.sending(), (Devices{true, true}));
}

TEST_F(MediaTest, ADeviceThatTheGrantLeavesOutIsMissing) {
  Start();
  EXPECT_TRUE(Grant(1, true, false));
  EXPECT_EQ(Orders(), (Effects{UseMedia{OpId{1}}}));
  EXPECT_EQ(media.camera(), DeviceState::kMissing);
  EXPECT_TRUE(media.has_tracks());
  EXPECT_EQ(media.sending(), (Devices{true, false}));
}

TEST_F(MediaTest, ACameraAloneIsATrackToo) {
  Start();
  Grant(1, false, true);
  Orders();
  EXPECT_EQ(media.microphone(), DeviceState::kMissing);
  EXPECT_TRUE(media.has_tracks());
  EXPECT_EQ(media.sending(), (Devices{false, true}));
}

TEST_F(MediaTest, ASwitchTurnedDuringThePromptIsHeardOnceTheTrackIsThere) {
  Start();
  EXPECT_EQ(Switch(MediaKind::kCamera, false), Effects{});
  Grant(1, true, true);
  EXPECT_EQ(Orders(), (Effects{UseMedia{OpId{1}}, EnableTrack{MediaKind::kCamera, false}}));
  EXPECT_EQ(media.sending(), (Devices{true, false}));
}

TEST_F(MediaTest, ASwitchedOffDeviceThatIsNotGrantedIsNotSwitched) {
  Start();
  Switch(MediaKind::kCamera, false);
  Grant(1, true, false);
  EXPECT_EQ(Orders(), (Effects{UseMedia{OpId{1}}}));
}

TEST_F(MediaTest, ASwitchBeforeTheCallOnlyRemembers) {
  for (const MediaKind kind : kKinds) EXPECT_EQ(Switch(kind, false), Effects{});
  EXPECT_FALSE(media.microphone_on() || media.camera_on());
  EXPECT_EQ(media.microphone(), DeviceState::kOff);
  Start();
  Grant(1, true, true);
  EXPECT_EQ(Orders(), (Effects{UseMedia{OpId{1}}, EnableTrack{MediaKind::kMicrophone, false},
                               EnableTrack{MediaKind::kCamera, false}}));
}

TEST_F(MediaTest, ASwitchOnALiveDeviceEnablesItsTrackAndAsksForNothing) {
  for (const MediaKind kind : kKinds) {
    for (const bool on : {false, true}) {
      media = Media();
      stage.ids = {};
      GoLive();
      EXPECT_EQ(Switch(kind, on), (Effects{EnableTrack{kind, on}})) << Print(kind) << on;
      EXPECT_EQ(kind == MediaKind::kMicrophone ? media.microphone_on() : media.camera_on(), on);
      EXPECT_EQ(media.sending(), (Devices{media.microphone_on(), media.camera_on()}));
      EXPECT_TRUE(media.has_tracks());
    }
  }
}

TEST_F(MediaTest, RefusalIsNeverFollowedByASecondPrompt) {
  for (const MediaError error : {MediaError::kRefused, MediaError::kUnsupported}) {
    media = Media();
    stage.ids = {};
    Start();
    Refuse(1, error);
    EXPECT_EQ(Orders(), Effects{}) << Print(error);
    const DeviceState state = error == MediaError::kRefused ? DeviceState::kRefused : DeviceState::kUnsupported;
    for (const MediaKind kind : kKinds) EXPECT_EQ(StateOf(media, kind), state);
  }
}

TEST_F(MediaTest, IfOneDeviceMayBeToBlameEachIsAskedForAlone) {
  for (const MediaError error : {MediaError::kMissing, MediaError::kBusy}) {
    media = Media();
    stage.ids = {};
    Start();
    Refuse(1, error);
    EXPECT_EQ(Orders(), (Effects{RequestMedia{OpId{2}, true, false}, RequestMedia{OpId{3}, false, true}})) << Print(error);
    EXPECT_EQ(media.microphone(), DeviceState::kAsking);
    EXPECT_EQ(media.camera(), DeviceState::kAsking);
  }
}

TEST_F(MediaTest, EachRequestAloneEndsForItselfInAnyOrder) {
  const DeviceState states[] = {DeviceState::kRefused, DeviceState::kMissing, DeviceState::kBusy, DeviceState::kUnsupported};
  for (const bool camera_first : {false, true}) {
    for (const MediaError error : kErrors) {
      media = Media();
      stage.ids = {};
      Start();
      Refuse(1, MediaError::kMissing);
      Orders();
      if (camera_first) Refuse(3, error);
      EXPECT_TRUE(Grant(2, true, false));
      if (!camera_first) Refuse(3, error);
      EXPECT_EQ(Orders(), (Effects{UseMedia{OpId{2}}}));
      EXPECT_EQ(media.microphone(), DeviceState::kLive);
      EXPECT_EQ(media.camera(), states[static_cast<int>(error)]);
    }
  }
}

TEST_F(MediaTest, ARefusalOfAnUnknownRequestChangesNothing) {
  Start();
  const Media before = media;
  Refuse(9, MediaError::kRefused);
  EXPECT_EQ(Orders(), (Effects{CountDrop{DropReason::kStale}}));
  EXPECT_EQ(media, before);
  Refuse(1, MediaError::kMissing);
  Orders();
  Refuse(1, MediaError::kMissing);
  EXPECT_EQ(Orders(), (Effects{CountDrop{DropReason::kStale}}));
}

TEST_F(MediaTest, TracksThatComeAfterLeaveAreStoppedAtOnce) {
  Start();
  media.Stop(stage.turn);
  EXPECT_EQ(Orders(), Effects{});
  EXPECT_FALSE(Grant(1, true, true));
  EXPECT_EQ(Orders(), (Effects{DiscardMedia{OpId{1}}}));
  EXPECT_EQ(media, Media());
}

TEST_F(MediaTest, TracksOfTheCallBeforeAreNotUsedInTheNext) {
  Start();
  media.Stop(stage.turn);
  EXPECT_EQ(Start(), (Effects{RequestMedia{OpId{2}, true, true}}));
  EXPECT_FALSE(Grant(1, true, true));
  EXPECT_EQ(Orders(), (Effects{DiscardMedia{OpId{1}}}));
  EXPECT_EQ(media.camera(), DeviceState::kAsking);
  EXPECT_TRUE(Grant(2, true, true));
}

TEST_F(MediaTest, AGrantIsTakenOnlyOnce) {
  GoLive();
  EXPECT_FALSE(Grant(1, true, true));
  EXPECT_EQ(Orders(), (Effects{DiscardMedia{OpId{1}}}));
  EXPECT_EQ(media.sending(), (Devices{true, true}));
}

TEST_F(MediaTest, StopStopsWhatIsLiveAndKeepsTheSwitches) {
  GoLive();
  Switch(MediaKind::kMicrophone, false);
  media.Stop(stage.turn);
  EXPECT_EQ(Orders(), (Effects{StopMedia{}}));
  EXPECT_EQ(media.microphone(), DeviceState::kOff);
  EXPECT_EQ(media.camera(), DeviceState::kOff);
  EXPECT_FALSE(media.microphone_on());
  EXPECT_TRUE(media.camera_on());
  media.Stop(stage.turn);
  EXPECT_EQ(Orders(), Effects{});
}

TEST_F(MediaTest, StopStopsASingleLiveDevice) {
  Start();
  Grant(1, false, true);
  Orders();
  media.Stop(stage.turn);
  EXPECT_EQ(Orders(), (Effects{StopMedia{}}));
}

TEST_F(MediaTest, AnEndedTrackIsNoTrackAnyMore) {
  GoLive();
  EXPECT_TRUE(media.OnTrackEnded({MediaKind::kCamera}));
  EXPECT_EQ(media.camera(), DeviceState::kEnded);
  EXPECT_TRUE(media.has_tracks());
  EXPECT_EQ(media.sending(), (Devices{true, false}));
  EXPECT_TRUE(media.OnTrackEnded({MediaKind::kMicrophone}));
  EXPECT_FALSE(media.has_tracks());
}

TEST_F(MediaTest, OnlyALiveTrackCanEnd) {
  EXPECT_FALSE(media.OnTrackEnded({MediaKind::kCamera}));
  Start();
  EXPECT_FALSE(media.OnTrackEnded({MediaKind::kCamera}));
  Refuse(1, MediaError::kRefused);
  Orders();
  EXPECT_FALSE(media.OnTrackEnded({MediaKind::kCamera}));
  EXPECT_EQ(media.camera(), DeviceState::kRefused);
}

// Brings `kind` into a state in which there is no track, by a request of its own.
TEST_F(MediaTest, TurningOnWhatIsNotThereAsksForItAlone) {
  const DeviceState states[] = {DeviceState::kRefused, DeviceState::kMissing, DeviceState::kBusy, DeviceState::kUnsupported,
                                DeviceState::kEnded};
  for (const DeviceState state : states) {
    for (const MediaKind kind : kKinds) {
      media = Media();
      stage.ids = {};
      const bool microphone = kind == MediaKind::kMicrophone;
      GoLive();
      media.OnTrackEnded({kind});
      if (state != DeviceState::kEnded) {
        Switch(kind, true);
        Refuse(2, static_cast<MediaError>(static_cast<int>(state) - static_cast<int>(DeviceState::kRefused)));
      }
      Orders();
      ASSERT_EQ(StateOf(media, kind), state);

      EXPECT_EQ(Switch(kind, false), Effects{}) << Print(state);
      EXPECT_EQ(StateOf(media, kind), state);
      const OpId op{stage.ids.last_op + 1};
      EXPECT_EQ(Switch(kind, true), (Effects{RequestMedia{op, microphone, !microphone}})) << Print(state);
      EXPECT_EQ(StateOf(media, kind), DeviceState::kAsking);
      EXPECT_EQ(Switch(kind, true), Effects{}) << "asked twice";

      EXPECT_TRUE(Grant(op.value, microphone, !microphone));
      EXPECT_EQ(Orders(), (Effects{UseMedia{op}}));
      EXPECT_EQ(media.sending(), (Devices{true, true}));
    }
  }
}

TEST_F(MediaTest, ARequestForOneDeviceDoesNotAskForTheOtherWhenItFails) {
  GoLive();
  media.OnTrackEnded({MediaKind::kCamera});
  Switch(MediaKind::kCamera, true);
  Refuse(2, MediaError::kBusy);
  EXPECT_EQ(Orders(), Effects{});
  EXPECT_EQ(media.camera(), DeviceState::kBusy);
  EXPECT_EQ(media.microphone(), DeviceState::kLive);
}

TEST_F(MediaTest, DifferentStatesArePrintedDifferently) {
  std::vector<Media> states = {media};
  const auto note = [&] { states.push_back(media); };
  Start(), note();
  Switch(MediaKind::kCamera, false), note();
  Refuse(1, MediaError::kBusy), note();
  Grant(2, true, false), note();
  Refuse(3, MediaError::kMissing), note();
  media.OnTrackEnded({MediaKind::kMicrophone}), note();
  for (const Media& a : states) {
    for (const Media& b : states) EXPECT_EQ(a == b, Print(a) == Print(b)) << Print(a) << Print(b);
  }
}

}  // namespace
}  // namespace duet
