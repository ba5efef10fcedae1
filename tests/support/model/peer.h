// RTCPeerConnection as a plain value: W3C WebRTC 4 and RFC 9429, bundled, with trickle, without a clock.
//
// What a method does at once in a browser it does at once here. What gives a promise joins the operations chain, and
// ends when somebody calls Complete(). What the network makes happen is in network.h.
#ifndef DUET_TESTS_SUPPORT_MODEL_PEER_H_
#define DUET_TESTS_SUPPORT_MODEL_PEER_H_

#include <cstdint>
#include <optional>

#include "core/types.h"
#include "support/model/dialect.h"
#include "support/model/fixed_list.h"
#include "support/model/operation.h"
#include "support/model/sdp.h"

namespace duet::model {

enum class Signaling : std::uint8_t { kStable, kHaveLocalOffer, kHaveRemoteOffer };

// RTCPeerConnectionState but for "closed".
enum class Connection : std::uint8_t { kNew, kConnecting, kConnected, kDisconnected, kFailed };

// RTCDataChannelState of the one channel; kNone before it is made.
enum class Channel : std::uint8_t { kNone, kConnecting, kOpen, kClosed };

struct Transceiver {
  Kind kind = Kind::kAudio;
  Direction direction = Direction::kSendRecv;  // kStopped from stop() on
  Direction current = Direction::kNone;
  std::uint8_t mid = kNoMid;           // [[Mid]]
  std::uint8_t proposed_mid = kNoMid;  // [[JsepMid]]
  std::uint8_t track = 0;              // of its sender
  bool by_add_track = false;
  bool made_by_pending = false;    // by the remote offer that is pending
  bool placed_by_pending = false;  // associated with its m-line by the offer that is pending
  bool stopped = false;            // [[Stopped]], which comes after [[Stopping]]
  bool operator==(const Transceiver&) const = default;

  template <typename Self, typename Visitor>
  static void Visit(Self& self, Visitor&& visit) {
    visit("kind", self.kind);
    visit("direction", self.direction);
    visit("current", self.current);
    visit("mid", self.mid);
    visit("proposed_mid", self.proposed_mid);
    visit("track", self.track);
    visit("by_add_track", self.by_add_track);
    visit("made_by_pending", self.made_by_pending);
    visit("placed_by_pending", self.placed_by_pending);
    visit("stopped", self.stopped);
  }
};

using Transceivers = FixedList<Transceiver, kMaxLines>;

class Peer {
 public:
  Peer() = default;
  Peer(SessionId session, Fingerprint certificate) : session_(session), certificate_(certificate) {}

  // ---- At once. What would throw gives the error. ----

  Error AddTransceiver(Kind kind, Direction direction);
  Error AddTrack(Kind kind, std::uint8_t track);
  Error CreateChannel();  // negotiated, id 0
  Error SetDirection(std::size_t transceiver, Direction direction);
  Error Stop(std::size_t transceiver);
  void RestartIce();
  void Close();

  // ---- Operations: what is refused at once gives the error, and is not in the chain. ----

  Error Begin(const Create& operation, const Dialect& dialect);
  Error Begin(const SetLocal& operation, const Dialect& dialect);
  Error Begin(const SetRemote& operation, const Dialect& dialect);
  Error Begin(const AddRemoteCandidate& operation, const Dialect& dialect);
  Error Begin(const ReplaceTracks& operation, const Dialect& dialect);

  // Whether there is something to end. After Close() never: those promises never settle.
  bool CanComplete() const { return !chain_.empty(); }
  // The chain's head ends.
  Outcome Complete(const Dialect& dialect);

  // The same for replaceTrack where it is not in the chain.
  bool CanReplace() const { return !loose_.empty(); }
  Outcome CompleteReplace();

  // ---- Gathering: one candidate for each generation of credentials, then its end. ----

  bool CanGather() const { return gathering_ == Gathering::kCandidateDue || gathering_ == Gathering::kEndDue; }
  // The next candidate, or the end.
  IceCandidate Gather(const Dialect& dialect);
  bool gathered() const { return gathering_ == Gathering::kDone; }
  bool has_begun_to_gather() const { return gathering_ != Gathering::kNone; }

  // ---- What the network brings about ----

  void set_connection(Connection connection) { connection_ = connection; }
  void set_channel(Channel channel) { channel_ = channel; }
  void set_draining(bool draining) { draining_ = draining; }

  // ---- Looking ----

  bool closed() const { return closed_; }
  SessionId session() const { return session_; }
  const Fingerprint& certificate() const { return certificate_; }
  Signaling signaling() const { return signaling_; }
  Connection connection() const { return connection_; }
  Channel channel() const { return channel_; }
  bool draining() const { return draining_; }
  const Transceivers& transceivers() const { return transceivers_; }
  const FixedList<Operation, 8>& chain() const { return chain_; }
  const FixedList<ReplaceTracks, 3>& loose() const { return loose_; }
  // What was agreed on last; not readable if nothing was.
  const Sdp& current_local() const { return current_local_; }
  const Sdp& current_remote() const { return current_remote_; }
  // localDescription and remoteDescription.
  const Sdp& local() const { return signaling_ == Signaling::kHaveLocalOffer ? pending_ : current_local_; }
  const Sdp& remote() const { return signaling_ == Signaling::kHaveRemoteOffer ? pending_ : current_remote_; }
  // What createOffer or createAnswer gave last, and nothing was agreed on since; not readable if nothing.
  const Sdp& created(DescriptionType type) const {
    return type == DescriptionType::kOffer ? created_offer_ : created_answer_;
  }
  // The other side gave a candidate for what was agreed on.
  bool has_candidate() const { return candidate_for_current_; }

  bool operator==(const Peer&) const = default;

  template <typename Self, typename Visitor>
  static void Visit(Self& self, Visitor&& visit) {
    visit("session", self.session_);
    visit("certificate", self.certificate_);
    visit("closed", self.closed_);
    visit("signaling", self.signaling_);
    visit("connection", self.connection_);
    visit("channel", self.channel_);
    visit("draining", self.draining_);
    visit("gathering", self.gathering_);
    visit("gathering_generation", self.gathering_generation_);
    visit("next_generation", self.next_generation_);
    visit("proposed_generation", self.proposed_generation_);
    visit("to_replace", self.to_replace_);
    visit("next_mid", self.next_mid_);
    visit("candidate_for_current", self.candidate_for_current_);
    visit("candidate_for_pending", self.candidate_for_pending_);
    visit("transceivers", self.transceivers_);
    visit("created_offer", self.created_offer_);
    visit("created_answer", self.created_answer_);
    visit("pending", self.pending_);
    visit("current_local", self.current_local_);
    visit("current_remote", self.current_remote_);
    visit("chain", self.chain_);
    visit("loose", self.loose_);
  }

 private:
  enum class Gathering : std::uint8_t { kNone, kCandidateDue, kEndDue, kDone };

  // peer.cc
  Error Enqueue(const Operation& operation, const Dialect& dialect);
  void StartHead(const Dialect& dialect);
  Outcome Run(Create& operation, const Dialect& dialect);
  Outcome Run(SetLocal& operation, const Dialect& dialect);
  Outcome Run(SetRemote& operation, const Dialect& dialect);
  Outcome Run(AddRemoteCandidate& operation, const Dialect& dialect);
  Outcome Run(ReplaceTracks& operation, const Dialect& dialect);
  Error Add(const IceCandidate& candidate, const Dialect& dialect);
  void Remove(std::size_t transceiver);
  Transceiver* Find(std::uint8_t mid);

  // peer_descriptions.cc
  Error Describe(Create& operation, const Dialect& dialect);
  Error Describe(SetLocal& operation, const Dialect& dialect);
  Sdp Make(DescriptionType type, const Dialect& dialect);
  Sdp MakeOffer(const Dialect& dialect);
  Sdp MakeAnswer(const Dialect& dialect);
  Sdp Blank(DescriptionType type, bool restart, const Dialect& dialect);
  Error CheckLocal(const SetLocal& operation, const Dialect& dialect) const;
  Error ApplyLocal(const Sdp& sdp, const Dialect& dialect);
  Error ApplyRemote(const Sdp& sdp, const Dialect& dialect);
  Error Rollback();
  Error CheckOffer(const Sdp& offer, const Dialect& dialect) const;
  Error CheckAnswer(const Sdp& answer, const Dialect& dialect) const;
  void ApplyRemoteOffer(const Sdp& offer, const Dialect& dialect);
  void ApplyAnswer(const Sdp& answer, bool ours, const Dialect& dialect);
  void Agree(const Sdp& local, const Sdp& remote, const Dialect& dialect);
  void Gather(const Sdp& local);
  Transceiver& FindOrMake(const MLine& line);

  SessionId session_;
  Fingerprint certificate_;
  bool closed_ = false;
  Signaling signaling_ = Signaling::kStable;
  Connection connection_ = Connection::kNew;
  Channel channel_ = Channel::kNone;
  bool draining_ = false;  // something was sent, and ChannelDrained is due
  Gathering gathering_ = Gathering::kNone;
  std::uint8_t gathering_generation_ = 0;
  std::uint8_t next_generation_ = 0;
  std::optional<std::uint8_t> proposed_generation_;  // of an offer or answer that is not agreed on yet
  std::uint32_t to_replace_ = 0;                     // [[LocalIceCredentialsToReplace]]: a bit for each generation
  std::uint8_t next_mid_ = 0;
  bool candidate_for_current_ = false;
  bool candidate_for_pending_ = false;
  Transceivers transceivers_;
  Sdp created_offer_;   // [[LastCreatedOffer]]
  Sdp created_answer_;  // [[LastCreatedAnswer]]
  Sdp pending_;         // whose it is, signaling_ tells
  Sdp current_local_;
  Sdp current_remote_;
  FixedList<Operation, 8> chain_;
  FixedList<ReplaceTracks, 3> loose_;  // replaceTrack where it is not chained
};

}  // namespace duet::model

#endif  // DUET_TESTS_SUPPORT_MODEL_PEER_H_
