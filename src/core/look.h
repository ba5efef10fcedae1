// Before Join: whether somebody waits in the room that the page shows, and the answer to what they have parked, prepared so
// far that a click has only to send it (docs/architecture.md, two hops to media). Of us nothing leaves the page but the
// room's name.
#ifndef DUET_CORE_LOOK_H_
#define DUET_CORE_LOOK_H_

#include <optional>
#include <string>
#include <vector>

#include "core/event.h"
#include "core/negotiation.h"
#include "core/signal_message.h"
#include "core/turn.h"

namespace duet {

class Look {
 public:
  // The page shows this room. True: it is another one than before.
  bool Show(const RoomShown& event);

  // Asks the server who waits there, now and from now on. What is prepared is forgotten.
  void Ask(Turn& turn);

  void OnParked(const Parked& message, const std::vector<IceServer>& default_servers, Turn& turn);

  // The prepared leg, if Join was pressed for its room. It is the call's then; any other is closed.
  std::optional<Negotiation> Take(std::uint32_t room_hash, Turn& turn);

  void Close(Turn& turn);

  // The leg is of no use. False: it is none of ours.
  bool OnUseless(LegId leg, Turn& turn);

  Negotiation* Find(LegId leg) { return leg_ && leg_->id() == leg ? &*leg_ : nullptr; }
  bool empty() const { return !leg_; }

  bool operator==(const Look&) const = default;

  template <typename Self, typename Visitor>
  static void Visit(Self& self, Visitor&& visit) {
    visit("room", self.room_);
    visit("room_hash", self.room_hash_);
    visit("leg", self.leg_);
  }

  bool IsConsistent() const { return !leg_ || (!room_.empty() && leg_->IsConsistent()); }

 private:
  std::string room_;  // "": none that could be asked for
  std::uint32_t room_hash_ = 0;
  std::optional<Negotiation> leg_;
};

}  // namespace duet

#endif  // DUET_CORE_LOOK_H_
