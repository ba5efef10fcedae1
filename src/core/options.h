// Every duration and limit of the call logic, once, with its reason.
#ifndef DUET_CORE_OPTIONS_H_
#define DUET_CORE_OPTIONS_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/types.h"

namespace duet::options {

// The version of our fields on the wire (docs/signaling.md).
inline constexpr std::int32_t kProtocolVersion = 1;

// Used until the server names others: the tutorial's.
inline constexpr std::string_view kDefaultStunServer = "stun:stun.l.google.com:19302";

// ---- Durations ----

// How long a connected server may take to answer a join before we ask again and say so. Its answer costs one round trip;
// 5 s is far beyond any that a call could live with.
inline constexpr Millis kJoinAnswerTimeout{5'000};

// A server that is busy is asked again after this long: its bucket of joins fills up in a second.
inline constexpr Millis kBusyPause{3'000};

// A server that would not have us back during a call is asked again this rarely: a refusal counts against our address.
inline constexpr Millis kRefusedPause{60'000};

// The person who joins offers. If the one who waits hears of a newcomer and gets no offer, it offers itself after this
// long: ten times a slow round trip.
inline constexpr Millis kOfferTimeout{5'000};

// A parked offer is renewed after this long: what was gathered for it (the addresses that a NAT has given, RFC 4787 4.3: two
// minutes at least) may have ended by then.
inline constexpr Millis kParkedFor{120'000};

// And not sooner than this after the one before, however often the network changes: the server takes two descriptions a second.
inline constexpr Millis kParkPause{1'000};

// Who prepared an answer before Join had no TURN servers yet. If the call does not connect without them for this long after
// the server has named some, they are used: ten times what a path without them needs.
inline constexpr Millis kRelayDelay{1'500};

// An offer that is not answered is sent again after this long, in case it was lost with a socket.
inline constexpr Millis kAnswerTimeout{10'000};
inline constexpr std::uint32_t kMaxOfferRepeats = 2;

// From opening a leg to `connected`. Chromium itself gives up 15 s after it began to check (measured); the exchange of
// descriptions comes before.
inline constexpr Millis kConnectTimeout{20'000};

// A stranger's offer is worth something for this long: nobody waits longer for an answer (RingRTC drops older ones, too).
inline constexpr Millis kStrangerKept{60'000};

// `disconnected` is often over in a moment; a person is told when it lasts.
inline constexpr Millis kLossShownAfter{1'000};

// A dead leg is replaced by its impolite end at once. The polite end does so too if it hears nothing for this long.
inline constexpr Millis kPoliteRetryDelay{4'000};

// From the loss of the path to an honest end.
inline constexpr Millis kGiveUpAfter{60'000};

// How long `bye` may take to leave the data channel's buffer before the connection is closed over it.
inline constexpr Millis kFarewellTimeout{250};

// ---- The first picture (docs/architecture.md) ----

// How long a connection that is about to be made waits for the devices to be opened: more than twice what opening takes when nobody is
// asked, and little beside what a person takes to answer.
inline constexpr Millis kCameraHeadStart{100};

// A browser starts with 300 kbit/s and spreads what it sends (measured in Chromium). Of half the width and height, the first picture is
// there in a quarter of the packets; by the time that it is sent in full, the browser has found out what the path can carry.
inline constexpr int kFirstPictureScale = 2;
inline constexpr Millis kSmallPictureFor{1'000};

// ---- Attempts ----

// New legs after the first one to the same peer, without a connection in between.
inline constexpr std::uint32_t kMaxRetries = 1;

// ---- Limits on what the network sends; a description of Chromium is 5 kB, a candidate 0.1 kB (measured) ----

inline constexpr std::size_t kMaxMessageBytes = 64 * 1024;
inline constexpr std::size_t kMaxSdpBytes = 48 * 1024;
inline constexpr std::size_t kMaxCandidateBytes = 1024;
inline constexpr std::size_t kMaxTokenBytes = 64;      // ids, mids, a leg's or a room's name
inline constexpr std::size_t kMaxFragmentBytes = 256;  // of an ICE user name (RFC 8839 5.4)
inline constexpr std::int32_t kMaxOfferNumber = 1'000'000;
inline constexpr std::size_t kMaxNameBytes = 256;
inline constexpr std::size_t kMaxUrlBytes = 512;
inline constexpr std::size_t kMaxListedUsers = 64;
inline constexpr std::size_t kMaxIceServers = 8;
inline constexpr std::size_t kMaxJsonDepth = 8;
inline constexpr std::size_t kMaxJsonMembers = 64;  // of one object

// Candidates of one generation that are taken from the peer, and of those, how many may wait for their description.
inline constexpr std::uint32_t kMaxCandidates = 100;
inline constexpr std::size_t kMaxEarlyCandidates = 64;

// Messages kept for the server while it is out of reach; the oldest go first.
inline constexpr std::size_t kMaxOutbox = 128;

}  // namespace duet::options

#endif  // DUET_CORE_OPTIONS_H_
