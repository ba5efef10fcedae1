// One real call and a host around it that knows only what can honestly happen next: which orders have no answer yet,
// whether there is a socket, what was offered. A value, so that each of the things that can happen is tried on a copy.
#ifndef DUET_TESTS_STATES_SITUATION_H_
#define DUET_TESTS_STATES_SITUATION_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/call.h"

namespace duet::states {

// Events as people tell them apart: an answer that lets us in is another one than a refusal. In event.h's order.
enum class Kind : std::uint8_t {
  kRoomShown,
  kJoin,
  kJoinBadRoom,
  kLeave,
  kSwitch,
  kDeadline,
  kNetworkChanged,
  kSocketConnected,
  kSocketLost,
  kLetInAlone,
  kLetInToSomebody,
  kLetInWithAnswer,
  kLetInToParked,
  kBusy,
  kRefused,
  kUsersNobody,
  kUsersSomebody,
  kUserJoined,
  kUserExit,
  kUserExitLost,
  kPeerAway,
  kPeerBack,
  kRoomFull,
  kParked,
  kParkedNone,
  kParkKept,
  kOfferOfNewLeg,
  kOfferOfThisLeg,
  kAnswer,
  kCandidate,
  kMediaGranted,
  kMediaRefused,
  kTrackEnded,
  kLegBroken,
  kCreated,
  kLocalSet,
  kRemoteSet,
  kDescriptionFailed,
  kCandidateRefused,
  kTracksAttached,
  kLocalCandidate,
  kConnected,
  kDisconnected,
  kFailed,
  kChannelOpened,
  kDevicesTold,
  kBye,
  kChannelDrained,
};
inline constexpr std::size_t kKinds = static_cast<std::size_t>(Kind::kChannelDrained) + 1;

// What a server that keeps seats believes.
struct Seats {
  bool ours = false;
  std::string other = {};  // "" if nobody sits there
  bool away = false;
};

struct Chance {
  Kind kind;
  Event event;
  std::optional<Seats> seats = std::nullopt;  // if they change with it
};

enum class Peer : std::uint8_t { kDuetAbove, kDuetBelow, kSeed };  // above: we are polite to it

struct Setting {
  bool lesson = false;  // the lesson's server; else Duet's
  Peer peer = Peer::kDuetAbove;
  bool devices = false;  // camera and microphone are granted as soon as they are asked for; else some time
};

// What the host knows of one connection.
struct Leg {
  LegId id;
  OpId created, local, remote;  // the description operation that is under way
  DescriptionType remote_type = DescriptionType::kOffer;
  bool answering = false;  // their offer is set, ours is no answer yet
  bool agreed = false;
  bool gathers = false;
  std::optional<ConnectionState> state;
  std::string with;  // the other end's id
  std::string name;
  std::uint32_t offer = 0;    // the number of the newest, whoever made it
  std::uint32_t session = 0;  // of the other end's connection; 0: not known
};

class Situation {
 public:
  explicit Situation(const Setting& setting);

  // Always the same ones in the same sequence.
  std::vector<Chance> Chances() const;

  Effects Take(const Chance& chance);

  Phase phase() const { return call_.snapshot().phase; }
  Cause cause() const { return call_.snapshot().cause; }

  // Two situations of one shape differ in nothing that the document speaks of, so that one of them is enough.
  std::string Shape() const;

 private:
  void AddServer(std::vector<Chance>* chances) const;
  void AddMessages(std::vector<Chance>* chances) const;
  void AddParked(std::vector<Chance>* chances) const;
  std::string ParkedJson() const;
  void AddLeg(std::vector<Chance>* chances) const;
  void Perform(const Effect& effect);
  void Note(const Event& event);
  std::string_view peer() const;

  Setting setting_;
  Call call_;
  Millis now_{0};
  OpId join_;
  OpId attach_;
  std::optional<RequestMedia> media_;
  std::optional<Leg> leg_;  // the newest: the call's, a parked or a prepared one
  std::optional<LegId> closing_;
  std::optional<Stamp> heard_;  // of the offer that is being handled
  std::uint32_t next_session_ = 1;
  Seats seats_;
};

}  // namespace duet::states

#endif  // DUET_TESTS_STATES_SITUATION_H_
