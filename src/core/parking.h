// While we sit in a room alone, an offer of ours lies at the server, so that whoever comes can answer it at once
// (docs/architecture.md, two hops to media). Each offer is a leg of its own that is none of the call's until it is answered.
#ifndef DUET_CORE_PARKING_H_
#define DUET_CORE_PARKING_H_

#include <optional>
#include <string_view>
#include <vector>

#include "core/negotiation.h"
#include "core/turn.h"

namespace duet {

class Parking {
 public:
  // We are alone: parks an offer if none is parked, or a newer one if that is due. Not again at once where the browser refused.
  void Park(const std::vector<IceServer>& ice_servers, bool have_tracks, Turn& turn);

  // What was gathered may be worth less than what would be gathered now.
  void Renew() { stale_ = true; }

  // The server shows the offer of this leg now. Those before it are answered by nobody any more.
  void OnKept(std::string_view name, Turn& turn);

  // The leg whose offer was answered, if it is still there. It is parked no more.
  std::optional<Negotiation> Take(std::string_view name);

  // Nobody will answer: there is a leg of the call's, or we are not in the room any more.
  void Close(Turn& turn);

  // A parked leg is of no use. False: it is none of ours.
  bool OnUseless(LegId leg, Turn& turn);

  Negotiation* Find(LegId leg);
  void AttachTracks(Turn& turn);

  // When Park() has something to do, if we are still alone then.
  std::optional<Millis> deadline() const;
  bool empty() const { return legs_.empty(); }

  bool operator==(const Parking&) const = default;

  template <typename Self, typename Visitor>
  static void Visit(Self& self, Visitor&& visit) {
    visit("legs", self.legs_);
    visit("parked_at", self.parked_at_);
    visit("stale", self.stale_);
  }

  bool IsConsistent() const;

 private:
  void CloseFirst(std::size_t count, Turn& turn);

  std::vector<Negotiation> legs_;    // the newest last; one more only until the server has that
  std::optional<Millis> parked_at_;  // the last time, since nothing was parked
  bool stale_ = false;
};

}  // namespace duet

#endif  // DUET_CORE_PARKING_H_
