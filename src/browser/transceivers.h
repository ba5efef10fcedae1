// What a connection's transceivers are for, by their order.
#ifndef DUET_BROWSER_TRANSCEIVERS_H_
#define DUET_BROWSER_TRANSCEIVERS_H_

#include <emscripten/val.h>

#include <string>
#include <string_view>
#include <vector>

namespace duet {

std::vector<emscripten::val> TransceiversOf(const emscripten::val& connection);

// "audio" or "video".
std::string KindOf(const emscripten::val& transceiver);

// So is one that the other side rejected.
bool IsStopped(const emscripten::val& transceiver);

// The first audio transceiver is the microphone's, the first video transceiver the camera's. Undefined if there is none.
emscripten::val FirstOf(const emscripten::val& connection, std::string_view kind);

}  // namespace duet

#endif  // DUET_BROWSER_TRANSCEIVERS_H_
