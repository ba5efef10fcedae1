// One leg: one RTCPeerConnection and what both its ends have agreed on (JSEP, RFC 9429), by perfect negotiation
// (W3C WebRTC 10.7). At most one description operation is under way at a time; what comes meanwhile waits here.
//
// Only the side that offers first adds transceivers. The other uses those that the offer made, and so does everybody
// after a collision: whoever yields on a leg's first offer makes a new leg (call.cc), because transceivers of both sides
// would never be merged.
#ifndef DUET_CORE_NEGOTIATION_H_
#define DUET_CORE_NEGOTIATION_H_

#include <optional>
#include <string>
#include <vector>

#include "core/event.h"
#include "core/signal_message.h"
#include "core/turn.h"

namespace duet {

class Negotiation {
 public:
  // Opens a connection to `peer` and offers on it.
  static Negotiation Offer(const Person& peer, const std::vector<IceServer>& ice_servers, bool have_tracks, Turn& turn);

  // Opens a connection to `peer` and answers `offer` on it.
  static Negotiation Answer(const Person& peer, const std::vector<IceServer>& ice_servers, const DescriptionMessage& offer,
                            Turn& turn);

  // Opens a connection to whoever will come, and makes an offer that lies at the server until then. It is sent as `park`, as
  // createOffer gave it: without candidates, which follow it.
  static Negotiation Park(const std::vector<IceServer>& ice_servers, bool have_tracks, Turn& turn);

  // Opens a connection to whoever parked `offer`, and prepares the answer to it. Nothing is gathered or sent before SetPrepared().
  static Negotiation Prepare(const DescriptionMessage& offer, const std::vector<IceServer>& ice_servers, Turn& turn);

  // The parked offer has found somebody; their answer follows.
  void TakenUpBy(const Person& peer);

  // The answer is prepared.
  bool is_prepared() const { return signaling_ == Signaling::kHaveRemoteOffer && step_ == Step::kNone; }
  // It answers this offer, or is going to.
  bool is_answer_to(const Stamp& offer) const {
    return peer_.id == offer.from && name_ == offer.leg && remote_.offer == offer.offer;
  }
  // As it is to be sent, by us of this turn.
  std::string PreparedAnswer(const Turn& turn) const;
  // It is on its way, as `answer`: the connection is to believe in it, too.
  void SetPrepared(std::string answer, Turn& turn);

  // The server has told who the one is that we prepared for.
  void set_peer_name(const std::string& name) { peer_.name = name; }

  // A new path, by these servers.
  void Restart(const std::vector<IceServer>& ice_servers, Turn& turn);

  // Messages for this leg.
  void OnOffer(const DescriptionMessage& message, Turn& turn);
  void OnAnswer(const DescriptionMessage& message, Turn& turn);
  void OnCandidate(const CandidateMessage& message, Turn& turn);

  // Answers of the browser. False: the connection is not in the state that it should be in, and of no use any more.
  void OnDescriptionCreated(const DescriptionCreated& event, Turn& turn);
  bool OnLocalDescriptionSet(const LocalDescriptionSet& event, Turn& turn);
  void OnRemoteDescriptionSet(const RemoteDescriptionSet& event, bool have_tracks, Turn& turn);
  bool OnDescriptionFailed(const DescriptionFailed& event, Turn& turn);

  void OnLocalCandidate(const LocalCandidateFound& event, Turn& turn);

  // Repeats an offer that is not answered, once the server can be reached. False: a first one was repeated often enough.
  bool OnDeadline(bool can_send, Turn& turn);

  // The local tracks changed: the senders are to have them.
  void AttachTracks(Turn& turn);

  void OnChannelOpened() { channel_open_ = true; }

  LegId id() const { return id_; }
  const std::string& name() const { return name_; }
  const Person& peer() const { return peer_; }
  bool peer_is_duet() const { return peer_.version > 0; }
  // We yield if offers cross. Never to a peer without our fields: it yields itself, and if both did, both would wait for
  // ever (measured).
  bool is_polite(const Turn& turn) const { return peer_is_duet() && turn.self.page < peer_.id; }
  // Somebody without our fields has answered the offer that this answer of a Duet is to, too. On a server that tells everybody
  // everything that may be any page that is open.
  bool WasTakenBySeed(const Stamp& answer) const {
    const bool is_answered = agreed_ || step_ == Step::kRemoteAnswer;
    return ours_ && is_answered && !peer_is_duet() && answer.version > 0 && answer.offer == last_offer_;
  }
  // Our first offer of this leg has no answer yet.
  bool first_offer_outstanding() const { return ours_ && !agreed_ && step_ != Step::kRemoteAnswer; }
  // The browser is being given the offer for which this leg was opened.
  bool began_with(OpId op) const { return step_ == Step::kRemoteOffer && op == op_ && !ours_ && !agreed_; }
  // The `o=` session of the other end, "" until it is known.
  const std::string& remote_session() const { return remote_.session; }
  // Something can be said on the data channel. It may open while the answer is still being set, and Chromium 156 with
  // SCTP's parameters in the description (SNAP) crashes if something is sent then.
  bool can_tell() const {
    return channel_open_ && agreed_ && step_ != Step::kRemoteAnswer && step_ != Step::kLocalAnswer;
  }
  std::optional<Millis> deadline() const { return answer_by_; }

  bool operator==(const Negotiation&) const = default;

  template <typename Self, typename Visitor>
  static void Visit(Self& self, Visitor&& visit) {
    visit("id", self.id_);
    visit("name", self.name_);
    visit("peer", self.peer_);
    visit("ours", self.ours_);
    visit("agreed", self.agreed_);
    visit("parked", self.parked_);
    visit("prepares", self.prepares_);
    visit("has_transceivers", self.has_transceivers_);
    visit("has_channel", self.has_channel_);
    visit("channel_open", self.channel_open_);
    visit("step", self.step_);
    visit("op", self.op_);
    visit("signaling", self.signaling_);
    visit("offer_wanted", self.offer_wanted_);
    visit("last_offer", self.last_offer_);
    visit("held_offer", self.held_offer_);
    visit("generation", self.generation_);
    visit("created", self.created_);
    visit("fingerprints", self.fingerprints_);
    visit("remote", self.remote_);
    visit("remote_before", self.remote_before_);
    visit("early_candidates", self.early_candidates_);
    visit("unsent_candidates", self.unsent_candidates_);
    visit("unanswered", self.unanswered_);
    visit("repeats", self.repeats_);
    visit("answer_by", self.answer_by_);
  }

  bool IsConsistent() const;

 private:
  // The description operation that is under way.
  enum class Step : std::uint8_t {
    kNone, kCreateOffer, kLocalOffer, kRemoteOffer, kCreateAnswer, kLocalAnswer, kRemoteAnswer
  };
  // RTCSignalingState, as far as completed operations tell.
  enum class Signaling : std::uint8_t { kStable, kHaveLocalOffer, kHaveRemoteOffer };

  // What the newest remote description says.
  struct Remote {
    std::uint32_t offer = 0;             // the other side's newest offer
    std::string answer;                  // our answer to it, as it was sent
    std::string session;                 // of the `o=` line
    std::vector<std::string> fragments;  // ICE user name fragments
    std::uint32_t candidates = 0;        // that came for it
    bool operator==(const Remote&) const = default;

    template <typename Self, typename Visitor>
    static void Visit(Self& self, Visitor&& visit) {
      visit("offer", self.offer);
      visit("answer", self.answer);
      visit("session", self.session);
      visit("fragments", self.fragments);
      visit("candidates", self.candidates);
    }
  };

  static Negotiation Open(const Person& peer, const std::vector<IceServer>& ice_servers, Turn& turn);
  static Negotiation OpenOurs(const Person& peer, const std::vector<IceServer>& ice_servers, bool have_tracks, Turn& turn);
  void AddChannel(Turn& turn);
  void Begin(Step step, Turn& turn);
  // Whether this is the answer to the order that is out, which is one for an offer or one for an answer.
  bool IsAnswered(OpId op, Step offer, Step answer) const { return op == op_ && (step_ == offer || step_ == answer); }
  void StartOffer(Turn& turn);
  void ApplyOffer(const DescriptionMessage& message, Turn& turn);
  void ApplyRemote(const Description& description, Step step, Turn& turn);
  void Settle(Turn& turn);
  void SendLocal(const Description& description, std::uint32_t offer, Turn& turn);
  void SendCandidates(Turn& turn);
  void Add(const Candidate& candidate, Turn& turn);
  bool IsCurrent(const Candidate& candidate) const;
  // It bears the certificate that the other end has had from the first. A browser would take any (measured), and so anybody's
  // who can slip in a description.
  bool IsTheirs(const Description& description) const;
  Stamp StampFor(std::uint32_t offer, const Turn& turn) const;

  LegId id_;
  std::string name_;  // on the wire, "" while a peer without our fields is the one who offered
  Person peer_;
  bool ours_ = false;    // we offered first
  bool agreed_ = false;  // an offer was answered at least once
  bool parked_ = false;    // nobody has taken up our first offer yet
  bool prepares_ = false;  // the answer to the first offer is created, and not set
  bool has_transceivers_ = false;
  bool has_channel_ = false;
  bool channel_open_ = false;

  Step step_ = Step::kNone;
  OpId op_;
  Signaling signaling_ = Signaling::kStable;
  bool offer_wanted_ = false;
  std::uint32_t last_offer_ = 0;                  // the highest number that either side has given
  std::optional<DescriptionMessage> held_offer_;  // came during a step; the newest wins
  std::uint32_t generation_ = 0;                  // the offer that our candidates belong to

  std::string created_;  // what CreateDescription gave, until it is set

  std::vector<std::string> fingerprints_;  // of the other end's certificate, once a description has told

  Remote remote_;
  Remote remote_before_;                      // while an offer is being set, in case it is refused
  std::vector<Candidate> early_candidates_;   // wait for their description
  std::vector<Candidate> unsent_candidates_;  // wait until our description is sent

  std::string unanswered_;  // our outstanding offer as it was sent
  std::uint32_t repeats_ = 0;
  std::optional<Millis> answer_by_;
};

}  // namespace duet

#endif  // DUET_CORE_NEGOTIATION_H_
