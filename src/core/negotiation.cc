#include "core/negotiation.h"

#include <algorithm>
#include <utility>

#include "core/decimal.h"
#include "core/options.h"
#include "core/sdp_scan.h"

namespace duet {

Negotiation Negotiation::Open(const Person& peer, const std::vector<IceServer>& ice_servers, Turn& turn) {
  Negotiation leg;
  leg.id_ = turn.NewLeg();
  leg.peer_ = peer;
  turn.Do(OpenLeg{leg.id_, ice_servers});
  return leg;
}

Negotiation Negotiation::OpenOurs(const Person& peer, const std::vector<IceServer>& ice_servers, bool have_tracks,
                                  Turn& turn) {
  Negotiation leg = Open(peer, ice_servers, turn);
  leg.ours_ = true;
  leg.name_ = turn.self.page.substr(0, 8) + '-';
  AppendDecimal(leg.id_.value, &leg.name_);
  turn.Do(AddTransceivers{leg.id_});
  leg.has_transceivers_ = true;
  if (leg.peer_is_duet()) leg.AddChannel(turn);
  if (have_tracks) leg.AttachTracks(turn);
  return leg;
}

Negotiation Negotiation::Offer(const Person& peer, const std::vector<IceServer>& ice_servers, bool have_tracks, Turn& turn) {
  Negotiation leg = OpenOurs(peer, ice_servers, have_tracks, turn);
  leg.StartOffer(turn);
  return leg;
}

Negotiation Negotiation::Park(const std::vector<IceServer>& ice_servers, bool have_tracks, Turn& turn) {
  // Only a Duet can take it up.
  Negotiation leg = OpenOurs({{}, {}, options::kProtocolVersion}, ice_servers, have_tracks, turn);
  leg.parked_ = true;
  leg.Begin(Step::kCreateOffer, turn);
  turn.Do(CreateDescription{leg.id_, leg.op_, DescriptionType::kOffer});
  return leg;
}

void Negotiation::TakenUpBy(const Person& peer) {
  peer_ = peer;
  parked_ = false;
}

Negotiation Negotiation::Answer(const Person& peer, const std::vector<IceServer>& ice_servers,
                                const DescriptionMessage& offer, Turn& turn) {
  Negotiation leg = Open(peer, ice_servers, turn);
  leg.name_ = offer.stamp.leg;
  leg.ApplyOffer(offer, turn);
  return leg;
}

Negotiation Negotiation::Prepare(const DescriptionMessage& offer, const std::vector<IceServer>& ice_servers, Turn& turn) {
  Negotiation leg = Answer({offer.stamp.from, {}, offer.stamp.version}, ice_servers, offer, turn);
  leg.prepares_ = true;
  return leg;
}

std::string Negotiation::PreparedAnswer(const Turn& turn) const {
  return EncodeDescription({DescriptionType::kAnswer, created_}, StampFor(remote_.offer, turn));
}

void Negotiation::SetPrepared(std::string answer, Turn& turn) {
  prepares_ = false;
  generation_ = remote_.offer;
  remote_.answer = std::move(answer);
  Begin(Step::kLocalAnswer, turn);
  turn.Do(SetCreatedDescription{id_, op_, {DescriptionType::kAnswer, std::exchange(created_, {})}});
}

void Negotiation::Restart(const std::vector<IceServer>& ice_servers, Turn& turn) {
  turn.Do(RestartIce{id_, ice_servers});
  offer_wanted_ = true;
  if (step_ == Step::kNone && signaling_ == Signaling::kStable) StartOffer(turn);
}

void Negotiation::AddChannel(Turn& turn) {
  has_channel_ = true;
  turn.Do(OpenChannel{id_});
}

void Negotiation::AttachTracks(Turn& turn) {
  if (has_transceivers_) turn.Do(duet::AttachTracks{id_, turn.NewOp()});
}

void Negotiation::Begin(Step step, Turn& turn) {
  step_ = step;
  op_ = turn.NewOp();
}

void Negotiation::StartOffer(Turn& turn) {
  offer_wanted_ = false;
  Begin(Step::kLocalOffer, turn);
  turn.Do(SetLocalDescription{id_, op_});
}

void Negotiation::OnOffer(const DescriptionMessage& message, Turn& turn) {
  if (!IsTheirs(message.description)) return turn.Drop(DropReason::kForeign);
  if (message.stamp.version > 0) {
    if (message.stamp.offer == remote_.offer && !remote_.answer.empty()) {
      turn.Do(SendMessage{"answer", remote_.answer});  // our answer was lost
      return;
    }
    const std::uint32_t newest = held_offer_ ? held_offer_->stamp.offer : remote_.offer;
    if (message.stamp.offer <= newest) return turn.Drop(DropReason::kStale);
  }
  // While our own offer is being answered there is no collision: the answer only has to be applied first.
  const bool collision = step_ == Step::kLocalOffer || (signaling_ == Signaling::kHaveLocalOffer && step_ == Step::kNone);
  if (collision && !is_polite(turn)) return turn.Drop(DropReason::kUnexpected);
  if (step_ != Step::kNone) {
    held_offer_ = message;
  } else {
    ApplyOffer(message, turn);
  }
}

void Negotiation::ApplyOffer(const DescriptionMessage& message, Turn& turn) {
  if (signaling_ == Signaling::kHaveLocalOffer) {
    // Setting the remote offer rolls ours back (JSEP 4.1.10.2); what it was for is still wanted.
    offer_wanted_ = true;
    unanswered_.clear();
    unsent_candidates_.clear();
    answer_by_.reset();
  }
  remote_before_ = remote_;
  remote_.offer = message.stamp.offer;
  remote_.answer.clear();
  last_offer_ = std::max(last_offer_, remote_.offer);
  ApplyRemote(message.description, Step::kRemoteOffer, turn);
  if (peer_is_duet() && HasDataChannel(message.description.sdp) && !has_channel_) AddChannel(turn);
}

void Negotiation::OnAnswer(const DescriptionMessage& message, Turn& turn) {
  const bool stamped = message.stamp.version > 0;
  if (step_ != Step::kNone || signaling_ != Signaling::kHaveLocalOffer) return turn.Drop(DropReason::kUnexpected);
  if (stamped && message.stamp.offer != last_offer_) return turn.Drop(DropReason::kStale);
  if ((!stamped && peer_is_duet()) || !IsTheirs(message.description)) return turn.Drop(DropReason::kForeign);
  if (stamped && !peer_is_duet()) {
    peer_.id = message.stamp.from;  // a legacy server could not tell
    peer_.version = message.stamp.version;
  }
  unanswered_.clear();
  answer_by_.reset();
  ApplyRemote(message.description, Step::kRemoteAnswer, turn);
}

void Negotiation::ApplyRemote(const Description& description, Step step, Turn& turn) {
  Begin(step, turn);
  if (fingerprints_.empty()) fingerprints_ = Fingerprints(description.sdp);
  remote_.session = SessionId(description.sdp);
  remote_.fragments = UsernameFragments(description.sdp);
  remote_.candidates = 0;
  turn.Do(SetRemoteDescription{id_, op_, description});
  // The browser chains its operations (W3C WebRTC 4.4.1.2), so candidates need not wait for the answer to this order.
  for (const Candidate& candidate : std::exchange(early_candidates_, {})) {
    IsCurrent(candidate) ? Add(candidate, turn) : turn.Drop(DropReason::kStale);
  }
}

void Negotiation::OnDescriptionCreated(const DescriptionCreated& event, Turn& turn) {
  if (!IsAnswered(event.op, Step::kCreateOffer, Step::kCreateAnswer)) return turn.Drop(DropReason::kStale);
  created_ = event.description.sdp;
  if (step_ == Step::kCreateOffer) {
    Begin(Step::kLocalOffer, turn);
    turn.Do(SetCreatedDescription{id_, op_, {DescriptionType::kOffer, created_}});
  } else {
    step_ = Step::kNone;  // until somebody clicks
    op_ = {};
  }
}

bool Negotiation::OnLocalDescriptionSet(const LocalDescriptionSet& event, Turn& turn) {
  if (!IsAnswered(event.op, Step::kLocalOffer, Step::kLocalAnswer)) {
    turn.Drop(DropReason::kStale);
    return true;
  }
  const bool offer = step_ == Step::kLocalOffer;
  if ((event.description.type == DescriptionType::kOffer) != offer) return false;
  step_ = Step::kNone;
  op_ = {};
  if (!offer) {
    signaling_ = Signaling::kStable;
    agreed_ = true;
    if (remote_.answer.empty()) {
      SendLocal(event.description, remote_.offer, turn);
    } else {
      SendCandidates(turn);  // it was prepared, and sent with `join`
    }
    Settle(turn);
    return true;
  }
  signaling_ = Signaling::kHaveLocalOffer;
  if (held_offer_) {
    ApplyOffer(*std::exchange(held_offer_, std::nullopt), turn);  // we yield before we have said anything
  } else if (parked_) {
    generation_ = ++last_offer_;
    const Description offer{DescriptionType::kOffer, std::exchange(created_, {})};
    turn.Do(SendMessage{"park", EncodeDescription(offer, StampFor(generation_, turn))});
    SendCandidates(turn);
  } else {
    SendLocal(event.description, ++last_offer_, turn);
  }
  return true;
}

void Negotiation::OnRemoteDescriptionSet(const RemoteDescriptionSet& event, bool have_tracks, Turn& turn) {
  if (!IsAnswered(event.op, Step::kRemoteOffer, Step::kRemoteAnswer)) return turn.Drop(DropReason::kStale);
  const bool answer = step_ == Step::kRemoteAnswer;
  step_ = Step::kNone;
  op_ = {};
  remote_before_ = {};
  if (answer) {
    signaling_ = Signaling::kStable;
    agreed_ = true;
    Settle(turn);
    return;
  }
  signaling_ = Signaling::kHaveRemoteOffer;
  if (held_offer_) {
    ApplyOffer(*std::exchange(held_offer_, std::nullopt), turn);  // only the newest is answered
    return;
  }
  turn.Do(AcceptTransceivers{id_});
  has_transceivers_ = true;
  if (have_tracks) AttachTracks(turn);
  if (prepares_) {
    Begin(Step::kCreateAnswer, turn);
    turn.Do(CreateDescription{id_, op_, DescriptionType::kAnswer});
  } else {
    Begin(Step::kLocalAnswer, turn);
    turn.Do(SetLocalDescription{id_, op_});
  }
}

// In `stable`, with no step under way: do what had to wait.
void Negotiation::Settle(Turn& turn) {
  if (held_offer_) {
    ApplyOffer(*std::exchange(held_offer_, std::nullopt), turn);
    return;
  }
  if (ours_ && peer_is_duet() && !has_channel_) {
    // It looked like a seed when the leg was made. A real seed never gets here: it would only be confused.
    AddChannel(turn);
    offer_wanted_ = true;
  }
  if (offer_wanted_) StartOffer(turn);
}

bool Negotiation::OnDescriptionFailed(const DescriptionFailed& event, Turn& turn) {
  if (event.op != op_) {
    turn.Drop(DropReason::kStale);
    return true;
  }
  // A bad offer during a call leaves everything as it was. Nothing else leaves anything worth having.
  if (step_ != Step::kRemoteOffer || !agreed_ || signaling_ != Signaling::kStable) return false;
  step_ = Step::kNone;
  op_ = {};
  remote_ = std::exchange(remote_before_, {});
  turn.Drop(DropReason::kRefused);
  Settle(turn);
  return true;
}

void Negotiation::SendLocal(const Description& description, std::uint32_t offer, Turn& turn) {
  generation_ = offer;
  std::string json = EncodeDescription(description, StampFor(offer, turn));
  const bool is_offer = description.type == DescriptionType::kOffer;
  if (is_offer) {
    unanswered_ = json;
    repeats_ = 0;
    answer_by_ = turn.now + options::kAnswerTimeout;
  } else {
    remote_.answer = json;
  }
  turn.Do(SendMessage{is_offer ? "offer" : "answer", std::move(json)});
  SendCandidates(turn);
}

void Negotiation::SendCandidates(Turn& turn) {
  for (const Candidate& candidate : std::exchange(unsent_candidates_, {})) {
    turn.Do(SendMessage{"candidate", EncodeCandidate(candidate, StampFor(generation_, turn))});
  }
}

void Negotiation::OnLocalCandidate(const LocalCandidateFound& event, Turn& turn) {
  // A seed throws on an end of candidates.
  if (event.candidate.candidate.empty() && !peer_is_duet()) return;
  if (step_ == Step::kLocalOffer || step_ == Step::kLocalAnswer) {
    unsent_candidates_.push_back(event.candidate);
    return;
  }
  turn.Do(SendMessage{"candidate", EncodeCandidate(event.candidate, StampFor(generation_, turn))});
}

void Negotiation::OnCandidate(const CandidateMessage& message, Turn& turn) {
  const Candidate& candidate = message.candidate;
  if (++remote_.candidates > options::kMaxCandidates) return turn.Drop(DropReason::kTooMany);
  if (!remote_.fragments.empty() && IsCurrent(candidate)) return Add(candidate, turn);
  if (early_candidates_.size() == options::kMaxEarlyCandidates) return turn.Drop(DropReason::kTooMany);
  early_candidates_.push_back(candidate);
}

bool Negotiation::IsCurrent(const Candidate& candidate) const {
  return candidate.username_fragment.empty() || std::find(remote_.fragments.begin(), remote_.fragments.end(),
                                                          candidate.username_fragment) != remote_.fragments.end();
}

bool Negotiation::IsTheirs(const Description& description) const {
  return fingerprints_.empty() || Fingerprints(description.sdp) == fingerprints_;
}

void Negotiation::Add(const Candidate& candidate, Turn& turn) { turn.Do(AddCandidate{id_, turn.NewOp(), candidate}); }

bool Negotiation::OnDeadline(bool can_send, Turn& turn) {
  if (!answer_by_ || turn.now < *answer_by_) return true;
  answer_by_ = turn.now + options::kAnswerTimeout;
  if (!can_send) return true;  // then it waits to be sent at all
  // Once agreed there is a connection, which is worth more than whatever the offer is for.
  if (repeats_ == options::kMaxOfferRepeats) return agreed_;
  ++repeats_;
  turn.Do(SendMessage{"offer", unanswered_});
  return true;
}

Stamp Negotiation::StampFor(std::uint32_t offer, const Turn& turn) const {
  Stamp stamp;
  stamp.version = options::kProtocolVersion;
  stamp.from = turn.self.page;
  stamp.to = peer_is_duet() ? peer_.id : std::string();
  stamp.leg = name_;
  stamp.offer = offer;
  stamp.room_hash = turn.self.room_hash;
  return stamp;
}

bool Negotiation::IsConsistent() const {
  if ((step_ == Step::kNone) != (op_ == OpId{})) return false;
  if (id_ == LegId{}) return false;
  if (held_offer_ && step_ == Step::kNone) return false;
  if (is_prepared() && !(prepares_ && !created_.empty())) return false;
  if (parked_ && (agreed_ || answer_by_ || !ours_)) return false;
  if (answer_by_.has_value() == unanswered_.empty()) return false;
  return !answer_by_ || signaling_ == Signaling::kHaveLocalOffer;
}

}  // namespace duet
