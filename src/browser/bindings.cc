// The exported side: free functions of one page-wide Runner. Events come as one JavaScript value, because a string
// argument would be freed twice if the function were called again from inside (an embind built without eval keeps its
// argument scratch outside the call).
#include <emscripten/bind.h>
#include <emscripten/val.h>

#include "browser/js_convert.h"
#include "browser/runner.h"
#include "core/phase.h"

namespace duet {
namespace {

using emscripten::val;

Runner& ThePage() {
  // Never deleted: it lives as long as the page.
  static Runner* const runner = new Runner(val::module_property("host"));
  return *runner;
}

// NOLINTNEXTLINE(performance-unnecessary-value-param): embind passes a val by value.
void Post(val event) { ThePage().Post(event); }

val SnapshotToJs() { return ToJs(ThePage().snapshot()); }

val PossiblePhases() {
  val pairs = val::array();
  for (int phase = 0; phase <= static_cast<int>(Phase::kEnded); ++phase) {
    for (int cause = 0; cause <= static_cast<int>(Cause::kBrowserRefused); ++cause) {
      if (!IsPossible(static_cast<Phase>(phase), static_cast<Cause>(cause))) continue;
      val pair = val::array();
      pair.call<val>("push", ToJs(ToString(static_cast<Phase>(phase))), ToJs(ToString(static_cast<Cause>(cause))));
      pairs.call<val>("push", pair);
    }
  }
  return pairs;
}

}  // namespace

EMSCRIPTEN_BINDINGS(duet) {
  emscripten::function("post", &Post);
  emscripten::function("snapshot", &SnapshotToJs);
  emscripten::function("phases", &PossiblePhases);
}

}  // namespace duet
