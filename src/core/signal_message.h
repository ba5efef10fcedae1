// Text from the network <-> struct: the one decoder. docs/signaling.md says what each message means; what is not as it
// says there is not decoded. The bytes come from people that nobody vouches for.
//
// To add a message: 1. a struct here, in the list; 2. its decoder in signal_message.cc; 3. an On() in call.h;
// 4. its row in docs/signaling.md.
#ifndef DUET_CORE_SIGNAL_MESSAGE_H_
#define DUET_CORE_SIGNAL_MESSAGE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/effect.h"
#include "core/types.h"

namespace duet {

// Somebody in a room. `version` is that of our fields, 0 for a client without them (a seed, or one we know no better).
struct Person {
  std::string id;
  std::string name;
  std::int32_t version = 0;
  bool operator==(const Person&) const = default;
};

// What a Duet adds inside a description or candidate. Without a version there is nothing but perhaps `from`, which the
// server stamps, whatever else is written there.
struct Stamp {
  std::int32_t version = 0;
  std::string from;         // the sender's page id
  std::string to;           // the addressee's, "" if the sender does not know it
  std::string leg;          // named by who offers first on it
  std::uint32_t offer = 0;  // from 1 on; an answer and the candidates of its generation repeat the offer's
  std::uint32_t room_hash = 0;
  bool operator==(const Stamp&) const = default;
};

// getOffer or getAnswer, as its type says; what is parked and what answers it, too.
struct DescriptionMessage {
  Description description;
  Stamp stamp;
  bool operator==(const DescriptionMessage&) const = default;
};

struct RoomUsers {
  std::vector<Person> users;
};
struct UserJoined {
  Person person;
};
struct UserExit {
  std::string id;
  bool lost = false;  // the server has only waited in vain for it to come back
};
struct PeerAway {
  std::string id;
};
struct PeerBack {
  Person person;
};
struct RoomFull {};
// Somebody waits in the room that we look at, alone, and this is their offer; or nobody does any more.
struct Parked {
  std::optional<DescriptionMessage> offer;
  std::optional<std::vector<IceServer>> ice_servers;  // STUN only; nothing: not told
};
// Our parked offer on this leg is the one that is shown now.
struct ParkKept {
  std::string leg;
};
struct CandidateMessage {
  Candidate candidate;
  Stamp stamp;
  bool operator==(const CandidateMessage&) const = default;
};

using SignalMessage = std::variant<RoomUsers, UserJoined, UserExit, PeerAway, PeerBack, RoomFull, Parked, ParkKept,
                                   DescriptionMessage, CandidateMessage>;

// An event of the server by its name and payload, or why there is none.
std::variant<SignalMessage, DropReason> DecodeSignal(std::string_view name, std::string_view json);

enum class JoinError : std::uint8_t { kNone, kBusy, kRoomFull, kBadRoom, kRefused };

// The acknowledgement of `join`.
struct JoinAnswer {
  JoinError error = JoinError::kNone;
  std::string id;
  std::optional<Person> peer;
  std::optional<std::vector<IceServer>> ice_servers;  // nothing: not told
  // The prepared answer that came with our `join` was current, and has been passed on.
  bool took_answer = false;
  // It was not, or there was none: this is what the other one has parked now.
  std::optional<DescriptionMessage> parked;
};
std::optional<JoinAnswer> DecodeJoinAnswer(std::string_view json);

// On the data channel.
struct Bye {};
struct Devices {
  bool microphone = false;
  bool camera = false;
  bool operator==(const Devices&) const = default;
};
std::optional<std::variant<Bye, Devices>> DecodeChannelMessage(std::string_view json);

// `answer`: to a parked offer, as EncodeDescription writes it, or "" for none.
std::string EncodeJoin(std::string_view room, std::string_view name, std::string_view seat, std::string_view page,
                       std::string_view answer);
std::string EncodePeek(std::string_view room);
std::string EncodeDescription(const Description& description, const Stamp& stamp);
std::string EncodeCandidate(const Candidate& candidate, const Stamp& stamp);
std::string EncodeBye();
std::string EncodeDevices(const Devices& devices);

// 1 to 64 of A-Z a-z 0-9 _ and -: what a room may be called.
bool IsRoomName(std::string_view name);

// A name as others may see it: no control characters, at most kMaxNameBytes, cut between characters.
std::string CleanName(std::string_view name);

}  // namespace duet

#endif  // DUET_CORE_SIGNAL_MESSAGE_H_
