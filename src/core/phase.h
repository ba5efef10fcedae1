// What a person can see of a call: a phase, why it is so, and the devices.
#ifndef DUET_CORE_PHASE_H_
#define DUET_CORE_PHASE_H_

#include <cstdint>
#include <string>
#include <string_view>

namespace duet {

// <body data-phase>. Every one has a way out: a button or a deadline.
enum class Phase : std::uint8_t { kIdle, kJoining, kWaiting, kConnecting, kConnected, kReconnecting, kEnded };

// Why the phase is what it is. IsPossible() lists which go together; the page has one sentence for each pair.
enum class Cause : std::uint8_t {
  kNone,
  kServerUnreachable,  // the socket is down; the host keeps trying
  kPeerLeft,           // the other one pressed Leave
  kPeerVanished,       // the other one's page is gone without a word
  kRetrying,           // the first connection did not work; a second one is being tried
  kPathLost,           // nothing comes through any more
  kLeft,               // Leave was pressed here
  kRoomFull,           // both seats are taken
  kBadRoom,            // the room's name is not allowed
  kServerRefused,      // the server said no for another reason
  kConnectFailed,      // no path between the two was ever found
  kConnectionLost,     // the path was lost and did not come back
  kBrowserRefused,     // the browser would not make a connection
};

// A device of this page.
enum class DeviceState : std::uint8_t {
  kOff,      // nothing was asked for
  kAsking,   // the browser is asking the person, or opening the device
  kLive,     // there is a track
  kRefused,  // see MediaError
  kMissing,
  kBusy,
  kUnsupported,
  kEnded,  // it was live and went away: unplugged, or taken back
};

// The names that the page and the documents use: "idle", "serverUnreachable", ...
std::string_view ToString(Phase phase);
std::string_view ToString(Cause cause);
std::string_view ToString(DeviceState state);

// Whether a call can be in this phase for this cause.
bool IsPossible(Phase phase, Cause cause);

// Everything that the page shows, as plain data.
struct Snapshot {
  Phase phase = Phase::kIdle;
  Cause cause = Cause::kNone;
  std::string room;
  std::string name;

  bool peer_known = false;  // whom the call is with or, where the cause speaks of them, was with
  std::string peer_name;    // "" = not told
  bool peer_is_duet = false;
  // What the other side says of its devices; only a Duet says so, over the data channel.
  bool peer_devices_known = false;
  bool peer_microphone_on = false;
  bool peer_camera_on = false;

  DeviceState microphone = DeviceState::kOff;
  DeviceState camera = DeviceState::kOff;
  bool microphone_on = true;  // the switch, whatever the device
  bool camera_on = true;

  bool server_reachable = false;
  bool operator==(const Snapshot&) const = default;
};

}  // namespace duet

#endif  // DUET_CORE_PHASE_H_
