// Between the browser's objects and the core's structs, field by field.
#ifndef DUET_BROWSER_JS_CONVERT_H_
#define DUET_BROWSER_JS_CONVERT_H_

#include <emscripten/val.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/phase.h"
#include "core/types.h"

namespace duet {

// Out of line, because every length of a key would be a template of its own.
emscripten::val Get(const emscripten::val& object, const char* key);
void Set(emscripten::val& object, const char* key, const emscripten::val& value);

// "" for everything that is not a string.
std::string ReadText(const emscripten::val& value);
std::string ReadText(const emscripten::val& object, const char* key);
// A text from the network: "" if it is not one or if it is larger than what a message may be.
std::string ReadMessage(const emscripten::val& value);
std::uint32_t ReadNumber(const emscripten::val& object, const char* key);
bool ReadBool(const emscripten::val& object, const char* key);
// An array's elements.
std::vector<emscripten::val> ReadList(const emscripten::val& array);
// The DOMException's name, or another error's. "" if it is none.
std::string ReadErrorName(const emscripten::val& error);

// RTCIceCandidate.
Candidate ReadCandidate(const emscripten::val& candidate);
// RTCSessionDescription.
Description ReadDescription(const emscripten::val& description);

emscripten::val ToJs(std::string_view text);
emscripten::val ToJs(Millis time);
emscripten::val ToJs(const Candidate& candidate);      // RTCIceCandidateInit
emscripten::val ToJs(const Description& description);  // RTCSessionDescriptionInit
emscripten::val ToJs(const std::vector<IceServer>& servers);
emscripten::val ToJs(const Snapshot& snapshot);

// 32-bit FNV-1a of the text's bytes.
std::uint32_t HashOf(std::string_view text);

}  // namespace duet

#endif  // DUET_BROWSER_JS_CONVERT_H_
