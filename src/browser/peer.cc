// The orders for a leg. What it says is in peer_events.cc.
#include "browser/peer.h"

#include <algorithm>
#include <utility>

#include "browser/js_convert.h"
#include "browser/transceivers.h"
#include "core/options.h"

namespace duet {

using emscripten::val;

namespace {

template <typename... Items>
val List(const Items&... items) {
  val list = val::array();
  (list.call<val>("push", items), ...);
  return list;
}

val Configuration(const std::vector<IceServer>& ice_servers) {
  val configuration = val::object();
  Set(configuration, "iceServers", ToJs(ice_servers));
  Set(configuration, "bundlePolicy", val("max-bundle"));
  return configuration;
}

}  // namespace

void Peers::Perform(const OpenLeg& order) {
  const Host::Outcome made = host_.Construct(val::global("RTCPeerConnection"), List(Configuration(order.ice_servers)));
  if (!made.ok) {
    host_.Post(LegBroken{order.leg, ReadErrorName(made.value)});
    return;
  }
  legs_.push_back({order.leg, made.value, val::global("AbortController").new_(), host_.Keep(made.value, "close"),
                   val::global("MediaStream").new_(), val::null()});
  const Leg& leg = legs_.back();
  Listen(leg, leg.connection, "icecandidate", Subject::kLocalCandidate);
  Listen(leg, leg.connection, "connectionstatechange", Subject::kConnectionState);
  Listen(leg, leg.connection, "track", Subject::kRemoteTrack);
  host_.Watch(leg.connection, "iceConnectionState", Get(leg.abort_controller, "signal"), leg.id);
}

void Peers::Perform(const AddTransceivers& order) {
  const Leg* leg = Find(order.leg);
  if (leg == nullptr) return;
  AddTransceiver(*leg, "audio");
  AddTransceiver(*leg, "video");
}

void Peers::Perform(const OpenChannel& order) {
  Leg* leg = Find(order.leg);
  if (leg == nullptr) return;
  val options = val::object();
  Set(options, "negotiated", val(true));
  Set(options, "id", val(0));
  const val channel = Try(*leg, leg->connection, "createDataChannel", List(val("duet"), options));
  if (channel.isUndefined()) return;
  leg->channel = channel;
  Listen(*leg, channel, "open", Subject::kChannelOpen);
  Listen(*leg, channel, "message", Subject::kChannelMessage);
  Listen(*leg, channel, "bufferedamountlow", Subject::kChannelDrained);
}

void Peers::Perform(const AcceptTransceivers& order) {
  const Leg* leg = Find(order.leg);
  if (leg == nullptr) return;
  for (const val& transceiver : TransceiversOf(leg->connection)) {
    if (IsStopped(transceiver)) continue;
    // A setter can throw too.
    Try(*leg, val::global("Reflect"), "set", List(transceiver, val("direction"), val("sendrecv")));
    // Older browsers lack it. Then the tracks arrive in no stream, which the other Duet has no need of.
    (void)host_.Attempt(Get(transceiver, "sender"), "setStreams", List(media_.stream()));
  }
  if (!leg->was_connected) ScalePictures(*leg, options::kFirstPictureScale);  // a later offer changes no picture
}

void Peers::Perform(const AttachTracks& order) {
  const Leg* leg = Find(order.leg);
  if (leg == nullptr) return;
  const val promises = val::array();
  const auto attach = [&](const char* kind, const val& track) {
    const val transceiver = FirstOf(leg->connection, kind);
    if (transceiver.isUndefined() || IsStopped(transceiver)) return;
    promises.call<val>("push", Get(transceiver, "sender").call<val>("replaceTrack", track));
  };
  attach("audio", media_.track(MediaKind::kMicrophone));
  attach("video", media_.track(MediaKind::kCamera));
  host_.Settle(val::global("Promise").call<val>("allSettled", promises), {Subject::kTracks, order.leg, order.op});
}

void Peers::Perform(const CreateDescription& order) {
  Ask(order.type == DescriptionType::kAnswer ? "createAnswer" : "createOffer", val::undefined(),
      {Subject::kCreatedDescription, order.leg, order.op});
}

void Peers::Perform(const SetCreatedDescription& order) {
  const Leg* leg = Find(order.leg);
  if (leg != nullptr && order.description.type == DescriptionType::kAnswer && !media_.asked().isUndefined()) {
    host_.Settle(host_.Follow(media_.asked(), options::kCameraHeadStart, leg->connection, "setLocalDescription",
                              List(ToJs(order.description))),
                 {Subject::kLocalDescription, order.leg, order.op});
    return;
  }
  Ask("setLocalDescription", ToJs(order.description), {Subject::kLocalDescription, order.leg, order.op});
}

void Peers::Perform(const SetLocalDescription& order) {
  Ask("setLocalDescription", val::undefined(), {Subject::kLocalDescription, order.leg, order.op});
}

void Peers::Perform(const SetRemoteDescription& order) {
  Ask("setRemoteDescription", ToJs(order.description), {Subject::kRemoteDescription, order.leg, order.op});
}

void Peers::Perform(const RestartIce& order) {
  const Leg* leg = Find(order.leg);
  if (leg == nullptr) return;
  Try(*leg, leg->connection, "setConfiguration", List(Configuration(order.ice_servers)));
  Try(*leg, leg->connection, "restartIce", val::array());
}

void Peers::Perform(const AddCandidate& order) {
  Ask("addIceCandidate", ToJs(order.candidate), {Subject::kCandidate, order.leg, order.op});
}

void Peers::Perform(const SendOnChannel& order) {
  const Leg* leg = Find(order.leg);
  if (leg == nullptr || leg->channel.isNull()) return;
  // Fails if the other side has just closed it: nobody is there to read it, and the connection's state will say so.
  const Host::Outcome sent = host_.Attempt(leg->channel, "send", List(ToJs(order.json)));
  if (!sent.ok || ReadNumber(leg->channel, "bufferedAmount") == 0) host_.Post(ChannelDrained{order.leg});
}

void Peers::Perform(const CloseLeg& order) {
  const Leg* found = Find(order.leg);
  if (found == nullptr) return;
  const Leg leg = *found;
  legs_.erase(legs_.begin() + (found - legs_.data()));
  host_.ForgetAllOf(leg.id);
  leg.abort_controller.call<val>("abort");
  leg.connection.call<val>("close");
  leg.keep.call<val>("release");
  if (shown_ != leg.id) return;
  shown_ = {};
  host_.Show("remote", val::null());
}

Peers::Leg* Peers::Find(LegId id) {
  const auto found = std::find_if(legs_.begin(), legs_.end(), [id](const Leg& leg) { return leg.id == id; });
  return found == legs_.end() ? nullptr : &*found;
}

val Peers::Try(const Leg& leg, const val& target, const char* method, const val& arguments) {
  const Host::Outcome outcome = host_.Attempt(target, method, arguments);
  if (outcome.ok) return outcome.value;
  host_.Post(LegBroken{leg.id, ReadErrorName(outcome.value)});
  return val::undefined();
}

void Peers::Ask(const char* method, const val& argument, const Ticket& ticket) {
  const Leg* leg = Find(ticket.leg);
  if (leg == nullptr) return;
  const val& connection = leg->connection;
  host_.Settle(argument.isUndefined() ? connection.call<val>(method) : connection.call<val>(method, argument), ticket);
}

void Peers::AddTransceiver(const Leg& leg, const char* kind) {
  val init = val::object();
  Set(init, "direction", val("sendrecv"));
  Set(init, "streams", List(media_.stream()));
  if (std::string_view(kind) == "video") {
    val encoding = val::object();
    Set(encoding, "scaleResolutionDownBy", val(options::kFirstPictureScale));
    Set(init, "sendEncodings", List(encoding));
  }
  Try(leg, leg.connection, "addTransceiver", List(val(kind), init));
}

void Peers::ScalePictures(const Leg& leg, int scale) {
  for (const val& transceiver : TransceiversOf(leg.connection)) {
    if (KindOf(transceiver) != "video" || IsStopped(transceiver)) continue;
    const val sender = Get(transceiver, "sender");
    const val parameters = sender.call<val>("getParameters");
    const val encodings = Get(parameters, "encodings");
    // Firefox before 110 knew none, and a browser may know none before the answer is set.
    if (encodings.isUndefined() || ReadNumber(encodings, "length") == 0) continue;
    val encoding = encodings[0];
    Set(encoding, "scaleResolutionDownBy", val(scale));
    host_.Settle(sender.call<val>("setParameters", parameters), {Subject::kEncoding, leg.id, {}});
  }
}

void Peers::Listen(const Leg& leg, const val& target, const char* type, Subject subject) {
  host_.Listen(target, type, Get(leg.abort_controller, "signal"), {subject, leg.id, {}});
}

}  // namespace duet
