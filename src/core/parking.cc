#include "core/parking.h"

#include <algorithm>
#include <utility>

#include "core/options.h"

namespace duet {

void Parking::Park(const std::vector<IceServer>& ice_servers, bool have_tracks, Turn& turn) {
  if (const std::optional<Millis> due = deadline(); due && turn.now < *due) return;
  // The server may show either of two already; a third takes the place of the one that nobody has seen.
  while (legs_.size() > 1) {
    turn.Do(CloseLeg{legs_.back().id()});
    legs_.pop_back();
  }
  parked_at_ = turn.now;
  stale_ = false;
  legs_.push_back(Negotiation::Park(ice_servers, have_tracks, turn));
}

void Parking::OnKept(std::string_view name, Turn& turn) {
  const auto kept = std::find_if(legs_.begin(), legs_.end(), [name](const Negotiation& leg) { return leg.name() == name; });
  if (kept == legs_.end()) return turn.Drop(DropReason::kStale);
  CloseFirst(static_cast<std::size_t>(kept - legs_.begin()), turn);
}

std::optional<Negotiation> Parking::Take(std::string_view name) {
  const auto found = std::find_if(legs_.begin(), legs_.end(), [name](const Negotiation& leg) { return leg.name() == name; });
  if (found == legs_.end()) return std::nullopt;
  Negotiation leg = std::move(*found);
  legs_.erase(found);
  return leg;
}

void Parking::Close(Turn& turn) {
  CloseFirst(legs_.size(), turn);
  parked_at_.reset();
  stale_ = false;
}

bool Parking::OnUseless(LegId leg, Turn& turn) {
  if (Find(leg) == nullptr) return false;
  turn.Do(CloseLeg{leg});
  std::erase_if(legs_, [leg](const Negotiation& parked) { return parked.id() == leg; });
  return true;
}

Negotiation* Parking::Find(LegId leg) {
  const auto found = std::find_if(legs_.begin(), legs_.end(), [leg](const Negotiation& parked) { return parked.id() == leg; });
  return found == legs_.end() ? nullptr : &*found;
}

void Parking::AttachTracks(Turn& turn) {
  for (Negotiation& leg : legs_) leg.AttachTracks(turn);
}

std::optional<Millis> Parking::deadline() const {
  if (!parked_at_) return std::nullopt;
  return *parked_at_ + (stale_ ? options::kParkPause : options::kParkedFor);
}

void Parking::CloseFirst(std::size_t count, Turn& turn) {
  for (std::size_t i = 0; i < count; ++i) turn.Do(CloseLeg{legs_[i].id()});
  legs_.erase(legs_.begin(), legs_.begin() + static_cast<std::ptrdiff_t>(count));
}

bool Parking::IsConsistent() const {
  if (legs_.size() > 2 || (!legs_.empty() && !parked_at_)) return false;
  return std::all_of(legs_.begin(), legs_.end(), [](const Negotiation& leg) { return leg.IsConsistent(); });
}

}  // namespace duet
