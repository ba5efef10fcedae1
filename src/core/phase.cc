#include "core/phase.h"

#include "core/check.h"

namespace duet {

std::string_view ToString(Phase phase) {
  switch (phase) {
    case Phase::kIdle: return "idle";
    case Phase::kJoining: return "joining";
    case Phase::kWaiting: return "waiting";
    case Phase::kConnecting: return "connecting";
    case Phase::kConnected: return "connected";
    case Phase::kReconnecting: return "reconnecting";
    case Phase::kEnded: return "ended";
  }
  DUET_CHECK(false);
}

std::string_view ToString(Cause cause) {
  switch (cause) {
    case Cause::kNone: return "none";
    case Cause::kServerUnreachable: return "serverUnreachable";
    case Cause::kPeerLeft: return "peerLeft";
    case Cause::kPeerVanished: return "peerVanished";
    case Cause::kRetrying: return "retrying";
    case Cause::kPathLost: return "pathLost";
    case Cause::kLeft: return "left";
    case Cause::kRoomFull: return "roomFull";
    case Cause::kBadRoom: return "badRoom";
    case Cause::kServerRefused: return "serverRefused";
    case Cause::kConnectFailed: return "connectFailed";
    case Cause::kConnectionLost: return "connectionLost";
    case Cause::kBrowserRefused: return "browserRefused";
  }
  DUET_CHECK(false);
}

std::string_view ToString(DeviceState state) {
  switch (state) {
    case DeviceState::kOff: return "off";
    case DeviceState::kAsking: return "asking";
    case DeviceState::kLive: return "live";
    case DeviceState::kRefused: return "refused";
    case DeviceState::kMissing: return "missing";
    case DeviceState::kBusy: return "busy";
    case DeviceState::kUnsupported: return "unsupported";
    case DeviceState::kEnded: return "ended";
  }
  DUET_CHECK(false);
}

bool IsPossible(Phase phase, Cause cause) {
  switch (cause) {
    case Cause::kNone:
      return phase == Phase::kIdle || phase == Phase::kJoining || phase == Phase::kWaiting || phase == Phase::kConnecting ||
             phase == Phase::kConnected;
    case Cause::kServerUnreachable:
      return phase == Phase::kJoining || phase == Phase::kWaiting || phase == Phase::kConnecting ||
             phase == Phase::kConnected || phase == Phase::kReconnecting;
    case Cause::kPeerLeft:
    case Cause::kPeerVanished: return phase == Phase::kWaiting;
    case Cause::kRetrying: return phase == Phase::kConnecting || phase == Phase::kReconnecting;
    case Cause::kPathLost: return phase == Phase::kReconnecting;
    case Cause::kLeft:
    case Cause::kRoomFull:
    case Cause::kBadRoom:
    case Cause::kServerRefused:
    case Cause::kConnectFailed:
    case Cause::kConnectionLost:
    case Cause::kBrowserRefused: return phase == Phase::kEnded;
  }
  DUET_CHECK(false);
}

}  // namespace duet
