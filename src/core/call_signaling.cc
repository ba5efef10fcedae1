// The call: what the signaling server and, through it, the other side say. Nobody vouches for either.
#include <algorithm>

#include "core/call.h"
#include "core/options.h"
#include "core/sdp_scan.h"

namespace duet {
namespace {

std::vector<IceServer> DefaultIceServers() { return {{{std::string(options::kDefaultStunServer)}, {}, {}}}; }

// STUN needs no credentials.
bool HasRelay(const std::vector<IceServer>& servers) {
  return std::any_of(servers.begin(), servers.end(), [](const IceServer& server) { return !server.credential.empty(); });
}

}  // namespace

void Call::On(const SignalingConnected& event, Turn& turn) {
  if (room_.reachable()) On(SignalingLost(), turn);  // another socket than before
  room_.OnConnected(event, turn);
  if (!room_.wanted()) look_.Ask(turn);
}

void Call::On(const SignalingLost&, Turn& turn) {
  room_.OnLost();
  parking_.Close(turn);
  look_.Close(turn);
  // Whether the answer came through, nobody can tell; the next admission will.
  if (is_on_approval() && !recovery_.connected_once()) DropPrepared(turn);
}

void Call::On(const JoinAnswered& event, Turn& turn) {
  const std::optional<JoinAnswer> answer = DecodeJoinAnswer(event.json);
  if (!answer) return turn.Drop(DropReason::kMalformed);
  if (!room_.OnAnswer(event.op)) return turn.Drop(DropReason::kStale);
  const bool was_taken = leg_ && answer->took_answer && answer->peer && answer->peer->id == leg_->peer().id;
  if (is_on_approval() && !was_taken && !IsTalking()) DropPrepared(turn);
  switch (answer->error) {
    case JoinError::kNone: break;
    case JoinError::kBusy: return room_.AskAgain(turn.now + options::kBusyPause);
    case JoinError::kRoomFull: return OnRefused(Cause::kRoomFull, turn);
    case JoinError::kBadRoom: return OnRefused(Cause::kBadRoom, turn);
    case JoinError::kRefused: return OnRefused(Cause::kServerRefused, turn);
  }
  room_.OnAdmitted(*answer, turn);
  ice_servers_ = answer->ice_servers.value_or(DefaultIceServers());
  if (!answer->peer) offer_by_.reset();  // nobody is there who could offer
  if (leg_ && answer->peer && answer->peer->id == leg_->peer().id) leg_->set_peer_name(answer->peer->name);
  // Only STUN was known when it was made.
  if (was_taken && HasRelay(ice_servers_) && !recovery_.connected_once()) relay_at_ = turn.now + options::kRelayDelay;
  // Nobody there: if there is a connection all the same, the other one has yet to come back to this server.
  if (!answer->peer || IsTalking() || IsPartner(answer->peer->id)) return;
  recovery_.Reset();
  const Person& peer = *answer->peer;
  if (answer->parked && answer->parked->stamp.from == peer.id && answer->parked->stamp.room_hash == self_.room_hash) {
    AnswerTo(*answer->parked, turn);
  } else {
    OfferTo(peer, turn);
  }
}

// A server that forgot may have given our seats away; the call needs it no more.
void Call::OnRefused(Cause cause, Turn& turn) {
  if (recovery_.connected_once()) return room_.AskAgain(turn.now + options::kRefusedPause);
  End(cause, turn);
}

void Call::On(const MessageReceived& event, Turn& turn) {
  const auto decoded = DecodeSignal(event.name, event.json);
  if (const DropReason* reason = std::get_if<DropReason>(&decoded)) return turn.Drop(*reason);
  const SignalMessage& message = *std::get_if<SignalMessage>(&decoded);
  if (!room_.wanted() && !std::holds_alternative<Parked>(message)) return turn.Drop(DropReason::kUnexpected);
  std::visit([&](const auto& told) { On(told, turn); }, message);
}

// ---- Who is here ----

void Call::On(const RoomUsers& message, Turn& turn) {
  if (!room_.OnUsers(message, turn)) return;
  ice_servers_ = DefaultIceServers();
  if (room_.peer() && !leg_ && !recovery_.in_doubt()) OfferTo(Person(*room_.peer()), turn);
}

void Call::On(const UserJoined& message, Turn& turn) {
  if (!room_.can_send()) return turn.Drop(DropReason::kUnexpected);
  OnSeated(message.person, turn);
}

void Call::OnSeated(const Person& person, Turn& turn) {
  room_.SetPeer(person);
  // While we talk to somebody of whom the server knows nothing any more, a newcomer has to wait.
  if (IsTalking() || IsPartner(person.id)) return;
  // The other seat has changed hands; the newcomer offers.
  CloseLeg(turn);
  recovery_.Reset();
  partner_.reset();
  gone_ = Cause::kNone;
  offer_by_ = turn.now + options::kOfferTimeout;
}

void Call::On(const UserExit& message, Turn& turn) {
  const bool is_partner = partner() != nullptr && partner()->id == message.id;
  const bool is_seated = room_.peer() && room_.peer()->id == message.id;
  if (!is_partner && !is_seated) return turn.Drop(DropReason::kForeign);
  // Whoever lost the server for good may still be talking to us.
  if (!is_partner || (message.lost && IsTalking())) return room_.ForgetPeer();
  OnPeerGone(message.lost || room_.peer_away() ? Cause::kPeerVanished : Cause::kPeerLeft, turn);
  TurnToStranger(turn);
}

void Call::On(const PeerAway& message, Turn& turn) {
  if (!room_.peer() || room_.peer()->id != message.id) return turn.Drop(DropReason::kForeign);
  room_.SetPeerAway(true);
}

void Call::On(const PeerBack& message, Turn& turn) {
  if (!room_.can_send()) return turn.Drop(DropReason::kUnexpected);
  OnSeated(message.person, turn);
}

void Call::On(const RoomFull&, Turn& turn) {
  if (!room_.asking()) return turn.Drop(DropReason::kUnexpected);
  OnRefused(Cause::kRoomFull, turn);
}

// ---- What waits for a click, or for whoever clicks ----

void Call::On(const Parked& message, Turn& turn) {
  if (room_.wanted() || !room_.reachable()) return turn.Drop(DropReason::kUnexpected);
  look_.OnParked(message, DefaultIceServers(), turn);
}

void Call::On(const ParkKept& message, Turn& turn) { parking_.OnKept(message.leg, turn); }

void Call::OnParkedAnswer(const DescriptionMessage& message, Turn& turn) {
  std::optional<Negotiation> parked = parking_.Take(message.stamp.leg);
  // They answered what we have given up since, so they wait for nothing of ours.
  if (!parked) return OfferTo(Person(*room_.peer()), turn);
  leg_ = std::move(parked);
  leg_->TakenUpBy(*room_.peer());
  OnLegOpened(turn);
  leg_->OnAnswer(message, turn);
}

// ---- Descriptions and candidates ----

bool Call::IsForUs(const Stamp& stamp, Turn& turn) const {
  if (!room_.can_send()) return turn.Drop(DropReason::kUnexpected), false;
  // A server that says who is here passes on nobody else's words.
  const bool is_stranger = !room_.peer() || (!stamp.from.empty() && stamp.from != room_.peer()->id);
  if (is_stranger && !room_.is_legacy()) return turn.Drop(DropReason::kForeign), false;
  if (stamp.version == 0) return true;
  if (stamp.room_hash != self_.room_hash || stamp.from == self_.page || (!stamp.to.empty() && stamp.to != self_.page)) {
    return turn.Drop(DropReason::kForeign), false;
  }
  return true;
}

bool Call::IsOfLeg(const Stamp& stamp) const {
  if (!leg_) return false;
  if (stamp.version == 0) return !leg_->peer_is_duet();
  // A legacy server could not tell us whom we offered to.
  return stamp.leg == leg_->name() && (!leg_->peer_is_duet() || stamp.from == leg_->peer().id);
}

void Call::On(const DescriptionMessage& message, Turn& turn) {
  if (!IsForUs(message.stamp, turn)) return;
  if (message.description.type == DescriptionType::kOffer) return OnOffer(message, turn);
  if (!leg_ && offer_by_ && message.stamp.version > 0) return OnParkedAnswer(message, turn);
  if (!IsOfLeg(message.stamp)) return turn.Drop(DropReason::kStale);
  if (!leg_->WasTakenBySeed(message.stamp)) return leg_->OnAnswer(message, turn);
  // The Duet is the one who has joined: a seed answers before it has. By name nobody else can answer.
  recovery_.OnLegYielded();
  OfferTo(SenderOf(message.stamp), turn);
}

void Call::OnOffer(const DescriptionMessage& message, Turn& turn) {
  bool of_leg = IsOfLeg(message.stamp);
  if (of_leg && message.stamp.version == 0) {
    // A seed names no leg. If its page was reloaded, another session speaks, with another connection.
    const std::string& session = leg_->remote_session();
    of_leg = session.empty() || session == SessionId(message.description.sdp);
  }
  if (of_leg) return leg_->OnOffer(message, turn);
  const Stamp& stamp = message.stamp;
  // The first offer on a leg is number 1. A later one is for a connection that we have given up: the answer of another one is
  // refused.
  if (stamp.version > 0 && stamp.offer > 1) return turn.Drop(DropReason::kStale);
  if (IsCollision(stamp)) {
    if (self_.page > stamp.from) return turn.Drop(DropReason::kUnexpected);  // impolite: ours stands
  } else if (leg_ && !MayReplaceLeg(stamp)) {
    if (room_.is_legacy()) stranger_.Keep(message, turn.now);
    return turn.Drop(DropReason::kUnexpected);
  }
  TurnTo(message, turn);
}

void Call::TurnTo(const DescriptionMessage& offer, Turn& turn) {
  if (leg_) recovery_.OnLegYielded();
  const Person sender = SenderOf(offer.stamp);
  if (partner() == nullptr || partner()->id != sender.id) recovery_.Reset();
  if (room_.peer() != sender) room_.SetPeer(sender);
  AnswerTo(offer, turn);
}

bool Call::TurnToStranger(Turn& turn) {
  const std::optional<Stranger::Words> words = stranger_.Take(turn.now);
  if (!words || !room_.can_send()) return false;
  TurnTo(words->offer, turn);
  for (const CandidateMessage& candidate : words->candidates) leg_->OnCandidate(candidate, turn);
  return true;
}

// Whoever relays without saying for whom leaves nobody but the one we know of, if any.
Person Call::SenderOf(const Stamp& stamp) const {
  Person sender{stamp.from, {}, stamp.version};
  if (!room_.peer()) return sender;
  if (stamp.from.empty()) sender.id = room_.peer()->id;
  if (sender.id == room_.peer()->id) sender.name = room_.peer()->name;
  return sender;
}

// Both offered first, each on a leg of its own. A legacy server could not tell us whom we offered to.
bool Call::IsCollision(const Stamp& stamp) const {
  return leg_ && stamp.version > 0 && leg_->first_offer_outstanding() &&
         (!leg_->peer_is_duet() || stamp.from == leg_->peer().id);
}

// The other one may start again; a stranger only where nothing works. A legacy server shows a reloaded page as a stranger.
bool Call::MayReplaceLeg(const Stamp& stamp) const {
  if (room_.is_legacy()) return !IsTalking();
  return recovery_.in_doubt() || stamp.from == leg_->peer().id;
}

void Call::On(const CandidateMessage& message, Turn& turn) {
  if (!IsForUs(message.stamp, turn) || stranger_.Keep(message)) return;
  if (!IsOfLeg(message.stamp)) return turn.Drop(DropReason::kStale);
  leg_->OnCandidate(message, turn);
}

}  // namespace duet
