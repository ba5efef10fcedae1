// The words that events and effects are made of. Values only; no behaviour.
#ifndef DUET_CORE_TYPES_H_
#define DUET_CORE_TYPES_H_

#include <chrono>
#include <compare>
#include <cstdint>
#include <string>
#include <vector>

namespace duet {

// Time since an epoch that the host picks. It never runs backwards.
using Millis = std::chrono::milliseconds;

// One RTCPeerConnection of this page. Never reused; 0 names none. A late event carries an old one and changes nothing.
struct LegId {
  std::uint32_t value = 0;
  auto operator<=>(const LegId&) const = default;
};

// One asynchronous order, answered by exactly one event with the same id, or abandoned. Never reused; 0 names none.
struct OpId {
  std::uint32_t value = 0;
  auto operator<=>(const OpId&) const = default;
};

enum class MediaKind : std::uint8_t { kMicrophone, kCamera };

// RTCSdpType without "pranswer" and "rollback": neither is ever accepted from, or sent over, the network.
enum class DescriptionType : std::uint8_t { kOffer, kAnswer };

struct Description {
  DescriptionType type = DescriptionType::kOffer;
  std::string sdp;
  bool operator==(const Description&) const = default;
};

// RTCIceCandidateInit (W3C WebRTC 4.8.1.1). An empty `candidate` means that there are no more of this generation.
struct Candidate {
  std::string candidate;
  std::string sdp_mid;                // meaningful if has_sdp_mid
  std::string username_fragment;      // "" = not told
  std::int32_t sdp_mline_index = -1;  // -1 = not told
  bool has_sdp_mid = false;
  bool operator==(const Candidate&) const = default;
};

// RTCIceServer (W3C WebRTC 4.2.2).
struct IceServer {
  std::vector<std::string> urls;
  std::string username;
  std::string credential;
  bool operator==(const IceServer&) const = default;
};

// RTCPeerConnectionState without "new" and "connecting", which decide nothing, and without "closed", which only we cause.
enum class ConnectionState : std::uint8_t { kConnecting, kConnected, kDisconnected, kFailed };

// Why getUserMedia did not give a device: the DOMException's name, sorted by what a person can do about it.
enum class MediaError : std::uint8_t {
  kRefused,      // NotAllowedError, SecurityError: the person or a policy said no
  kMissing,      // NotFoundError, OverconstrainedError: there is no such device
  kBusy,         // NotReadableError, AbortError: the device is there, and another program has it
  kUnsupported,  // no mediaDevices at all: not a secure context, or a browser without them
};

}  // namespace duet

#endif  // DUET_CORE_TYPES_H_
