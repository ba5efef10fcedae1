// One run: pages with a real Call (or a seed) and a model browser each, the model of a signaling server, sockets between
// them, people, and trouble; all of it in virtual time, and everything takes its own.
//
// world.cc             what comes next, and what an event does to a page
// world_sockets.cc     what lies between the pages and the server
// world_browser.cc     how long a browser takes
// world_trouble.cc     what goes wrong, and what people do
// world_hostile.cc     what somebody sends who means ill
// laws.cc              what must hold
#ifndef DUET_TESTS_SIMULATOR_WORLD_H_
#define DUET_TESTS_SIMULATOR_WORLD_H_

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/call.h"
#include "explorer/seed.h"
#include "explorer/server.h"
#include "simulator/agenda.h"
#include "simulator/scenario.h"
#include "simulator/story.h"
#include "support/model/browser.h"
#include "support/model/network.h"

namespace duet::simulator {

inline constexpr Millis kNever{-1'000'000'000};

// Why a call may end for want of a connection (laws.cc).
enum class Excuse : std::uint8_t { kTaken, kAlone, kCut, kLie, kSignaling, kSeed, kKnown, kNone };
inline constexpr std::size_t kExcuses = 7;
std::string_view ToString(Excuse excuse);

struct Result {
  std::string fault;  // "" or the law that was broken
  std::uint64_t digest = 0;
  std::uint32_t events = 0;
  Millis lasted{0};
  std::optional<Millis> start;     // from the later Join until both see each other, if nothing went wrong until then
  std::vector<Millis> recoveries;  // the same from the end of trouble, or a Join after it, until the next trouble
  std::array<std::uint32_t, kExcuses> excused{};
};

// One that is made on purpose, to see whether it is noticed.
enum class Mistake : std::uint8_t { kNone, kServerLosesAnswers, kSlowServer, kNoDeadlines, kNothingStopsMedia };

struct Setting {
  std::vector<std::size_t> without;  // troubles of the scenario that are left out
  Story* story = nullptr;
  Mistake mistake = Mistake::kNone;
};

class World {
 public:
  World(const Scenario& scenario, const Setting& setting);
  Result Run();

 private:
  enum class What : std::uint8_t {
    kToServer,    // the server reads what a page has sent
    kToPage,      // the page reads what the server has sent
    kSocketUp,    // an attempt to connect comes to something
    kSocketLost,  // the page notices
    kNotice,      // the server notices
    kJoin,        // Join is pressed; `extra`: even if it was before
    kLeave,
    kSwitch,  // `extra`: a MediaKind and whether on
    kReload,
    kBreak,  // the socket does
    kTrouble,
    kMended,
    kHostile,  // the hostile one's next message; `extra` more
    kCalm,     // nothing goes wrong from here on
  };
  struct Item {
    What what = What::kCalm;
    std::uint8_t side = 0;
    std::uint8_t number = 0;
    std::uint32_t extra = 0;
    explorer::Letter letter;
  };

  // A socket as both its ends see it. Numbers are used again after a while.
  struct Connection {
    bool at_server = false;  // the server believes in it
    bool broken = false;     // nothing that is on its way gets through
    bool joined = false;
    Millis straggles{0};  // but what was sent before, this much later
    Millis up_at{0};      // when what was sent last will have arrived
    Millis down_at{0};
  };
  static constexpr std::size_t kSockets = 32;

  struct Page {
    Call call;
    std::optional<explorer::Seed> seed;
    std::string id;

    // Its socket.
    bool connected = false;  // as it was told
    bool connecting = false;
    std::uint8_t socket = 0;
    Millis link_down_until{0};
    std::vector<explorer::Letter> unsent;  // of a seed: socket.io sends it once there is a socket

    Millis refused_at{kNever};  // the room was full

    // Its person.
    bool wants_in = true;
    bool join_due = false;
    bool has_pressed = false;
    Millis joined_at{0};

    // Its clock.
    std::optional<Millis> deadline;
    Millis timer{0};          // when it rings for that
    std::uint32_t rings = 0;  // at this very moment
    Millis asleep_until{0};
    Millis throttled_until{0};

    // What was seen last.
    Phase phase = Phase::kIdle;
    Cause cause = Cause::kNone;

    std::vector<Effect> waiting;  // for room in the model's operations chain
  };

  // A browser's or the network's step, and when it is taken.
  struct Planned {
    model::Step step;
    Millis at;
    bool seen;
  };

  // What is different for each side, so that trouble of one changes little for the other.
  struct Dice {
    Random socket, browser, person, clock;
  };

  // world.cc
  void Load(std::size_t side);
  bool Next();
  void Take(Item item);
  void Ring(std::size_t side);
  void Post(std::size_t side, Event event);
  void PostToSeed(std::size_t side, const Event& event);
  void Perform(std::size_t side, const Effect& effect);
  void See(std::size_t side);
  template <typename Sentence>
  void Tell(const Sentence& sentence) {
    if (setting_.story != nullptr) setting_.story->Tell(now_, sentence());
  }
  void Blame(std::string what);
  bool IsIn(std::size_t side) const;

  // world_sockets.cc
  void Up(std::size_t side, explorer::Letter letter);
  void OnToServer(Item item);
  void OnToPage(Item item);
  void OnSocketUp(std::size_t side);
  void OnSocketLost(std::size_t side, std::uint8_t number);
  void OnNotice(std::size_t side, std::uint8_t number);
  void Break(std::size_t side, Millis page_notices, Millis server_notices, Millis straggles);
  void Connect(std::size_t side, Millis least, Millis most);
  void Serve(const std::vector<explorer::Delivery>& deliveries);
  void CloseReplaced(std::size_t side, std::uint8_t number);
  void Restart();
  void RefreshExpiries();
  Connection& Of(std::size_t side, std::uint8_t number) { return connections_[side][number % kSockets]; }
  Connection& Current(std::size_t side) { return Of(side, pages_[side].socket); }
  explorer::Socket SocketOf(std::size_t side, std::uint8_t number) const {
    return {static_cast<std::uint8_t>(side), static_cast<std::uint8_t>(number % kSockets)};
  }

  // world_browser.cc
  void Plan();
  Millis TimeOf(const model::Step& step, Random* dice) const;
  void TakeStep(std::size_t planned);
  bool MustWait(std::size_t side, const Effect& effect) const;
  void Catch(std::size_t side);

  // world_trouble.cc
  void Begin(std::size_t trouble);
  void Mend(std::size_t trouble);
  void MendOne(std::size_t trouble);
  void Calm();
  void Reload(std::size_t side);
  void ReloadSeed(std::size_t side);
  void Cut();
  void Heal();
  void PressJoin(std::size_t side, bool again);
  void PressLeave(std::size_t side);
  void Mind(std::size_t side);

  // world_hostile.cc
  void BeginHostile(const Trouble& trouble);
  void EndHostile();
  void OnHostile(std::uint32_t more);
  explorer::Letter HostileLetter();
  explorer::Letter Distorted(explorer::Letter letter);
  std::string HostileStamp();

  // laws.cc
  void CheckEvent(std::size_t side, const Event& event, const Call* before, const Effects& effects);
  void CheckPage(std::size_t side, Cause cause_before);
  void CheckTogether();
  void CheckEnd();
  Excuse ExcuseOf(std::size_t side, Cause cause) const;
  Millis CutWithin(Millis window) const;
  std::ptrdiff_t SocketLossesWithin(Millis window) const;
  bool IsByeLate(Millis since) const;
  bool IsAlone(std::size_t side) const;
  bool AreOthersTogether(std::size_t side) const;
  void CheckEndOf(std::size_t side);
  bool AreTogether(std::size_t side, std::size_t other) const;

  const Scenario& scenario_;
  const Setting& setting_;
  Result result_;
  Millis now_{0};
  Millis end_ = Millis::max();

  std::vector<Page> pages_;
  std::vector<model::Browser> browsers_;
  model::Network network_;
  explorer::Server server_;
  std::array<std::array<Connection, kSockets>, kMostSides + 1> connections_;  // the last one's: the hostile one's
  std::array<std::optional<Millis>, kMostSides + 1> expiries_;
  std::array<Dice, kMostSides> dice_;
  Random any_;  // for what is of no side
  Agenda<Item> agenda_;
  std::vector<Planned> planned_;
  std::vector<Event> due_;  // what a browser says during an effect
  std::uint8_t loads_ = 0;
  bool is_server_up_ = true;
  Millis repeats_until_{0};

  // Trouble so far.
  Millis trouble_until_{0};
  bool had_trouble_ = false;
  int open_troubles_ = 0;
  std::optional<Millis> mended_at_;  // while nobody sees anybody since then
  int open_cuts_ = 0;
  std::vector<std::pair<Millis, Millis>> cuts_;  // the last one is open if open_cuts_ > 0
  std::vector<Millis> socket_losses_;
  Millis lied_at_{kNever};
  Millis repeated_at_{kNever};
  Millis left_at_{kNever};
  // Of three, by who was left over: whether the other two were together when that was looked at last, and when they were.
  std::array<bool, kMostSides> were_others_together_{};
  std::array<Millis, kMostSides> others_together_at_{kNever, kNever, kNever};
  std::optional<Millis> calm_at_;
  std::optional<Millis> together_since_;

  // The hostile one.
  bool is_hostile_there_ = false;
  bool is_hostile_a_seed_ = false;
  std::uint8_t hostile_socket_ = 0;
  Random hostile_dice_;
  std::vector<explorer::Letter> heard_;
};

}  // namespace duet::simulator

#endif  // DUET_TESTS_SIMULATOR_WORLD_H_
