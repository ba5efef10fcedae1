#include "replay/words.h"

#include <array>
#include <optional>
#include <variant>

#include "core/signal_message.h"

namespace duet {
namespace {

std::string Quoted(std::string_view text) { return '"' + Printable(text, 64) + '"'; }

std::string Bytes(std::string_view text) { return std::to_string(text.size()) + " bytes"; }

std::string Leg(LegId leg) { return "leg " + std::to_string(leg.value); }

std::string_view Word(MediaKind kind) { return kind == MediaKind::kMicrophone ? "microphone" : "camera"; }
std::string_view Word(DescriptionType type) { return type == DescriptionType::kOffer ? "offer" : "answer"; }
std::string_view OnOrOff(bool on) { return on ? "on" : "off"; }

std::string_view Word(MediaError error) {
  switch (error) {
    case MediaError::kRefused: return "it may not be used";
    case MediaError::kMissing: return "there is none";
    case MediaError::kBusy: return "another program has it";
    case MediaError::kUnsupported: return "this browser or address has none";
  }
  return {};
}

std::string_view Word(ConnectionState state) {
  switch (state) {
    case ConnectionState::kConnecting: return "connecting";
    case ConnectionState::kConnected: return "connected";
    case ConnectionState::kDisconnected: return "disconnected";
    case ConnectionState::kFailed: return "failed";
  }
  return {};
}

std::string_view Word(DropReason reason) {
  switch (reason) {
    case DropReason::kMalformed: return "malformed";
    case DropReason::kUnknown: return "unknown";
    case DropReason::kForeign: return "meant for somebody else";
    case DropReason::kStale: return "stale";
    case DropReason::kUnexpected: return "not expected now";
    case DropReason::kTooMany: return "one too many";
    case DropReason::kRefused: return "refused by the browser";
  }
  return {};
}

std::string Devices(bool microphone, bool camera) {
  if (microphone && camera) return "microphone and camera";
  if (microphone) return "microphone";
  return camera ? "camera" : "no device";
}

// "host 192.0.2.1 9 udp" of `candidate:<foundation> <component> udp <priority> 192.0.2.1 9 typ host …` (RFC 8839 5.1).
std::string Brief(const Candidate& candidate) {
  if (candidate.candidate.empty()) return "no more candidates";
  std::array<std::string_view, 8> tokens;
  std::string_view rest = candidate.candidate;
  for (std::string_view& token : tokens) {
    const std::size_t end = std::min(rest.find(' '), rest.size());
    token = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  std::string brief = "candidate ";
  for (const int index : {7, 4, 5, 2}) brief += Printable(tokens[index], 48) + (index == 2 ? "" : " ");
  return brief;
}

// ---- Messages ----

std::string Of(const Stamp& stamp) {
  if (stamp.version == 0) return " by a client without Duet's fields";
  return " " + std::to_string(stamp.offer) + " of leg " + Quoted(stamp.leg);
}

std::string Brief(const Person& person) {
  return (person.name.empty() ? "somebody" : Quoted(person.name)) + (person.version == 0 ? ", no Duet" : "");
}

std::string Brief(const RoomUsers& message) {
  return "the server's list, " + std::to_string(message.users.size()) + " in it";
}
std::string Brief(const UserJoined& message) { return "the server: " + Brief(message.person) + " comes in"; }
std::string Brief(const UserExit& message) {
  return message.lost ? "the server: the other one did not come back" : "the server: the other one is gone";
}
std::string Brief(const PeerAway&) { return "the server: the other one's socket is lost"; }
std::string Brief(const PeerBack& message) { return "the server: " + Brief(message.person) + " is back"; }
std::string Brief(const RoomFull&) { return "the server: the room is full"; }
std::string Brief(const Parked& message);
std::string Brief(const ParkKept&) { return "the server: our parked offer is shown"; }
std::string Brief(const DescriptionMessage& message) {
  return std::string(Word(message.description.type)) + Of(message.stamp) + ", " + Bytes(message.description.sdp);
}
std::string Brief(const Parked& message) {
  return message.offer ? "the server: somebody waits, with " + Brief(*message.offer) : "the server: nobody waits there";
}
std::string Brief(const CandidateMessage& message) {
  return Brief(message.candidate) + (message.stamp.version == 0 ? "" : ", of offer " + std::to_string(message.stamp.offer));
}

std::string Brief(std::string_view name, std::string_view json) {
  const auto decoded = DecodeSignal(name, json);
  if (const DropReason* reason = std::get_if<DropReason>(&decoded)) {
    return "message " + Quoted(name) + ", " + Bytes(json) + ", " + std::string(Word(*reason));
  }
  return std::visit([](const auto& message) { return Brief(message); }, *std::get_if<SignalMessage>(&decoded));
}

std::string BriefOnChannel(std::string_view json) {
  const auto message = DecodeChannelMessage(json);
  if (!message) return "something malformed, " + Bytes(json);
  const duet::Devices* devices = std::get_if<duet::Devices>(&*message);
  if (devices == nullptr) return "goodbye";
  return "microphone " + std::string(OnOrOff(devices->microphone)) + ", camera " + std::string(OnOrOff(devices->camera));
}

// ---- Events ----

std::string Of(const RoomShown& event) { return "the page shows room " + Quoted(event.room); }
std::string Of(const NetworkChanged&) { return "the network has changed"; }
std::string Of(const JoinRequested& event) {
  return "Join is pressed: room " + Quoted(event.room) + (event.name.empty() ? "" : ", name " + Quoted(event.name));
}
std::string Of(const LeaveRequested&) { return "Leave is pressed, or the page goes away"; }
std::string Of(const DeviceSwitched& event) {
  return "the " + std::string(Word(event.kind)) + " is switched " + std::string(OnOrOff(event.on));
}
std::string Of(const DeadlineReached&) { return "a deadline has come"; }
std::string Of(const SignalingConnected&) { return "the server is connected"; }
std::string Of(const SignalingLost&) { return "the server is out of reach"; }
std::string Of(const JoinAnswered& event) {
  const std::optional<JoinAnswer> answer = DecodeJoinAnswer(event.json);
  if (!answer) return "the server's answer to join is malformed, " + Bytes(event.json);
  switch (answer->error) {
    case JoinError::kNone: break;
    case JoinError::kBusy: return "the server is busy";
    case JoinError::kRoomFull: return "the server refuses: the room is full";
    case JoinError::kBadRoom: return "the server refuses: no room may be called so";
    case JoinError::kRefused: return "the server refuses";
  }
  return "the server lets us in; " + (answer->peer ? Brief(*answer->peer) + " is there" : "nobody else is there") +
         (answer->took_answer ? ", and has our answer" : answer->parked ? ", with " + Brief(*answer->parked) : "");
}
std::string Of(const MessageReceived& event) { return Brief(event.name, event.json); }
std::string Of(const MediaGranted& event) { return "the browser gives " + Devices(event.microphone, event.camera); }
std::string Of(const MediaRefused& event) { return "the browser gives no device: " + std::string(Word(event.error)); }
std::string Of(const LocalTrackEnded& event) { return "the " + std::string(Word(event.kind)) + " ended by itself"; }
std::string Of(const LegBroken& event) { return Leg(event.leg) + " is broken: " + Quoted(event.error); }
std::string Of(const DescriptionCreated& event) {
  return Leg(event.leg) + ": our " + std::string(Word(event.description.type)) + " is prepared, " + Bytes(event.description.sdp);
}
std::string Of(const LocalDescriptionSet& event) {
  return Leg(event.leg) + ": our " + std::string(Word(event.description.type)) + " is set, " + Bytes(event.description.sdp);
}
std::string Of(const RemoteDescriptionSet& event) { return Leg(event.leg) + ": the other side's description is set"; }
std::string Of(const DescriptionFailed& event) {
  return Leg(event.leg) + ": a description was rejected: " + Quoted(event.error);
}
std::string Of(const CandidateSettled& event) {
  return Leg(event.leg) + (event.ok ? ": the candidate is taken" : ": the candidate was rejected");
}
std::string Of(const TracksAttached& event) {
  return Leg(event.leg) + (event.ok ? ": our tracks are attached" : ": our tracks could not be attached");
}
std::string Of(const LocalCandidateFound& event) { return Leg(event.leg) + ": our " + Brief(event.candidate); }
std::string Of(const ConnectionStateChanged& event) { return Leg(event.leg) + ": " + std::string(Word(event.state)); }
std::string Of(const ChannelOpened& event) { return Leg(event.leg) + ": the data channel is open"; }
std::string Of(const ChannelReceived& event) {
  return Leg(event.leg) + ": the other side tells " + BriefOnChannel(event.json);
}
std::string Of(const ChannelDrained& event) { return Leg(event.leg) + ": the data channel has sent everything"; }

// ---- Orders ----

std::string Of(const OpenSignaling&) { return "connect to the server"; }
std::string Of(const SendJoin&) { return "ask the server for a seat"; }
std::string Of(const SendMessage& effect) {
  if (effect.name == "leave") return "tell the server that we leave";
  if (effect.name == "peek") return "ask who waits in the room";
  if (effect.name == "park") return "leave an offer at the server, " + Bytes(effect.json);
  // As another Duet will hear of it. What goes to others names no leg.
  const std::string_view heard = effect.name == "offer"       ? "getOffer"
                                 : effect.name == "answer"    ? "getAnswer"
                                 : effect.name == "candidate" ? "getCandidate"
                                                              : "";
  const bool is_for_duet = std::holds_alternative<SignalMessage>(DecodeSignal(heard, effect.json));
  return "send " + (is_for_duet ? Brief(heard, effect.json) : Printable(effect.name, 64) + ", " + Bytes(effect.json));
}
std::string Of(const RequestMedia& effect) { return "ask for " + Devices(effect.microphone, effect.camera); }
std::string Of(const UseMedia&) { return "use what was given"; }
std::string Of(const DiscardMedia&) { return "stop what was given too late"; }
std::string Of(const EnableTrack& effect) {
  return "switch the " + std::string(Word(effect.kind)) + "'s track " + std::string(OnOrOff(effect.on));
}
std::string Of(const StopMedia&) { return "stop camera and microphone"; }
std::string Of(const OpenLeg& effect) {
  std::string words = "make " + Leg(effect.leg);
  const char* separator = ", by ";
  for (const IceServer& server : effect.ice_servers) {
    for (const std::string& url : server.urls) words += separator + Printable(url, 64), separator = " ";
  }
  return words;
}
std::string Of(const AddTransceivers& effect) { return Leg(effect.leg) + ": add audio and video"; }
std::string Of(const OpenChannel& effect) { return Leg(effect.leg) + ": make the data channel"; }
std::string Of(const AcceptTransceivers& effect) { return Leg(effect.leg) + ": send where the offer receives"; }
std::string Of(const AttachTracks& effect) { return Leg(effect.leg) + ": attach our tracks"; }
std::string Of(const CreateDescription& effect) {
  return Leg(effect.leg) + ": prepare our " + std::string(Word(effect.type));
}
std::string Of(const SetCreatedDescription& effect) {
  return Leg(effect.leg) + ": set the prepared " + std::string(Word(effect.description.type));
}
std::string Of(const RestartIce& effect) { return Leg(effect.leg) + ": look for a new path, by the servers that came late"; }
std::string Of(const SetLocalDescription& effect) { return Leg(effect.leg) + ": make our description and set it"; }
std::string Of(const SetRemoteDescription& effect) {
  return Leg(effect.leg) + ": set the other side's " + std::string(Word(effect.description.type));
}
std::string Of(const AddCandidate& effect) { return Leg(effect.leg) + ": add " + Brief(effect.candidate); }
std::string Of(const SendOnChannel& effect) { return Leg(effect.leg) + ": tell " + BriefOnChannel(effect.json); }
std::string Of(const CloseLeg& effect) { return "close " + Leg(effect.leg); }
std::string Of(const CountDrop& effect) { return "ignore it: " + std::string(Word(effect.reason)); }

}  // namespace

std::string Words(const Event& event) {
  return std::visit([](const auto& fact) { return Of(fact); }, event);
}

std::string Words(const Effect& effect) {
  return std::visit([](const auto& order) { return Of(order); }, effect);
}

std::string Words(Phase phase, Cause cause) {
  std::string words(ToString(phase));
  if (cause != Cause::kNone) words += ": " + std::string(ToString(cause));
  return words;
}

std::string Printable(std::string_view text, std::size_t most) {
  std::string shown;
  for (std::size_t i = 0; i < text.size() && shown.size() < most;) {
    const auto byte = [&text](std::size_t at) { return at < text.size() ? static_cast<unsigned char>(text[at]) : 0u; };
    const unsigned first = byte(i);
    const std::size_t length = first < 0x80 ? 1 : first >= 0xF0 && first < 0xF5 ? 4 : first >= 0xE0 ? 3 : 2;
    bool printable = first < 0x80 ? first >= 0x20 && first != 0x7F : first >= 0xC2 && first < 0xF5;
    for (std::size_t tail = 1; tail < length; ++tail) printable = printable && (byte(i + tail) & 0xC0) == 0x80;
    // C1 controls, and what turns the direction of a line.
    printable = printable && !(first == 0xC2 && byte(i + 1) < 0xA0) && !(first == 0xE2 && byte(i + 1) <= 0x81);
    shown += printable ? text.substr(i, length) : std::string_view("?");
    i += printable ? length : 1;
  }
  return shown;
}

}  // namespace duet
