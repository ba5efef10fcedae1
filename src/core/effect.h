// Everything that a call can ask of its host, as orders. An order with an OpId is answered by exactly one event with the
// same id, or never, if the leg was closed or the call left. Orders are carried out in their sequence.
//
// To add one: 1. a struct here, in the list at the end; 2. its Perform() in src/browser, without which nothing compiles.
#ifndef DUET_CORE_EFFECT_H_
#define DUET_CORE_EFFECT_H_

#include <string>
#include <variant>
#include <vector>

#include "core/types.h"

namespace duet {

// ---- Signaling ----

// Connect the socket and keep it connected. Needless if it is.
struct OpenSignaling {
  bool operator==(const OpenSignaling&) const = default;
};

// Send `join` and ask for an acknowledgement. Only ordered while the socket is connected. Answer: JoinAnswered, or none
// from a server that does not acknowledge.
struct SendJoin {
  OpId op;
  std::string json;
  bool operator==(const SendJoin&) const = default;
};

// Send one message: the event's name and its payload as JSON text. Only ordered while the socket is connected; if it is
// not any more, the message is dropped, never buffered.
struct SendMessage {
  std::string name;
  std::string json;
  bool operator==(const SendMessage&) const = default;
};

// ---- Camera and microphone ----

// getUserMedia. Answer: MediaGranted or MediaRefused.
struct RequestMedia {
  OpId op;
  bool microphone = false;
  bool camera = false;
  bool operator==(const RequestMedia&) const = default;
};

// The tracks that came with `op` become the local ones, in place of any of the same kind.
struct UseMedia {
  OpId op;
  bool operator==(const UseMedia&) const = default;
};

// The tracks that came with `op` came too late: stop them.
struct DiscardMedia {
  OpId op;
  bool operator==(const DiscardMedia&) const = default;
};

// MediaStreamTrack.enabled of the local track of that kind; nothing if there is none.
struct EnableTrack {
  MediaKind kind = MediaKind::kMicrophone;
  bool on = false;
  bool operator==(const EnableTrack&) const = default;
};

// Stop every local track and forget it.
struct StopMedia {
  bool operator==(const StopMedia&) const = default;
};

// ---- One peer connection ----

// Make a connection (max-bundle, these servers) and listen to it. LegBroken if the browser refuses.
struct OpenLeg {
  LegId leg;
  std::vector<IceServer> ice_servers;
  bool operator==(const OpenLeg&) const = default;
};

// Add transceivers in this order, all sendrecv and in the one local MediaStream: audio and video (the camera).
struct AddTransceivers {
  LegId leg;
  bool operator==(const AddTransceivers&) const = default;
};

// Make the data channel: pre-negotiated, id 0, ordered and reliable (W3C WebRTC 6.1).
struct OpenChannel {
  LegId leg;
  bool operator==(const OpenChannel&) const = default;
};

// Make every transceiver that a remote offer created sendrecv, its sender in the one local MediaStream (RFC 9429 5.10).
struct AcceptTransceivers {
  LegId leg;
  bool operator==(const AcceptTransceivers&) const = default;
};

// replaceTrack of each sender with the local track of its kind, or null. Answer: TracksAttached.
struct AttachTracks {
  LegId leg;
  OpId op;
  bool operator==(const AttachTracks&) const = default;
};

// createOffer, or createAnswer after a remote offer: a description that is set and sent later. Answer: DescriptionCreated or
// DescriptionFailed.
struct CreateDescription {
  LegId leg;
  OpId op;
  DescriptionType type = DescriptionType::kOffer;
  bool operator==(const CreateDescription&) const = default;
};

// setLocalDescription with what CreateDescription gave last. While the devices are being opened (RequestMedia), an answer may wait for them
// for a moment (options.h). Answer: LocalDescriptionSet or DescriptionFailed.
struct SetCreatedDescription {
  LegId leg;
  OpId op;
  Description description;
  bool operator==(const SetCreatedDescription&) const = default;
};

// Parameterless setLocalDescription. Answer: LocalDescriptionSet or DescriptionFailed.
struct SetLocalDescription {
  LegId leg;
  OpId op;
  bool operator==(const SetLocalDescription&) const = default;
};

// setRemoteDescription. Answer: RemoteDescriptionSet or DescriptionFailed.
struct SetRemoteDescription {
  LegId leg;
  OpId op;
  Description description;
  bool operator==(const SetRemoteDescription&) const = default;
};

// setConfiguration with these servers, and restartIce (RFC 9429 4.1.18, W3C WebRTC 4.4.2): the next offer makes a new path.
struct RestartIce {
  LegId leg;
  std::vector<IceServer> ice_servers;
  bool operator==(const RestartIce&) const = default;
};

// addIceCandidate. Answer: CandidateSettled.
struct AddCandidate {
  LegId leg;
  OpId op;
  Candidate candidate;
  bool operator==(const AddCandidate&) const = default;
};

// Send a text on the open data channel; ChannelDrained when its buffer is empty again.
struct SendOnChannel {
  LegId leg;
  std::string json;
  bool operator==(const SendOnChannel&) const = default;
};

// Stop listening, close the connection and forget it.
struct CloseLeg {
  LegId leg;
  bool operator==(const CloseLeg&) const = default;
};

// ---- The record ----

// Something came that changed nothing; the host counts it.
enum class DropReason : std::uint8_t {
  kMalformed,   // not what docs/signaling.md allows
  kUnknown,     // an event that we do not know
  kForeign,     // another room's, or meant for somebody else
  kStale,       // of an old leg, offer, generation or order
  kUnexpected,  // legal, but not now
  kTooMany,     // over a limit of options.h
  kRefused,     // the browser refused a candidate or a track
};

struct CountDrop {
  DropReason reason = DropReason::kMalformed;
  bool operator==(const CountDrop&) const = default;
};

using Effect =
    std::variant<OpenSignaling, SendJoin, SendMessage, RequestMedia, UseMedia, DiscardMedia, EnableTrack, StopMedia, OpenLeg,
                 AddTransceivers, OpenChannel, AcceptTransceivers, AttachTracks, CreateDescription,
                 SetCreatedDescription, SetLocalDescription, SetRemoteDescription, RestartIce, AddCandidate, SendOnChannel,
                 CloseLeg, CountDrop>;
using Effects = std::vector<Effect>;

}  // namespace duet

#endif  // DUET_CORE_EFFECT_H_
