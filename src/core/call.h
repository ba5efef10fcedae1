// A 1:1 call as a value: events in, effects out. It starts no timer, reads no clock and rolls no dice; the same state,
// event and time give the same effects on every machine. One event is handled to its end before the next: the host queues
// what happens while it carries out effects.
#ifndef DUET_CORE_CALL_H_
#define DUET_CORE_CALL_H_

#include <optional>
#include <string>
#include <vector>

#include "core/effect.h"
#include "core/event.h"
#include "core/look.h"
#include "core/media.h"
#include "core/negotiation.h"
#include "core/parking.h"
#include "core/phase.h"
#include "core/recovery.h"
#include "core/room.h"
#include "core/signal_message.h"
#include "core/stranger.h"
#include "core/turn.h"

namespace duet {

class Call {
 public:
  // What is to be done because `event` happened. `now` never runs backwards from one call to the next.
  [[nodiscard]] Effects Handle(const Event& event, Millis now);

  // When DeadlineReached is due, if ever. It may have changed after each Handle().
  std::optional<Millis> deadline() const;

  Snapshot snapshot() const;

  // Checked after every event, in every build.
  bool IsConsistent() const;

  bool operator==(const Call&) const = default;

  template <typename Self, typename Visitor>
  static void Visit(Self& self, Visitor&& visit) {
    visit("ids", self.ids_);
    visit("self", self.self_);
    visit("room", self.room_);
    visit("media", self.media_);
    visit("recovery", self.recovery_);
    visit("leg", self.leg_);
    visit("parking", self.parking_);
    visit("look", self.look_);
    visit("stranger", self.stranger_);
    visit("relay_at", self.relay_at_);
    visit("partner", self.partner_);
    visit("offer_by", self.offer_by_);
    visit("closing", self.closing_);
    visit("ice_servers", self.ice_servers_);
    visit("peer_devices", self.peer_devices_);
    visit("told_devices", self.told_devices_);
    visit("gone", self.gone_);
    visit("gone_name", self.gone_name_);
    visit("end", self.end_);
  }

  // A connection that is only there until its last word has gone out.
  struct Closing {
    LegId leg;
    Millis by{0};
    bool operator==(const Closing&) const = default;
  };

 private:
  void On(const RoomShown& event, Turn& turn);
  void On(const JoinRequested& event, Turn& turn);
  void On(const LeaveRequested& event, Turn& turn);
  void On(const DeviceSwitched& event, Turn& turn);
  void On(const DeadlineReached& event, Turn& turn);
  void On(const NetworkChanged& event, Turn& turn);
  void On(const SignalingConnected& event, Turn& turn);
  void On(const SignalingLost& event, Turn& turn);
  void On(const JoinAnswered& event, Turn& turn);
  void On(const MessageReceived& event, Turn& turn);
  void On(const MediaGranted& event, Turn& turn);
  void On(const MediaRefused& event, Turn& turn);
  void On(const LocalTrackEnded& event, Turn& turn);
  void On(const LegBroken& event, Turn& turn);
  void On(const DescriptionCreated& event, Turn& turn);
  void On(const LocalDescriptionSet& event, Turn& turn);
  void On(const RemoteDescriptionSet& event, Turn& turn);
  void On(const DescriptionFailed& event, Turn& turn);
  void On(const CandidateSettled& event, Turn& turn);
  void On(const TracksAttached& event, Turn& turn);
  void On(const LocalCandidateFound& event, Turn& turn);
  void On(const ConnectionStateChanged& event, Turn& turn);
  void On(const ChannelOpened& event, Turn& turn);
  void On(const ChannelReceived& event, Turn& turn);
  void On(const ChannelDrained& event, Turn& turn);

  void On(const RoomUsers& message, Turn& turn);
  void On(const UserJoined& message, Turn& turn);
  void On(const UserExit& message, Turn& turn);
  void On(const PeerAway& message, Turn& turn);
  void On(const PeerBack& message, Turn& turn);
  void On(const RoomFull& message, Turn& turn);
  void On(const Parked& message, Turn& turn);
  void On(const ParkKept& message, Turn& turn);
  void On(const DescriptionMessage& message, Turn& turn);
  void On(const CandidateMessage& message, Turn& turn);

  // Whether a message is for this page in this room at all; if not, it is dropped.
  bool IsForUs(const Stamp& stamp, Turn& turn) const;
  // Whether it belongs to the present leg.
  bool IsOfLeg(const Stamp& stamp) const;
  void OnOffer(const DescriptionMessage& message, Turn& turn);
  // The call is with whoever made this offer, from now on.
  void TurnTo(const DescriptionMessage& offer, Turn& turn);
  // The connection is lost: if somebody else has offered meanwhile, it may be the same person. False: nobody has.
  bool TurnToStranger(Turn& turn);
  bool IsCollision(const Stamp& stamp) const;
  bool MayReplaceLeg(const Stamp& stamp) const;

  // The answer to a parked offer, or to one that was.
  void OnParkedAnswer(const DescriptionMessage& message, Turn& turn);
  // Whether the present leg was prepared before Join, and the server has not said yet what came of that.
  bool is_on_approval() const { return leg_ && !room_.entered(); }
  void ParkIfAlone(Turn& turn);
  bool IsAlone() const;
  void OfferTo(const Person& peer, Turn& turn);
  void AnswerTo(const DescriptionMessage& offer, Turn& turn);
  void OnLegOpened(Turn& turn);
  void OpenWantedLeg(Turn& turn);
  void CloseLeg(Turn& turn);
  void ForgetLeg();
  void OnLegDead(Turn& turn);
  // The browser can do nothing with this leg.
  void OnUseless(LegId leg, Turn& turn);
  // The leg that was prepared before Join comes to nothing, which costs the call no attempt.
  void DropPrepared(Turn& turn);
  // Somebody sits in the other seat.
  void OnSeated(const Person& person, Turn& turn);
  void OnRefused(Cause cause, Turn& turn);
  void OnPeerGone(Cause cause, Turn& turn);
  void End(Cause cause, Turn& turn);
  void TellDevices(Turn& turn);
  // The local tracks have changed.
  void AttachTracks(Turn& turn);

  Person SenderOf(const Stamp& stamp) const;
  bool IsLeg(LegId leg) const { return leg_ && leg_->id() == leg; }
  // Any leg that is open, but for those that are closing.
  Negotiation* Find(LegId leg);
  // Whom the call is with, or would be.
  const Person* partner() const;
  // Whether there is, or is to be, a leg to this one.
  bool IsPartner(const std::string& id) const { return (leg_ || partner_) && partner()->id == id; }
  // There is a connection, and nothing makes us doubt it.
  bool IsTalking() const { return leg_ && recovery_.connected_once() && !recovery_.in_doubt(); }
  Phase phase() const;
  Cause cause(Phase phase) const;

  Ids ids_;
  Identity self_;
  Room room_;
  Media media_;
  Recovery recovery_;
  std::optional<Negotiation> leg_;
  Parking parking_;
  Look look_;
  Stranger stranger_;
  std::optional<Millis> relay_at_;  // the servers that came too late for the present leg are used then
  std::optional<Person> partner_;   // whom the call is with, while a dead leg has no successor yet
  std::optional<Millis> offer_by_;  // the newcomer's offer is overdue then
  std::vector<Closing> closing_;
  std::vector<IceServer> ice_servers_;
  std::optional<Devices> peer_devices_;
  std::optional<Devices> told_devices_;
  Cause gone_ = Cause::kNone;  // why nobody is there any more
  std::string gone_name_;      // and who that was
  Cause end_ = Cause::kNone;   // why the call ended
};

}  // namespace duet

#endif  // DUET_CORE_CALL_H_
