// Camera and microphone: asks for them, keeps the tracks in the page's one local stream, and stops them.
#ifndef DUET_BROWSER_MEDIA_H_
#define DUET_BROWSER_MEDIA_H_

#include <emscripten/val.h>

#include <cstdint>
#include <vector>

#include "browser/host.h"
#include "core/effect.h"
#include "core/types.h"

namespace duet {

class LocalMedia {
 public:
  explicit LocalMedia(Host& host) : host_(host) {}

  void Perform(const RequestMedia& order);
  void Perform(const UseMedia& order);
  void Perform(const DiscardMedia& order);
  void Perform(const EnableTrack& order);
  void Perform(const StopMedia& order);

  // getUserMedia's answer: a stream or an error.
  void Answered(OpId op, bool ok, const emscripten::val& value);
  // What the last getUserMedia promised, and undefined once one is settled.
  const emscripten::val& asked() const { return asked_; }
  // A local track has ended by itself.
  void Ended(MediaKind kind);

  // The one local stream, the same as long as the page lives, whatever is in it.
  const emscripten::val& stream();
  // null if there is none.
  emscripten::val track(MediaKind kind) const { return Of(kind).track; }

 private:
  struct Device {
    emscripten::val track = emscripten::val::null();
    emscripten::val keep;
    // Of the listener; only a track in use is listened to.
    emscripten::val abort_controller;
    std::uint32_t ended_id = 0;
  };
  struct Granted {
    OpId op;
    Device microphone;
    Device camera;
  };

  Granted TakeGranted(OpId op);
  void Use(MediaKind kind, Device&& device);
  void Release(MediaKind kind);
  static void Stop(const Device& device);
  Device& Of(MediaKind kind) { return kind == MediaKind::kMicrophone ? microphone_ : camera_; }
  const Device& Of(MediaKind kind) const { return kind == MediaKind::kMicrophone ? microphone_ : camera_; }

  Host& host_;
  emscripten::val stream_;
  Device microphone_;
  Device camera_;
  emscripten::val asked_;
  std::vector<Granted> granted_;
};

}  // namespace duet

#endif  // DUET_BROWSER_MEDIA_H_
