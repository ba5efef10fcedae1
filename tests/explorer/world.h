// Two or three pages with a real Call and a model browser each, a signaling server between them, and everything that is
// under way: one value. Steps() lists all that can happen next, Take() makes one of it happen.
#ifndef DUET_TESTS_EXPLORER_WORLD_H_
#define DUET_TESTS_EXPLORER_WORLD_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/call.h"
#include "explorer/canonical.h"
#include "explorer/seed.h"
#include "explorer/server.h"
#include "explorer/step.h"
#include "support/model/browser.h"
#include "support/model/network.h"

namespace duet::explorer {

// How often something may happen that nobody has a right to expect.
struct Budget {
  std::uint8_t leaves = 0;        // somebody presses Leave, and joins again at some time
  std::uint8_t refusals = 0;      // of camera and microphone
  std::uint8_t lost_sockets = 0;  // with what was on its way
  std::uint8_t restarts = 0;      // of the server, which forgets everything
  std::uint8_t reloads = 0;       // a page goes without a word and is there again, on its seat
  std::uint8_t cuts = 0;          // of the path between the pages; it heals at some time
  std::uint8_t networks = 0;      // a machine gets another one; the path stays
  std::uint8_t early_timers = 0;  // a deadline comes though something else has been due for longer
  std::uint8_t hostile = 0;       // a message that no honest peer or server sends
  bool operator==(const Budget&) const = default;

  template <typename Self, typename Visitor>
  static void Visit(Self& self, Visitor&& visit) {
    visit("leaves", self.leaves);
    visit("refusals", self.refusals);
    visit("lost_sockets", self.lost_sockets);
    visit("restarts", self.restarts);
    visit("reloads", self.reloads);
    visit("cuts", self.cuts);
    visit("networks", self.networks);
    visit("early_timers", self.early_timers);
    visit("hostile", self.hostile);
  }
};

struct Scene {
  std::uint8_t sides = 2;
  Server::Kind server = Server::Kind::kDuet;
  Budget budget;
  bool reloaded_is_polite = false;      // the id of a page after a reload is the lowest of all; else the highest
  std::uint8_t seeds = 0;               // of the sides, the last ones
  bool looks = false;                   // every Duet does, from the load on, whenever it is not in
  bool says_end_of_candidates = false;  // every browser does, as the specification wants it; else as Chromium 156
};

class World {
 public:
  explicit World(const Scene& scene);

  // Everything that can happen now.
  std::vector<Step> Steps() const;

  // One of these steps, if it does not matter when it is taken: it may as well be next, and nothing else need be tried. Why
  // that is so stands where it is found (world_steps.cc).
  std::optional<Step> CertainStep() const;

  // What is wrong with what happened, if anything.
  std::optional<std::string> Take(const Step& step);

  // What is wrong with the world as it is.
  std::optional<std::string> Fault() const;

  // Whether all is well if nothing that has to happen happens any more (laws.cc).
  bool IsSettledWell() const;

  // What can be seen of every side, and whether it is settled well: in one number, the same as long as nobody sees a
  // difference.
  std::uint32_t Outcome() const;
  static bool IsWell(std::uint32_t outcome) { return (outcome & 1) != 0; }

  Digest Canonicalize(Canonical* canonical) const;

  // What one takes in memory, about (measured).
  static constexpr std::size_t kBytes = 6'000;

  std::string Describe() const;

  std::uint32_t most_effects = 0;  // that one event has had, so far

 private:
  struct Page {
    Call call;                 // unless there is a seed
    std::optional<Seed> seed;  // the page is the tutorial's
    std::uint8_t number = 0;   // of the page among all, for the model
    std::uint8_t socket = 0;
    bool connected = true;
    bool may_join = true;
    bool was_lied_to = false;  // about somebody's presence
    Millis joined_at{0};
    std::vector<Letter> to_server;
    std::vector<Letter> to_page;

    template <typename Self, typename Visitor>
    static void Visit(Self& self, Visitor&& visit) {
      visit("call", self.call);
      visit("seed", self.seed);
      visit("number", self.number);
      visit("socket", self.socket);
      visit("connected", self.connected);
      visit("may_join", self.may_join);
      visit("was_lied_to", self.was_lied_to);
      visit("to_server", self.to_server);
      visit("to_page", self.to_page);
    }
  };

  // world_steps.cc
  bool IsRoomStable() const;
  bool IsClosing(std::size_t side, const model::Peer& peer) const;
  bool IsIdleReading(std::size_t side) const;

  // laws.cc
  void Check(std::size_t side, const Event& event, const Call& before, const Effects& effects);
  std::optional<std::string> FaultOf(std::size_t side) const;
  bool IsIn(std::size_t side) const;
  bool IsAlone(std::size_t side) const;
  Millis TimeOf(const Page& page) const;
  std::size_t PartnerOf(std::size_t side) const;
  bool AreTogether(std::size_t side, std::size_t other) const;

  std::string PageId(const Page& page) const;
  std::string SocketId(std::size_t side) const;
  void Load(std::size_t side);
  void Post(std::size_t side, Event event);
  void PostToSeed(std::size_t side, const Event& event);
  void Perform(std::size_t side, const Effect& effect);
  void Send(const std::vector<Delivery>& deliveries);
  void Advance(Millis to);
  void LoseSocket(std::size_t side);
  void Reload(std::size_t side);
  void Blame(std::string what);

  Scene scene_;
  Budget left_;
  std::vector<Page> pages_;
  std::vector<model::Browser> browsers_;
  model::Network network_;
  Server server_;
  std::vector<Socket> unnoticed_;  // sockets that are gone without the server's knowing
  bool was_cut_ = false;
  bool was_late_ = false;
  bool is_surprising_ = false;  // that anybody joined or left during this step
  Millis now_{0};
  Millis overtaken_{0};     // how long the clock has been passing what a browser takes its time for
  std::vector<Event> due_;  // what the browser says during an effect
  std::optional<std::string> blame_;
};

}  // namespace duet::explorer

#endif  // DUET_TESTS_EXPLORER_WORLD_H_
