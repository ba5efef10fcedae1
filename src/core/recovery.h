// How long to believe in a connection, and what to do when there is none: the truth after a second, one new leg, and an
// honest end. (Restarting ICE comes later.)
#ifndef DUET_CORE_RECOVERY_H_
#define DUET_CORE_RECOVERY_H_

#include <cstdint>
#include <optional>

#include "core/types.h"

namespace duet {

class Recovery {
 public:
  // A leg was opened, by us or on the other's offer. The first one of a call is no retry.
  void OnLegOpened(Millis now);

  // The leg that was opened last gives way to another one, or came of an offer that can't be read: it did not fail.
  void OnLegYielded() {
    if (legs_ > 0) --legs_;  // a connection is not among them
  }

  // RTCPeerConnection.connectionState of the present leg.
  void OnConnected();
  void OnDisconnected(Millis now);

  enum class Verdict : std::uint8_t { kWait, kGiveUp };

  // The present leg can't be used any more. Unless it is the end, a new one is wanted: at once by the side that is
  // designated to make it, later by the other.
  Verdict OnLegDead(Millis now, bool designated);

  enum class Due : std::uint8_t { kNothing, kLegDead, kGiveUp };
  Due OnDeadline(Millis now);

  // There is nobody any more whom the above was about.
  void Reset() { *this = Recovery(); }

  std::optional<Millis> deadline() const;
  bool connected_once() const { return connected_once_; }
  bool loss_shown() const { return loss_shown_; }
  // The first leg, or the one that connected, has failed, and there is or will be another one.
  bool retrying() const { return retries() > 0 || (in_doubt() && !connected_once_); }
  bool leg_wanted() const { return leg_wanted_; }
  // There is no connection, though there was, or a leg has failed.
  bool in_doubt() const { return give_up_at_.has_value(); }

  bool operator==(const Recovery&) const = default;

  template <typename Self, typename Visitor>
  static void Visit(Self& self, Visitor&& visit) {
    visit("connected_once", self.connected_once_);
    visit("loss_shown", self.loss_shown_);
    visit("leg_wanted", self.leg_wanted_);
    visit("legs", self.legs_);
    visit("connect_by", self.connect_by_);
    visit("show_loss_at", self.show_loss_at_);
    visit("retry_at", self.retry_at_);
    visit("give_up_at", self.give_up_at_);
  }

 private:
  // Legs that were opened because another one failed. The first of a call is not among them.
  std::uint32_t retries() const { return connected_once_ || legs_ == 0 ? legs_ : legs_ - 1; }

  bool connected_once_ = false;
  bool loss_shown_ = false;
  bool leg_wanted_ = false;  // a new leg is due as soon as it can be offered
  std::uint32_t legs_ = 0;   // opened since there was a connection
  std::optional<Millis> connect_by_;
  std::optional<Millis> show_loss_at_;
  std::optional<Millis> retry_at_;
  std::optional<Millis> give_up_at_;  // set while there is no connection but was, or a leg failed
};

}  // namespace duet

#endif  // DUET_CORE_RECOVERY_H_
