#include "fuzz/call_laws.h"

#include <algorithm>
#include <cstdlib>
#include <type_traits>
#include <utility>

#include "core/json.h"
#include "core/options.h"
#include "fuzz/fuzz.h"
#include "support/print.h"

namespace duet {
namespace {

// DUET_FUZZ_TRACE=1 prints what happens, for whoever reads a finding.
bool IsTraced() {
  static const bool traced = std::getenv("DUET_FUZZ_TRACE") != nullptr;
  return traced;
}

// The leg that an event is about, if it is about one.
LegId LegOf(const Event& event) {
  return std::visit(
      [](const auto& e) {
        if constexpr (requires { e.leg; }) {
          return e.leg;
        } else {
          return LegId{};
        }
      },
      event);
}

constexpr std::string_view kAnswerMember = ",\"answer\":";  // in a name it would be escaped

// What another Duet reads.
template <typename Message>
Message Read(std::string_view name, std::string_view json) {
  const auto decoded = DecodeSignal(name, json);
  const SignalMessage* signal = std::get_if<SignalMessage>(&decoded);
  FUZZ_CHECK(signal != nullptr && std::holds_alternative<Message>(*signal));
  return std::get<Message>(*signal);
}

bool IsOver(const Call& call) {
  const Phase phase = call.snapshot().phase;
  return phase == Phase::kIdle || phase == Phase::kEnded;
}

bool IsOnlyDrops(const Effects& effects, DropReason reason) {
  return !effects.empty() && std::all_of(effects.begin(), effects.end(),
                                         [reason](const Effect& effect) { return effect == Effect(CountDrop{reason}); });
}

}  // namespace

void WatchedCall::Handle(const Event& event) {
  HandleOne(event);
  // A deadline that is over moves on: each part has at most one, and what it starts is due later.
  constexpr int kMostAtOnce = 4;
  for (int fired = 0; call_.deadline() && *call_.deadline() <= now_ && std::holds_alternative<DeadlineReached>(event);
       ++fired) {
    FUZZ_CHECK(fired < kMostAtOnce);
    HandleOne(DeadlineReached{});
  }
}

void WatchedCall::HandleOne(const Event& event) {
  if (IsTraced()) std::fprintf(stderr, "%lld ms  %s\n", static_cast<long long>(now_.count()), Print(event).c_str());
  Before(event);
  const Call before = call_;
  const Effects effects = call_.Handle(event, now_);
  if (IsTraced()) {
    for (const Effect& effect : effects) std::fprintf(stderr, "          %s\n", Print(effect).c_str());
  }
  After(event, effects, before);
}

void WatchedCall::Before(const Event& event) {
  if (std::holds_alternative<SignalingConnected>(event)) connected_ = true;
  if (std::holds_alternative<SignalingLost>(event)) connected_ = false;
  if (const auto* grant = std::get_if<MediaGranted>(&event)) {
    granted_[grant->op.value] = {grant->microphone, grant->camera};
    std::erase_if(prompts_, [&](const RequestMedia& prompt) { return prompt.op == grant->op; });
  }
  if (const auto* refusal = std::get_if<MediaRefused>(&event)) {
    std::erase_if(prompts_, [&](const RequestMedia& prompt) { return prompt.op == refusal->op; });
  }
  if (const auto* ended = std::get_if<LocalTrackEnded>(&event)) live_[ended->kind == MediaKind::kCamera] = false;
  if (const auto* opened = std::get_if<ChannelOpened>(&event)) {
    if (Leg* leg = FindLeg(opened->leg)) leg->channel_open = true;
  }
  if (const auto* found = std::get_if<LocalCandidateFound>(&event)) {
    if (Leg* leg = FindLeg(found->leg)) ++leg->found;
  }
  const auto settle = [this](LegId leg, OpId op) {
    std::erase_if(descriptions_, [=](const DescriptionOrder& order) { return order.leg == leg && order.op == op; });
  };
  if (const auto* created = std::get_if<DescriptionCreated>(&event)) {
    // Whatever is not an answer to such an order is not kept.
    for (const DescriptionOrder& order : descriptions_) {
      Leg* leg = order.creates && order.leg == created->leg && order.op == created->op ? FindLeg(order.leg) : nullptr;
      if (leg != nullptr) leg->created = created->description.sdp;
    }
    settle(created->leg, created->op);
  }
  if (const auto* local = std::get_if<LocalDescriptionSet>(&event)) settle(local->leg, local->op);
  if (const auto* remote = std::get_if<RemoteDescriptionSet>(&event)) settle(remote->leg, remote->op);
  if (const auto* failed = std::get_if<DescriptionFailed>(&event)) settle(failed->leg, failed->op);
}

void WatchedCall::After(const Event& event, const Effects& effects, const Call& before) {
  // I8: what is about a leg that is gone changes nothing, nor does what is not understood or is somebody else's.
  // (A parked offer that is due is renewed at any event, even at such a one.)
  const LegId leg = LegOf(event);
  const bool renews = before.snapshot().phase == Phase::kWaiting && before.deadline() && *before.deadline() <= now_;
  if ((leg != LegId{} && FindLeg(leg) == nullptr && !renews) || IsOnlyDrops(effects, DropReason::kMalformed) ||
      IsOnlyDrops(effects, DropReason::kUnknown) || IsOnlyDrops(effects, DropReason::kForeign)) {
    FUZZ_CHECK(call_ == before);
  }
  const bool early = std::holds_alternative<DeadlineReached>(event) && (!before.deadline() || *before.deadline() > now_);
  if (early) FUZZ_CHECK(effects.empty() && call_ == before);

  // I10: what one event costs is bounded, by what the limits let wait and what our own browser found.
  std::size_t found = 0;
  for (const Leg& open : legs_) found += open.found;
  FUZZ_CHECK(effects.size() <= options::kMaxOutbox + options::kMaxEarlyCandidates + 32 + found);
  silent_ = IsOver(before) && IsOver(call_);
  for (const Effect& effect : effects) {
    std::visit([this](const auto& order) { Take(order); }, effect);
  }

  CheckLegs();
  const Phase phase = call_.snapshot().phase;
  const std::optional<Millis> deadline = call_.deadline();
  if (phase == Phase::kJoining && connected_) FUZZ_CHECK(deadline.has_value());
  if (phase == Phase::kReconnecting) FUZZ_CHECK(deadline.has_value());
}

void WatchedCall::CheckLegs() const {
  const auto is_closing = [](const Leg& leg) { return leg.closing; };
  // I1: one leg, or two that are parked until the server has the newer one; and perhaps old ones that only say goodbye.
  const auto closing = std::count_if(legs_.begin(), legs_.end(), is_closing);
  const auto used = static_cast<std::ptrdiff_t>(legs_.size()) - closing;
  FUZZ_CHECK(used <= 2);
  const auto can_be_parked = [](const Leg& leg) { return leg.closing || (leg.offers_first && !leg.answered); };
  if (used == 2) FUZZ_CHECK(std::all_of(legs_.begin(), legs_.end(), can_be_parked));
  if (!IsOver(call_)) return;
  // I2: no track is live, and a leg that still says goodbye is closed soon. Besides there is at most the one that is prepared
  // for whoever waits in the room that the page shows; it has no deadline, and nothing of it has left the page (I11).
  FUZZ_CHECK(!live_[0] && !live_[1]);
  const std::optional<Millis> deadline = call_.deadline();
  FUZZ_CHECK((closing > 0) == deadline.has_value());
  FUZZ_CHECK(!deadline || *deadline <= now_ + options::kFarewellTimeout);
  FUZZ_CHECK(used <= (connected_ ? 1 : 0));
  const auto is_prepared = [](const Leg& leg) { return leg.closing || (leg.answered && !leg.gathers); };
  FUZZ_CHECK(std::all_of(legs_.begin(), legs_.end(), is_prepared));
}

void WatchedCall::Finish() {
  if (!IsOver(call_)) Handle(LeaveRequested{});
  Advance(options::kFarewellTimeout);
  Handle(DeadlineReached{});
  Handle(SignalingLost{});  // ends what is prepared
  FUZZ_CHECK(legs_.empty() && !call_.deadline() && IsOver(call_));
}

// ---- Signaling ----

void WatchedCall::Take(const SendJoin& order) {
  TakeNew(order.op);
  FUZZ_CHECK(connected_ && !silent_);
  joins_.push_back(order.op);
  const std::optional<Json> json = Json::Parse(order.json);
  FUZZ_CHECK(json && json->is_object());
  if (json->Find("answer") == nullptr) return;
  // A prepared answer is the last member. Another Duet reads it as any answer; it says who we are, and none of our addresses.
  const std::size_t start = order.json.find(kAnswerMember) + kAnswerMember.size();
  const std::string text = order.json.substr(start, order.json.size() - 1 - start);
  const auto answer = Read<DescriptionMessage>("getAnswer", text);
  FUZZ_CHECK(answer.stamp.from == *json->Find("page")->string() && !answer.stamp.to.empty() && answer.stamp.offer > 0);
  FUZZ_CHECK(answer.description.sdp.find("a=candidate") == std::string::npos);
}

void WatchedCall::Take(const SendMessage& order) {
  FUZZ_CHECK(connected_);
  last_message_ = order;
  if (order.name == "leave") {
    FUZZ_CHECK(!silent_);
    silent_ = true;
    return;
  }
  if (order.name == "peek") {
    const std::optional<Json> json = Json::Parse(order.json);
    const Json* room = json ? json->Find("room") : nullptr;
    FUZZ_CHECK(IsOver(call_) && room != nullptr && room->string() != nullptr && IsRoomName(*room->string()));
    return;
  }
  FUZZ_CHECK(!silent_);  // I11: whoever is in no room says nothing else
  if (order.name == "park") return TakeParked(order);
  if (order.name == "offer") last_offer_ = order;
  // Another Duet understands it. Two things have no number: what answers somebody without our fields, and candidates of
  // an offer that was never sent, because somebody guessed our leg's name and offered on it meanwhile.
  const std::optional<Json> json = Json::Parse(order.json);
  const Json* offer = json ? json->Find("offer") : nullptr;
  const Json* to = json ? json->Find("to") : nullptr;
  FUZZ_CHECK(offer != nullptr && offer->integer() && to != nullptr && to->string() != nullptr);
  if (offer->integer() == 0 && (order.name == "candidate" || (order.name == "answer" && to->string()->empty()))) return;
  const std::string name = order.name == "offer" ? "getOffer" : order.name == "answer" ? "getAnswer" : "getCandidate";
  FUZZ_CHECK(std::holds_alternative<SignalMessage>(DecodeSignal(name, order.json)));
  if (order.name != "candidate" || call_.snapshot().phase != Phase::kWaiting) return;
  // While nobody is there it is for whoever will come, and follows the offer.
  const Stamp stamp = Read<CandidateMessage>(name, order.json).stamp;
  const Leg* leg = FindNamed(stamp.leg);
  if (leg != nullptr) FUZZ_CHECK(leg->is_parked && stamp.to.empty());
}

void WatchedCall::TakeParked(const SendMessage& order) {
  last_offer_ = order;
  // Whoever looks understands it, whoever that will be. It is what was created, once, without our addresses.
  const std::optional<DescriptionMessage> offer = Read<Parked>("parked", order.json).offer;
  FUZZ_CHECK(offer && offer->stamp.to.empty() && offer->stamp.offer == 1);
  FUZZ_CHECK(offer->description.sdp.find("a=candidate") == std::string::npos);
  Leg* leg = FindNamed(offer->stamp.leg);
  FUZZ_CHECK(leg != nullptr && !leg->closing && !leg->is_parked && !leg->answered);
  FUZZ_CHECK(offer->description.sdp == leg->created);
  leg->is_parked = true;
}

// ---- Camera and microphone ----

void WatchedCall::Take(const RequestMedia& order) {
  TakeNew(order.op);
  FUZZ_CHECK(order.microphone || order.camera);
  prompts_.push_back(order);
}

void WatchedCall::Take(const UseMedia& order) {
  const auto tracks = granted_.find(order.op.value);
  FUZZ_CHECK(tracks != granted_.end());
  for (std::size_t kind : {0u, 1u}) live_[kind] = live_[kind] || tracks->second[kind];
  granted_.erase(tracks);
}

void WatchedCall::Take(const DiscardMedia& order) { FUZZ_CHECK(granted_.erase(order.op.value) == 1); }

void WatchedCall::Take(const EnableTrack& order) { FUZZ_CHECK(live_[order.kind == MediaKind::kCamera]); }

void WatchedCall::Take(const StopMedia&) {
  FUZZ_CHECK(live_[0] || live_[1]);
  live_ = {};
}

// ---- Legs ----

WatchedCall::Leg* WatchedCall::FindLeg(LegId leg) {
  const auto found = std::find_if(legs_.begin(), legs_.end(), [leg](const Leg& open) { return open.id == leg; });
  return found == legs_.end() ? nullptr : &*found;
}

WatchedCall::Leg& WatchedCall::OpenOne(LegId leg) {
  Leg* found = FindLeg(leg);
  FUZZ_CHECK(found != nullptr);
  return *found;
}

WatchedCall::Leg& WatchedCall::UsedOne(LegId leg) {
  FUZZ_CHECK(!OpenOne(leg).closing);
  return OpenOne(leg);
}

// Those on which we offer first have our name.
WatchedCall::Leg* WatchedCall::FindNamed(const std::string& name) {
  const auto found = std::find_if(legs_.begin(), legs_.end(), [&name](const Leg& leg) {
    return leg.offers_first && name.ends_with('-' + std::to_string(leg.id.value));
  });
  return found == legs_.end() ? nullptr : &*found;
}

void WatchedCall::TakeNew(OpId op) {
  FUZZ_CHECK(op.value > last_op_);
  last_op_ = op.value;
}

void WatchedCall::Take(const OpenLeg& order) {
  FUZZ_CHECK(order.leg.value > last_leg_);
  last_leg_ = order.leg.value;
  legs_.push_back({});
  legs_.back().id = order.leg;
}

void WatchedCall::Take(const OpenChannel& order) {
  FUZZ_CHECK(!UsedOne(order.leg).has_channel);
  UsedOne(order.leg).has_channel = true;
}

void WatchedCall::Take(const AcceptTransceivers& order) { FUZZ_CHECK(UsedOne(order.leg).remote == DescriptionType::kOffer); }

void WatchedCall::Take(const AttachTracks& order) {
  UsedOne(order.leg);
  TakeNew(order.op);
}

void WatchedCall::Take(const SetLocalDescription& order) {
  TakeNew(order.op);
  FUZZ_CHECK(!silent_);
  // A browser makes an answer where a remote offer was set last and not answered.
  const bool answering = UsedOne(order.leg).remote == DescriptionType::kOffer;
  descriptions_.push_back({order.leg, order.op, std::nullopt, answering, false});
  UsedOne(order.leg).remote.reset();
  UsedOne(order.leg).gathers = true;
}

void WatchedCall::Take(const CreateDescription& order) {
  TakeNew(order.op);
  Leg& leg = UsedOne(order.leg);
  const bool is_answer = order.type == DescriptionType::kAnswer;
  FUZZ_CHECK(!leg.gathers && (leg.remote == DescriptionType::kOffer) == is_answer);
  if (!is_answer) leg.offers_first = true;
  descriptions_.push_back({order.leg, order.op, std::nullopt, is_answer, true});
}

void WatchedCall::Take(const SetCreatedDescription& order) {
  TakeNew(order.op);
  // What was created there last, of the kind that the connection is ready for.
  Leg& leg = UsedOne(order.leg);
  const bool is_answer = order.description.type == DescriptionType::kAnswer;
  FUZZ_CHECK(!silent_ && !leg.gathers && order.description.sdp == leg.created);
  FUZZ_CHECK((leg.remote == DescriptionType::kOffer) == is_answer);
  descriptions_.push_back({order.leg, order.op, std::nullopt, is_answer, false});
  UsedOne(order.leg).remote.reset();
  UsedOne(order.leg).gathers = true;
}

void WatchedCall::Take(const SetRemoteDescription& order) {
  TakeNew(order.op);
  Leg& leg = UsedOne(order.leg);
  leg.remote = order.description.type;
  leg.answered = true;
  leg.candidates = 0;
  descriptions_.push_back({order.leg, order.op, order.description.type, false, false});
}

void WatchedCall::Take(const AddCandidate& order) {
  TakeNew(order.op);
  FUZZ_CHECK(++UsedOne(order.leg).candidates <= options::kMaxCandidates + options::kMaxEarlyCandidates);
}

void WatchedCall::Take(const SendOnChannel& order) {
  FUZZ_CHECK(UsedOne(order.leg).channel_open);
  const auto message = DecodeChannelMessage(order.json);
  FUZZ_CHECK(message.has_value());
  if (std::holds_alternative<Bye>(*message)) OpenOne(order.leg).closing = true;
}

void WatchedCall::Take(const CloseLeg& order) {
  OpenOne(order.leg);
  std::erase_if(legs_, [&](const Leg& leg) { return leg.id == order.leg; });
  std::erase_if(descriptions_, [&](const DescriptionOrder& description) { return description.leg == order.leg; });
}

}  // namespace duet
