// Camera and microphone of this page: asked for beside joining, never in its way, and never again after a refusal unless
// the person asks for it.
#ifndef DUET_CORE_MEDIA_H_
#define DUET_CORE_MEDIA_H_

#include "core/event.h"
#include "core/phase.h"
#include "core/signal_message.h"
#include "core/turn.h"

namespace duet {

class Media {
 public:
  // Asks for both devices in one request: one prompt.
  void Start(Turn& turn);

  // Stops every track at once. What a request brings later is discarded.
  void Stop(Turn& turn);

  // These say whether the local tracks changed, so that the senders must be given them.
  bool OnGranted(const MediaGranted& event, Turn& turn);
  bool OnTrackEnded(const LocalTrackEnded& event);

  void OnRefused(const MediaRefused& event, Turn& turn);

  // Turning a switch on asks for a device that is not there, or not any more.
  void OnSwitched(const DeviceSwitched& event, Turn& turn);

  bool has_tracks() const;
  DeviceState microphone() const { return microphone_.state; }
  DeviceState camera() const { return camera_.state; }
  bool microphone_on() const { return microphone_.on; }
  bool camera_on() const { return camera_.on; }

  // What the other side is told.
  Devices sending() const;

  bool operator==(const Media&) const = default;

  template <typename Self, typename Visitor>
  static void Visit(Self& self, Visitor&& visit) {
    visit("microphone.state", self.microphone_.state);
    visit("microphone.op", self.microphone_.op);
    visit("microphone.on", self.microphone_.on);
    visit("camera.state", self.camera_.state);
    visit("camera.op", self.camera_.op);
    visit("camera.on", self.camera_.on);
  }

  bool IsConsistent() const;

 private:
  struct Device {
    DeviceState state = DeviceState::kOff;
    OpId op;         // the request that is under way, while kAsking
    bool on = true;  // the switch; it outlives a call
    bool operator==(const Device&) const = default;
  };

  Device& device(MediaKind kind) { return kind == MediaKind::kMicrophone ? microphone_ : camera_; }
  void Ask(bool microphone, bool camera, Turn& turn);

  Device microphone_;
  Device camera_;
};

}  // namespace duet

#endif  // DUET_CORE_MEDIA_H_
