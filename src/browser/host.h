// The functions that web/host.js makes, typed, and the numbers by which the browser's answers find their way back.
//
// JavaScript holds a number and never a pointer: what the number stands for is kept here, as a Ticket. A ticket that is
// forgotten makes the answer that bears its number mean nothing, however late it comes.
#ifndef DUET_BROWSER_HOST_H_
#define DUET_BROWSER_HOST_H_

#include <emscripten/val.h>

#include <cstdint>
#include <list>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/event.h"
#include "core/types.h"

namespace duet {

// What a promise or a listener is about.
enum class Subject : std::uint8_t {
  // Promises
  kUserMedia,
  kCreatedDescription,
  kLocalDescription,
  kRemoteDescription,
  kCandidate,
  kTracks,
  kEncoding,
  kFullPictureTime,
  // Events of a leg's connection
  kLocalCandidate,
  kConnectionState,
  kRemoteTrack,
  // Events of a leg's data channel
  kChannelOpen,
  kChannelMessage,
  kChannelDrained,
  // Events of a local track
  kMicrophoneEnded,
  kCameraEnded,
};

struct Ticket {
  Subject subject = Subject::kUserMedia;
  LegId leg;
  OpId op;
};

class Host {
 public:
  explicit Host(emscripten::val functions) : functions_(std::move(functions)) {}

  // What a call gave, or what it threw.
  struct Outcome {
    bool ok = false;
    emscripten::val value;
  };
  [[nodiscard]] Outcome Attempt(const emscripten::val& target, const char* method, const emscripten::val& arguments);
  [[nodiscard]] Outcome Construct(const emscripten::val& constructor, const emscripten::val& arguments);

  void Settle(const emscripten::val& promise, const Ticket& ticket);
  // The promised object's [list]() are things that run by themselves: should the wasm be dead by the time they come,
  // JavaScript calls each one's [method]().
  void SettleOrEnd(const emscripten::val& promise, const Ticket& ticket, const char* list, const char* method);
  // A promise for the moment when so much time has passed. It is never settled if `signal` is aborted before.
  emscripten::val Pause(Millis wait, const emscripten::val& signal);
  // What target[method](...arguments) promises. It is called once `first` is settled, or when that takes longer than `limit`.
  emscripten::val Follow(const emscripten::val& first, Millis limit, const emscripten::val& target, const char* method,
                         const emscripten::val& arguments);
  // Returns the listener's number. It listens until `signal` is aborted.
  std::uint32_t Listen(const emscripten::val& target, const char* type, const emscripten::val& signal, const Ticket& ticket);
  // Notes in the record what the target's property `state` becomes, on `<state>change`, until `signal` is aborted.
  void Watch(const emscripten::val& target, const char* state, const emscripten::val& signal, LegId leg);
  // Should the wasm trap, JavaScript calls object[method](). Call release() on the result when that is needless.
  emscripten::val Keep(const emscripten::val& object, const char* method);

  // The ticket of a settled promise, which is then spent, or of something heard. None if it was forgotten.
  std::optional<Ticket> TakeSettled(std::uint32_t id);
  std::optional<Ticket> FindHeard(std::uint32_t id) const;
  void Forget(std::uint32_t id);
  void ForgetAllOf(LegId leg);

  // `which` is "local" or "remote"; the stream may be null.
  void Show(const char* which, const emscripten::val& stream);
  void Log(const std::string& line);
  const emscripten::val& functions() const { return functions_; }

  // The one queue. Whatever is posted waits until the event before it is done with.
  template <typename Fact>
  void Post(Fact fact) {
    queue_.emplace_back(std::move(fact));
  }
  std::list<Event>& queue() { return queue_; }

 private:
  struct Issued {
    std::uint32_t id = 0;
    Ticket ticket;
  };
  std::uint32_t Issue(const Ticket& ticket);

  emscripten::val functions_;
  std::uint32_t last_id_ = 0;
  std::vector<Issued> issued_;
  std::list<Event> queue_;
};

}  // namespace duet

#endif  // DUET_BROWSER_HOST_H_
