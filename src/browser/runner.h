// Runs the call: turns what the page posts into events, lets the call handle one after the other and carries out what it
// orders.
#ifndef DUET_BROWSER_RUNNER_H_
#define DUET_BROWSER_RUNNER_H_

#include <emscripten/val.h>

#include "browser/clock.h"
#include "browser/host.h"
#include "browser/media.h"
#include "browser/peer.h"
#include "browser/signaling.h"
#include "core/call.h"
#include "core/phase.h"

namespace duet {

class Runner {
 public:
  // `functions` is what web/host.js makes.
  explicit Runner(emscripten::val functions);
  Runner(const Runner&) = delete;
  Runner& operator=(const Runner&) = delete;

  // The door. Takes the event in; if no other is being handled, handles it and all that it brings about.
  void Post(const emscripten::val& event);

  Snapshot snapshot() const { return call_.snapshot(); }

 private:
  // Every effect has exactly one Perform(): one without does not compile.
  struct Performer : Signaling, LocalMedia, Peers {
    explicit Performer(Host& host) : Signaling(host), LocalMedia(host), Peers(host, *this) {}
    using LocalMedia::Perform;
    using Peers::Perform;
    using Signaling::Perform;
    void Perform(const CountDrop&) {}  // the record has it
  };

  void Enqueue(const emscripten::val& event);
  void EnqueueSettled(const emscripten::val& event);
  void EnqueueHeard(const emscripten::val& event);
  void Handle(const Event& event);

  Host host_;
  Clock clock_;
  Performer performer_;
  Call call_;
  Snapshot rendered_;
  bool is_draining_ = false;
};

}  // namespace duet

#endif  // DUET_BROWSER_RUNNER_H_
