#include "browser/clock.h"

#include <emscripten/val.h>

#include <algorithm>
#include <cstdint>

#include "browser/js_convert.h"

namespace duet {

using emscripten::val;

Millis Clock::Now() const { return Millis(static_cast<std::int64_t>(host_.functions().call<double>("now"))); }

void Clock::Arm(std::optional<Millis> deadline) {
  if (deadline == armed_) return;
  armed_ = deadline;
  if (!deadline) {
    host_.functions().call<val>("clearTimer");
    return;
  }
  const Millis wait = std::max(*deadline - Now(), Millis(0));
  host_.functions().call<val>("setTimer", ToJs(wait));
}

}  // namespace duet
