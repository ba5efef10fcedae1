// What a browser or the network can do next, each as a small value: an explorer picks one, and has it done.
#ifndef DUET_TESTS_SUPPORT_MODEL_STEP_H_
#define DUET_TESTS_SUPPORT_MODEL_STEP_H_

#include <cstdint>
#include <string>

#include "core/types.h"
#include "support/model/fixed_list.h"

namespace duet::model {

enum class StepKind : std::uint8_t {
  kGrant,        // the person, or the browser for them, gives what RequestMedia `id` asked for
  kRefuse,       // ... or does not, for the reason `error`
  kComplete,     // the head of the operations chain of leg `id` ends
  kReplace,      // its replaceTrack ends, where that is not in the chain
  kGather,       // it finds its next candidate, or that there are no more
  kConnect,      // its connectionState becomes connected, for the first time or again
  kDisconnect,   // ... disconnected
  kFail,         // ... failed
  kOpenChannel,  // its data channel opens
  kDrain,        // what was sent on its data channel has left the buffer
  kDeliver,      // the next text comes on its data channel
};

struct Step {
  StepKind kind = StepKind::kComplete;
  std::uint8_t page = 0;                    // the index of the browser that it happens in
  MediaError error = MediaError::kRefused;  // kRefuse
  std::uint32_t id = 0;                     // a LegId's or OpId's number
  bool operator==(const Step&) const = default;
};

using StepList = FixedList<Step, 96>;

// Takes a browser seconds, while every other step takes milliseconds: an explorer that knows time takes these when nothing
// else is left, one that does not takes them whenever it likes.
bool IsSlow(const Step& step);

// A person decides when.
bool IsPersons(const Step& step);

std::string ToString(const Step& step);

}  // namespace duet::model

#endif  // DUET_TESTS_SUPPORT_MODEL_STEP_H_
