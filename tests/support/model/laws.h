// What must hold for a call and its browser whatever happens to them (the invariants that the call was designed by, by their
// letters). Whoever drives calls over these models asks after every event; what must come of a story in the end is theirs to
// say.
#ifndef DUET_TESTS_SUPPORT_MODEL_LAWS_H_
#define DUET_TESTS_SUPPORT_MODEL_LAWS_H_

#include <cstddef>
#include <optional>
#include <span>
#include <string>

#include "core/call.h"
#include "core/options.h"
#include "support/model/browser.h"
#include "support/model/network.h"

namespace duet::model {

// I10: what an admission sends at once, and what it orders besides.
inline constexpr std::size_t kMostEffects = options::kMaxOutbox + 32;

inline bool IsOut(Phase phase) { return phase == Phase::kIdle || phase == Phase::kEnded; }

// The call ended because there was no connection.
inline bool IsUnlucky(Cause cause) { return cause == Cause::kConnectFailed || cause == Cause::kConnectionLost; }

// I8: this event was dropped in a way that promises that nothing has changed.
bool MustNotMatter(const Event& event, const Effects& effects);

// I10, and I11: of who only looks, nothing leaves the page but the question who waits there.
std::optional<std::string> FaultOfEvent(const std::string& who, const Event& event, Phase before, Phase after,
                                        const Effects& effects);

// I1, I2, I4, I9, I11 and consistency: what is wrong with the call of `who` as it is now, if anything.
std::optional<std::string> FaultOf(const std::string& who, const Call& call, const Browser& browser, bool socket_connected);

// I3: what is wrong with an order before it is carried out.
std::optional<std::string> FaultOfOrder(const Effect& effect, const Browser& browser);

// Both are connected with each other, and each sees and hears what the other has to show.
bool AreTogether(const Network& network, std::span<const Browser> browsers, std::size_t side, std::size_t other);

}  // namespace duet::model

#endif  // DUET_TESTS_SUPPORT_MODEL_LAWS_H_
