// What the tests of the call's parts share: a turn to drive a part with, people, descriptions and candidates.
#ifndef DUET_TESTS_SUPPORT_PARTS_H_
#define DUET_TESTS_SUPPORT_PARTS_H_

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "core/turn.h"
#include "support/print.h"

namespace duet {

// Page ids are compared: to the page before us we are impolite, to the one after us polite.
inline const std::string kPageBeforeUs = "aaaaaaaaaaaaaaaaaaaaaa";
inline const std::string kOurPage = "mmmmmmmmmmmmmmmmmmmmmm";
inline const std::string kPageAfterUs = "zzzzzzzzzzzzzzzzzzzzzz";

inline Person Impolite() { return {kPageAfterUs, "Zoe", 1}; }  // a Duet that we yield to
inline Person Polite() { return {kPageBeforeUs, "Ada", 1}; }   // a Duet that yields to us
inline Person Seed() { return {"socket-of-a-seed", "Sid", 0}; }

// One turn after the other, and what was ordered in them.
struct Stage {
  Stage() = default;
  Stage(const Stage&) = delete;
  Stage& operator=(const Stage&) = delete;

  Effects Take() { return std::exchange(effects, {}); }

  Identity self{"lobby", "Ann", "secret-seat", kOurPage, 7};
  Ids ids;
  Effects effects;
  Turn turn{Millis{1'000}, self, ids, effects};
};

// A description with one media section for each fragment, and perhaps a data channel.
inline std::string Sdp(std::string_view session, std::initializer_list<std::string_view> fragments, bool channel = false) {
  std::string sdp = "v=0\r\no=- " + std::string(session) + " 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n";
  for (const std::string_view fragment : fragments) {
    sdp += "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=ice-ufrag:" + std::string(fragment) + "\r\n";
  }
  if (channel) sdp += "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n";
  return sdp;
}

inline Candidate HostCandidate(std::string_view fragment) {
  Candidate candidate;
  candidate.candidate = "candidate:1 1 udp 2122260223 192.0.2.1 54321 typ host";
  candidate.sdp_mid = "0";
  candidate.has_sdp_mid = true;
  candidate.sdp_mline_index = 0;
  candidate.username_fragment = fragment;
  return candidate;
}

inline Candidate EndOfCandidates() {
  Candidate candidate = HostCandidate("");
  candidate.candidate.clear();
  return candidate;
}

// The effects as words, without ids: "SetRemoteDescription offer, AddCandidate, send answer, drop stale".
inline std::string Outline(const Effects& effects) {
  std::string outline;
  for (const Effect& effect : effects) {
    if (!outline.empty()) outline += ", ";
    if (const auto* message = std::get_if<SendMessage>(&effect)) {
      outline += "send " + message->name;
    } else if (const auto* drop = std::get_if<CountDrop>(&effect)) {
      outline += "drop " + Print(drop->reason);
    } else if (const auto* remote = std::get_if<SetRemoteDescription>(&effect)) {
      outline += "SetRemoteDescription " + Print(remote->description.type);
    } else {
      const std::string words = Print(effect);
      outline += words.substr(0, words.find('{'));
    }
  }
  return outline;
}

// The effects of one kind, in their order.
template <typename Order>
std::vector<Order> Only(const Effects& effects) {
  std::vector<Order> found;
  for (const Effect& effect : effects) {
    if (const Order* order = std::get_if<Order>(&effect)) found.push_back(*order);
  }
  return found;
}

}  // namespace duet

#endif  // DUET_TESTS_SUPPORT_PARTS_H_
