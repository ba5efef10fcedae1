// Events and orders in words for people. What others wrote (names, errors, ids) is shown without what a terminal would obey.
#ifndef DUET_REPLAY_WORDS_H_
#define DUET_REPLAY_WORDS_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "core/effect.h"
#include "core/event.h"
#include "core/phase.h"

namespace duet {

std::string Words(const Event& event);
std::string Words(const Effect& effect);

// "connected", "waiting: peerLeft", ...
std::string Words(Phase phase, Cause cause);

// At most `most` bytes of the text, with ? for whatever is neither printable ASCII nor a well-formed UTF-8 sequence of a
// character that is no control.
std::string Printable(std::string_view text, std::size_t most);

}  // namespace duet

#endif  // DUET_REPLAY_WORDS_H_
