#include "browser/js_convert.h"

#include <cstddef>

namespace duet {

using emscripten::val;

namespace {

// socket.io's default is a megabyte and a data channel takes 256 kB; a description of ours is about 6 kB.
constexpr std::size_t kMaxMessageBytes = 64 * 1024;

val DeviceToJs(DeviceState state, bool is_on) {
  val device = val::object();
  Set(device, "state", ToJs(ToString(state)));
  Set(device, "on", val(is_on));
  return device;
}

val PeerToJs(const Snapshot& snapshot) {
  if (!snapshot.peer_known) return val::null();
  val devices = val::null();
  if (snapshot.peer_devices_known) {
    devices = val::object();
    Set(devices, "microphone", val(snapshot.peer_microphone_on));
    Set(devices, "camera", val(snapshot.peer_camera_on));
  }
  val peer = val::object();
  Set(peer, "name", ToJs(snapshot.peer_name));
  Set(peer, "duet", val(snapshot.peer_is_duet));
  Set(peer, "devices", devices);
  return peer;
}

}  // namespace

val Get(const val& object, const char* key) { return object[key]; }

void Set(val& object, const char* key, const val& value) { object.set(key, value); }

std::string ReadText(const val& value) { return value.isString() ? value.as<std::string>() : std::string(); }

std::string ReadText(const val& object, const char* key) { return ReadText(Get(object, key)); }

std::string ReadMessage(const val& value) {
  // UTF-8 is never shorter than UTF-16 has units: what is far too large is not even copied.
  if (!value.isString() || ReadNumber(value, "length") > kMaxMessageBytes) return {};
  std::string text = value.as<std::string>();
  if (text.size() > kMaxMessageBytes) text.clear();
  return text;
}

std::uint32_t ReadNumber(const val& object, const char* key) { return Get(object, key).as<std::uint32_t>(); }

bool ReadBool(const val& object, const char* key) { return Get(object, key).isTrue(); }

std::vector<val> ReadList(const val& array) {
  std::vector<val> list;
  for (std::uint32_t i = 0, length = ReadNumber(array, "length"); i < length; ++i) list.push_back(array[i]);
  return list;
}

std::string ReadErrorName(const val& error) {
  if (error.isUndefined() || error.isNull()) return {};
  return ReadText(error, "name");
}

Candidate ReadCandidate(const val& candidate) {
  Candidate result;
  result.candidate = ReadText(candidate, "candidate");
  const val mid = Get(candidate, "sdpMid");
  result.has_sdp_mid = mid.isString();
  result.sdp_mid = ReadText(mid);
  const val index = Get(candidate, "sdpMLineIndex");
  if (index.isNumber()) result.sdp_mline_index = index.as<std::int32_t>();
  result.username_fragment = ReadText(candidate, "usernameFragment");
  return result;
}

Description ReadDescription(const val& description) {
  const bool is_answer = ReadText(description, "type") == "answer";
  return {is_answer ? DescriptionType::kAnswer : DescriptionType::kOffer, ReadText(description, "sdp")};
}

val ToJs(std::string_view text) { return val(std::string(text)); }

val ToJs(Millis time) { return val(static_cast<double>(time.count())); }

val ToJs(const Candidate& candidate) {
  val init = val::object();
  Set(init, "candidate", ToJs(candidate.candidate));
  Set(init, "sdpMid", candidate.has_sdp_mid ? ToJs(candidate.sdp_mid) : val::null());
  Set(init, "sdpMLineIndex", candidate.sdp_mline_index < 0 ? val::null() : val(candidate.sdp_mline_index));
  if (!candidate.username_fragment.empty()) Set(init, "usernameFragment", ToJs(candidate.username_fragment));
  return init;
}

val ToJs(const Description& description) {
  val init = val::object();
  Set(init, "type", val(description.type == DescriptionType::kAnswer ? "answer" : "offer"));
  Set(init, "sdp", ToJs(description.sdp));
  return init;
}

val ToJs(const std::vector<IceServer>& servers) {
  val list = val::array();
  for (const IceServer& server : servers) {
    val urls = val::array();
    for (const std::string& url : server.urls) urls.call<val>("push", ToJs(url));
    val entry = val::object();
    Set(entry, "urls", urls);
    // An empty one would be an error for turn: and needless for stun:.
    if (!server.username.empty()) Set(entry, "username", ToJs(server.username));
    if (!server.credential.empty()) Set(entry, "credential", ToJs(server.credential));
    list.call<val>("push", entry);
  }
  return list;
}

val ToJs(const Snapshot& snapshot) {
  val object = val::object();
  Set(object, "phase", ToJs(ToString(snapshot.phase)));
  Set(object, "cause", ToJs(ToString(snapshot.cause)));
  Set(object, "room", ToJs(snapshot.room));
  Set(object, "name", ToJs(snapshot.name));
  Set(object, "peer", PeerToJs(snapshot));
  Set(object, "microphone", DeviceToJs(snapshot.microphone, snapshot.microphone_on));
  Set(object, "camera", DeviceToJs(snapshot.camera, snapshot.camera_on));
  Set(object, "serverReachable", val(snapshot.server_reachable));
  return object;
}

std::uint32_t HashOf(std::string_view text) {
  std::uint32_t hash = 2166136261u;
  for (const char byte : text) hash = (hash ^ static_cast<unsigned char>(byte)) * 16777619u;
  return hash;
}

}  // namespace duet
