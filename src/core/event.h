// Everything that can happen to a call, as facts in the past tense, grouped by who tells them.
//
// To add one: 1. a struct here, in the list at the end; 2. an On() in call.h, without which nothing compiles;
// 3. who posts it, in src/browser.
#ifndef DUET_CORE_EVENT_H_
#define DUET_CORE_EVENT_H_

#include <string>
#include <variant>

#include "core/types.h"

namespace duet {

// ---- The person and the page ----

// Join was pressed. `seat` (a secret) and `page` (public, fresh at each load) are random ids of 128 bits, 22 base64url
// characters. `room_hash` is the 32-bit FNV-1a hash of the room's name.
struct JoinRequested {
  std::string room;
  std::string name;
  std::string seat;
  std::string page;
  std::uint32_t room_hash = 0;
  bool operator==(const JoinRequested&) const = default;
};

// The page shows this room's name, and nobody has pressed Join: whoever waits there can be prepared for.
struct RoomShown {
  std::string room;
  std::uint32_t room_hash = 0;
  bool operator==(const RoomShown&) const = default;
};

// Leave was pressed, or the page is going away.
struct LeaveRequested {
  bool operator==(const LeaveRequested&) const = default;
};

// A switch was turned. On a device that was refused or missing, turning it on asks for it again.
struct DeviceSwitched {
  MediaKind kind = MediaKind::kMicrophone;
  bool on = false;
  bool operator==(const DeviceSwitched&) const = default;
};

// deadline() has come. Early or needless ones change nothing.
struct DeadlineReached {
  bool operator==(const DeadlineReached&) const = default;
};

// This machine has got a network, or another one: what was gathered before may be worth nothing.
struct NetworkChanged {
  bool operator==(const NetworkChanged&) const = default;
};

// ---- Signaling ----

// The socket is connected, for the first time or again. `socket_id` is its public id at the server.
struct SignalingConnected {
  std::string socket_id;
  bool operator==(const SignalingConnected&) const = default;
};

// The socket is not connected: lost, or an attempt failed. The host keeps trying.
struct SignalingLost {
  bool operator==(const SignalingLost&) const = default;
};

// The server acknowledged SendJoin. `json` is its answer as it came.
struct JoinAnswered {
  OpId op;
  std::string json;
  bool operator==(const JoinAnswered&) const = default;
};

// A message came from the server: an event's name and its first argument as JSON text, "" if that was too large.
struct MessageReceived {
  std::string name;
  std::string json;
  bool operator==(const MessageReceived&) const = default;
};

// ---- Camera and microphone ----

// RequestMedia was granted. The tracks wait under `op` until UseMedia or DiscardMedia.
struct MediaGranted {
  OpId op;
  bool microphone = false;
  bool camera = false;
  bool operator==(const MediaGranted&) const = default;
};

struct MediaRefused {
  OpId op;
  MediaError error = MediaError::kRefused;
  bool operator==(const MediaRefused&) const = default;
};

// A local track ended by itself: unplugged, or taken back by the browser.
struct LocalTrackEnded {
  MediaKind kind = MediaKind::kMicrophone;
  bool operator==(const LocalTrackEnded&) const = default;
};

// ---- One peer connection ----
//
// There is no event for `negotiationneeded`: every change that needs a negotiation is ordered here, and some browsers
// fire it early or twice (crbug 985797).

// A synchronous call on the connection threw: it could not be made, or can't be used.
struct LegBroken {
  LegId leg;
  std::string error;  // the DOMException's name
  bool operator==(const LegBroken&) const = default;
};

// CreateDescription is done. The description is not set yet, and holds no candidates.
struct DescriptionCreated {
  LegId leg;
  OpId op;
  Description description;
  bool operator==(const DescriptionCreated&) const = default;
};

// SetLocalDescription or SetCreatedDescription is done; this is what to send.
struct LocalDescriptionSet {
  LegId leg;
  OpId op;
  Description description;
  bool operator==(const LocalDescriptionSet&) const = default;
};

struct RemoteDescriptionSet {
  LegId leg;
  OpId op;
  bool operator==(const RemoteDescriptionSet&) const = default;
};

// CreateDescription, SetLocalDescription, SetCreatedDescription or SetRemoteDescription was rejected.
struct DescriptionFailed {
  LegId leg;
  OpId op;
  std::string error;  // the DOMException's name
  bool operator==(const DescriptionFailed&) const = default;
};

// AddCandidate is done, `ok` or rejected. A rejected candidate is counted and nothing else.
struct CandidateSettled {
  LegId leg;
  OpId op;
  bool ok = false;
  bool operator==(const CandidateSettled&) const = default;
};

// AttachTracks is done for every sender of the leg.
struct TracksAttached {
  LegId leg;
  OpId op;
  bool ok = false;
  bool operator==(const TracksAttached&) const = default;
};

struct LocalCandidateFound {
  LegId leg;
  Candidate candidate;
  bool operator==(const LocalCandidateFound&) const = default;
};

struct ConnectionStateChanged {
  LegId leg;
  ConnectionState state = ConnectionState::kConnecting;
  bool operator==(const ConnectionStateChanged&) const = default;
};

// The data channel is open. It is never said to be closed: the connection's state tells more.
struct ChannelOpened {
  LegId leg;
  bool operator==(const ChannelOpened&) const = default;
};

// A text message came over the data channel, as it came; "" if it was binary or too large.
struct ChannelReceived {
  LegId leg;
  std::string json;
  bool operator==(const ChannelReceived&) const = default;
};

// All that was sent on the data channel has left its buffer.
struct ChannelDrained {
  LegId leg;
  bool operator==(const ChannelDrained&) const = default;
};

using Event = std::variant<RoomShown, JoinRequested, LeaveRequested, DeviceSwitched, DeadlineReached, NetworkChanged,
                           SignalingConnected, SignalingLost, JoinAnswered, MessageReceived, MediaGranted, MediaRefused,
                           LocalTrackEnded, LegBroken, DescriptionCreated, LocalDescriptionSet, RemoteDescriptionSet,
                           DescriptionFailed, CandidateSettled, TracksAttached, LocalCandidateFound, ConnectionStateChanged,
                           ChannelOpened, ChannelReceived, ChannelDrained>;

}  // namespace duet

#endif  // DUET_CORE_EVENT_H_
