#include "core/signal_message.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "core/json.h"
#include "core/options.h"
#include "core/sdp_scan.h"

namespace duet {
namespace {

using Decoded = std::variant<SignalMessage, DropReason>;

bool IsWordCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

bool IsShortText(std::string_view text, std::size_t most) {
  return text.size() <= most &&
         std::none_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; });
}

// Each Read* takes a member that may be missing (or null), and fails only if it is there and wrong.
bool ReadText(const Json& object, std::string_view key, std::size_t most, std::string* out) {
  const Json* member = object.Find(key);
  if (member == nullptr || member->kind() == Json::Kind::kNull) return true;
  if (member->string() == nullptr || !IsShortText(*member->string(), most)) return false;
  *out = *member->string();
  return true;
}

template <typename Integer>
bool ReadInteger(const Json& object, std::string_view key, Integer* out) {
  const Json* member = object.Find(key);
  if (member == nullptr || member->kind() == Json::Kind::kNull) return true;
  const std::optional<std::int64_t> value = member->integer();
  if (!value || *value < 0 || *value > std::int64_t{std::numeric_limits<Integer>::max()}) return false;
  *out = static_cast<Integer>(*value);
  return true;
}

bool IsLegName(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) { return c == '.' || IsWordCharacter(c); });
}

bool ReadStamp(const Json& object, Stamp* out) {
  if (!ReadInteger(object, "v", &out->version)) return false;
  if (!ReadText(object, "from", options::kMaxTokenBytes, &out->from)) return false;
  if (out->version == 0) return true;
  return !out->from.empty() && ReadText(object, "to", options::kMaxTokenBytes, &out->to) &&
         ReadText(object, "leg", options::kMaxTokenBytes, &out->leg) && IsLegName(out->leg) &&
         ReadInteger(object, "offer", &out->offer) && out->offer > 0 && out->offer <= options::kMaxOfferNumber &&
         ReadInteger(object, "room", &out->room_hash);
}

bool ReadId(const Json& value, std::string* out) {
  return value.is_object() && ReadText(value, "id", options::kMaxTokenBytes, out) && !out->empty();
}

bool ReadPerson(const Json& value, Person* out) {
  if (!ReadId(value, &out->id) || !ReadInteger(value, "v", &out->version)) return false;
  const Json* given = value.Find("name");
  if (given != nullptr && given->string() != nullptr) out->name = CleanName(*given->string());
  return true;
}

bool IsTrue(const Json& object, std::string_view key) {
  const Json* member = object.Find(key);
  return member != nullptr && member->boolean().value_or(false);
}

Decoded DecodeExit(const Json& value) {
  UserExit message;
  if (!ReadId(value, &message.id)) return DropReason::kMalformed;
  message.lost = IsTrue(value, "lost");
  return SignalMessage(std::move(message));
}

Decoded DecodeAway(const Json& value) {
  PeerAway message;
  if (!ReadId(value, &message.id)) return DropReason::kMalformed;
  return SignalMessage(std::move(message));
}

template <typename Message>
Decoded DecodePerson(const Json& value) {
  Message message;
  if (!ReadPerson(value, &message.person)) return DropReason::kMalformed;
  return SignalMessage(std::move(message));
}

Decoded DecodeUsers(const Json& value) {
  if (value.array() == nullptr || value.array()->size() > options::kMaxListedUsers) return DropReason::kMalformed;
  RoomUsers message;
  for (const Json& item : *value.array()) {
    Person person;
    if (!ReadPerson(item, &person)) return DropReason::kMalformed;
    message.users.push_back(std::move(person));
  }
  return SignalMessage(std::move(message));
}

// Whether `value` is a description of that type, with or without our fields.
bool ReadDescription(const Json& value, DescriptionType type, DescriptionMessage* message) {
  message->description.type = type;
  const Json* told = value.Find("type");
  const Json* sdp = value.Find("sdp");
  if (told == nullptr || told->string() == nullptr || sdp == nullptr || sdp->string() == nullptr) return false;
  if (*told->string() != (type == DescriptionType::kOffer ? "offer" : "answer")) return false;
  if (sdp->string()->size() > options::kMaxSdpBytes || !HasOnlySafeCandidates(*sdp->string())) return false;
  if (!ReadStamp(value, &message->stamp)) return false;
  message->description.sdp = *sdp->string();
  return true;
}

Decoded DecodeDescription(const Json& value, DescriptionType type) {
  DescriptionMessage message;
  if (!ReadDescription(value, type, &message)) return DropReason::kMalformed;
  return SignalMessage(std::move(message));
}

// Only a Duet parks, and only a page that is known by its id: without those there is nothing to answer.
bool ReadParked(const Json& value, DescriptionMessage* message) {
  return ReadDescription(value, DescriptionType::kOffer, message) && message->stamp.version > 0;
}

Decoded DecodeParkKept(const Json& value) {
  ParkKept message;
  if (!value.is_object() || !ReadText(value, "leg", options::kMaxTokenBytes, &message.leg)) return DropReason::kMalformed;
  return SignalMessage(std::move(message));
}

Decoded DecodeCandidate(const Json& value) {
  if (!value.is_object()) return DropReason::kMalformed;
  CandidateMessage message;
  Candidate& c = message.candidate;
  const Json* mid = value.Find("sdpMid");
  c.has_sdp_mid = mid != nullptr && mid->string() != nullptr;
  std::int32_t index = -1;
  if (!ReadText(value, "candidate", options::kMaxCandidateBytes, &c.candidate) ||
      !ReadText(value, "sdpMid", options::kMaxTokenBytes, &c.sdp_mid) || !ReadInteger(value, "sdpMLineIndex", &index) ||
      !ReadText(value, "usernameFragment", options::kMaxFragmentBytes, &c.username_fragment) ||
      !ReadStamp(value, &message.stamp)) {
    return DropReason::kMalformed;
  }
  c.sdp_mline_index = index;
  if (!c.candidate.empty()) {
    // W3C WebRTC 4.8.1: one of the two must say which media section it is for.
    if (!IsSafeCandidate(c.candidate) || (!c.has_sdp_mid && index < 0)) return DropReason::kMalformed;
    if (c.username_fragment.empty()) c.username_fragment = CandidateFragment(c.candidate);
    if (c.username_fragment.size() > options::kMaxFragmentBytes) return DropReason::kMalformed;
  }
  return SignalMessage(std::move(message));
}

// RFC 7064 3.1, RFC 7065 3.1. A browser throws at anything else, and at a TURN server without credentials.
bool IsIceUrl(std::string_view url, bool has_credentials) {
  const auto skip = [&url](std::string_view prefix) {
    const bool found = url.substr(0, prefix.size()) == prefix;
    if (found) url.remove_prefix(prefix.size());
    return found;
  };
  if (url.size() > options::kMaxUrlBytes) return false;
  const bool is_turn = skip("turn");
  if (is_turn ? !has_credentials : !skip("stun")) return false;
  skip("s");
  if (!skip(":")) return false;
  if (is_turn) {
    const std::size_t query = url.find('?');
    const std::string_view transport = query == url.npos ? "?transport=udp" : url.substr(query);
    if (transport != "?transport=udp" && transport != "?transport=tcp") return false;
    url = url.substr(0, query);
  }
  const bool is_v6 = skip("[");
  const auto end =
      std::find_if_not(url.begin(), url.end(), [is_v6](char c) { return c == (is_v6 ? ':' : '.') || IsWordCharacter(c); });
  const auto host = static_cast<std::size_t>(end - url.begin());
  url.remove_prefix(host);
  if (host == 0 || (is_v6 && !skip("]"))) return false;
  if (url.empty()) return true;
  if (!skip(":") || url.empty() || url.size() > 5) return false;
  std::uint32_t port = 0;
  for (const char c : url) {
    if (c < '0' || c > '9') return false;
    port = 10 * port + static_cast<std::uint32_t>(c - '0');
  }
  return port > 0 && port <= 65'535;
}

bool ReadIceServer(const Json& value, IceServer* out) {
  if (!value.is_object()) return false;
  const Json* urls = value.Find("urls");
  if (urls == nullptr) return false;
  if (urls->string() != nullptr) {
    out->urls.push_back(*urls->string());
  } else if (urls->array() != nullptr && urls->array()->size() <= options::kMaxIceServers) {
    for (const Json& url : *urls->array()) {
      if (url.string() == nullptr) return false;
      out->urls.push_back(*url.string());
    }
  }
  if (out->urls.empty() || !ReadText(value, "username", options::kMaxUrlBytes, &out->username) ||
      !ReadText(value, "credential", options::kMaxUrlBytes, &out->credential)) {
    return false;
  }
  const bool has_credentials = !out->username.empty() && !out->credential.empty();
  return std::all_of(out->urls.begin(), out->urls.end(),
                     [=](const std::string& url) { return IsIceUrl(url, has_credentials); });
}

// Nothing if it is not told, or none of it can be used. A server that is configured wrongly in one entry still lets people in.
std::optional<std::vector<IceServer>> ReadIceServers(const Json& value) {
  const Json* told = value.Find("iceServers");
  if (told == nullptr || told->array() == nullptr || told->array()->size() > options::kMaxIceServers) return std::nullopt;
  std::vector<IceServer> servers;
  for (const Json& item : *told->array()) {
    IceServer server;
    if (ReadIceServer(item, &server)) servers.push_back(std::move(server));
  }
  if (servers.empty() && !told->array()->empty()) return std::nullopt;
  return servers;
}

Decoded DecodeParked(const Json& value) {
  Parked message;
  if (value.kind() == Json::Kind::kNull) return SignalMessage(std::move(message));
  if (!ReadParked(value, &message.offer.emplace())) return DropReason::kMalformed;
  message.ice_servers = ReadIceServers(value);
  return SignalMessage(std::move(message));
}

void AddStamp(const Stamp& stamp, JsonObject* out) {
  out->Add("v", std::int64_t{stamp.version}).Add("from", stamp.from).Add("to", stamp.to).Add("leg", stamp.leg);
  out->Add("offer", std::int64_t{stamp.offer}).Add("room", std::int64_t{stamp.room_hash});
}

}  // namespace

std::variant<SignalMessage, DropReason> DecodeSignal(std::string_view name, std::string_view json) {
  if (json.size() > options::kMaxMessageBytes) return DropReason::kMalformed;
  const std::optional<Json> value = Json::Parse(json);
  if (!value) return DropReason::kMalformed;
  if (name == "room_full") return SignalMessage(RoomFull{});
  if (name == "room_users") return DecodeUsers(*value);
  if (name == "getOffer") return DecodeDescription(*value, DescriptionType::kOffer);
  if (name == "getAnswer") return DecodeDescription(*value, DescriptionType::kAnswer);
  if (name == "getCandidate") return DecodeCandidate(*value);
  if (name == "user_exit") return DecodeExit(*value);
  if (name == "peer_away") return DecodeAway(*value);
  if (name == "parked") return DecodeParked(*value);
  if (name == "park_kept") return DecodeParkKept(*value);
  if (name == "peer_back") return DecodePerson<PeerBack>(*value);
  if (name == "user_joined") return DecodePerson<UserJoined>(*value);
  return DropReason::kUnknown;
}

std::optional<JoinAnswer> DecodeJoinAnswer(std::string_view json) {
  if (json.size() > options::kMaxMessageBytes) return std::nullopt;
  const std::optional<Json> value = Json::Parse(json);
  if (!value || !value->is_object()) return std::nullopt;
  const Json* ok = value->Find("ok");
  if (ok == nullptr || !ok->boolean()) return std::nullopt;
  JoinAnswer answer;
  if (!*ok->boolean()) {
    std::string error;
    if (!ReadText(*value, "error", options::kMaxTokenBytes, &error)) return std::nullopt;
    answer.error = error == "busy"        ? JoinError::kBusy
                   : error == "room_full" ? JoinError::kRoomFull
                   : error == "bad_room"  ? JoinError::kBadRoom
                                          : JoinError::kRefused;
    return answer;
  }
  if (!ReadText(*value, "id", options::kMaxTokenBytes, &answer.id) || answer.id.empty()) return std::nullopt;
  const Json* peer = value->Find("peer");
  if (peer != nullptr && peer->kind() != Json::Kind::kNull && !ReadPerson(*peer, &answer.peer.emplace())) {
    return std::nullopt;
  }
  answer.ice_servers = ReadIceServers(*value);
  answer.took_answer = IsTrue(*value, "tookAnswer");
  const Json* parked = value->Find("parked");
  if (parked != nullptr && !answer.took_answer && !ReadParked(*parked, &answer.parked.emplace())) answer.parked.reset();
  return answer;
}

std::optional<std::variant<Bye, Devices>> DecodeChannelMessage(std::string_view json) {
  if (json.size() > options::kMaxMessageBytes) return std::nullopt;
  const std::optional<Json> value = Json::Parse(json);
  if (!value || !value->is_object()) return std::nullopt;
  const Json* type = value->Find("type");
  if (type == nullptr || type->string() == nullptr) return std::nullopt;
  if (*type->string() == "bye") return Bye{};
  if (*type->string() != "devices") return std::nullopt;
  const Json* microphone = value->Find("microphone");
  const Json* camera = value->Find("camera");
  if (microphone == nullptr || !microphone->boolean() || camera == nullptr || !camera->boolean()) return std::nullopt;
  return Devices{*microphone->boolean(), *camera->boolean()};
}

std::string EncodeJoin(std::string_view room, std::string_view name, std::string_view seat, std::string_view page,
                       std::string_view answer) {
  JsonObject json;
  json.Add("room", room).Add("name", name).Add("seat", seat).Add("page", page);
  json.Add("v", std::int64_t{options::kProtocolVersion});
  if (!answer.empty()) json.AddJson("answer", answer);
  return json.Take();
}

std::string EncodePeek(std::string_view room) { return JsonObject().Add("room", room).Take(); }

std::string EncodeDescription(const Description& description, const Stamp& stamp) {
  JsonObject json;
  json.Add("type", description.type == DescriptionType::kOffer ? "offer" : "answer").Add("sdp", description.sdp);
  AddStamp(stamp, &json);
  return json.Take();
}

std::string EncodeCandidate(const Candidate& candidate, const Stamp& stamp) {
  JsonObject json;
  json.Add("candidate", candidate.candidate);
  candidate.has_sdp_mid ? json.Add("sdpMid", candidate.sdp_mid) : json.AddNull("sdpMid");
  candidate.sdp_mline_index >= 0 ? json.Add("sdpMLineIndex", std::int64_t{candidate.sdp_mline_index})
                                 : json.AddNull("sdpMLineIndex");
  if (!candidate.username_fragment.empty()) json.Add("usernameFragment", candidate.username_fragment);
  AddStamp(stamp, &json);
  return json.Take();
}

std::string EncodeBye() { return JsonObject().Add("type", "bye").Take(); }

std::string EncodeDevices(const Devices& devices) {
  JsonObject json;
  return json.Add("type", "devices").Add("microphone", devices.microphone).Add("camera", devices.camera).Take();
}

bool IsRoomName(std::string_view name) {
  return !name.empty() && name.size() <= options::kMaxTokenBytes && std::all_of(name.begin(), name.end(), IsWordCharacter);
}

std::string CleanName(std::string_view name) {
  std::string clean;
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7F) continue;
    // C1: looked for in what is left, so that nothing that goes can make one.
    if (byte >= 0x80 && byte < 0xA0 && clean.ends_with('\xC2')) {
      clean.pop_back();
    } else {
      clean.push_back(c);
    }
  }
  std::size_t end = std::min(clean.size(), options::kMaxNameBytes);
  if (end < clean.size()) {
    while (end > 0 && (static_cast<unsigned char>(clean[end]) & 0xC0) == 0x80) --end;  // inside a UTF-8 sequence
  }
  clean.resize(end);
  return clean;
}

}  // namespace duet
