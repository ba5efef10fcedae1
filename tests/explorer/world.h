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
#include "explorer/server.h"
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
    visit("early_timers", self.early_timers);
    visit("hostile", self.hostile);
  }
};

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
  kHostile,  // number `number` of the hostile messages
};

struct Step {
  Act act = Act::kJoin;
  std::uint8_t side = 0;
  std::uint8_t number = 0;
  model::Step browser;
};

inline bool IsOptional(Act act) { return act >= Act::kLeave; }
// In words: "A's browser has set its local description".
std::string ToString(const Step& step);

struct Scene {
  std::uint8_t sides = 2;
  Server::Kind server = Server::Kind::kDuet;
  Budget budget;
  bool reloaded_is_polite = false;  // the id of a page after a reload is the lowest of all; else the highest
};

class World {
 public:
  explicit World(const Scene& scene);

  std::vector<Step> Steps() const;

  // What is wrong with what happened, if anything.
  std::optional<std::string> Take(const Step& step);

  // What is wrong with the world as it is.
  std::optional<std::string> Fault() const;

  // Both sides who are in the room see each other, or nobody is in it who could.
  bool IsSettledWell() const;

  Digest Canonicalize(Canonical* canonical) const;

  std::string Describe() const;

  std::uint32_t most_effects = 0;  // that one event has had, so far

 private:
  struct Page {
    Call call;
    std::uint8_t number = 0;  // of the page among all, for the model
    std::uint8_t socket = 0;
    bool connected = true;
    bool may_join = true;
    std::vector<Letter> to_server;
    std::vector<Letter> to_page;

    template <typename Self, typename Visitor>
    static void Visit(Self& self, Visitor&& visit) {
      visit("call", self.call);
      visit("number", self.number);
      visit("socket", self.socket);
      visit("connected", self.connected);
      visit("may_join", self.may_join);
      visit("to_server", self.to_server);
      visit("to_page", self.to_page);
    }
  };

  bool IsPartOfCall(std::size_t side) const;
  std::string PageId(const Page& page) const;
  std::string SocketId(std::size_t side) const;
  void Post(std::size_t side, Event event);
  void Perform(std::size_t side, const Effect& effect);
  void Send(const std::vector<Delivery>& deliveries);
  void LoseSocket(std::size_t side);
  void Reload(std::size_t side);
  void Blame(std::string what);
  void Check(std::size_t side, const Event& event, const Call& before, const Effects& effects);

  Scene scene_;
  Budget left_;
  std::vector<Page> pages_;
  std::vector<model::Browser> browsers_;
  model::Network network_;
  Server server_;
  std::vector<Socket> unnoticed_;  // sockets that are gone without the server's knowing
  bool was_cut_ = false;
  bool was_late_ = false;
  Millis now_{0};
  std::vector<Event> due_;  // what the browser says during an effect
  std::optional<std::string> blame_;
};

// For names in stories: 'A', 'B', 'C'.
inline char NameOf(std::size_t side) { return static_cast<char>('A' + side); }

}  // namespace duet::explorer

#endif  // DUET_TESTS_EXPLORER_WORLD_H_
