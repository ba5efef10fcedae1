// The signaling server as a value: Duet's (docs/signaling.md), or the lesson's. One room; it knows people by their side, a
// letter, and the number of the socket that they use.
#ifndef DUET_TESTS_EXPLORER_SERVER_H_
#define DUET_TESTS_EXPLORER_SERVER_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/types.h"

namespace duet::explorer {

// One thing on its way between a page and the server.
struct Letter {
  std::string name;  // of the event; "" is the acknowledgement of join `op`
  std::string json;
  OpId op;  // of a join, or its acknowledgement
  bool operator==(const Letter&) const = default;

  template <typename Self, typename Visitor>
  static void Visit(Self& self, Visitor&& visit) {
    visit("name", self.name);
    visit("json", self.json);
    visit("op", self.op);
  }
};

struct Socket {
  std::uint8_t side = 0;
  std::uint8_t number = 0;
  bool operator==(const Socket&) const = default;

  template <typename Self, typename Visitor>
  static void Visit(Self& self, Visitor&& visit) {
    visit("side", self.side);
    visit("number", self.number);
  }
};

struct Delivery {
  Socket to;
  Letter letter;
};

class Server {
 public:
  enum class Kind : std::uint8_t { kDuet, kLesson };

  // In a Delivery: to whatever socket that side has now.
  static constexpr std::uint8_t kAnySocket = 255;

  explicit Server(Kind kind = Kind::kDuet) : kind_(kind) {}

  // Each returns what is sent because of it, in order.
  std::vector<Delivery> Receive(Socket from, const Letter& letter);
  std::vector<Delivery> Lose(Socket socket, Millis now);
  // Nobody came back to the seat whose owner was lost on `side`.
  std::vector<Delivery> Expire(std::uint8_t side);

  void Forget() { *this = Server(kind_); }

  Kind kind() const { return kind_; }
  bool HasSeat(std::uint8_t side) const;
  bool HasSeat(Socket socket) const;
  bool IsAnybodyLooking() const { return !lookers_.empty(); }
  bool IsAnybodyAway() const;

  // When the seat of whoever was lost on `side` is given away; nothing if nobody was.
  std::optional<Millis> ExpiryOf(std::uint8_t side) const;

  bool operator==(const Server&) const = default;

  template <typename Self, typename Visitor>
  static void Visit(Self& self, Visitor&& visit) {
    visit("seats", self.seats_);
    visit("parked", self.parked_);
    visit("lookers", self.lookers_);
  }

 private:
  // An offer that waits for whoever comes, or has found somebody.
  struct Parked {
    std::string offer;  // as it was sent
    std::vector<std::string> candidates;
    std::string answer;  // that it was given to
    bool operator==(const Parked&) const = default;

    // The first answer has it. The same one may come again: its sender may not have heard so.
    bool Take(const std::string& another);

    template <typename Self, typename Visitor>
    static void Visit(Self& self, Visitor&& visit) {
      visit("offer", self.offer);
      visit("candidates", self.candidates);
      visit("answer", self.answer);
    }
  };
  struct Seat {
    std::string id;
    std::string name;
    std::string secret;  // "" for a seed
    std::int64_t version = 0;
    Socket socket;
    bool away = false;
    Millis expiry{0};  // while away
    std::vector<Letter> kept = {};
    std::optional<Parked> met = {};  // the other one's, if this one came with the answer to it
    bool operator==(const Seat&) const = default;

    template <typename Self, typename Visitor>
    static void Visit(Self& self, Visitor&& visit) {
      visit("id", self.id);
      visit("name", self.name);
      visit("secret", self.secret);
      visit("version", self.version);
      visit("socket", self.socket);
      visit("away", self.away);
      if (self.away) visit("expiry", self.expiry);
      visit("kept", self.kept);
      visit("met", self.met);
    }
  };

  std::vector<Delivery> JoinDuet(Socket from, const Letter& letter);
  std::vector<Delivery> JoinLesson(Socket from, const Letter& letter);
  std::vector<Delivery> Park(Socket from, const Letter& letter);
  std::vector<Delivery> Peek(Socket from);
  std::vector<Delivery> Relay(Socket from, const Letter& letter);
  std::vector<Delivery> Remove(std::size_t seat, bool lost);
  // Nothing is parked any more; what was goes to `ended`, if somebody wants it.
  void EndParking(std::vector<Delivery>* out, std::optional<Parked>* ended = nullptr);
  void TellLookers(std::vector<Delivery>* out) const;
  Letter ParkedLetter() const;
  Seat* Find(Socket socket);
  Seat* Other(const Seat& seat);

  Kind kind_;
  std::vector<Seat> seats_;
  std::optional<Parked> parked_;
  std::vector<Socket> lookers_;
};

}  // namespace duet::explorer

#endif  // DUET_TESTS_EXPLORER_SERVER_H_
