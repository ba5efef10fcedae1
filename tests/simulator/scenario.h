// What one seed decides before anything happens: who meets, where, and what goes wrong when.
#ifndef DUET_TESTS_SIMULATOR_SCENARIO_H_
#define DUET_TESTS_SIMULATOR_SCENARIO_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "explorer/server.h"
#include "simulator/random.h"
#include "support/model/browser.h"

namespace duet::simulator {

enum class Company : std::uint8_t { kTwoDuets, kDuetAndSeed, kThreeDuets };
inline constexpr std::size_t kCompanies = 3;
inline constexpr std::size_t kMostSides = 3;

enum class TroubleKind : std::uint8_t {
  // A person's.
  kLeave,   // and joins again
  kReload,  // the page is loaded again, and its person joins again
  kClicks,  // Join and Leave in quick succession
  kSwitch,  // camera and microphone off and on
  kUnplug,  // the camera or the microphone is gone
  // The network's and the machine's.
  kLoseSocket,     // both ends notice at once, or soon
  kDeadSocket,     // nothing comes through, and neither end knows yet
  kFlap,           // the socket is lost again and again
  kNetworkChange,  // the page is told, and its socket dies
  kCut,            // nothing comes through between the two
  kSleep,          // the machine of one is asleep: the path is cut, its socket dead, its clock late
  kThrottle,       // the deadlines of one come late
  // The server's.
  kRestart,  // it forgets everything
  kRepeat,   // it passes some messages on twice
  // Somebody's who means ill.
  kHostile,  // takes part for a while
  kLie,      // one message that the server would not send
};
inline constexpr std::size_t kTroubleKinds = 16;
std::string_view ToString(TroubleKind kind);

struct Trouble {
  TroubleKind kind = TroubleKind::kLeave;
  std::uint8_t side = 0;
  Millis at{0};
  Millis lasts{0};
  std::uint64_t dice = 0;  // for what it needs further
};

// One side.
struct Habits {
  bool is_seed = false;
  Millis joins_at{0};
  Millis signal_delay{0};  // one way, and up to as much again
  Millis media_delay{0};
  Millis slowest_operation{0};
  Millis slowest_prompt{0};
  std::uint32_t refuses = 0;  // this many of a hundred prompts
  std::uint32_t ignores = 0;  // and so many it never answers
  bool is_firefox = false;    // its times
  model::Settings browser;
};

struct Scenario {
  std::uint64_t seed = 0;
  Company company = Company::kTwoDuets;
  explorer::Server::Kind server = explorer::Server::Kind::kDuet;
  std::size_t sides = 2;
  std::array<Habits, kMostSides> habits;
  std::vector<Trouble> troubles;
  Millis lasts{0};    // until everything is mended
  bool looks = true;  // pages show the room's name at load, so that whoever waits can be prepared for
  std::uint64_t dice = 0;
};

Scenario Draw(std::uint64_t seed);

// "two Duets, Duet's server"
std::string NameOf(Company company, explorer::Server::Kind server);

}  // namespace duet::simulator

#endif  // DUET_TESTS_SIMULATOR_SCENARIO_H_
