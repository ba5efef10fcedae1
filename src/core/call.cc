// The call: what each event means for its parts. What the messages of the network mean is in call_signaling.cc.
#include "core/call.h"

#include <algorithm>
#include <utility>

#include "core/check.h"
#include "core/options.h"

namespace duet {

Effects Call::Handle(const Event& event, Millis now) {
  Effects effects;
  Turn turn{now, self_, ids_, effects};
  std::visit([&](const auto& e) { On(e, turn); }, event);
  OpenWantedLeg(turn);
  ParkIfAlone(turn);
  TellDevices(turn);
  room_.HoldBack(turn);
  DUET_CHECK(IsConsistent());
  return effects;
}

std::optional<Millis> Call::deadline() const {
  std::optional<Millis> next = offer_by_;
  const auto consider = [&next](std::optional<Millis> at) {
    if (at && (!next || *at < *next)) next = at;
  };
  consider(room_.deadline());
  consider(recovery_.deadline());
  consider(relay_at_);
  if (IsAlone()) consider(parking_.deadline());
  if (leg_) consider(leg_->deadline());
  for (const Closing& closing : closing_) consider(closing.by);
  return next;
}

// ---- The person ----

void Call::On(const RoomShown& event, Turn& turn) {
  if (look_.Show(event) && !room_.wanted() && room_.reachable()) look_.Ask(turn);
}

void Call::On(const JoinRequested& event, Turn& turn) {
  if (room_.wanted()) return turn.Drop(DropReason::kUnexpected);  // a second click
  if (!IsRoomName(event.room)) {
    end_ = Cause::kBadRoom;
    return;
  }
  self_ = {event.room, CleanName(event.name), event.seat, event.page, event.room_hash};
  end_ = gone_ = Cause::kNone;
  gone_name_.clear();
  std::optional<Negotiation> prepared = look_.Take(event.room_hash, turn);
  std::string answer = prepared ? prepared->PreparedAnswer(turn) : std::string();
  room_.Join(turn, answer);
  media_.Start(turn);
  if (!prepared) return;
  // After the devices were asked for, so that they have a head start, and after all that is sent.
  leg_ = std::move(prepared);
  leg_->SetPrepared(std::move(answer), turn);
  recovery_.OnLegOpened(turn.now);
}

void Call::On(const LeaveRequested&, Turn& turn) {
  if (!room_.wanted()) return turn.Drop(DropReason::kUnexpected);
  End(Cause::kLeft, turn);
}

void Call::On(const DeviceSwitched& event, Turn& turn) { media_.OnSwitched(event, turn); }

void Call::On(const DeadlineReached&, Turn& turn) {
  std::erase_if(closing_, [&turn](const Closing& closing) {
    if (turn.now < closing.by) return false;
    turn.Do(duet::CloseLeg{closing.leg});
    return true;
  });
  room_.OnDeadline(turn);
  if (relay_at_ && turn.now >= *relay_at_) {
    relay_at_.reset();
    leg_->Restart(ice_servers_, turn);
  }
  if (leg_ && !leg_->OnDeadline(room_.can_send(), turn)) OnLegDead(turn);
  switch (recovery_.OnDeadline(turn.now)) {
    case Recovery::Due::kNothing: break;
    case Recovery::Due::kLegDead: OnLegDead(turn); break;
    case Recovery::Due::kGiveUp:
      End(recovery_.connected_once() ? Cause::kConnectionLost : Cause::kConnectFailed, turn);
      return;
  }
  if (offer_by_ && turn.now >= *offer_by_) {
    offer_by_.reset();
    OfferTo(Person(*room_.peer()), turn);
  }
}

void Call::On(const NetworkChanged&, Turn&) { parking_.Renew(); }

// ---- Camera and microphone ----

void Call::On(const MediaGranted& event, Turn& turn) {
  const bool had_tracks = media_.has_tracks();
  if (!media_.OnGranted(event, turn)) return;
  // Before the first permission a browser hides its addresses (RFC 8828 5.2).
  if (!had_tracks) parking_.Renew();
  AttachTracks(turn);
}

void Call::On(const MediaRefused& event, Turn& turn) { media_.OnRefused(event, turn); }

void Call::On(const LocalTrackEnded& event, Turn& turn) {
  if (media_.OnTrackEnded(event)) AttachTracks(turn);
}

void Call::AttachTracks(Turn& turn) {
  if (leg_) leg_->AttachTracks(turn);
  parking_.AttachTracks(turn);
}

void Call::TellDevices(Turn& turn) {
  if (!leg_ || !leg_->can_tell() || told_devices_ == media_.sending()) return;
  told_devices_ = media_.sending();
  turn.Do(SendOnChannel{leg_->id(), EncodeDevices(*told_devices_)});
}

// ---- The connection ----

void Call::On(const LegBroken& event, Turn& turn) {
  if (IsLeg(event.leg)) return End(Cause::kBrowserRefused, turn);
  OnUseless(event.leg, turn);
}

void Call::On(const DescriptionCreated& event, Turn& turn) {
  Negotiation* leg = Find(event.leg);
  if (leg == nullptr) return turn.Drop(DropReason::kStale);
  leg->OnDescriptionCreated(event, turn);
}

void Call::On(const LocalDescriptionSet& event, Turn& turn) {
  Negotiation* leg = Find(event.leg);
  if (leg == nullptr) return turn.Drop(DropReason::kStale);
  if (!leg->OnLocalDescriptionSet(event, turn)) OnUseless(event.leg, turn);
}

void Call::On(const RemoteDescriptionSet& event, Turn& turn) {
  Negotiation* leg = Find(event.leg);
  if (leg == nullptr) return turn.Drop(DropReason::kStale);
  leg->OnRemoteDescriptionSet(event, media_.has_tracks(), turn);
}

void Call::On(const DescriptionFailed& event, Turn& turn) {
  Negotiation* leg = Find(event.leg);
  if (leg == nullptr) return turn.Drop(DropReason::kStale);
  if (IsLeg(event.leg) && leg->began_with(event.op)) {
    // Whoever made such an offer has not cost us an attempt, nor shown that anybody is there.
    turn.Drop(DropReason::kRefused);
    recovery_.OnLegYielded();
    return leg_->peer().id.empty() ? OnPeerGone(Cause::kNone, turn) : OnLegDead(turn);
  }
  if (!leg->OnDescriptionFailed(event, turn)) OnUseless(event.leg, turn);
}

void Call::On(const CandidateSettled& event, Turn& turn) {
  if (!event.ok) turn.Drop(DropReason::kRefused);
}

void Call::On(const TracksAttached& event, Turn& turn) {
  if (!event.ok) turn.Drop(DropReason::kRefused);
}

void Call::On(const LocalCandidateFound& event, Turn& turn) {
  Negotiation* leg = Find(event.leg);
  if (leg == nullptr) return turn.Drop(DropReason::kStale);
  leg->OnLocalCandidate(event, turn);
}

void Call::On(const ConnectionStateChanged& event, Turn& turn) {
  if (!IsLeg(event.leg)) return turn.Drop(DropReason::kStale);
  switch (event.state) {
    case ConnectionState::kConnecting: return;
    case ConnectionState::kConnected: relay_at_.reset(); return recovery_.OnConnected();
    case ConnectionState::kDisconnected:
      recovery_.OnDisconnected(turn.now);
      TurnToStranger(turn);
      return;
    case ConnectionState::kFailed: return OnLegDead(turn);
  }
}

void Call::On(const ChannelOpened& event, Turn& turn) {
  if (!IsLeg(event.leg)) return turn.Drop(DropReason::kStale);
  leg_->OnChannelOpened();
}

void Call::On(const ChannelReceived& event, Turn& turn) {
  if (!IsLeg(event.leg)) return turn.Drop(DropReason::kStale);
  const auto message = DecodeChannelMessage(event.json);
  if (!message) return turn.Drop(DropReason::kMalformed);
  if (const Devices* devices = std::get_if<Devices>(&*message)) {
    peer_devices_ = *devices;
  } else {
    OnPeerGone(Cause::kPeerLeft, turn);
  }
}

void Call::On(const ChannelDrained& event, Turn& turn) {
  std::erase_if(closing_, [&](const Closing& closing) {
    if (closing.leg != event.leg) return false;
    turn.Do(duet::CloseLeg{closing.leg});
    return true;
  });
}

// ---- Legs ----

void Call::OfferTo(const Person& peer, Turn& turn) {
  CloseLeg(turn);
  leg_.emplace(Negotiation::Offer(peer, ice_servers_, media_.has_tracks(), turn));
  OnLegOpened(turn);
}

void Call::AnswerTo(const DescriptionMessage& offer, Turn& turn) {
  CloseLeg(turn);
  leg_.emplace(Negotiation::Answer(SenderOf(offer.stamp), ice_servers_, offer, turn));
  OnLegOpened(turn);
}

void Call::OnLegOpened(Turn& turn) {
  recovery_.OnLegOpened(turn.now);
  parking_.Close(turn);
  stranger_.Forget();
  partner_.reset();
  offer_by_.reset();
  gone_ = Cause::kNone;
  gone_name_.clear();
}

// A leg that is due may have to wait until the server is back, and the other one too.
void Call::OpenWantedLeg(Turn& turn) {
  if (leg_ || !room_.can_send()) return;
  const bool is_there = room_.peer() && !room_.peer_away();
  if (recovery_.leg_wanted()) {
    Person peer = *partner();
    // There anybody may have said that they are somebody: who never connected is offered to without a name, like the first time.
    if (room_.is_legacy() && !recovery_.connected_once()) peer.version = 0;
    if (is_there || room_.is_legacy()) OfferTo(peer, turn);
  } else if (is_there && !room_.is_legacy() && !partner_ && !offer_by_) {
    OfferTo(Person(*room_.peer()), turn);  // had to wait while we talked to somebody else
  }
}

bool Call::IsAlone() const { return room_.can_send() && !room_.is_legacy() && !room_.peer() && !leg_ && !partner_; }

void Call::ParkIfAlone(Turn& turn) {
  if (IsAlone()) parking_.Park(ice_servers_, media_.has_tracks(), turn);
}

Negotiation* Call::Find(LegId leg) {
  if (IsLeg(leg)) return &*leg_;
  Negotiation* parked = parking_.Find(leg);
  return parked != nullptr ? parked : look_.Find(leg);
}

void Call::CloseLeg(Turn& turn) {
  if (!leg_) return;
  turn.Do(duet::CloseLeg{leg_->id()});
  ForgetLeg();
}

void Call::ForgetLeg() {
  leg_.reset();
  relay_at_.reset();
  peer_devices_.reset();
  told_devices_.reset();
  room_.DropOutbox();
}

void Call::OnUseless(LegId leg, Turn& turn) {
  if (IsLeg(leg)) return OnLegDead(turn);
  const bool was_open = parking_.OnUseless(leg, turn) || look_.OnUseless(leg, turn);
  turn.Drop(was_open ? DropReason::kRefused : DropReason::kStale);
}

void Call::DropPrepared(Turn& turn) {
  CloseLeg(turn);
  recovery_.Reset();
}

void Call::OnLegDead(Turn& turn) {
  if (is_on_approval()) return DropPrepared(turn);
  if (TurnToStranger(turn)) return;
  // The server said that the other one is not there any more; only the connection still knew it.
  const bool is_there = room_.peer() && room_.peer()->id == leg_->peer().id;
  if (!is_there && !room_.is_legacy() && room_.can_send()) return OnPeerGone(Cause::kPeerVanished, turn);
  const bool designated = !leg_->is_polite(turn);
  const Person peer = leg_->peer();
  CloseLeg(turn);
  partner_ = peer;
  if (recovery_.OnLegDead(turn.now, designated) == Recovery::Verdict::kGiveUp) {
    End(recovery_.connected_once() ? Cause::kConnectionLost : Cause::kConnectFailed, turn);
  }
}

void Call::OnPeerGone(Cause cause, Turn& turn) {
  if (const Person* person = partner()) {
    gone_name_ = person->name;
    if (room_.is_legacy() || (room_.peer() && room_.peer()->id == person->id)) room_.ForgetPeer();
  }
  CloseLeg(turn);
  parking_.Close(turn);  // the server has forgotten what was parked when they came
  recovery_.Reset();
  partner_.reset();
  offer_by_.reset();
  room_.AskSoon(turn.now);
  gone_ = cause;
}

void Call::End(Cause cause, Turn& turn) {
  std::string name = partner() != nullptr ? partner()->name : gone_name_;
  media_.Stop(turn);
  room_.Leave(turn);
  stranger_.Forget();
  if (leg_ && leg_->can_tell()) {
    turn.Do(SendOnChannel{leg_->id(), EncodeBye()});
    closing_.push_back({leg_->id(), turn.now + options::kFarewellTimeout});
    ForgetLeg();
  }
  OnPeerGone(Cause::kNone, turn);
  gone_name_ = std::move(name);
  end_ = cause;
  if (room_.reachable()) look_.Ask(turn);
}

// ---- What can be seen ----

Phase Call::phase() const {
  if (!room_.wanted()) return end_ == Cause::kNone ? Phase::kIdle : Phase::kEnded;
  if (!room_.entered()) return Phase::kJoining;
  if (recovery_.connected_once()) return recovery_.loss_shown() ? Phase::kReconnecting : Phase::kConnected;
  if (leg_ || offer_by_ || recovery_.in_doubt()) return Phase::kConnecting;
  return Phase::kWaiting;
}

Cause Call::cause(Phase phase) const {
  const Cause trouble = room_.in_trouble() ? Cause::kServerUnreachable : Cause::kNone;
  switch (phase) {
    case Phase::kIdle: return Cause::kNone;
    case Phase::kEnded: return end_;
    case Phase::kJoining:
    case Phase::kConnected: return trouble;
    case Phase::kWaiting: return trouble != Cause::kNone ? trouble : gone_;
    case Phase::kConnecting:
    case Phase::kReconnecting:
      if (trouble != Cause::kNone) return trouble;
      if (recovery_.retrying()) return Cause::kRetrying;
      return phase == Phase::kConnecting ? Cause::kNone : Cause::kPathLost;
  }
  DUET_CHECK(false);
}

const Person* Call::partner() const {
  if (leg_) return &leg_->peer();
  if (partner_) return &*partner_;
  return room_.peer() ? &*room_.peer() : nullptr;
}

Snapshot Call::snapshot() const {
  Snapshot shown;
  shown.phase = phase();
  shown.cause = cause(shown.phase);
  shown.room = self_.room;
  shown.name = self_.name;
  if (const Person* person = partner(); person != nullptr && room_.entered()) {
    shown.peer_known = true;
    shown.peer_name = person->name;
    shown.peer_is_duet = person->version > 0;
  } else if (!gone_name_.empty() && (gone_ != Cause::kNone || end_ != Cause::kNone)) {
    shown.peer_known = true;
    shown.peer_name = gone_name_;
  }
  shown.peer_devices_known = peer_devices_.has_value();
  if (peer_devices_) {
    shown.peer_microphone_on = peer_devices_->microphone;
    shown.peer_camera_on = peer_devices_->camera;
  }
  shown.microphone = media_.microphone();
  shown.camera = media_.camera();
  shown.microphone_on = media_.microphone_on();
  shown.camera_on = media_.camera_on();
  shown.server_reachable = room_.reachable();
  return shown;
}

bool Call::IsConsistent() const {
  if (!room_.IsConsistent() || !media_.IsConsistent() || (leg_ && !leg_->IsConsistent())) return false;
  if (!parking_.IsConsistent() || !look_.IsConsistent()) return false;
  // Offers lie at the server while we are alone, and until somebody who has come has answered or offered. Nobody looks who is in.
  if (!parking_.empty() && (!room_.can_send() || room_.is_legacy() || leg_ || !(IsAlone() || offer_by_))) return false;
  if (!look_.empty() && (room_.wanted() || !room_.reachable())) return false;
  if (relay_at_ && !leg_) return false;
  const Phase phase = this->phase();
  if (!IsPossible(phase, cause(phase))) return false;
  if (!room_.wanted()) {
    const bool quiet = media_.microphone() == DeviceState::kOff && media_.camera() == DeviceState::kOff;
    return quiet && !leg_ && !peer_devices_ && !told_devices_ && !partner_ && !offer_by_ && recovery_ == Recovery();
  }
  if (end_ != Cause::kNone || (leg_ && (partner_ || offer_by_)) || (offer_by_ && !room_.peer())) return false;
  // Whoever is there has a leg, or will have one.
  const bool is_there = room_.can_send() && !room_.is_legacy() && room_.peer() && !room_.peer_away();
  if (is_there && !leg_ && !partner_ && !offer_by_) return false;
  // Connected means a leg; without one there is a deadline, or nobody to connect to.
  if (phase == Phase::kConnected && !leg_) return false;
  return leg_ || !(peer_devices_ || told_devices_);
}

}  // namespace duet
