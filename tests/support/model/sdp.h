// Session descriptions and candidates as small values, and as the shortest texts that the core reads like a browser's.
//
//   o=- s1.2 0                 the first connection of page 1, its second leg
//   a=ice-ufrag:s1.2g0         its ICE credentials, by their generation
//   a=fingerprint:s1.2         its certificate
//   m=audio 9 0 sendrecv       kind, port (0: rejected), mid, direction
//   m=application 9 1 -
//
// Wherever such a text has gone, RenameSessions() finds its ids: an explorer can bring a state into its canonical form.
#ifndef DUET_TESTS_SUPPORT_MODEL_SDP_H_
#define DUET_TESTS_SUPPORT_MODEL_SDP_H_

#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "core/types.h"
#include "support/model/fixed_list.h"

namespace duet::model {

enum class Kind : std::uint8_t { kAudio, kVideo, kApplication };

// RTCRtpTransceiverDirection. The first four are made of two bits: receives, sends.
enum class Direction : std::uint8_t { kInactive, kRecvOnly, kSendOnly, kSendRecv, kStopped, kNone };

Direction Reversed(Direction direction);
// What is left if one side offers `offered` (seen from the other) and the other wants `wanted`.
Direction Common(Direction wanted, Direction offered);
bool Sends(Direction direction);
bool Receives(Direction direction);

// One connection for ever: the page (0 to 15) that made it and the LegId that it had there.
class SessionId {
 public:
  constexpr SessionId() = default;
  SessionId(unsigned page, unsigned leg);
  bool known() const { return value_ != 0; }
  unsigned page() const { return value_ >> 12; }
  unsigned leg() const { return value_ & 0xFFFu; }
  unsigned bits() const { return value_; }
  auto operator<=>(const SessionId&) const = default;

 private:
  std::uint16_t value_ = 0;
};

// ICE credentials. A leg counts its generations from 0.
struct Fragment {
  SessionId session;
  std::uint8_t generation = 0;
  bool operator==(const Fragment&) const = default;

  template <typename Self, typename Visitor>
  static void Visit(Self& self, Visitor&& visit) {
    visit("session", self.session);
    visit("generation", self.generation);
  }
};

// A certificate, by the connection that made it.
struct Fingerprint {
  SessionId owner;
  bool forged = false;
  bool operator==(const Fingerprint&) const = default;

  template <typename Self, typename Visitor>
  static void Visit(Self& self, Visitor&& visit) {
    visit("owner", self.owner);
    visit("forged", self.forged);
  }
};

// An m-line. Mids are numbers; 255 is none.
inline constexpr std::uint8_t kNoMid = 255;
struct MLine {
  Kind kind : 2 = Kind::kAudio;
  Direction direction : 3 = Direction::kInactive;
  bool rejected : 1 = false;
  std::uint8_t mid = kNoMid;
  bool operator==(const MLine&) const = default;
  unsigned bits() const {
    return static_cast<unsigned>(kind) | static_cast<unsigned>(direction) << 2 | unsigned{rejected} << 5 | mid * 256u;
  }
};

inline constexpr std::size_t kMaxLines = 8;

struct Sdp {
  DescriptionType type = DescriptionType::kOffer;
  bool readable = false;  // false: a text that is no description; and what there is before there is any
  SessionId session;
  Fragment fragment;
  Fingerprint fingerprint;
  FixedList<MLine, kMaxLines> lines;
  bool operator==(const Sdp&) const = default;

  template <typename Self, typename Visitor>
  static void Visit(Self& self, Visitor&& visit) {
    visit("type", self.type);
    visit("readable", self.readable);
    visit("session", self.session);
    visit("fragment", self.fragment);
    visit("fingerprint", self.fingerprint);
    visit("lines", self.lines);
  }

  // The index of the line with this mid, or -1.
  int IndexOf(std::uint8_t mid) const;
  bool HasLiveApplication() const;
};

std::string Compose(const Sdp& sdp);
// A text that Compose() did not make gives an Sdp that is not readable.
Sdp Parse(DescriptionType type, std::string_view text);

// RTCIceCandidateInit. The end of candidates is one without an address.
struct IceCandidate {
  bool readable = true;
  bool is_end = false;
  bool has_fragment = true;
  Fragment fragment;          // of a session that is not known: somebody else's
  std::uint8_t mid = kNoMid;  // 254: one that no description has
  std::uint8_t index = 255;   // 255: not told
  bool operator==(const IceCandidate&) const = default;

  template <typename Self, typename Visitor>
  static void Visit(Self& self, Visitor&& visit) {
    visit("readable", self.readable);
    visit("is_end", self.is_end);
    visit("has_fragment", self.has_fragment);
    visit("fragment", self.fragment);
    visit("mid", self.mid);
    visit("index", self.index);
  }
};

Candidate ComposeCandidate(const IceCandidate& candidate);
IceCandidate ParseCandidate(const Candidate& candidate);

// The text with every session id in it renamed, in descriptions, candidates, and JSON that contains them.
std::string RenameSessions(std::string_view text, const std::function<SessionId(SessionId)>& rename);

}  // namespace duet::model

#endif  // DUET_TESTS_SUPPORT_MODEL_SDP_H_
