#include "browser/signaling.h"

#include <emscripten/val.h>

#include "browser/js_convert.h"

namespace duet {

using emscripten::val;

void Signaling::Perform(const OpenSignaling&) { Get(host_.functions(), "signaling").call<val>("open"); }

void Signaling::Perform(const SendJoin& order) {
  Get(host_.functions(), "signaling").call<val>("join", val(order.op.value), ToJs(order.json));
}

void Signaling::Perform(const SendMessage& order) {
  Get(host_.functions(), "signaling").call<val>("send", ToJs(order.name), ToJs(order.json));
}

}  // namespace duet
