// Any value of the core as one line. A state is printed exactly: two values that differ print differently. Effects and
// events are printed for people: long texts are cut.
#ifndef DUET_TESTS_SUPPORT_PRINT_H_
#define DUET_TESTS_SUPPORT_PRINT_H_

#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

#include "core/call.h"
#include "core/event.h"
#include "support/visitable.h"

namespace duet {

// ---- Texts and names ----

inline std::string Quoted(std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string quoted = "\"";
  for (const char c : text) {
    const unsigned value = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      quoted += {'\\', c};
    } else if (value < 0x20) {
      quoted += {'\\', 'x', kHex[value >> 4], kHex[value & 15]};
    } else {
      quoted += c;
    }
  }
  return quoted + '"';
}

// The start and the end of a long text (a message's end is its stamp), and its length.
inline std::string Cut(std::string_view text) {
  constexpr std::size_t kKept = 40;
  if (text.size() <= 2 * kKept) return std::string(text);
  return std::string(text.substr(0, kKept)) + "..." + std::string(text.substr(text.size() - kKept)) + ' ' +
         std::to_string(text.size()) + 'B';
}

inline std::string_view ToString(DescriptionType type) { return type == DescriptionType::kOffer ? "offer" : "answer"; }
inline std::string_view ToString(MediaKind kind) { return kind == MediaKind::kMicrophone ? "microphone" : "camera"; }

inline std::string_view ToString(MediaError error) {
  switch (error) {
    case MediaError::kRefused: return "refused";
    case MediaError::kMissing: return "missing";
    case MediaError::kBusy: return "busy";
    case MediaError::kUnsupported: return "unsupported";
  }
  return "?";
}

inline std::string_view ToString(ConnectionState state) {
  switch (state) {
    case ConnectionState::kConnecting: return "connecting";
    case ConnectionState::kConnected: return "connected";
    case ConnectionState::kDisconnected: return "disconnected";
    case ConnectionState::kFailed: return "failed";
  }
  return "?";
}

inline std::string_view ToString(DropReason reason) {
  switch (reason) {
    case DropReason::kMalformed: return "malformed";
    case DropReason::kUnknown: return "unknown";
    case DropReason::kForeign: return "foreign";
    case DropReason::kStale: return "stale";
    case DropReason::kUnexpected: return "unexpected";
    case DropReason::kTooMany: return "tooMany";
    case DropReason::kRefused: return "refused";
  }
  return "?";
}

// Builds `Name{a=1 b="x" text}`.
class Line {
 public:
  explicit Line(std::string_view name = {}) : text_(std::string(name) + '{') {}

  template <typename T>
  Line& Add(std::string_view name, const T& value);
  Line& Add(std::string_view words) {
    if (text_.back() != '{') text_ += ' ';
    text_ += words;
    return *this;
  }
  std::string Take() { return std::move(text_) + '}'; }

 private:
  std::string text_;
};

// ---- What a state is made of, exactly ----

template <typename T>
concept Named = std::is_enum_v<T> && requires(T value) {
  std::string_view(ToString(value));
};

template <typename T>
std::string Print(const T& value);

inline std::string Print(const Person& person) {
  return Line().Add("id", person.id).Add("name", person.name).Add("v", person.version).Take();
}
inline std::string Print(const Stamp& s) {
  Line line;
  line.Add("v", s.version).Add("from", s.from).Add("to", s.to).Add("leg", s.leg);
  return line.Add("offer", s.offer).Add("room", s.room_hash).Take();
}
inline std::string Print(const Description& d) { return Line().Add(ToString(d.type)).Add("sdp", d.sdp).Take(); }
inline std::string Print(const DescriptionMessage& message) {
  return Line().Add("description", message.description).Add("stamp", message.stamp).Take();
}
inline std::string Print(const Candidate& c) {
  Line line;
  line.Add("candidate", c.candidate).Add("has_mid", c.has_sdp_mid).Add("mid", c.sdp_mid);
  return line.Add("index", c.sdp_mline_index).Add("ufrag", c.username_fragment).Take();
}
inline std::string Print(const CandidateMessage& message) {
  return Line().Add("candidate", message.candidate).Add("stamp", message.stamp).Take();
}
inline std::string Print(const IceServer& server) {
  return Line().Add("urls", server.urls).Add("username", server.username).Add("credential", server.credential).Take();
}
inline std::string Print(const Devices& devices) {
  return Line().Add("microphone", devices.microphone).Add("camera", devices.camera).Take();
}
inline std::string Print(const SendMessage& message) {
  return Line().Add("name", message.name).Add("json", message.json).Take();
}
inline std::string Print(const Call::Closing& closing) {
  return Line().Add("leg", closing.leg).Add("by", closing.by).Take();
}
inline std::string Print(const Snapshot& s) {
  Line line;
  line.Add("phase", s.phase).Add("cause", s.cause).Add("room", s.room).Add("name", s.name);
  line.Add("peer_known", s.peer_known).Add("peer_name", s.peer_name).Add("peer_is_duet", s.peer_is_duet);
  line.Add("peer_devices_known", s.peer_devices_known).Add("peer_microphone_on", s.peer_microphone_on);
  line.Add("peer_camera_on", s.peer_camera_on).Add("microphone", s.microphone).Add("camera", s.camera);
  line.Add("microphone_on", s.microphone_on).Add("camera_on", s.camera_on);
  return line.Add("server_reachable", s.server_reachable).Take();
}

// ---- Effects ----

inline std::string Brief(const OpenSignaling&) { return "OpenSignaling{}"; }
inline std::string Brief(const SendJoin& e) { return Line("SendJoin").Add("op", e.op).Add(Cut(e.json)).Take(); }
inline std::string Brief(const SendMessage& e) { return Line("SendMessage").Add(e.name).Add(Cut(e.json)).Take(); }
inline std::string Brief(const RequestMedia& e) {
  return Line("RequestMedia").Add("op", e.op).Add("microphone", e.microphone).Add("camera", e.camera).Take();
}
inline std::string Brief(const UseMedia& e) { return Line("UseMedia").Add("op", e.op).Take(); }
inline std::string Brief(const DiscardMedia& e) { return Line("DiscardMedia").Add("op", e.op).Take(); }
inline std::string Brief(const EnableTrack& e) {
  return Line("EnableTrack").Add(ToString(e.kind)).Add(e.on ? "on" : "off").Take();
}
inline std::string Brief(const StopMedia&) { return "StopMedia{}"; }
inline std::string Brief(const OpenLeg& e) { return Line("OpenLeg").Add("leg", e.leg).Add("servers", e.ice_servers).Take(); }
inline std::string Brief(const AddTransceivers& e) { return Line("AddTransceivers").Add("leg", e.leg).Take(); }
inline std::string Brief(const OpenChannel& e) { return Line("OpenChannel").Add("leg", e.leg).Take(); }
inline std::string Brief(const AcceptTransceivers& e) { return Line("AcceptTransceivers").Add("leg", e.leg).Take(); }
inline std::string Brief(const AttachTracks& e) { return Line("AttachTracks").Add("leg", e.leg).Add("op", e.op).Take(); }
inline std::string Brief(const CreateDescription& e) {
  return Line("CreateDescription").Add("leg", e.leg).Add("op", e.op).Add(ToString(e.type)).Take();
}
inline std::string Brief(const SetCreatedDescription& e) {
  return Line("SetCreatedDescription").Add("leg", e.leg).Add("op", e.op).Add(ToString(e.description.type)).Take();
}
inline std::string Brief(const RestartIce& e) { return Line("RestartIce").Add("leg", e.leg).Take(); }
inline std::string Brief(const SetLocalDescription& e) {
  return Line("SetLocalDescription").Add("leg", e.leg).Add("op", e.op).Take();
}
inline std::string Brief(const SetRemoteDescription& e) {
  const std::string size = std::to_string(e.description.sdp.size()) + 'B';
  return Line("SetRemoteDescription").Add("leg", e.leg).Add("op", e.op).Add(ToString(e.description.type)).Add(size).Take();
}
inline std::string Brief(const AddCandidate& e) {
  return Line("AddCandidate").Add("leg", e.leg).Add("op", e.op).Add(Cut(Print(e.candidate))).Take();
}
inline std::string Brief(const SendOnChannel& e) { return Line("SendOnChannel").Add("leg", e.leg).Add(Cut(e.json)).Take(); }
inline std::string Brief(const CloseLeg& e) { return Line("CloseLeg").Add("leg", e.leg).Take(); }
inline std::string Brief(const CountDrop& e) { return Line("CountDrop").Add(ToString(e.reason)).Take(); }

// ---- Events ----

inline std::string Brief(const JoinRequested& e) {
  return Line("JoinRequested").Add("room", e.room).Add("name", e.name).Add("page", e.page).Take();
}
inline std::string Brief(const RoomShown& e) { return Line("RoomShown").Add("room", e.room).Take(); }
inline std::string Brief(const NetworkChanged&) { return "NetworkChanged{}"; }
inline std::string Brief(const LeaveRequested&) { return "LeaveRequested{}"; }
inline std::string Brief(const DeviceSwitched& e) {
  return Line("DeviceSwitched").Add(ToString(e.kind)).Add(e.on ? "on" : "off").Take();
}
inline std::string Brief(const DeadlineReached&) { return "DeadlineReached{}"; }
inline std::string Brief(const SignalingConnected& e) { return Line("SignalingConnected").Add(e.socket_id).Take(); }
inline std::string Brief(const SignalingLost&) { return "SignalingLost{}"; }
inline std::string Brief(const JoinAnswered& e) { return Line("JoinAnswered").Add("op", e.op).Add(Cut(e.json)).Take(); }
inline std::string Brief(const MessageReceived& e) { return Line("MessageReceived").Add(e.name).Add(Cut(e.json)).Take(); }
inline std::string Brief(const MediaGranted& e) {
  return Line("MediaGranted").Add("op", e.op).Add("microphone", e.microphone).Add("camera", e.camera).Take();
}
inline std::string Brief(const MediaRefused& e) {
  return Line("MediaRefused").Add("op", e.op).Add(ToString(e.error)).Take();
}
inline std::string Brief(const LocalTrackEnded& e) { return Line("LocalTrackEnded").Add(ToString(e.kind)).Take(); }
inline std::string Brief(const LegBroken& e) { return Line("LegBroken").Add("leg", e.leg).Add(e.error).Take(); }
inline std::string Brief(const DescriptionCreated& e) {
  return Line("DescriptionCreated").Add("leg", e.leg).Add("op", e.op).Add(ToString(e.description.type)).Take();
}
inline std::string Brief(const LocalDescriptionSet& e) {
  return Line("LocalDescriptionSet").Add("leg", e.leg).Add("op", e.op).Add(ToString(e.description.type)).Take();
}
inline std::string Brief(const RemoteDescriptionSet& e) {
  return Line("RemoteDescriptionSet").Add("leg", e.leg).Add("op", e.op).Take();
}
inline std::string Brief(const DescriptionFailed& e) {
  return Line("DescriptionFailed").Add("leg", e.leg).Add("op", e.op).Add(e.error).Take();
}
inline std::string Brief(const CandidateSettled& e) {
  return Line("CandidateSettled").Add("leg", e.leg).Add("op", e.op).Add("ok", e.ok).Take();
}
inline std::string Brief(const TracksAttached& e) {
  return Line("TracksAttached").Add("leg", e.leg).Add("op", e.op).Add("ok", e.ok).Take();
}
inline std::string Brief(const LocalCandidateFound& e) {
  return Line("LocalCandidateFound").Add("leg", e.leg).Add(Cut(Print(e.candidate))).Take();
}
inline std::string Brief(const ConnectionStateChanged& e) {
  return Line("ConnectionStateChanged").Add("leg", e.leg).Add(ToString(e.state)).Take();
}
inline std::string Brief(const ChannelOpened& e) { return Line("ChannelOpened").Add("leg", e.leg).Take(); }
inline std::string Brief(const ChannelReceived& e) {
  return Line("ChannelReceived").Add("leg", e.leg).Add(Cut(e.json)).Take();
}
inline std::string Brief(const ChannelDrained& e) { return Line("ChannelDrained").Add("leg", e.leg).Take(); }

inline std::string Print(const Effect& effect) {
  return std::visit([](const auto& e) { return Brief(e); }, effect);
}
inline std::string Print(const Event& event) {
  return std::visit([](const auto& e) { return Brief(e); }, event);
}

// ---- Everything else ----

template <typename T>
struct IsOptional : std::false_type {};
template <typename T>
struct IsOptional<std::optional<T>> : std::true_type {};
template <typename T>
struct IsVector : std::false_type {};
template <typename T>
struct IsVector<std::vector<T>> : std::true_type {};
template <typename T>
struct IsVariant : std::false_type {};
template <typename... T>
struct IsVariant<std::variant<T...>> : std::true_type {};

template <typename T>
std::string Print(const T& value) {
  if constexpr (std::is_same_v<T, LegId> || std::is_same_v<T, OpId>) {
    return std::to_string(value.value);
  } else if constexpr (std::is_same_v<T, Millis>) {
    return std::to_string(value.count()) + "ms";
  } else if constexpr (Named<T>) {
    return std::string(ToString(value));
  } else if constexpr (std::is_enum_v<T>) {
    return std::to_string(static_cast<int>(value));
  } else if constexpr (std::is_integral_v<T>) {
    return std::to_string(value);
  } else if constexpr (std::is_convertible_v<const T&, std::string_view>) {
    return Quoted(value);
  } else if constexpr (IsOptional<T>::value) {
    return value ? Print(*value) : "none";
  } else if constexpr (IsVector<T>::value) {
    std::string list;
    for (const auto& item : value) list += (list.empty() ? "" : ", ") + Print(item);
    return '[' + list + ']';
  } else if constexpr (IsVariant<T>::value) {
    return std::to_string(value.index()) + ':' + std::visit([](const auto& held) { return Print(held); }, value);
  } else if constexpr (Visitable<T>) {
    Line line;
    T::Visit(value, [&line](std::string_view name, const auto& field) { line.Add(name, field); });
    return line.Take();
  } else {
    return Brief(value);
  }
}

template <typename T>
Line& Line::Add(std::string_view name, const T& value) {
  return Add(std::string(name) + '=' + Print(value));
}

// ---- For GoogleTest, which takes a variant apart by itself ----

template <typename T>
concept Plain = std::is_same_v<T, Person> || std::is_same_v<T, Stamp> || std::is_same_v<T, Description> ||
    std::is_same_v<T, DescriptionMessage> || std::is_same_v<T, CandidateMessage> || std::is_same_v<T, Candidate> || std::is_same_v<T, IceServer> ||
    std::is_same_v<T, Devices> || std::is_same_v<T, Call::Closing> || std::is_same_v<T, Snapshot> ||
    std::is_same_v<T, LegId> || std::is_same_v<T, OpId> || Named<T>;

template <typename T>
requires Plain<T> || Visitable<T>
void PrintTo(const T& value, std::ostream* out) { *out << Print(value); }

template <typename T>
requires requires(const T& value) { Brief(value); }
void PrintTo(const T& value, std::ostream* out) { *out << Brief(value); }

inline void PrintTo(const Effect& effect, std::ostream* out) { *out << Print(effect); }
inline void PrintTo(const Effects& effects, std::ostream* out) { *out << Print(effects); }
inline void PrintTo(const Event& event, std::ostream* out) { *out << Print(event); }

}  // namespace duet

#endif  // DUET_TESTS_SUPPORT_PRINT_H_
