// How a connection makes descriptions and applies them: RFC 9429 5.2 to 5.11, W3C WebRTC 4.4.1.5.
#include <algorithm>

#include "core/check.h"
#include "support/model/peer.h"

namespace duet::model {
namespace {

// But for what is new in each: mids and ICE credentials.
bool SayTheSame(const Sdp& a, const Sdp& b) {
  return std::equal(a.lines.begin(), a.lines.end(), b.lines.begin(), b.lines.end(), [](const MLine& x, const MLine& y) {
    return x.kind == y.kind && x.direction == y.direction && x.rejected == y.rejected;
  });
}

bool Fits(const Sdp& answer, const Sdp& offer) {
  return std::equal(answer.lines.begin(), answer.lines.end(), offer.lines.begin(), offer.lines.end(),
                    [](const MLine& a, const MLine& o) { return a.kind == o.kind && a.mid == o.mid; });
}

}  // namespace

// ---- Making ----

Error Peer::Describe(Create& operation, const Dialect& dialect) {
  const bool is_answer = operation.type == DescriptionType::kAnswer;
  if (is_answer != (signaling_ == Signaling::kHaveRemoteOffer)) return Error::kInvalidState;
  operation.sdp = Make(operation.type, dialect);
  operation.described = true;
  return Error::kNone;
}

Error Peer::Describe(SetLocal& operation, const Dialect& dialect) {
  const bool must_answer = signaling_ == Signaling::kHaveRemoteOffer;
  const Wanted unfit = must_answer ? Wanted::kOffer : Wanted::kAnswer;
  if (operation.wanted == unfit || operation.wanted == Wanted::kRollback) return Error::kInvalidState;
  const DescriptionType type = must_answer ? DescriptionType::kAnswer : DescriptionType::kOffer;
  const Sdp created = this->created(type);
  const Peer before = *this;
  operation.sdp = Make(type, dialect);
  operation.described = true;
  if (dialect.uses_created_description && created.readable && SayTheSame(created, operation.sdp)) {
    *this = before;
    operation.sdp = created;
  }
  return operation.sdp.lines.empty() && !dialect.offers_nothing ? Error::kOperation : Error::kNone;
}

Sdp Peer::Make(DescriptionType type, const Dialect& dialect) {
  return type == DescriptionType::kOffer ? MakeOffer(dialect) : MakeAnswer(dialect);
}

// A description without lines. New credentials if this is the first one, or a restart.
Sdp Peer::Blank(DescriptionType type, bool restart, const Dialect& dialect) {
  Sdp sdp;
  sdp.type = type;
  sdp.readable = true;
  sdp.session = session_;
  sdp.fingerprint = certificate_;
  sdp.fragment = {session_, current_local_.fragment.generation};
  if (current_local_.readable && !restart) return sdp;
  const bool is_set = signaling_ == Signaling::kHaveLocalOffer && pending_.fragment.generation == proposed_generation_;
  const bool offers_restart = type == DescriptionType::kOffer && current_local_.readable;
  const bool renews = offers_restart || (dialect.renews_unset_fragment && !is_set);
  const bool usable = proposed_generation_ && !renews && (to_replace_ >> *proposed_generation_ & 1) == 0;
  if (!usable) proposed_generation_ = next_generation_++;
  DUET_CHECK(next_generation_ < 32);
  sdp.fragment.generation = *proposed_generation_;
  return sdp;
}

Sdp Peer::MakeOffer(const Dialect& dialect) {
  Sdp offer = Blank(DescriptionType::kOffer, (to_replace_ >> current_local_.fragment.generation & 1) != 0, dialect);
  FixedList<std::uint8_t, kMaxLines> reusable;
  for (const MLine& before : local().lines) {
    MLine line = before;
    if (line.kind != Kind::kApplication) {
      const Transceiver* transceiver = Find(line.mid);
      line.rejected = transceiver == nullptr || transceiver->direction == Direction::kStopped;
      line.direction = line.rejected ? Direction::kInactive : transceiver->direction;
      if (transceiver == nullptr) reusable.push_back(static_cast<std::uint8_t>(offer.lines.size()));
    }
    offer.lines.push_back(line);
  }
  for (Transceiver& transceiver : transceivers_) {
    if (transceiver.mid != kNoMid || transceiver.direction == Direction::kStopped) continue;
    if (transceiver.proposed_mid == kNoMid) transceiver.proposed_mid = next_mid_++;
    const MLine line{transceiver.kind, transceiver.direction, false, transceiver.proposed_mid};
    if (reusable.empty()) {
      offer.lines.push_back(line);
    } else {
      offer.lines[reusable.front()] = line;
      reusable.pop_front();
    }
  }
  const bool wants_channel = channel_ == Channel::kConnecting || channel_ == Channel::kOpen;
  if (wants_channel && !offer.HasLiveApplication()) {
    offer.lines.push_back(MLine{Kind::kApplication, Direction::kInactive, false, next_mid_++});
  }
  return offer;
}

Sdp Peer::MakeAnswer(const Dialect& dialect) {
  Sdp answer = Blank(DescriptionType::kAnswer, pending_.fragment != current_remote_.fragment, dialect);
  for (const MLine& offered : pending_.lines) {
    MLine line = offered;
    if (line.kind != Kind::kApplication) {
      const Transceiver* transceiver = Find(line.mid);
      line.rejected = transceiver == nullptr || transceiver->stopped;
      line.direction = line.rejected ? Direction::kInactive : Common(transceiver->direction, Reversed(offered.direction));
    }
    answer.lines.push_back(line);
  }
  return answer;
}

// ---- Applying ----

// What was made before may not be what is wanted now (W3C WebRTC 4.4.1.6, 4.4.1.5).
Error Peer::CheckLocal(const SetLocal& operation, const Dialect& dialect) const {
  if (operation.wanted != Wanted::kThis) return Error::kNone;
  const Sdp& sdp = operation.sdp;
  const bool is_ours = sdp.readable && sdp.fingerprint == certificate_;
  if (!is_ours || (dialect.refuses_other_description && sdp != created(sdp.type))) return Error::kInvalidModification;
  const bool is_answer = sdp.type == DescriptionType::kAnswer;
  if (is_answer != (signaling_ == Signaling::kHaveRemoteOffer)) return Error::kInvalidState;
  return is_answer && !Fits(sdp, pending_) ? Error::kInvalidAccess : Error::kNone;
}

Error Peer::ApplyLocal(const Sdp& sdp, const Dialect& dialect) {
  if (sdp.type == DescriptionType::kAnswer) {
    ApplyAnswer(sdp, true, dialect);
  } else {
    for (Transceiver& transceiver : transceivers_) {
      if (transceiver.mid != kNoMid || sdp.IndexOf(transceiver.proposed_mid) < 0) continue;
      transceiver.mid = transceiver.proposed_mid;
      transceiver.placed_by_pending = true;
    }
    pending_ = sdp;
    signaling_ = Signaling::kHaveLocalOffer;
    if (!current_local_.readable || sdp.fragment != current_local_.fragment) proposed_generation_ = sdp.fragment.generation;
  }
  Gather(sdp);
  return Error::kNone;
}

Error Peer::ApplyRemote(const Sdp& sdp, const Dialect& dialect) {
  if (sdp.type == DescriptionType::kAnswer) {
    if (signaling_ != Signaling::kHaveLocalOffer) return Error::kInvalidState;
    const Error error = CheckAnswer(sdp, dialect);
    if (error == Error::kNone) ApplyAnswer(sdp, false, dialect);
    return error;
  }
  const Peer before = *this;
  if (signaling_ == Signaling::kHaveLocalOffer) Rollback();
  const Error error = CheckOffer(sdp, dialect);
  if (error == Error::kNone) {
    ApplyRemoteOffer(sdp, dialect);
  } else if (!dialect.refused_offer_rolls_back) {
    *this = before;
  }
  return error;
}

// Against what there is, as if that were agreed on (W3C WebRTC 4.4.1.5, 4.4).
Error Peer::CheckOffer(const Sdp& offer, const Dialect& dialect) const {
  if (!offer.readable) return Error::kOperation;
  const Sdp& known = remote();
  if (!known.readable) return Error::kNone;
  if (offer.lines.size() < known.lines.size()) return Error::kInvalidAccess;
  for (std::size_t i = 0; i < known.lines.size(); ++i) {
    const bool agreed = i < current_local_.lines.size();
    if (known.lines[i].rejected || (agreed && current_local_.lines[i].rejected)) continue;
    if (offer.lines[i].kind != known.lines[i].kind) return Error::kInvalidAccess;
    if (dialect.refuses_changed_mid && offer.lines[i].mid != known.lines[i].mid) return Error::kInvalidAccess;
  }
  return Error::kNone;
}

Error Peer::CheckAnswer(const Sdp& answer, const Dialect& dialect) const {
  if (!answer.readable) return Error::kOperation;
  if (!Fits(answer, pending_)) return Error::kInvalidAccess;
  if (!dialect.refuses_stale_answer || !current_remote_.readable) return Error::kNone;
  const bool restarted = pending_.fragment != current_local_.fragment;
  const bool followed = answer.fragment != current_remote_.fragment;
  return restarted == followed ? Error::kNone : Error::kInvalidAccess;
}

void Peer::ApplyRemoteOffer(const Sdp& offer, const Dialect& dialect) {
  const Sdp known = remote();
  for (std::size_t i = 0; i < offer.lines.size(); ++i) {
    const MLine& line = offer.lines[i];
    next_mid_ = std::max<std::uint8_t>(next_mid_, line.mid + 1);
    if (line.kind == Kind::kApplication) continue;
    Transceiver* renamed = i < known.lines.size() ? Find(known.lines[i].mid) : nullptr;
    if (renamed != nullptr && renamed->kind == line.kind) renamed->mid = renamed->proposed_mid = line.mid;
    const bool is_new = Find(line.mid) == nullptr;
    Transceiver& transceiver = FindOrMake(line);
    if (!line.rejected) continue;
    transceiver.direction = transceiver.current = Direction::kStopped;
    transceiver.stopped = true;
    if (is_new && !dialect.removes_rejected_transceiver) transceiver.mid = kNoMid;
  }
  candidate_for_pending_ =
      signaling_ == Signaling::kHaveRemoteOffer && candidate_for_pending_ && offer.fragment == pending_.fragment;
  pending_ = offer;
  signaling_ = Signaling::kHaveRemoteOffer;
}

// RFC 9429 5.10: never one that addTransceiver made.
Transceiver& Peer::FindOrMake(const MLine& line) {
  if (Transceiver* known = Find(line.mid); known != nullptr && known->kind == line.kind) return *known;
  Transceiver* found = nullptr;
  for (Transceiver& transceiver : transceivers_) {
    const bool is_free = transceiver.mid == kNoMid && transceiver.direction != Direction::kStopped;
    if (!is_free || !transceiver.by_add_track || transceiver.kind != line.kind || !Receives(line.direction)) continue;
    found = &transceiver;
    break;
  }
  if (found == nullptr) {
    Transceiver made;
    made.kind = line.kind;
    made.direction = Direction::kRecvOnly;
    made.made_by_pending = true;
    transceivers_.push_back(made);
    found = &transceivers_.back();
  }
  found->mid = found->proposed_mid = line.mid;
  found->placed_by_pending = true;
  return *found;
}

void Peer::ApplyAnswer(const Sdp& answer, bool ours, const Dialect& dialect) {
  for (const MLine& line : answer.lines) {
    Transceiver* transceiver = line.kind == Kind::kApplication ? nullptr : Find(line.mid);
    if (transceiver == nullptr) continue;
    if (!line.rejected) {
      transceiver->current = ours ? line.direction : Reversed(line.direction);
      continue;
    }
    const bool kept = transceiver->direction != Direction::kStopped && !dialect.removes_rejected_transceiver;
    transceiver->direction = transceiver->current = Direction::kStopped;
    transceiver->stopped = true;
    if (kept) transceiver->mid = kNoMid;
  }
  Agree(ours ? answer : pending_, ours ? pending_ : answer, dialect);
  for (std::size_t i = transceivers_.size(); i-- > 0;) {
    const Transceiver& transceiver = transceivers_[i];
    if (transceiver.stopped && (transceiver.mid != kNoMid || transceiver.made_by_pending)) Remove(i);
  }
  for (Transceiver& transceiver : transceivers_) transceiver.made_by_pending = transceiver.placed_by_pending = false;
}

// Offer and answer become what was agreed on.
void Peer::Agree(const Sdp& local, const Sdp& remote, const Dialect& dialect) {
  const bool first = !current_local_.readable;
  const bool new_local = first || local.fragment != current_local_.fragment;
  const bool new_remote = first || remote.fragment != current_remote_.fragment;
  const bool new_fingerprint = !first && remote.fingerprint != current_remote_.fingerprint;
  candidate_for_current_ = (candidate_for_current_ && !new_remote) || candidate_for_pending_;
  candidate_for_pending_ = false;
  current_local_ = local;
  current_remote_ = remote;
  pending_ = created_offer_ = created_answer_ = Sdp();
  signaling_ = Signaling::kStable;
  proposed_generation_.reset();
  if ((to_replace_ >> current_local_.fragment.generation & 1) == 0) to_replace_ = 0;

  const bool has_application = std::any_of(remote.lines.begin(), remote.lines.end(),
                                           [](const MLine& line) { return line.kind == Kind::kApplication; });
  const bool lost = has_application && !(current_local_.HasLiveApplication() && current_remote_.HasLiveApplication());
  if (lost && channel_ != Channel::kNone && dialect.closes_rejected_channel) channel_ = Channel::kClosed;

  const bool alive = connection_ == Connection::kConnected || connection_ == Connection::kDisconnected;
  const bool handshake = alive && new_fingerprint && dialect.shakes_hands_again;
  const bool again = connection_ == Connection::kFailed && new_local && new_remote;
  if (connection_ == Connection::kNew || handshake || again) connection_ = Connection::kConnecting;
}

// RFC 9429 5.7.
Error Peer::Rollback() {
  if (signaling_ == Signaling::kStable) return Error::kInvalidState;
  for (std::size_t i = transceivers_.size(); i-- > 0;) {
    Transceiver& transceiver = transceivers_[i];
    if (transceiver.placed_by_pending) transceiver.mid = transceiver.proposed_mid = kNoMid;
    if (transceiver.made_by_pending && !transceiver.by_add_track) {
      Remove(i);
    } else {
      transceiver.made_by_pending = transceiver.placed_by_pending = false;
    }
  }
  pending_ = Sdp();
  signaling_ = Signaling::kStable;
  candidate_for_pending_ = false;
  // What was gathered for the offer is of no use any more.
  const bool of_current = current_local_.readable && gathering_generation_ == current_local_.fragment.generation;
  if (!of_current) {
    gathering_ = current_local_.readable ? Gathering::kDone : Gathering::kNone;
    gathering_generation_ = current_local_.fragment.generation;
  }
  return Error::kNone;
}

void Peer::Gather(const Sdp& local) {
  const bool begun = gathering_ != Gathering::kNone && gathering_generation_ == local.fragment.generation;
  const bool needed = std::any_of(local.lines.begin(), local.lines.end(), [](const MLine& line) { return !line.rejected; });
  if (begun || !needed) return;
  gathering_ = Gathering::kCandidateDue;
  gathering_generation_ = local.fragment.generation;
}

}  // namespace duet::model
