// The time, and the one timer.
#ifndef DUET_BROWSER_CLOCK_H_
#define DUET_BROWSER_CLOCK_H_

#include <optional>

#include "browser/host.h"
#include "core/types.h"

namespace duet {

class Clock {
 public:
  explicit Clock(Host& host) : host_(host) {}

  // Whole milliseconds since the page began to load.
  Millis Now() const;
  // Sets, moves or clears the timer; does nothing if it is set for that very time.
  void Arm(std::optional<Millis> deadline);
  // The timer has gone off. It may have done so a little early: the next Arm() sets it again, even for the same time.
  void Rang() { armed_.reset(); }

 private:
  Host& host_;
  std::optional<Millis> armed_;
};

}  // namespace duet

#endif  // DUET_BROWSER_CLOCK_H_
