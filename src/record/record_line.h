// Writes the record of a call: one line for each event, `<milliseconds> < ["Name",field,…]`, followed by one for each of the
// effects that it had, with > for <. docs/replay.md has the format; record_reader.h reads it.
#ifndef DUET_RECORD_RECORD_LINE_H_
#define DUET_RECORD_RECORD_LINE_H_

#include <string>

#include "core/effect.h"
#include "core/event.h"
#include "core/types.h"

namespace duet {

// Everything that the event or effect holds, people's data included, without an end of line.
std::string RecordLine(Millis now, const Event& event);
std::string RecordLine(Millis now, const Effect& effect);

}  // namespace duet

#endif  // DUET_RECORD_RECORD_LINE_H_
