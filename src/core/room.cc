#include "core/room.h"

#include <algorithm>
#include <utility>

#include "core/options.h"

namespace duet {

void Room::Join(Turn& turn, std::string answer) {
  state_ = State::kAsking;
  answer_ = std::move(answer);
  entered_ = false;
  turn.Do(OpenSignaling{});
  if (connected_) Ask(turn);
}

void Room::Ask(Turn& turn) {
  asked_ = turn.NewOp();
  if (first_asked_ == OpId{}) first_asked_ = asked_;
  ask_at_ = turn.now + options::kJoinAnswerTimeout;
  turn.Do(SendJoin{asked_, EncodeJoin(turn.self.room, turn.self.name, turn.self.seat, turn.self.page, answer_)});
}

void Room::Leave(Turn& turn) {
  if (asking() || can_send()) turn.Do(SendMessage{"leave", "{}"});
  const bool trouble = trouble_ && !connected_;
  Room out;
  out.connected_ = connected_;
  out.acknowledges_ = acknowledges_;
  out.socket_id_ = std::move(socket_id_);
  out.trouble_ = trouble;
  *this = std::move(out);
}

void Room::OnConnected(const SignalingConnected& event, Turn& turn) {
  connected_ = true;
  trouble_ = false;
  acknowledges_ = false;
  socket_id_ = event.socket_id;
  if (state_ == State::kOut) return;
  state_ = State::kAsking;
  first_asked_ = {};
  Ask(turn);
}

void Room::OnLost() {
  connected_ = false;
  trouble_ = true;
  acknowledges_ = false;
  first_asked_ = asked_ = {};
  ask_at_.reset();
  answer_.clear();
  if (state_ == State::kIn) state_ = State::kAsking;
}

void Room::OnDeadline(Turn& turn) {
  if (!ask_at_ || turn.now < *ask_at_) return;
  trouble_ = true;
  Ask(turn);
}

bool Room::OnAnswer(OpId op) {
  if (!connected_) return false;
  acknowledges_ = true;
  return asking() && first_asked_ <= op && op <= asked_;
}

void Room::OnAdmitted(const JoinAnswer& answer, Turn& turn) {
  peer_ = answer.peer;
  peer_away_ = false;
  Enter(false, turn);
}

void Room::AskAgain(Millis at) {
  trouble_ = true;
  first_asked_ = asked_ = {};
  answer_.clear();
  ask_at_ = at;
}

void Room::AskSoon(Millis now) {
  if (ask_at_ && !asking()) ask_at_ = now;
}

bool Room::OnUsers(const RoomUsers& users, Turn& turn) {
  // A server that acknowledges does so before it sends this list, and then the list says nothing new.
  const bool lets_us_in = asking() && !acknowledges_;
  if (!lets_us_in && !(legacy_ && can_send())) return false;
  if (lets_us_in) Enter(true, turn);
  // A list may contain us, and may be repeated.
  const auto other =
      std::find_if(users.users.begin(), users.users.end(), [this](const Person& person) { return person.id != socket_id_; });
  if (other != users.users.end()) {
    peer_ = *other;
    peer_->version = 0;  // nobody vouches for what this server shows
  }
  return true;
}

void Room::Enter(bool legacy, Turn& turn) {
  state_ = State::kIn;
  entered_ = true;
  trouble_ = false;
  legacy_ = legacy;
  first_asked_ = asked_ = {};
  ask_at_.reset();
  answer_.clear();
  for (SendMessage& message : outbox_) turn.Do(std::move(message));
  outbox_.clear();
}

void Room::HoldBack(Turn& turn) {
  if (can_send() || !wanted() || !answer_.empty()) return;
  std::size_t kept = 0;
  for (std::size_t i = 0; i < turn.effects.size(); ++i) {
    if (SendMessage* message = std::get_if<SendMessage>(&turn.effects[i])) {
      if (outbox_.size() == options::kMaxOutbox) outbox_.erase(outbox_.begin());
      outbox_.push_back(std::move(*message));
    } else {
      if (kept != i) turn.effects[kept] = std::move(turn.effects[i]);
      ++kept;
    }
  }
  turn.effects.erase(turn.effects.begin() + static_cast<std::ptrdiff_t>(kept), turn.effects.end());
}

bool Room::IsConsistent() const {
  if (ask_at_.has_value() != (state_ == State::kAsking && connected_)) return false;
  if (asking() && !ask_at_) return false;
  if (asking() != (first_asked_ != OpId{}) || asked_ < first_asked_) return false;
  if (acknowledges_ && !connected_) return false;
  if (!answer_.empty() && !asking()) return false;
  if (state_ == State::kIn && (!connected_ || !entered_)) return false;
  return (state_ != State::kOut || (!entered_ && !peer_ && outbox_.empty())) && (!peer_away_ || peer_);
}

}  // namespace duet
