// Our seat in the room and who sits in the other one, as the signaling server tells it.
#ifndef DUET_CORE_ROOM_H_
#define DUET_CORE_ROOM_H_

#include <optional>
#include <string>
#include <vector>

#include "core/event.h"
#include "core/signal_message.h"
#include "core/turn.h"

namespace duet {

class Room {
 public:
  // We want a seat from now on, and ask for it whenever the socket connects. `answer`: to an offer parked there, "" for none;
  // the candidates that belong to it need not wait until we have the seat.
  void Join(Turn& turn, std::string answer = {});

  // We want none any more; the server is told if it may have given us one.
  void Leave(Turn& turn);

  void OnConnected(const SignalingConnected& event, Turn& turn);
  void OnLost();
  void OnDeadline(Turn& turn);

  // The server let us in, as its answer to our question says.
  void OnAdmitted(const JoinAnswer& answer, Turn& turn);

  // A list of users. True: it is a legacy server's way to let us in, or to tell more; peer() is somebody else on the list.
  bool OnUsers(const RoomUsers& users, Turn& turn);

  // Any answer shows what kind of server this is, even one that comes too late. Whether this one is to our question.
  bool OnAnswer(OpId op);

  // The server did not let us in this time: ask again at `at`.
  void AskAgain(Millis at);

  // If it is to be asked again, it might as well be now.
  void AskSoon(Millis now);

  void SetPeer(Person person) {
    peer_ = std::move(person);
    peer_away_ = false;
  }
  void SetPeerAway(bool away) { peer_away_ = away; }
  void ForgetPeer() { peer_.reset(), peer_away_ = false; }

  // Moves the messages that can't be sent now from the effects of this turn to the outbox.
  void HoldBack(Turn& turn);

  // Nobody is there to whom the outbox could matter.
  void DropOutbox() { outbox_.clear(); }

  // A question is out.
  bool asking() const { return asked_ != OpId{}; }
  bool wanted() const { return state_ != State::kOut; }
  bool entered() const { return entered_; }
  // The seat is ours and the socket is connected.
  bool can_send() const { return state_ == State::kIn; }
  bool reachable() const { return connected_; }
  // The socket was lost or the server does not answer: worth telling.
  bool in_trouble() const { return trouble_; }
  bool is_legacy() const { return legacy_; }
  const std::optional<Person>& peer() const { return peer_; }
  bool peer_away() const { return peer_away_; }
  std::optional<Millis> deadline() const { return ask_at_; }

  bool operator==(const Room&) const = default;

  template <typename Self, typename Visitor>
  static void Visit(Self& self, Visitor&& visit) {
    visit("state", self.state_);
    visit("connected", self.connected_);
    visit("entered", self.entered_);
    visit("trouble", self.trouble_);
    visit("legacy", self.legacy_);
    visit("acknowledges", self.acknowledges_);
    visit("socket_id", self.socket_id_);
    visit("first_asked", self.first_asked_);
    visit("asked", self.asked_);
    visit("ask_at", self.ask_at_);
    visit("answer", self.answer_);
    visit("peer", self.peer_);
    visit("peer_away", self.peer_away_);
    visit("outbox", self.outbox_);
  }

  bool IsConsistent() const;

 private:
  enum class State : std::uint8_t { kOut, kAsking, kIn };

  void Ask(Turn& turn);
  void Enter(bool legacy, Turn& turn);

  State state_ = State::kOut;  // kAsking also while the socket is down
  bool connected_ = false;
  bool entered_ = false;  // since Join
  bool trouble_ = false;
  bool legacy_ = false;        // the server does not acknowledge `join`
  bool acknowledges_ = false;  // it does: on this socket an answer has come, if only to an earlier question
  std::string socket_id_;
  OpId first_asked_;  // of those that this Join put on this socket; the first answer counts
  OpId asked_;
  std::optional<Millis> ask_at_;  // the answer is overdue then, or the pause after a refusal over
  std::string answer_;            // that goes with the question, on this socket only
  std::optional<Person> peer_;
  bool peer_away_ = false;  // its socket is lost; the server keeps its seat for a while
  std::vector<SendMessage> outbox_;
};

}  // namespace duet

#endif  // DUET_CORE_ROOM_H_
