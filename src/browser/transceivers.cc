#include "browser/transceivers.h"

#include "browser/js_convert.h"

namespace duet {

using emscripten::val;

std::vector<val> TransceiversOf(const val& connection) { return ReadList(connection.call<val>("getTransceivers")); }

std::string KindOf(const val& transceiver) { return ReadText(Get(Get(transceiver, "receiver"), "track"), "kind"); }

bool IsStopped(const val& transceiver) {
  return ReadText(transceiver, "direction") == "stopped" || ReadText(transceiver, "currentDirection") == "stopped";
}

val FirstOf(const val& connection, std::string_view kind) {
  for (const val& transceiver : TransceiversOf(connection)) {
    if (KindOf(transceiver) == kind) return transceiver;
  }
  return val::undefined();
}

}  // namespace duet
