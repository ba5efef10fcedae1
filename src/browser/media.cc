#include "browser/media.h"

#include <algorithm>
#include <string>
#include <utility>

#include "browser/js_convert.h"

namespace duet {

using emscripten::val;

namespace {

MediaError ErrorOf(const std::string& name) {
  if (name == "NotAllowedError" || name == "SecurityError") return MediaError::kRefused;
  if (name == "NotFoundError" || name == "OverconstrainedError") return MediaError::kMissing;
  return MediaError::kBusy;
}

}  // namespace

void LocalMedia::Perform(const RequestMedia& order) {
  const val devices = Get(val::global("navigator"), "mediaDevices");
  if (devices.isUndefined()) {
    host_.Post(MediaRefused{order.op, MediaError::kUnsupported});
    return;
  }
  val constraints = val::object();
  Set(constraints, "audio", val(order.microphone));
  // No size is asked for, and browsers give 640x480: the first frame of a larger one is what both would wait for.
  Set(constraints, "video", val(order.camera));
  asked_ = devices.call<val>("getUserMedia", constraints);
  host_.SettleOrEnd(asked_, {Subject::kUserMedia, {}, order.op}, "getTracks", "stop");
}

void LocalMedia::Answered(OpId op, bool ok, const val& value) {
  asked_ = val::undefined();
  if (!ok) {
    host_.Post(MediaRefused{op, ErrorOf(ReadErrorName(value))});
    return;
  }
  Granted granted;
  granted.op = op;
  for (const val& track : ReadList(value.call<val>("getTracks"))) {
    Device& device = ReadText(track, "kind") == "audio" ? granted.microphone : granted.camera;
    device.track = track;
    device.keep = host_.Keep(track, "stop");
  }
  host_.Post(MediaGranted{op, !granted.microphone.track.isNull(), !granted.camera.track.isNull()});
  granted_.push_back(std::move(granted));
}

LocalMedia::Granted LocalMedia::TakeGranted(OpId op) {
  const auto found = std::find_if(granted_.begin(), granted_.end(), [op](const Granted& g) { return g.op == op; });
  if (found == granted_.end()) return {};
  Granted granted = std::move(*found);
  granted_.erase(found);
  return granted;
}

void LocalMedia::Perform(const UseMedia& order) {
  Granted granted = TakeGranted(order.op);
  if (!granted.microphone.track.isNull()) Use(MediaKind::kMicrophone, std::move(granted.microphone));
  if (!granted.camera.track.isNull()) Use(MediaKind::kCamera, std::move(granted.camera));
  host_.Show("local", stream());
}

void LocalMedia::Perform(const DiscardMedia& order) {
  const Granted granted = TakeGranted(order.op);
  Stop(granted.microphone);
  Stop(granted.camera);
}

void LocalMedia::Perform(const EnableTrack& order) {
  val track = Of(order.kind).track;
  if (!track.isNull()) Set(track, "enabled", val(order.on));
}

void LocalMedia::Perform(const StopMedia&) {
  Release(MediaKind::kMicrophone);
  Release(MediaKind::kCamera);
  host_.Show("local", val::null());
}

void LocalMedia::Ended(MediaKind kind) {
  Release(kind);
  host_.Show("local", stream());
  host_.Post(LocalTrackEnded{kind});
}

const val& LocalMedia::stream() {
  if (stream_.isUndefined()) stream_ = val::global("MediaStream").new_();
  return stream_;
}

void LocalMedia::Use(MediaKind kind, Device&& device) {
  Release(kind);
  device.abort_controller = val::global("AbortController").new_();
  const Subject ended = kind == MediaKind::kMicrophone ? Subject::kMicrophoneEnded : Subject::kCameraEnded;
  device.ended_id = host_.Listen(device.track, "ended", Get(device.abort_controller, "signal"), {ended, {}, {}});
  stream().call<val>("addTrack", device.track);
  Of(kind) = std::move(device);
}

void LocalMedia::Release(MediaKind kind) {
  const Device device = std::exchange(Of(kind), Device());
  if (device.track.isNull()) return;
  device.abort_controller.call<val>("abort");
  host_.Forget(device.ended_id);
  stream().call<val>("removeTrack", device.track);
  Stop(device);
}

void LocalMedia::Stop(const Device& device) {
  if (device.track.isNull()) return;
  device.track.call<val>("stop");
  device.keep.call<val>("release");
}

}  // namespace duet
