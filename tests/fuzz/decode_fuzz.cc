// The decoder, fed by libFuzzer. An input's first line says what the rest is: an event's name, or one of the words in
// LLVMFuzzerTestOneInput(). What is accepted must keep the limits of options.h and come back unchanged when it is written
// and read again.
#include <algorithm>
#include <string>
#include <string_view>
#include <variant>

#include "core/json.h"
#include "core/options.h"
#include "core/sdp_scan.h"
#include "core/signal_message.h"
#include "fuzz/fuzz.h"

namespace duet {
namespace {

// A byte from 1 to 7 stands for 4, 16, ... 16384 repetitions of the one before it: so the limits are within reach.
std::string Stretched(std::string_view input) {
  std::string text;
  for (const char c : input) {
    if (c >= 1 && c <= 7 && !text.empty() && text.size() < 2 * options::kMaxMessageBytes) {
      text.append(std::size_t{1} << (2 * c), text.back());
    } else {
      text.push_back(c);
    }
  }
  return text;
}

bool IsClean(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; });
}

// What one of us writes is read by the other, unless escapes made it too long.
template <typename Message>
void CheckComesBack(const Message& message, std::string_view name, const std::string& json) {
  if (json.size() > options::kMaxMessageBytes) return;
  const auto again = DecodeSignal(name, json);
  const SignalMessage* signal = std::get_if<SignalMessage>(&again);
  FUZZ_CHECK(signal != nullptr);
  const Message* same = std::get_if<Message>(signal);
  FUZZ_CHECK(same != nullptr);
  FUZZ_CHECK(same->stamp == message.stamp);
  if constexpr (std::is_same_v<Message, DescriptionMessage>) {
    FUZZ_CHECK(same->description == message.description);
  } else {
    FUZZ_CHECK(same->candidate == message.candidate);
  }
}

void CheckId(const std::string& id) { FUZZ_CHECK(!id.empty() && id.size() <= options::kMaxTokenBytes && IsClean(id)); }

void CheckPerson(const Person& person) {
  CheckId(person.id);
  FUZZ_CHECK(person.name.size() <= options::kMaxNameBytes && CleanName(person.name) == person.name);
  FUZZ_CHECK(person.version >= 0);
}

void CheckStamp(const Stamp& stamp) {
  FUZZ_CHECK(stamp.version >= 0 && stamp.from.size() <= options::kMaxTokenBytes);
  if (stamp.version == 0) {
    FUZZ_CHECK(stamp == (Stamp{0, stamp.from, {}, {}, 0, 0}));
    return;
  }
  CheckId(stamp.from);
  CheckId(stamp.leg);
  FUZZ_CHECK(stamp.to.size() <= options::kMaxTokenBytes);
  FUZZ_CHECK(stamp.offer > 0 && stamp.offer <= options::kMaxOfferNumber);
}

void Check(std::string_view, const RoomUsers& message) {
  FUZZ_CHECK(message.users.size() <= options::kMaxListedUsers);
  for (const Person& person : message.users) CheckPerson(person);
}
void Check(std::string_view, const UserJoined& message) { CheckPerson(message.person); }
void Check(std::string_view, const PeerBack& message) { CheckPerson(message.person); }
void Check(std::string_view, const UserExit& message) { CheckId(message.id); }
void Check(std::string_view, const PeerAway& message) { CheckId(message.id); }
void Check(std::string_view, const RoomFull&) {}

void Check(std::string_view name, const DescriptionMessage& message) {
  CheckStamp(message.stamp);
  FUZZ_CHECK((message.description.type == DescriptionType::kOffer) == (name == "getOffer"));
  FUZZ_CHECK(message.description.sdp.size() <= options::kMaxSdpBytes);
  FUZZ_CHECK(HasOnlySafeCandidates(message.description.sdp));
  CheckComesBack(message, name, EncodeDescription(message.description, message.stamp));
}

void Check(std::string_view name, const CandidateMessage& message) {
  CheckStamp(message.stamp);
  const Candidate& c = message.candidate;
  FUZZ_CHECK(c.candidate.size() <= options::kMaxCandidateBytes && IsClean(c.candidate));
  FUZZ_CHECK(c.candidate.empty() || (IsSafeCandidate(c.candidate) && (c.has_sdp_mid || c.sdp_mline_index >= 0)));
  FUZZ_CHECK(c.sdp_mid.size() <= options::kMaxTokenBytes && (c.has_sdp_mid || c.sdp_mid.empty()));
  FUZZ_CHECK(c.username_fragment.size() <= options::kMaxFragmentBytes && c.sdp_mline_index >= -1);
  CheckComesBack(message, name, EncodeCandidate(c, message.stamp));
}

void CheckIceServers(const std::vector<IceServer>& servers) {
  FUZZ_CHECK(servers.size() <= options::kMaxIceServers);
  for (const IceServer& server : servers) {
    FUZZ_CHECK(!server.urls.empty() && server.urls.size() <= options::kMaxIceServers);
    FUZZ_CHECK(server.username.size() <= options::kMaxUrlBytes && server.credential.size() <= options::kMaxUrlBytes);
    for (const std::string& url : server.urls) {
      FUZZ_CHECK(url.size() <= options::kMaxUrlBytes && IsClean(url));
      FUZZ_CHECK(url.starts_with("stun") || (url.starts_with("turn") && !server.username.empty()));
    }
  }
}

// What is parked is an offer of a Duet, and the other one gets it either way unchanged.
void CheckParked(const DescriptionMessage& offer) {
  FUZZ_CHECK(offer.stamp.version > 0);
  Check("getOffer", offer);
  const std::string json = EncodeDescription(offer.description, offer.stamp);
  const std::string answer = JsonObject().Add("ok", true).Add("id", "me").AddJson("parked", json).Take();
  if (answer.size() > options::kMaxMessageBytes) return;
  const auto decoded = DecodeSignal("parked", json);
  const SignalMessage* signal = std::get_if<SignalMessage>(&decoded);
  FUZZ_CHECK(signal != nullptr && std::holds_alternative<Parked>(*signal) && std::get<Parked>(*signal).offer == offer);
  const std::optional<JoinAnswer> again = DecodeJoinAnswer(answer);
  FUZZ_CHECK(again && !again->took_answer && again->parked == offer);
}

void Check(std::string_view, const Parked& message) {
  if (message.offer) CheckParked(*message.offer);
  if (message.ice_servers) CheckIceServers(*message.ice_servers);
  FUZZ_CHECK(message.offer || !message.ice_servers);
}

void Check(std::string_view name, const ParkKept& message) {
  FUZZ_CHECK(message.leg.size() <= options::kMaxTokenBytes && IsClean(message.leg));
  const auto decoded = DecodeSignal(name, JsonObject().Add("leg", message.leg).Take());
  const SignalMessage* again = std::get_if<SignalMessage>(&decoded);
  FUZZ_CHECK(again != nullptr && std::holds_alternative<ParkKept>(*again) && std::get<ParkKept>(*again).leg == message.leg);
}

void OnSignal(std::string_view name, std::string_view json) {
  const auto decoded = DecodeSignal(name, json);
  if (const SignalMessage* message = std::get_if<SignalMessage>(&decoded)) {
    FUZZ_CHECK(json.size() <= options::kMaxMessageBytes);
    std::visit([&](const auto& m) { Check(name, m); }, *message);
  }
}

void OnJoinAnswer(std::string_view json) {
  const std::optional<JoinAnswer> answer = DecodeJoinAnswer(json);
  if (!answer) return;
  if (answer->error != JoinError::kNone) {
    FUZZ_CHECK(!answer->peer && !answer->ice_servers && !answer->parked && !answer->took_answer);
    return;
  }
  CheckId(answer->id);
  if (answer->peer) CheckPerson(*answer->peer);
  FUZZ_CHECK(!answer->parked || !answer->took_answer);
  if (answer->parked) CheckParked(*answer->parked);
  if (answer->ice_servers) CheckIceServers(*answer->ice_servers);
}

void OnChannel(std::string_view json) {
  const auto message = DecodeChannelMessage(json);
  if (!message) return;
  const Devices* devices = std::get_if<Devices>(&*message);
  const auto again = DecodeChannelMessage(devices != nullptr ? EncodeDevices(*devices) : EncodeBye());
  FUZZ_CHECK(again && again->index() == message->index());
  FUZZ_CHECK(devices == nullptr || *devices == *std::get_if<Devices>(&*again));
}

// Lines mean the same wherever a description is cut between two of them.
void OnSdp(std::string_view sdp) {
  const std::vector<std::string> fragments = UsernameFragments(sdp);
  for (const std::string& fragment : fragments) {
    FUZZ_CHECK(std::count(fragments.begin(), fragments.end(), fragment) == 1);
    FUZZ_CHECK(sdp.find("a=ice-ufrag:" + fragment) != sdp.npos);
  }
  const std::string_view session = SessionId(sdp);
  FUZZ_CHECK(session.find(' ') == session.npos && sdp.find(session) != sdp.npos);
  const std::size_t cut = std::min(sdp.find('\n', sdp.size() / 2), sdp.size() - 1) + 1;
  const std::string_view head = sdp.substr(0, cut), tail = sdp.substr(cut);
  FUZZ_CHECK(HasDataChannel(sdp) == (HasDataChannel(head) || HasDataChannel(tail)));
  FUZZ_CHECK(HasOnlySafeCandidates(sdp) == (HasOnlySafeCandidates(head) && HasOnlySafeCandidates(tail)));
}

void OnCandidateLine(std::string_view line) {
  FUZZ_CHECK(line.find(CandidateFragment(line)) != line.npos);
  if (!IsSafeCandidate(line)) return;
  // Nothing but digits, or a name that no DNS server is asked for.
  std::string_view address = line;
  for (int i = 0; i < 4; ++i) address.remove_prefix(address.find(' ') + 1);
  address = address.substr(0, address.find(' '));
  FUZZ_CHECK(address.ends_with(".local") || address.find_first_not_of("0123456789abcdefABCDEF.:") == address.npos);
}

void OnName(std::string_view name) {
  const std::string clean = CleanName(name);
  FUZZ_CHECK(clean.size() <= options::kMaxNameBytes && IsClean(clean) && CleanName(clean) == clean);
  if (IsRoomName(name)) FUZZ_CHECK(clean == name);
}

// Whatever is written is read back.
void OnText(std::string_view text) {
  const std::optional<Json> json = Json::Parse(JsonObject().Add(text, text).Take());
  const Json* member = json ? json->Find(text) : nullptr;
  FUZZ_CHECK(member != nullptr && member->string() != nullptr && *member->string() == text);
}

}  // namespace
}  // namespace duet

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string input = duet::Stretched({reinterpret_cast<const char*>(data), size});
  const std::size_t end = std::min(input.find('\n'), input.size());
  const std::string_view name = std::string_view(input).substr(0, end);
  const std::string_view rest = std::string_view(input).substr(std::min(end + 1, input.size()));
  if (name == "joinAnswer") {
    duet::OnJoinAnswer(rest);
  } else if (name == "channel") {
    duet::OnChannel(rest);
  } else if (name == "sdp") {
    duet::OnSdp(rest);
  } else if (name == "candidateLine") {
    duet::OnCandidateLine(rest);
  } else if (name == "name") {
    duet::OnName(rest);
  } else if (name == "text") {
    duet::OnText(rest);
  } else {
    duet::OnSignal(name, rest);
  }
  return 0;
}
