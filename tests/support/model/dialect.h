// Where browsers part from the specifications, or from each other: one switch each, all of them measured by
// tests/conformance and told in docs/browsers.md.
#ifndef DUET_TESTS_SUPPORT_MODEL_DIALECT_H_
#define DUET_TESTS_SUPPORT_MODEL_DIALECT_H_

namespace duet::model {

// As it stands, what W3C WebRTC and RFC 9429 say.
struct Dialect {
  // setLocalDescription describes the connection as it was when its turn came, not as it is when it is done.
  bool describes_at_start = false;
  // setLocalDescription takes no description but the one of its type that was created last, as it was created.
  bool refuses_other_description = true;
  // Without an argument it takes that one, too, as long as a new one would say the same.
  bool uses_created_description = true;
  // replaceTrack waits its turn in the operations chain; else it is done whenever it is done.
  bool chains_replace_track = true;
  // A description that can't be read is refused as soon as it is given, even in have-local-offer and after close().
  bool reads_at_once = false;
  // A remote offer that is refused leaves the local one standing that it would have rolled back.
  bool refused_offer_rolls_back = true;
  // An answer whose ICE credentials can't belong to the offer is refused.
  bool refuses_stale_answer = true;
  // A later offer may not change an m-line's mid.
  bool refuses_changed_mid = true;
  // ICE credentials of a first description that is not set, or not any more, are not used again. (Those of an offer for a
  // restart never are.)
  bool renews_unset_fragment = true;
  // A transceiver whose m-line an answer rejects is not there any more.
  bool removes_rejected_transceiver = true;
  // An offer without m-lines can be made under max-bundle.
  bool offers_nothing = true;

  // The end of candidates is said by a candidate without text, not only by null.
  bool says_end_of_candidates = true;
  // addIceCandidate refuses a fragment that no remote description has; else the candidate has no effect.
  bool refuses_unknown_fragment = true;
  // ... and one of the agreed description, too, while a remote offer is pending.
  bool refuses_agreed_fragment = false;
  // ... and an end of candidates before any remote description.
  bool refuses_early_end = true;
  // ... and a line that is no candidate.
  bool refuses_unreadable_candidate = true;
  // ... and any candidate for an m-line that is rejected.
  bool refuses_candidate_of_rejected_line = false;

  // The data channel may open before the connection says that it is connected: nothing forbids it, and all do it.
  bool channel_may_open_first = true;
  // What comes on a channel that this side has not made yet is there when it makes it.
  bool keeps_early_messages = false;
  // The channel closes if its m-line is rejected.
  bool closes_rejected_channel = true;
  // Without any candidate of the other side a connection fails at last.
  bool fails_without_candidates = true;
  // Whoever has set no answer yet leaves the other side connecting for ever: it has ICE, but no DTLS.
  bool fails_without_answer = true;
  // A new fingerprint in a connection that lives makes a new handshake.
  bool shakes_hands_again = true;

  bool operator==(const Dialect&) const = default;
};

inline constexpr Dialect kSpec{};

// 156.0.8078.79
inline constexpr Dialect kChromium{.describes_at_start = true,
                                   .refuses_other_description = false,
                                   .chains_replace_track = false,
                                   .reads_at_once = true,
                                   .refused_offer_rolls_back = false,
                                   .refuses_stale_answer = false,
                                   .offers_nothing = false,
                                   .says_end_of_candidates = false,
                                   .refuses_unknown_fragment = false,
                                   .refuses_early_end = false,
                                   .fails_without_candidates = false,
                                   .fails_without_answer = false};

// ESR 153.7.0
inline constexpr Dialect kFirefox{.uses_created_description = false,
                                  .refuses_stale_answer = false,
                                  .refuses_changed_mid = false,
                                  .renews_unset_fragment = false,
                                  .removes_rejected_transceiver = false,
                                  .refuses_agreed_fragment = true,
                                  .refuses_unreadable_candidate = false,
                                  .refuses_candidate_of_rejected_line = true,
                                  .keeps_early_messages = true,
                                  .closes_rejected_channel = false,
                                  .shakes_hands_again = false};

}  // namespace duet::model

#endif  // DUET_TESTS_SUPPORT_MODEL_DIALECT_H_
