#include "states/situation.h"

#include <algorithm>
#include <utility>

#include "core/check.h"
#include "core/json.h"
#include "core/sdp_scan.h"
#include "states/shape.h"
#include "support/print.h"

namespace duet::states {
namespace {

constexpr std::string_view kUs = "pageM-00000000000000000";
constexpr std::string_view kBelow = "pageA-00000000000000000";
constexpr std::string_view kAbove = "pageZ-00000000000000000";
constexpr std::string_view kNewcomer = "pageY-00000000000000000";
constexpr std::string_view kSeed = "socket-of-a-seed";
constexpr std::uint32_t kRoomHash = 7;
constexpr char kCandidate[] = "candidate:1 1 udp 1 127.0.0.1 9 typ host";

std::string Sdp(std::uint32_t session) {
  return "v=0\r\no=- " + std::to_string(session) + " 2 IN IP4 127.0.0.1\r\na=ice-ufrag:f" + std::to_string(session) +
         "\r\nm=audio 9 X 1\r\nm=video 9 X 1\r\n";
}

// The stamp of a description that was sent, or came.
std::optional<Stamp> StampIn(std::string_view name, std::string_view json) {
  const auto decoded = DecodeSignal(name, json);
  const SignalMessage* signal = std::get_if<SignalMessage>(&decoded);
  const auto* description = signal != nullptr ? std::get_if<DescriptionMessage>(signal) : nullptr;
  return description != nullptr ? std::optional(description->stamp) : std::nullopt;
}

bool IsSeed(std::string_view id) { return id == kSeed; }

std::string PersonJson(std::string_view id) {
  JsonObject person;
  person.Add("id", id).Add("name", "Bob");
  if (!IsSeed(id)) person.Add("v", std::int64_t{1});
  return person.Take();
}

std::string DescriptionJson(DescriptionType type, std::string_view from, const std::string& leg, std::uint32_t offer,
                            std::uint32_t session) {
  if (!IsSeed(from)) {
    return EncodeDescription({type, Sdp(session)}, {1, std::string(from), std::string(kUs), leg, offer, kRoomHash});
  }
  return JsonObject().Add("type", ToString(type)).Add("sdp", Sdp(session)).Add("from", from).Take();
}

}  // namespace

Situation::Situation(const Setting& setting) : setting_(setting) {}

std::string_view Situation::peer() const {
  switch (setting_.peer) {
    case Peer::kDuetAbove: return kAbove;
    case Peer::kDuetBelow: return kBelow;
    case Peer::kSeed: return kSeed;
  }
  DUET_CHECK(false);
}

std::string Situation::Shape() const {
  states::Shape shape;
  shape.Add(call_);
  shape.Add(leg_ && leg_->state ? *leg_->state : ConnectionState::kConnecting);
  shape.Add(leg_.has_value());
  shape.Add(seats_.ours);
  shape.Add(seats_.away);
  shape.Add(seats_.other.empty());
  return shape.Take();
}

// ---- What can happen ----

std::vector<Chance> Situation::Chances() const {
  std::vector<Chance> chances;
  const auto add = [&chances](Kind kind, Event event) { chances.push_back({kind, std::move(event)}); };
  const auto join = [](std::string room) {
    return JoinRequested{std::move(room), "Ann", "seat-000000000000000000", std::string(kUs), kRoomHash};
  };
  add(Kind::kRoomShown, RoomShown{"1234", kRoomHash});
  add(Kind::kJoin, join("1234"));
  add(Kind::kJoinBadRoom, join("not a name"));
  chances.push_back({Kind::kLeave, LeaveRequested{}, Seats()});
  add(Kind::kSwitch, DeviceSwitched{MediaKind::kCamera, false});
  if (call_.deadline()) add(Kind::kDeadline, DeadlineReached{});
  add(Kind::kNetworkChanged, NetworkChanged{});
  AddServer(&chances);
  if (media_) {
    add(Kind::kMediaGranted, MediaGranted{media_->op, media_->microphone, media_->camera});
    add(Kind::kMediaRefused, MediaRefused{media_->op, MediaError::kRefused});
  }
  if (call_.snapshot().camera == DeviceState::kLive) add(Kind::kTrackEnded, LocalTrackEnded{MediaKind::kCamera});
  AddLeg(&chances);
  if (closing_) add(Kind::kChannelDrained, ChannelDrained{*closing_});
  return chances;
}

void Situation::AddServer(std::vector<Chance>* chances) const {
  const auto add = [chances](Kind kind, Event event) { chances->push_back({kind, std::move(event), Seats()}); };
  add(Kind::kSocketLost, SignalingLost{});
  if (!call_.snapshot().server_reachable) return add(Kind::kSocketConnected, SignalingConnected{"our-socket"});
  AddMessages(chances);
  AddParked(chances);
  if (join_ == OpId{} || setting_.lesson) return;
  for (const char* error : {"room_full", "bad_room", "bad_request"}) {
    add(Kind::kRefused, JoinAnswered{join_, JsonObject().Add("ok", false).Add("error", error).Take()});
  }
  add(Kind::kBusy, JoinAnswered{join_, R"({"ok":false,"error":"busy"})"});
  const auto let_in = [&](Kind kind, std::string_view who) {
    const std::string other = who.empty() ? "null" : PersonJson(who);
    chances->push_back(
        {kind, JoinAnswered{join_, R"({"ok":true,"id":"us","peer":)" + other + "}"}, Seats{true, std::string(who)}});
  };
  let_in(Kind::kLetInAlone, "");
  let_in(Kind::kLetInToSomebody, peer());
  let_in(Kind::kLetInToSomebody, kNewcomer);
  if (IsSeed(peer())) return;
  const auto let_in_to_parked = [&](Kind kind, const std::string& what) {
    const std::string answer = R"({"ok":true,"id":"us","peer":)" + PersonJson(peer()) + what + "}";
    chances->push_back({kind, JoinAnswered{join_, answer}, Seats{true, std::string(peer())}});
  };
  if (leg_) let_in_to_parked(Kind::kLetInWithAnswer, R"(,"tookAnswer":true)");
  let_in_to_parked(Kind::kLetInToParked, R"(,"parked":)" + ParkedJson());
}

std::string Situation::ParkedJson() const {
  const std::string name = std::string(peer().substr(0, 5)) + std::to_string(next_session_);
  return DescriptionJson(DescriptionType::kOffer, peer(), name, 1, next_session_);
}

// What the server tells of parked offers: to who looks, and to who has parked one.
void Situation::AddParked(std::vector<Chance>* chances) const {
  if (setting_.lesson) return;
  const bool is_out = call_.snapshot().phase == Phase::kIdle || call_.snapshot().phase == Phase::kEnded;
  if (is_out && !IsSeed(peer())) {
    chances->push_back({Kind::kParked, MessageReceived{"parked", ParkedJson()}});
    chances->push_back({Kind::kParkedNone, MessageReceived{"parked", "null"}});
  }
  if (seats_.ours && seats_.other.empty() && leg_ && !leg_->name.empty()) {
    chances->push_back({Kind::kParkKept, MessageReceived{"park_kept", JsonObject().Add("leg", leg_->name).Take()}});
  }
}

void Situation::AddMessages(std::vector<Chance>* chances) const {
  const auto add = [chances](Kind kind, const char* name, std::string json, std::optional<Seats> seats = std::nullopt) {
    chances->push_back({kind, MessageReceived{name, std::move(json)}, std::move(seats)});
  };
  const std::string& other = seats_.other;
  if (setting_.lesson) {
    add(Kind::kUsersNobody, "room_users", "[]");
    add(Kind::kUsersSomebody, "room_users", "[" + PersonJson(peer()) + "]");
    add(Kind::kRoomFull, "room_full", "{}");
  } else if (!seats_.ours) {
    return;
  } else if (other.empty()) {
    for (const std::string_view who : {peer(), kNewcomer}) {
      add(Kind::kUserJoined, "user_joined", PersonJson(who), Seats{true, std::string(who)});
    }
    return;
  } else {
    add(Kind::kUserExit, "user_exit", JsonObject().Add("id", other).Take(), Seats{true});
    if (seats_.away) {
      add(Kind::kUserExitLost, "user_exit", JsonObject().Add("id", other).Add("lost", true).Take(), Seats{true});
      add(Kind::kPeerBack, "peer_back", PersonJson(other), Seats{true, other});
      return;
    }
    if (!IsSeed(other)) add(Kind::kPeerAway, "peer_away", JsonObject().Add("id", other).Take(), Seats{true, other, true});
  }
  for (const std::string_view who : {peer(), kNewcomer}) {
    if (!setting_.lesson && who != other) continue;
    const std::string name = std::string(who.substr(0, 5)) + std::to_string(next_session_);
    add(Kind::kOfferOfNewLeg, "getOffer", DescriptionJson(DescriptionType::kOffer, who, name, 1, next_session_));
  }
  if (!leg_ || (!setting_.lesson && leg_->with != other)) return;
  const std::uint32_t session = leg_->session != 0 ? leg_->session : next_session_;
  const auto describe = [&](DescriptionType type, std::uint32_t offer) {
    return DescriptionJson(type, leg_->with, leg_->name, offer, session);
  };
  add(Kind::kOfferOfThisLeg, "getOffer", describe(DescriptionType::kOffer, leg_->offer + 1));
  add(Kind::kAnswer, "getAnswer", describe(DescriptionType::kAnswer, leg_->offer));
  const std::string fragment = "f" + std::to_string(session);
  JsonObject candidate;
  candidate.Add("candidate", kCandidate).Add("sdpMid", "0").Add("usernameFragment", fragment).Add("from", leg_->with);
  if (!IsSeed(leg_->with)) {
    candidate.Add("v", std::int64_t{1}).Add("to", kUs).Add("leg", leg_->name).Add("room", std::int64_t{kRoomHash});
    candidate.Add("offer", std::int64_t{leg_->offer});
  }
  add(Kind::kCandidate, "getCandidate", candidate.Take());
}

void Situation::AddLeg(std::vector<Chance>* chances) const {
  if (!leg_) return;
  const auto add = [chances](Kind kind, Event event) { chances->push_back({kind, std::move(event)}); };
  const LegId id = leg_->id;
  add(Kind::kLegBroken, LegBroken{id, "OperationError"});
  if (leg_->created != OpId{}) {
    const DescriptionType type = leg_->answering ? DescriptionType::kAnswer : DescriptionType::kOffer;
    add(Kind::kCreated, DescriptionCreated{id, leg_->created, {type, Sdp(100 + id.value)}});
    add(Kind::kDescriptionFailed, DescriptionFailed{id, leg_->created, "OperationError"});
  }
  if (leg_->local != OpId{}) {
    const DescriptionType type = leg_->answering ? DescriptionType::kAnswer : DescriptionType::kOffer;
    add(Kind::kLocalSet, LocalDescriptionSet{id, leg_->local, {type, Sdp(100 + id.value)}});
    add(Kind::kDescriptionFailed, DescriptionFailed{id, leg_->local, "OperationError"});
  }
  if (leg_->remote != OpId{}) {
    add(Kind::kRemoteSet, RemoteDescriptionSet{id, leg_->remote});
    add(Kind::kDescriptionFailed, DescriptionFailed{id, leg_->remote, "InvalidAccessError"});
    add(Kind::kCandidateRefused, CandidateSettled{id, OpId{1}, false});
  }
  if (attach_ != OpId{}) add(Kind::kTracksAttached, TracksAttached{id, attach_, true});
  if (leg_->gathers) add(Kind::kLocalCandidate, LocalCandidateFound{id, {kCandidate, "0", "f", 0, true}});
  if (!leg_->agreed) return;
  const auto change = [&](Kind kind, ConnectionState state) {
    if (leg_->state != state) add(kind, ConnectionStateChanged{id, state});
  };
  change(Kind::kConnected, ConnectionState::kConnected);
  if (leg_->state) change(Kind::kDisconnected, ConnectionState::kDisconnected);
  change(Kind::kFailed, ConnectionState::kFailed);
  if (!leg_->state || setting_.peer == Peer::kSeed) return;
  add(Kind::kChannelOpened, ChannelOpened{id});
  add(Kind::kDevicesTold, ChannelReceived{id, EncodeDevices({true, false})});
  add(Kind::kBye, ChannelReceived{id, EncodeBye()});
}

// ---- It happens ----

Effects Situation::Take(const Chance& chance) {
  if (chance.kind == Kind::kDeadline) now_ = std::max(now_, *call_.deadline());
  heard_.reset();
  if (chance.kind == Kind::kOfferOfNewLeg || chance.kind == Kind::kParked) {
    heard_ = StampIn("getOffer", std::get_if<MessageReceived>(&chance.event)->json);
  } else if (chance.kind == Kind::kLetInToParked) {
    heard_ = StampIn("getOffer", ParkedJson());
  }
  if (chance.seats) seats_ = *chance.seats;
  Note(chance.event);
  Effects effects = call_.Handle(chance.event, now_);
  for (const Effect& effect : effects) Perform(effect);
  if (setting_.devices && media_) {
    const RequestMedia request = *media_;
    Take({Kind::kMediaGranted, MediaGranted{request.op, request.microphone, request.camera}});
  }
  return effects;
}

// What the host knows because of what it says to the call.
void Situation::Note(const Event& event) {
  if (std::get_if<SignalingLost>(&event) || std::get_if<JoinAnswered>(&event)) join_ = {};
  if (std::get_if<MediaGranted>(&event) || std::get_if<MediaRefused>(&event)) media_.reset();
  if (std::get_if<TracksAttached>(&event)) attach_ = {};
  if (!leg_) return;
  if (std::get_if<DescriptionCreated>(&event)) {
    leg_->created = {};
  } else if (std::get_if<LocalDescriptionSet>(&event)) {
    leg_->local = {};
    leg_->agreed |= leg_->answering;
    leg_->answering = false;
  } else if (std::get_if<RemoteDescriptionSet>(&event)) {
    leg_->remote = {};
    leg_->answering = leg_->remote_type == DescriptionType::kOffer;
    leg_->agreed |= !leg_->answering;
  } else if (std::get_if<DescriptionFailed>(&event)) {
    leg_->created = leg_->local = leg_->remote = {};
  } else if (const auto* change = std::get_if<ConnectionStateChanged>(&event)) {
    leg_->state = change->state;
  }
}

void Situation::Perform(const Effect& effect) {
  if (const auto* join = std::get_if<SendJoin>(&effect)) {
    join_ = join->op;
  } else if (const auto* request = std::get_if<RequestMedia>(&effect)) {
    media_ = *request;
  } else if (const auto* message = std::get_if<SendMessage>(&effect)) {
    const bool is_offer = message->name == "offer" || message->name == "park";
    const auto sent = StampIn(is_offer ? "getOffer" : "getAnswer", message->json);
    if (leg_ && sent) leg_->name = sent->leg, leg_->offer = sent->offer;
  } else if (const auto* open = std::get_if<OpenLeg>(&effect)) {
    leg_.emplace();
    leg_->id = open->leg;
    leg_->with = setting_.lesson ? std::string(peer()) : seats_.other;
    if (heard_) leg_->name = heard_->leg, leg_->offer = heard_->offer, leg_->with = heard_->from;
  } else if (const auto* close = std::get_if<CloseLeg>(&effect)) {
    if (leg_ && leg_->id == close->leg) leg_.reset();
    if (closing_ == close->leg) closing_.reset();
  } else if (const auto* attach = std::get_if<AttachTracks>(&effect)) {
    attach_ = attach->op;
  } else if (const auto* create = std::get_if<CreateDescription>(&effect)) {
    leg_->created = create->op;
  } else if (const auto* prepared = std::get_if<SetCreatedDescription>(&effect)) {
    leg_->local = prepared->op;
    leg_->gathers = true;
  } else if (const auto* local = std::get_if<SetLocalDescription>(&effect)) {
    leg_->local = local->op;
    leg_->gathers = true;
  } else if (const auto* remote = std::get_if<SetRemoteDescription>(&effect)) {
    leg_->remote = remote->op;
    leg_->remote_type = remote->description.type;
    leg_->session = static_cast<std::uint32_t>(std::stoul(std::string(SessionId(remote->description.sdp))));
    next_session_ = std::max(next_session_, leg_->session + 1);
    leg_->answering = false;
  } else if (const auto* told = std::get_if<SendOnChannel>(&effect)) {
    if (told->json == EncodeBye()) closing_ = told->leg, leg_.reset();
  }
}

}  // namespace duet::states
