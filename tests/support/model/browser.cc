#include "support/model/browser.h"

#include <algorithm>
#include <string>
#include <variant>

#include "core/check.h"

namespace duet::model {
namespace {

LegId LegOf(const Peer& peer) { return LegId{peer.session().leg()}; }

// The adapter's FirstOf(): nothing if that one is stopped.
int FirstOf(const Peer& peer, Kind kind) {
  for (std::size_t i = 0; i < peer.transceivers().size(); ++i) {
    const Transceiver& transceiver = peer.transceivers()[i];
    if (transceiver.kind != kind) continue;
    return transceiver.direction == Direction::kStopped ? -1 : static_cast<int>(i);
  }
  return -1;
}

template <typename List, typename Id>
auto FindOp(List& list, Id op) {
  return std::find_if(list.begin(), list.end(), [op](const auto& item) { return item.op == op; });
}

}  // namespace

std::optional<Event> Browser::Perform(const Effect& effect) {
  return std::visit([this](const auto& order) { return On(order); }, effect);
}

void Browser::Steps(std::uint8_t index, StepList* steps) const {
  const auto add = [&](StepKind kind, std::uint32_t id) { steps->push_back({kind, index, MediaError::kRefused, id}); };
  for (const Peer& peer : peers_) {
    const std::uint32_t leg = LegOf(peer).value;
    if (peer.CanComplete()) add(StepKind::kComplete, leg);
    if (peer.CanReplace()) add(StepKind::kReplace, leg);
    if (peer.CanGather()) add(StepKind::kGather, leg);
  }
  for (const Request& request : requests_) {
    add(StepKind::kGrant, request.op.value);
    for (const MediaError error : {MediaError::kRefused, MediaError::kMissing, MediaError::kBusy}) {
      if ((settings_.refusals >> static_cast<unsigned>(error) & 1) == 0) continue;
      steps->push_back({StepKind::kRefuse, index, error, request.op.value});
    }
  }
}

std::optional<Event> Browser::Take(const Step& step) {
  switch (step.kind) {
    case StepKind::kGrant:
    case StepKind::kRefuse: return Answer(OpId{step.id}, step.kind == StepKind::kGrant, step.error);
    case StepKind::kComplete: {
      Peer* peer = Find(LegId{step.id});
      const Outcome outcome = peer->Complete(settings_.dialect);
      return EventOf(*peer, outcome);
    }
    case StepKind::kReplace: {
      Peer* peer = Find(LegId{step.id});
      return EventOf(*peer, peer->CompleteReplace());
    }
    case StepKind::kGather:
      return LocalCandidateFound{LegId{step.id}, ComposeCandidate(Find(LegId{step.id})->Gather(settings_.dialect))};
    case StepKind::kConnect:
    case StepKind::kDisconnect:
    case StepKind::kFail:
    case StepKind::kOpenChannel:
    case StepKind::kDrain:
    case StepKind::kDeliver: break;  // the network's
  }
  DUET_CHECK(false);
}

Event Browser::EventOf(const Peer& peer, const Outcome& outcome) const {
  const LegId leg = LegOf(peer);
  const bool ok = outcome.error == Error::kNone;
  const auto failed = [&] { return DescriptionFailed{leg, outcome.op, std::string(ToString(outcome.error))}; };
  switch (outcome.what) {
    case Outcome::What::kCreated:
      if (!ok) return failed();
      return DescriptionCreated{leg, outcome.op, {outcome.type, Compose(peer.created(outcome.type))}};
    case Outcome::What::kLocalDescription:
      if (!ok) return failed();
      return LocalDescriptionSet{leg, outcome.op, {peer.local().type, Compose(peer.local())}};
    case Outcome::What::kRemoteDescription:
      if (!ok) return failed();
      return RemoteDescriptionSet{leg, outcome.op};
    case Outcome::What::kCandidate: return CandidateSettled{leg, outcome.op, ok};
    case Outcome::What::kTracks: return TracksAttached{leg, outcome.op, ok};
  }
  DUET_CHECK(false);
}

// ---- Devices ----

std::optional<Event> Browser::On(const RequestMedia& order) {
  if (!settings_.has_devices) return MediaRefused{order.op, MediaError::kUnsupported};
  requests_.push_back({order.op, order.microphone, order.camera});
  return std::nullopt;
}

std::optional<Event> Browser::Answer(OpId op, bool granted, MediaError error) {
  const auto found = FindOp(requests_, op);
  DUET_CHECK(found != requests_.end());
  const Request request = *found;
  requests_.erase(found);
  if (!granted) return MediaRefused{op, error};
  granted_.push_back({op, 0, 0});
  if (request.microphone) granted_.back().microphone = NewTrack();
  if (request.camera) granted_.back().camera = NewTrack();
  return MediaGranted{op, request.microphone, request.camera};
}

std::optional<Event> Browser::On(const UseMedia& order) {
  const auto found = FindOp(granted_, order.op);
  if (found == granted_.end()) return std::nullopt;
  if (found->microphone != 0) microphone_ = {found->microphone, true};
  if (found->camera != 0) camera_ = {found->camera, true};
  granted_.erase(found);
  return std::nullopt;
}

std::optional<Event> Browser::On(const DiscardMedia& order) {
  const auto found = FindOp(granted_, order.op);
  if (found != granted_.end()) granted_.erase(found);
  return std::nullopt;
}

std::optional<Event> Browser::On(const EnableTrack& order) {
  Device& device = order.kind == MediaKind::kMicrophone ? microphone_ : camera_;
  if (device.track != 0) device.enabled = order.on;
  return std::nullopt;
}

std::optional<Event> Browser::On(const StopMedia&) {
  microphone_ = camera_ = Device();
  return std::nullopt;
}

std::optional<Event> Browser::EndTrack(MediaKind kind) {
  Device& device = kind == MediaKind::kMicrophone ? microphone_ : camera_;
  if (device.track == 0) return std::nullopt;
  device = Device();
  return LocalTrackEnded{kind};
}

int Browser::live_tracks() const {
  int live = (microphone_.track != 0) + (camera_.track != 0);
  for (const Granted& granted : granted_) live += (granted.microphone != 0) + (granted.camera != 0);
  return live;
}

// The lowest number that nothing has, so that equal histories give equal states.
std::uint8_t Browser::NewTrack() const {
  std::uint8_t track = 1;
  while (IsTrackUsed(track)) ++track;
  return track;
}

bool Browser::IsTrackUsed(std::uint8_t track) const {
  const auto replaces = [track](const ReplaceTracks& operation) {
    return std::any_of(operation.replacements.begin(), operation.replacements.end(),
                       [track](const Replacement& replacement) { return replacement.track == track; });
  };
  if (track == microphone_.track || track == camera_.track) return true;
  for (const Granted& granted : granted_) {
    if (track == granted.microphone || track == granted.camera) return true;
  }
  for (const Peer& peer : peers_) {
    for (const Transceiver& transceiver : peer.transceivers()) {
      if (transceiver.track == track) return true;
    }
    if (std::any_of(peer.loose().begin(), peer.loose().end(), replaces)) return true;
    for (const Operation& operation : peer.chain()) {
      const ReplaceTracks* waiting = std::get_if<ReplaceTracks>(&operation);
      if (waiting != nullptr && replaces(*waiting)) return true;
    }
  }
  return false;
}

// ---- Connections. An order for one that is not there does nothing. ----

const Peer* Browser::Find(LegId leg) const {
  const auto found = std::find_if(peers_.begin(), peers_.end(), [leg](const Peer& peer) { return LegOf(peer) == leg; });
  return found == peers_.end() ? nullptr : found;
}

Peer* Browser::Find(LegId leg) { return const_cast<Peer*>(static_cast<const Browser*>(this)->Find(leg)); }

std::optional<Event> Browser::On(const OpenLeg& order) {
  if (!settings_.makes_peers) return LegBroken{order.leg, "UnknownError"};
  const SessionId session(page_, order.leg.value);
  peers_.push_back(Peer(session, {settings_.one_certificate ? SessionId(page_, 0) : session}));
  return std::nullopt;
}

std::optional<Event> Browser::On(const AddTransceivers& order) {
  if (Peer* peer = Find(order.leg)) {
    peer->AddTransceiver(Kind::kAudio, Direction::kSendRecv);
    peer->AddTransceiver(Kind::kVideo, Direction::kSendRecv);
  }
  return std::nullopt;
}

std::optional<Event> Browser::On(const OpenChannel& order) {
  Peer* peer = Find(order.leg);
  const Error error = peer != nullptr ? peer->CreateChannel() : Error::kNone;
  if (error == Error::kNone) return std::nullopt;
  return LegBroken{order.leg, std::string(ToString(error))};
}

std::optional<Event> Browser::On(const AcceptTransceivers& order) {
  Peer* peer = Find(order.leg);
  if (peer == nullptr) return std::nullopt;
  for (std::size_t i = 0; i < peer->transceivers().size(); ++i) peer->SetDirection(i, Direction::kSendRecv);
  return std::nullopt;
}

std::optional<Event> Browser::On(const AttachTracks& order) {
  Peer* peer = Find(order.leg);
  if (peer == nullptr) return std::nullopt;
  ReplaceTracks operation;
  operation.op = order.op;
  const auto attach = [&](Kind kind, std::uint8_t track) {
    const int first = FirstOf(*peer, kind);
    if (first >= 0) operation.replacements.push_back({static_cast<std::uint8_t>(first), track});
  };
  attach(Kind::kAudio, microphone_.track);
  attach(Kind::kVideo, camera_.track);
  if (operation.replacements.empty()) return TracksAttached{order.leg, order.op, true};
  peer->Begin(operation, settings_.dialect);
  return std::nullopt;
}

std::optional<Event> Browser::On(const SetLocalDescription& order) {
  Peer* peer = Find(order.leg);
  if (peer == nullptr) return std::nullopt;
  SetLocal operation;
  operation.op = order.op;
  peer->Begin(operation, settings_.dialect);
  return std::nullopt;
}

std::optional<Event> Browser::On(const CreateDescription& order) {
  if (Peer* peer = Find(order.leg)) peer->Begin(Create{order.op, order.type, false, {}}, settings_.dialect);
  return std::nullopt;
}

std::optional<Event> Browser::On(const SetCreatedDescription& order) {
  Peer* peer = Find(order.leg);
  if (peer == nullptr) return std::nullopt;
  const Sdp sdp = Parse(order.description.type, order.description.sdp);
  peer->Begin(SetLocal{order.op, Wanted::kThis, true, sdp}, settings_.dialect);
  return std::nullopt;
}

// Which servers there are makes no difference here: everybody is in reach of everybody, or nobody is.
std::optional<Event> Browser::On(const RestartIce& order) {
  if (Peer* peer = Find(order.leg)) peer->RestartIce();
  return std::nullopt;
}

std::optional<Event> Browser::On(const SetRemoteDescription& order) {
  Peer* peer = Find(order.leg);
  if (peer == nullptr) return std::nullopt;
  const SetRemote operation{order.op, false, Parse(order.description.type, order.description.sdp)};
  const Error error = peer->Begin(operation, settings_.dialect);
  if (error == Error::kNone) return std::nullopt;
  return DescriptionFailed{order.leg, order.op, std::string(ToString(error))};
}

std::optional<Event> Browser::On(const AddCandidate& order) {
  Peer* peer = Find(order.leg);
  if (peer == nullptr) return std::nullopt;
  const Error error = peer->Begin(AddRemoteCandidate{order.op, ParseCandidate(order.candidate)}, settings_.dialect);
  if (error == Error::kNone) return std::nullopt;
  return CandidateSettled{order.leg, order.op, false};
}

// What was under way never settles.
std::optional<Event> Browser::On(const CloseLeg& order) {
  if (Peer* peer = Find(order.leg)) peers_.erase(peer);
  return std::nullopt;
}

}  // namespace duet::model
