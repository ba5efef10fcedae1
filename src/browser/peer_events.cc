// What a leg says: its promises and its events. The orders for it are in peer.cc.
#include <string>
#include <utility>

#include "browser/js_convert.h"
#include "browser/peer.h"
#include "browser/transceivers.h"
#include "core/options.h"

namespace duet {

using emscripten::val;

namespace {

// Of Promise.allSettled().
bool AreFulfilled(const val& results) {
  for (const val& result : ReadList(results)) {
    if (ReadText(result, "status") != "fulfilled") return false;
  }
  return true;
}

ConnectionState StateOf(const val& connection) {
  const std::string state = ReadText(connection, "connectionState");
  if (state == "connected") return ConnectionState::kConnected;
  if (state == "disconnected") return ConnectionState::kDisconnected;
  if (state == "failed") return ConnectionState::kFailed;
  return ConnectionState::kConnecting;
}

}  // namespace

void Peers::Settled(const Ticket& ticket, bool ok, const val& value) {
  const auto [subject, leg, op] = ticket;
  switch (subject) {
    case Subject::kCreatedDescription:
    case Subject::kLocalDescription:
    case Subject::kRemoteDescription:
      if (!ok) {
        host_.Post(DescriptionFailed{leg, op, ReadErrorName(value)});
      } else if (subject == Subject::kCreatedDescription) {
        host_.Post(DescriptionCreated{leg, op, ReadDescription(value)});
      } else if (subject == Subject::kRemoteDescription) {
        host_.Post(RemoteDescriptionSet{leg, op});
      } else {
        host_.Post(LocalDescriptionSet{leg, op, ReadDescription(Get(Find(leg)->connection, "localDescription"))});
      }
      return;
    case Subject::kCandidate:
      host_.Post(CandidateSettled{leg, op, ok});
      return;
    case Subject::kTracks:
      host_.Post(TracksAttached{leg, op, ok && AreFulfilled(value)});
      return;
    case Subject::kFullPictureTime:
      ScalePictures(*Find(leg), 1);
      return;
    case Subject::kEncoding:
      if (!ok) host_.Log("# the picture keeps its size: " + ReadErrorName(value));
      return;
    case Subject::kUserMedia:
    case Subject::kLocalCandidate:
    case Subject::kConnectionState:
    case Subject::kRemoteTrack:
    case Subject::kChannelOpen:
    case Subject::kChannelMessage:
    case Subject::kChannelDrained:
    case Subject::kMicrophoneEnded:
    case Subject::kCameraEnded:
      return;
  }
}

void Peers::Heard(const Ticket& ticket, const val& event) {
  Leg* leg = Find(ticket.leg);
  switch (ticket.subject) {
    case Subject::kLocalCandidate: {
      // null says what the candidate "" before it has said.
      const val candidate = Get(event, "candidate");
      if (!candidate.isNull()) host_.Post(LocalCandidateFound{leg->id, ReadCandidate(candidate)});
      return;
    }
    case Subject::kConnectionState: {
      if (ReadText(leg->connection, "connectionState") == "closed") return;
      const ConnectionState state = StateOf(leg->connection);
      host_.Post(ConnectionStateChanged{leg->id, state});
      if (state == ConnectionState::kConnected && !std::exchange(leg->was_connected, true)) {
        host_.Settle(host_.Pause(options::kSmallPictureFor, Get(leg->abort_controller, "signal")),
                     {Subject::kFullPictureTime, leg->id, {}});
      }
      return;
    }
    case Subject::kRemoteTrack:
      OnTrack(*leg, event);
      return;
    case Subject::kChannelOpen:
      host_.Post(ChannelOpened{leg->id});
      return;
    case Subject::kChannelMessage:
      host_.Post(ChannelReceived{leg->id, ReadMessage(Get(event, "data"))});
      return;
    case Subject::kChannelDrained:
      host_.Post(ChannelDrained{leg->id});
      return;
    case Subject::kUserMedia:
    case Subject::kCreatedDescription:
    case Subject::kLocalDescription:
    case Subject::kRemoteDescription:
    case Subject::kCandidate:
    case Subject::kTracks:
    case Subject::kEncoding:
    case Subject::kFullPictureTime:
    case Subject::kMicrophoneEnded:
    case Subject::kCameraEnded:
      return;
  }
}

void Peers::OnTrack(Leg& leg, const val& event) {
  const val transceiver = Get(event, "transceiver");
  const std::string kind = KindOf(transceiver);
  // There is no place on the page for a second picture.
  if (!FirstOf(leg.connection, kind).strictlyEquals(transceiver)) return;
  leg.remote_stream.call<val>("addTrack", Get(event, "track"));
  shown_ = leg.id;
  host_.Show("remote", leg.remote_stream);
}

}  // namespace duet
