#include "support/model/sdp.h"

#include <array>
#include <charconv>

#include "core/check.h"

namespace duet::model {
namespace {

constexpr std::array<std::string_view, 3> kKinds = {"audio", "video", "application"};
constexpr std::array<std::string_view, 4> kDirections = {"inactive", "recvonly", "sendonly", "sendrecv"};
constexpr std::string_view kAddress = "candidate:1 1 udp 1 0.0.0.0 9 typ host ufrag ";
constexpr std::uint8_t kStrangeMid = 254;
constexpr unsigned kMostPages = 16;
constexpr unsigned kMostLegs = 4096;

// Takes things off the front of a text; once something is missing, `ok` stays false.
struct Reader {
  std::string_view rest;
  bool ok = true;

  void Skip(std::string_view expected) {
    ok = ok && rest.starts_with(expected);
    if (ok) rest.remove_prefix(expected.size());
  }
  unsigned Number() {
    unsigned number = 0;
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), number);
    ok = ok && error == std::errc();
    if (ok) rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
    return number;
  }
  SessionId Session() {
    Skip("s");
    const unsigned page = Number();
    Skip(".");
    const unsigned leg = Number();
    ok = ok && page < kMostPages && leg < kMostLegs;
    return ok ? SessionId(page, leg) : SessionId();
  }
  Fragment ReadFragment() {
    Fragment fragment{Session()};
    Skip("g");
    fragment.generation = static_cast<std::uint8_t>(Number());
    return fragment;
  }
  template <std::size_t kSize>
  std::uint8_t Word(const std::array<std::string_view, kSize>& words) {
    for (std::uint8_t i = 0; ok && i < kSize; ++i) {
      if (!rest.starts_with(words[i])) continue;
      rest.remove_prefix(words[i].size());
      return i;
    }
    ok = false;
    return 0;
  }
};

std::string NameOf(SessionId session) { return "s" + std::to_string(session.page()) + "." + std::to_string(session.leg()); }
std::string NameOf(const Fragment& fragment) { return NameOf(fragment.session) + "g" + std::to_string(fragment.generation); }

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsWord(char c) { return IsDigit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '-'; }

}  // namespace

Direction Reversed(Direction direction) {
  const unsigned bits = static_cast<unsigned>(direction);
  return static_cast<Direction>((bits & 1) << 1 | (bits >> 1 & 1));
}

Direction Common(Direction wanted, Direction offered) {
  if (wanted == Direction::kStopped) return Direction::kInactive;
  return static_cast<Direction>(static_cast<unsigned>(wanted) & static_cast<unsigned>(offered));
}

bool Sends(Direction direction) { return direction == Direction::kSendOnly || direction == Direction::kSendRecv; }
bool Receives(Direction direction) { return direction == Direction::kRecvOnly || direction == Direction::kSendRecv; }

SessionId::SessionId(unsigned page, unsigned leg) : value_(static_cast<std::uint16_t>(page << 12 | leg)) {
  DUET_CHECK(page < kMostPages && leg < kMostLegs);
}

int Sdp::IndexOf(std::uint8_t mid) const {
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (lines[i].mid == mid) return static_cast<int>(i);
  }
  return -1;
}

bool Sdp::HasLiveApplication() const {
  return std::any_of(lines.begin(), lines.end(),
                     [](const MLine& line) { return line.kind == Kind::kApplication && !line.rejected; });
}

std::string Compose(const Sdp& sdp) {
  std::string text = "o=- " + NameOf(sdp.session) + " 0\na=ice-ufrag:" + NameOf(sdp.fragment);
  text += "\na=fingerprint:" + NameOf(sdp.fingerprint.owner) + (sdp.fingerprint.forged ? "!\n" : "\n");
  for (const MLine& line : sdp.lines) {
    text += "m=";
    text += kKinds[static_cast<std::size_t>(line.kind)];
    text += line.rejected ? " 0 " : " 9 ";
    text += std::to_string(line.mid);
    text += ' ';
    text += line.kind == Kind::kApplication ? "-" : kDirections[static_cast<std::size_t>(line.direction)];
    text += '\n';
  }
  return text;
}

Sdp Parse(DescriptionType type, std::string_view text) {
  Sdp sdp;
  sdp.type = type;
  Reader in{text};
  in.Skip("o=- ");
  sdp.session = in.Session();
  in.Skip(" 0\na=ice-ufrag:");
  sdp.fragment = in.ReadFragment();
  in.Skip("\na=fingerprint:");
  sdp.fingerprint.owner = in.Session();
  sdp.fingerprint.forged = in.rest.starts_with('!');
  in.Skip(sdp.fingerprint.forged ? "!\n" : "\n");
  while (in.ok && !in.rest.empty() && !sdp.lines.full()) {
    MLine line;
    in.Skip("m=");
    line.kind = static_cast<Kind>(in.Word(kKinds));
    in.Skip(" ");
    line.rejected = in.Number() == 0;
    in.Skip(" ");
    line.mid = static_cast<std::uint8_t>(in.Number());
    in.Skip(" ");
    if (line.kind == Kind::kApplication) {
      in.Skip("-");
    } else {
      line.direction = static_cast<Direction>(in.Word(kDirections));
    }
    in.Skip("\n");
    sdp.lines.push_back(line);
  }
  sdp.readable = in.ok && in.rest.empty();
  if (sdp.readable) return sdp;
  Sdp bad;
  bad.type = type;
  return bad;
}

Candidate ComposeCandidate(const IceCandidate& candidate) {
  Candidate text;
  text.username_fragment = NameOf(candidate.fragment);
  if (!candidate.is_end) text.candidate = std::string(kAddress) + text.username_fragment;
  text.sdp_mid = std::to_string(candidate.mid);
  text.has_sdp_mid = true;
  text.sdp_mline_index = candidate.index;
  return text;
}

IceCandidate ParseCandidate(const Candidate& text) {
  IceCandidate candidate;
  candidate.is_end = text.candidate.empty();
  candidate.readable = candidate.is_end || text.candidate.starts_with(kAddress);
  candidate.has_fragment = !text.username_fragment.empty();
  Reader fragment{text.username_fragment};
  candidate.fragment = fragment.ReadFragment();
  if (!fragment.ok || !fragment.rest.empty()) candidate.fragment = {};
  if (text.has_sdp_mid) {
    Reader mid{text.sdp_mid};
    const unsigned number = mid.Number();
    candidate.mid = mid.ok && mid.rest.empty() && number < kStrangeMid ? static_cast<std::uint8_t>(number) : kStrangeMid;
  }
  if (text.sdp_mline_index >= 0) candidate.index = static_cast<std::uint8_t>(std::min(text.sdp_mline_index, 254));
  return candidate;
}

std::string RenameSessions(std::string_view text, const std::function<SessionId(SessionId)>& rename) {
  std::string renamed;
  renamed.reserve(text.size() + 16);
  for (std::size_t at = 0; at < text.size();) {
    // "\ns1.2" can't occur in what Compose() writes, so an n of a JSON escape is no trouble here.
    Reader in{text.substr(at)};
    const SessionId session = text[at] == 's' && (at == 0 || !IsWord(text[at - 1])) ? in.Session() : SessionId();
    if (session.known() && in.ok) {
      renamed += NameOf(rename(session));
      at = text.size() - in.rest.size();
    } else {
      renamed += text[at++];
    }
  }
  return renamed;
}

}  // namespace duet::model
