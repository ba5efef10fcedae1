#include "support/model/peer.h"

#include <algorithm>
#include <utility>

#include "core/check.h"

namespace duet::model {

std::string_view ToString(Error error) {
  switch (error) {
    case Error::kNone: return "ok";
    case Error::kInvalidState: return "InvalidStateError";
    case Error::kInvalidAccess: return "InvalidAccessError";
    case Error::kInvalidModification: return "InvalidModificationError";
    case Error::kOperation: return "OperationError";
    case Error::kType: return "TypeError";
  }
  DUET_CHECK(false);
}

// ---- At once ----

Error Peer::AddTransceiver(Kind kind, Direction direction) {
  if (closed_) return Error::kInvalidState;
  Transceiver transceiver;
  transceiver.kind = kind;
  transceiver.direction = direction;
  transceivers_.push_back(transceiver);
  return Error::kNone;
}

// A sender that never sent, of a transceiver that is not stopped, is used again (W3C WebRTC 5.1, addTrack 6).
Error Peer::AddTrack(Kind kind, std::uint8_t track) {
  if (closed_) return Error::kInvalidState;
  for (Transceiver& transceiver : transceivers_) {
    const bool never_sent = !Sends(transceiver.current);
    if (transceiver.kind != kind || transceiver.track != 0 || transceiver.stopped || !never_sent) continue;
    if (transceiver.direction == Direction::kStopped) continue;
    transceiver.track = track;
    transceiver.by_add_track = true;
    transceiver.direction = Receives(transceiver.direction) ? Direction::kSendRecv : Direction::kSendOnly;
    return Error::kNone;
  }
  Transceiver transceiver;
  transceiver.kind = kind;
  transceiver.track = track;
  transceiver.by_add_track = true;
  transceivers_.push_back(transceiver);
  return Error::kNone;
}

Error Peer::CreateChannel() {
  if (closed_) return Error::kInvalidState;
  if (channel_ != Channel::kNone) return Error::kOperation;  // the id is taken
  channel_ = Channel::kConnecting;
  return Error::kNone;
}

Error Peer::SetDirection(std::size_t transceiver, Direction direction) {
  if (closed_ || transceivers_[transceiver].direction == Direction::kStopped) return Error::kInvalidState;
  transceivers_[transceiver].direction = direction;
  return Error::kNone;
}

Error Peer::Stop(std::size_t transceiver) {
  if (closed_) return Error::kInvalidState;
  transceivers_[transceiver].direction = Direction::kStopped;
  return Error::kNone;
}

void Peer::RestartIce() {
  if (current_local_.readable) to_replace_ |= 1u << current_local_.fragment.generation;
  if (local().readable) to_replace_ |= 1u << local().fragment.generation;
}

void Peer::Close() {
  closed_ = true;
  chain_.clear();
  gathering_ = Gathering::kNone;
  draining_ = false;
}

// ---- Operations ----

Error Peer::Begin(const Create& operation, const Dialect& dialect) { return Enqueue(operation, dialect); }

Error Peer::Begin(const SetLocal& operation, const Dialect& dialect) { return Enqueue(operation, dialect); }

Error Peer::Begin(const SetRemote& operation, const Dialect& dialect) {
  const bool unreadable = !operation.rollback && !operation.sdp.readable;
  if (dialect.reads_at_once && unreadable && !closed_) return Error::kOperation;
  return Enqueue(operation, dialect);
}

Error Peer::Begin(const AddRemoteCandidate& operation, const Dialect& dialect) {
  const IceCandidate& candidate = operation.candidate;
  if (!candidate.is_end && candidate.mid == kNoMid && candidate.index == kNoMid) return Error::kType;
  return Enqueue(operation, dialect);
}

Error Peer::Begin(const ReplaceTracks& operation, const Dialect& dialect) {
  if (dialect.chains_replace_track) return Enqueue(operation, dialect);
  if (closed_) return Error::kInvalidState;
  loose_.push_back(operation);
  return Error::kNone;
}

Error Peer::Enqueue(const Operation& operation, const Dialect& dialect) {
  if (closed_) return Error::kInvalidState;
  chain_.push_back(operation);
  if (chain_.size() == 1) StartHead(dialect);
  return Error::kNone;
}

void Peer::StartHead(const Dialect& dialect) {
  if (!dialect.describes_at_start) return;
  Operation started = chain_.front();  // what describing fails with, it will fail with again
  const Error error = std::visit(
      [&](auto& operation) {
        if constexpr (requires { operation.described; })
          return operation.described ? Error::kNone : Describe(operation, dialect);
        return Error::kNone;
      },
      started);
  if (error == Error::kNone) chain_.front() = started;
}

Outcome Peer::Complete(const Dialect& dialect) {
  Operation operation = chain_.front();
  const Outcome outcome = std::visit([&](auto& o) { return Run(o, dialect); }, operation);
  chain_.pop_front();
  if (!chain_.empty()) StartHead(dialect);
  return outcome;
}

Outcome Peer::CompleteReplace() {
  ReplaceTracks operation = loose_.front();
  loose_.pop_front();
  return Run(operation, kChromium);
}

Outcome Peer::Run(Create& operation, const Dialect& dialect) {
  const Error error = operation.described ? Error::kNone : Describe(operation, dialect);
  if (error == Error::kNone) (operation.type == DescriptionType::kOffer ? created_offer_ : created_answer_) = operation.sdp;
  return {Outcome::What::kCreated, operation.op, error, operation.type};
}

Outcome Peer::Run(SetLocal& operation, const Dialect& dialect) {
  Error error = Error::kNone;
  if (operation.wanted == Wanted::kRollback) {
    error = Rollback();
  } else {
    if (!operation.described) error = Describe(operation, dialect);
    if (error == Error::kNone) error = CheckLocal(operation, dialect);
    if (error == Error::kNone) error = ApplyLocal(operation.sdp, dialect);
  }
  return {Outcome::What::kLocalDescription, operation.op, error, {}};
}

Outcome Peer::Run(SetRemote& operation, const Dialect& dialect) {
  const Error error = operation.rollback ? Rollback() : ApplyRemote(operation.sdp, dialect);
  return {Outcome::What::kRemoteDescription, operation.op, error, {}};
}

Outcome Peer::Run(AddRemoteCandidate& operation, const Dialect& dialect) {
  return {Outcome::What::kCandidate, operation.op, Add(operation.candidate, dialect), {}};
}

// W3C WebRTC 5.2, replaceTrack.
Outcome Peer::Run(ReplaceTracks& operation, const Dialect&) {
  Error error = Error::kNone;
  for (const Replacement& replacement : operation.replacements) {
    const bool gone = replacement.transceiver == kRemoved;
    if (gone || transceivers_[replacement.transceiver].direction == Direction::kStopped) {
      error = Error::kInvalidState;
    } else {
      transceivers_[replacement.transceiver].track = replacement.track;
    }
  }
  return {Outcome::What::kTracks, operation.op, error, {}};
}

// W3C WebRTC 4.4.1.7, addIceCandidate.
Error Peer::Add(const IceCandidate& candidate, const Dialect& dialect) {
  const Sdp& remote = this->remote();
  const bool pending = signaling_ == Signaling::kHaveRemoteOffer;
  if (!remote.readable) {
    return candidate.is_end && !dialect.refuses_early_end ? Error::kNone : Error::kInvalidState;
  }
  if (candidate.mid != kNoMid || candidate.index != kNoMid) {
    const int index = candidate.mid != kNoMid ? remote.IndexOf(candidate.mid) : candidate.index;
    if (index < 0 || index >= static_cast<int>(remote.lines.size())) return Error::kOperation;
    if (remote.lines[static_cast<std::size_t>(index)].rejected) {
      return dialect.refuses_candidate_of_rejected_line ? Error::kOperation : Error::kNone;
    }
  }
  if (!candidate.readable) return dialect.refuses_unreadable_candidate ? Error::kOperation : Error::kNone;
  const Fragment& fragment = candidate.has_fragment ? candidate.fragment : remote.fragment;
  const bool of_pending = pending && fragment == pending_.fragment;
  const bool of_current = current_remote_.readable && fragment == current_remote_.fragment;
  const bool known = of_pending || (of_current && !(pending && dialect.refuses_agreed_fragment));
  if (!known) return dialect.refuses_unknown_fragment ? Error::kOperation : Error::kNone;
  if (candidate.is_end) return Error::kNone;
  candidate_for_pending_ = candidate_for_pending_ || of_pending;
  candidate_for_current_ = candidate_for_current_ || of_current;
  return Error::kNone;
}

// ---- Gathering ----

IceCandidate Peer::Gather(const Dialect& dialect) {
  DUET_CHECK(CanGather());
  IceCandidate candidate;
  candidate.is_end = gathering_ == Gathering::kEndDue;
  candidate.fragment = {session_, gathering_generation_};
  const Sdp& local = this->local();
  for (std::size_t i = 0; i < local.lines.size(); ++i) {
    if (local.lines[i].rejected) continue;
    candidate.index = static_cast<std::uint8_t>(i);
    candidate.mid = local.lines[i].mid;
    break;
  }
  const bool end_due = !candidate.is_end && dialect.says_end_of_candidates;
  gathering_ = end_due ? Gathering::kEndDue : Gathering::kDone;
  return candidate;
}

// ---- Transceivers ----

Transceiver* Peer::Find(std::uint8_t mid) {
  const auto found = std::find_if(transceivers_.begin(), transceivers_.end(),
                                  [mid](const Transceiver& t) { return mid != kNoMid && t.mid == mid; });
  return found == transceivers_.end() ? nullptr : found;
}

// Those that wait to replace its track will find it gone.
void Peer::Remove(std::size_t transceiver) {
  transceivers_.erase(transceivers_.begin() + transceiver);
  const auto adjust = [transceiver](ReplaceTracks& operation) {
    for (Replacement& replacement : operation.replacements) {
      if (replacement.transceiver == kRemoved || replacement.transceiver < transceiver) continue;
      replacement.transceiver = replacement.transceiver == transceiver ? kRemoved : replacement.transceiver - 1;
    }
  };
  for (ReplaceTracks& operation : loose_) adjust(operation);
  for (Operation& operation : chain_) {
    if (ReplaceTracks* waiting = std::get_if<ReplaceTracks>(&operation)) adjust(*waiting);
  }
}

}  // namespace duet::model
