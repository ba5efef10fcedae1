#include "core/media.h"

#include "core/check.h"

namespace duet {
namespace {

DeviceState AfterRefusal(MediaError error) {
  switch (error) {
    case MediaError::kRefused: return DeviceState::kRefused;
    case MediaError::kMissing: return DeviceState::kMissing;
    case MediaError::kBusy: return DeviceState::kBusy;
    case MediaError::kUnsupported: return DeviceState::kUnsupported;
  }
  DUET_CHECK(false);
}

// Whether the other device may still be had by itself, without a second prompt after a refusal.
bool IsWorthAskingAlone(MediaError error) { return error == MediaError::kMissing || error == MediaError::kBusy; }

}  // namespace

void Media::Start(Turn& turn) { Ask(true, true, turn); }

void Media::Ask(bool microphone, bool camera, Turn& turn) {
  const OpId op = turn.NewOp();
  if (microphone) microphone_.state = DeviceState::kAsking, microphone_.op = op;
  if (camera) camera_.state = DeviceState::kAsking, camera_.op = op;
  turn.Do(RequestMedia{op, microphone, camera});
}

void Media::Stop(Turn& turn) {
  if (has_tracks()) turn.Do(StopMedia{});
  for (Device* device : {&microphone_, &camera_}) {
    device->state = DeviceState::kOff;
    device->op = {};
  }
}

bool Media::OnGranted(const MediaGranted& event, Turn& turn) {
  const bool for_microphone = microphone_.op == event.op;
  const bool for_camera = camera_.op == event.op;
  if (!for_microphone && !for_camera) {
    turn.Do(DiscardMedia{event.op});
    return false;
  }
  turn.Do(UseMedia{event.op});
  const auto settle = [&](Device& device, MediaKind kind, bool granted) {
    device.op = {};
    device.state = granted ? DeviceState::kLive : DeviceState::kMissing;
    if (granted && !device.on) turn.Do(EnableTrack{kind, false});
  };
  if (for_microphone) settle(microphone_, MediaKind::kMicrophone, event.microphone);
  if (for_camera) settle(camera_, MediaKind::kCamera, event.camera);
  return true;
}

void Media::OnRefused(const MediaRefused& event, Turn& turn) {
  const bool for_microphone = microphone_.op == event.op;
  const bool for_camera = camera_.op == event.op;
  if (!for_microphone && !for_camera) return turn.Drop(DropReason::kStale);
  if (for_microphone && for_camera && IsWorthAskingAlone(event.error)) {
    Ask(true, false, turn);
    Ask(false, true, turn);
    return;
  }
  for (Device* device : {&microphone_, &camera_}) {
    if (device->op != event.op) continue;
    device->state = AfterRefusal(event.error);
    device->op = {};
  }
}

bool Media::OnTrackEnded(const LocalTrackEnded& event) {
  Device& ended = device(event.kind);
  if (ended.state != DeviceState::kLive) return false;
  ended.state = DeviceState::kEnded;
  return true;
}

void Media::OnSwitched(const DeviceSwitched& event, Turn& turn) {
  Device& switched = device(event.kind);
  switched.on = event.on;
  switch (switched.state) {
    case DeviceState::kOff:
    case DeviceState::kAsking: return;
    case DeviceState::kLive: turn.Do(EnableTrack{event.kind, event.on}); return;
    case DeviceState::kRefused:
    case DeviceState::kMissing:
    case DeviceState::kBusy:
    case DeviceState::kUnsupported:
    case DeviceState::kEnded:
      if (event.on) Ask(event.kind == MediaKind::kMicrophone, event.kind == MediaKind::kCamera, turn);
      return;
  }
}

bool Media::has_tracks() const { return microphone_.state == DeviceState::kLive || camera_.state == DeviceState::kLive; }

Devices Media::sending() const {
  return {microphone_.state == DeviceState::kLive && microphone_.on, camera_.state == DeviceState::kLive && camera_.on};
}

bool Media::IsConsistent() const {
  for (const Device* device : {&microphone_, &camera_}) {
    if ((device->state == DeviceState::kAsking) != (device->op != OpId{})) return false;
  }
  return true;
}

}  // namespace duet
