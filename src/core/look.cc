#include "core/look.h"

#include <utility>

namespace duet {

bool Look::Show(const RoomShown& event) {
  const std::string room = IsRoomName(event.room) ? event.room : std::string();
  if (room == room_) return false;
  room_ = room;
  room_hash_ = event.room_hash;
  return true;
}

void Look::Ask(Turn& turn) {
  Close(turn);
  if (!room_.empty()) turn.Do(SendMessage{"peek", EncodePeek(room_)});
}

void Look::OnParked(const Parked& message, const std::vector<IceServer>& default_servers, Turn& turn) {
  if (room_.empty()) return turn.Drop(DropReason::kUnexpected);
  if (message.offer && message.offer->stamp.room_hash != room_hash_) return turn.Drop(DropReason::kForeign);
  if (message.offer && leg_ && leg_->is_answer_to(message.offer->stamp)) return;  // the page's first lines had asked, too
  Close(turn);
  if (message.offer) leg_.emplace(Negotiation::Prepare(*message.offer, message.ice_servers.value_or(default_servers), turn));
}

std::optional<Negotiation> Look::Take(std::uint32_t room_hash, Turn& turn) {
  if (!leg_ || !leg_->is_prepared() || room_hash != room_hash_) {
    Close(turn);
    return std::nullopt;
  }
  return std::exchange(leg_, std::nullopt);
}

void Look::Close(Turn& turn) {
  if (leg_) turn.Do(CloseLeg{leg_->id()});
  leg_.reset();
}

bool Look::OnUseless(LegId leg, Turn& turn) {
  if (Find(leg) == nullptr) return false;
  Close(turn);
  return true;
}

}  // namespace duet
