// What may happen in a world, by name.
#ifndef DUET_TESTS_EXPLORER_STEP_H_
#define DUET_TESTS_EXPLORER_STEP_H_

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "support/model/step.h"

namespace duet::explorer {

enum class Act : std::uint8_t {
  kJoin,        // a person presses Join
  kBrowser,     // `browser`
  kToServer,    // the server reads the page's oldest message
  kToPage,      // the page reads the server's oldest message
  kTimer,       // the call's deadline has come
  kSocketBack,  // the page's socket is connected again
  kNotice,      // the server notices that a socket is gone
  kExpire,      // the server gives the seat of somebody lost away
  kHeal,        // the path is whole again
  // From here on nothing ever has to happen.
  kLeave,
  kRefuse,  // `browser`
  kEarlyTimer,
  kLoseSocket,
  kRestart,
  kReload,
  kCut,
  kNetwork,  // a machine has got another network
  kHostile,  // number `number` of the hostile messages
};

struct Step {
  Act act = Act::kJoin;
  std::uint8_t side = 0;
  std::uint8_t number = 0;
  model::Step browser;
};

inline bool IsOptional(Act act) { return act >= Act::kLeave; }

// For names in stories: 'A', 'B', 'C'.
inline char NameOf(std::size_t side) { return static_cast<char>('A' + side); }

// In words: "A reads from the server".
std::string ToString(const Step& step);

// What no honest peer or server would send.
struct Hostile {
  std::string_view what;
  std::string_view name;
  std::string_view json;
  bool claims_presence = false;  // of somebody who is not there, in a way that nobody could see through
};
inline constexpr std::array<Hostile, 13> kHostile = {{
    {"an offer of a stranger", "getOffer",
     R"({"type":"offer","sdp":"o=- s15.1 0\na=ice-ufrag:s15.1g0\na=fingerprint:s15.1\nm=audio 9 0 sendrecv\n","v":1,"from":"pageP000--------------","leg":"pageP000-1","offer":1,"room":7})",
     true},
    {"an offer of another room", "getOffer",
     R"({"type":"offer","sdp":"o=- s15.1 0\n","v":1,"from":"pageP000--------------","leg":"pageP000-1","offer":1,"room":8})"},
    {"an offer that cannot be read", "getOffer", R"({"type":"offer","sdp":"?"})"},
    {"an answer to nothing", "getAnswer",
     R"({"type":"answer","sdp":"o=- s15.1 0\na=ice-ufrag:s15.1g0\na=fingerprint:s15.1\n"})"},
    {"a candidate of nobody", "getCandidate",
     R"({"candidate":"candidate:1 1 udp 1 0.0.0.0 9 typ host ufrag s15.1g0","sdpMid":"0"})"},
    {"a rollback", "getOffer", R"({"type":"rollback","sdp":""})"},
    {"the exit of a stranger", "user_exit", R"({"id":"pageP000--------------"})"},
    {"a list of users", "room_users", R"([{"id":"pageP000--------------","name":"P"}])", true},
    {"nonsense", "getOffer", "null"},
    {"an unknown event", "surprise", "{}"},
    {"a stranger's parked offer", "parked",
     R"({"type":"offer","sdp":"o=- s15.1 0\na=ice-ufrag:s15.1g0\na=fingerprint:s15.1\nm=audio 9 0 sendrecv\n","v":1,"from":"pageP000--------------","leg":"pageP000-1","offer":1,"room":7})",
     true},
    {"that nothing is parked", "parked", "null"},
    {"that a leg is parked which nobody knows", "park_kept", R"({"leg":"pageP000-9"})"},
}};

}  // namespace duet::explorer

#endif  // DUET_TESTS_EXPLORER_STEP_H_
