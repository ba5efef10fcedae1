// The legs: drives RTCPeerConnection, its transceivers and its data channel, and says what they say.
#ifndef DUET_BROWSER_PEER_H_
#define DUET_BROWSER_PEER_H_

#include <emscripten/val.h>

#include <string>
#include <vector>

#include "browser/host.h"
#include "browser/media.h"
#include "core/effect.h"
#include "core/types.h"

namespace duet {

class Peers {
 public:
  Peers(Host& host, LocalMedia& media) : host_(host), media_(media) {}

  // An order for a leg that is not there, because it could not be made, does nothing: LegBroken has been said.
  void Perform(const OpenLeg& order);
  void Perform(const AddTransceivers& order);
  void Perform(const OpenChannel& order);
  void Perform(const AcceptTransceivers& order);
  void Perform(const AttachTracks& order);
  void Perform(const CreateDescription& order);
  void Perform(const SetCreatedDescription& order);
  void Perform(const SetLocalDescription& order);
  void Perform(const SetRemoteDescription& order);
  void Perform(const RestartIce& order);
  void Perform(const AddCandidate& order);
  void Perform(const SendOnChannel& order);
  void Perform(const CloseLeg& order);

  // A promise of a leg has been settled, or one of its listeners heard an event.
  void Settled(const Ticket& ticket, bool ok, const emscripten::val& value);
  void Heard(const Ticket& ticket, const emscripten::val& event);

 private:
  struct Leg {
    LegId id;
    emscripten::val connection;
    emscripten::val abort_controller;
    emscripten::val keep;
    emscripten::val remote_stream;
    emscripten::val channel;
    bool was_connected = false;
  };

  Leg* Find(LegId id);
  // The call's value, or undefined after LegBroken was posted.
  emscripten::val Try(const Leg& leg, const emscripten::val& target, const char* method, const emscripten::val& arguments);
  // Calls the connection's method; what it promises answers the ticket.
  void Ask(const char* method, const emscripten::val& argument, const Ticket& ticket);
  void AddTransceiver(const Leg& leg, const char* kind);
  // Sends the pictures with so much less width and height from now on. A refusal is noted in the record, and they stay as they are.
  void ScalePictures(const Leg& leg, int scale);
  void Listen(const Leg& leg, const emscripten::val& target, const char* type, Subject subject);
  void OnTrack(Leg& leg, const emscripten::val& event);

  Host& host_;
  LocalMedia& media_;
  std::vector<Leg> legs_;
  LegId shown_;  // whose stream the page shows
};

}  // namespace duet

#endif  // DUET_BROWSER_PEER_H_
