// The record's lines: `<milliseconds> < Event leg=… op=… word number` for what happened, with > for what was ordered. The
// number is a state, a switch, a reason or a size. Of descriptions, candidates, rooms and people there is nothing but that.
#ifndef DUET_BROWSER_LOG_H_
#define DUET_BROWSER_LOG_H_

#include <string>

#include "core/effect.h"
#include "core/event.h"
#include "core/types.h"

namespace duet {

std::string LogLine(Millis now, const Event& event);
std::string LogLine(Millis now, const Effect& effect);

}  // namespace duet

#endif  // DUET_BROWSER_LOG_H_
