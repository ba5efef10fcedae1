#include "model/script_run.h"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>

namespace duet::model {
namespace {

constexpr LegId kLeg{1};
constexpr std::array<std::string_view, 3> kKindNames = {"audio", "video", "application"};
constexpr std::array<std::string_view, 6> kDirectionNames = {"inactive", "recvonly", "sendonly",
                                                             "sendrecv", "stopped",  "none"};
constexpr std::array<std::string_view, 3> kSignalingNames = {"stable", "have-local-offer", "have-remote-offer"};
constexpr std::array<std::string_view, 5> kConnectionNames = {"new", "connecting", "connected", "disconnected", "failed"};
constexpr std::array<std::string_view, 4> kChannelNames = {"none", "connecting", "open", "closed"};

template <typename Enum, std::size_t kSize>
std::string NameOf(Enum value, const std::array<std::string_view, kSize>& names) {
  return std::string(names[static_cast<std::size_t>(value)]);
}
template <typename Enum, std::size_t kSize>
Enum Named(const std::string& name, const std::array<std::string_view, kSize>& names) {
  return static_cast<Enum>(std::find(names.begin(), names.end(), name) - names.begin());
}

void Append(std::string_view word, std::string* text) {
  if (!text->empty()) *text += ' ';
  *text += word;
}

bool IsActor(const std::string& word) { return word.size() == 1 && word[0] >= 'A' && word[0] <= 'Z'; }
std::size_t Index(const std::string& word) { return static_cast<std::size_t>(std::stoi(word)); }

std::string TypeOf(const Sdp& sdp) {
  if (!sdp.readable) return "none";
  return sdp.type == DescriptionType::kOffer ? "offer" : "answer";
}

std::string LinesOf(const Sdp& sdp) {
  std::string text;
  for (const MLine& line : sdp.lines) {
    const std::string kind = NameOf(line.kind, kKindNames);
    const bool plain = line.kind == Kind::kApplication && !line.rejected;
    Append(plain ? kind : kind + ':' + (line.rejected ? "rejected" : NameOf(line.direction, kDirectionNames)), &text);
  }
  return text;
}

// As sdp.js does it to real ones.
Sdp Edited(Sdp sdp, const std::vector<std::string>& words) {
  const std::string& what = words[2];
  if (what == "garbage") {
    const DescriptionType type = sdp.type;
    sdp = Sdp();
    sdp.type = type;
  } else if (what == "empty") {
    sdp.lines.clear();
  } else if (what == "drop") {
    sdp.lines.erase(&sdp.lines[Index(words[3])]);
  } else if (what == "swap") {
    std::swap(sdp.lines[Index(words[3])], sdp.lines[Index(words[4])]);
  } else if (what == "reject") {
    sdp.lines[Index(words[3])].rejected = true;
    sdp.lines[Index(words[3])].direction = Direction::kInactive;
  } else if (what == "direction") {
    sdp.lines[Index(words[3])].direction = Named<Direction>(words[4], kDirectionNames);
  } else if (what == "mid") {
    sdp.lines[Index(words[3])].mid = 200;
  } else if (what == "ufrag") {
    sdp.fragment = {SessionId(15, 4095), 0};
  } else if (what == "fingerprint") {
    sdp.fingerprint.forged = true;
  }
  return sdp;
}

IceCandidate Changed(IceCandidate candidate, const std::vector<std::string>& words) {
  for (auto word = words.begin() + 2; word != words.end(); ++word) {
    const std::string key = word->substr(0, word->find('='));
    const std::string value = word->substr(word->find('=') + 1);
    const bool none = value == "null";
    if (key == "mid") candidate.mid = none ? kNoMid : 254;
    if (key == "index") candidate.index = none ? 255 : static_cast<std::uint8_t>(Index(value));
    if (key == "text") candidate.is_end = value.empty();
    if (key == "text") candidate.readable = value.empty();
    if (key == "ufrag") candidate.has_fragment = !none;
    if (key == "ufrag") candidate.fragment = {};
  }
  return candidate;
}

}  // namespace

const Dialect& DialectOf(Who who) {
  switch (who) {
    case Who::kSpec: return kSpec;
    case Who::kChromium: return kChromium;
    case Who::kFirefox: return kFirefox;
  }
  return kSpec;
}

ScriptRun::ScriptRun(Who who, const Dialect& dialect) : who_(who), dialect_(dialect) {
  pages_.reserve(8);
  actors_.reserve(8);
}

std::string ScriptRun::Do(const ScriptStep& step) {
  const std::string& expected = step.expected[static_cast<std::size_t>(who_)];
  std::string got = step.sees ? See(step.words, expected) : Act(step);
  return expected == "?" ? "?" : got;
}

// Makes the pages up to this one, each with a connection, a microphone (track 1) and a camera (track 2).
std::uint8_t ScriptRun::ActorOf(const std::string& word) {
  const auto actor = static_cast<std::uint8_t>(word[0] - 'A');
  while (pages_.size() <= actor) {
    Settings settings;
    settings.dialect = dialect_;
    Browser& page = pages_.emplace_back(static_cast<unsigned>(pages_.size()), settings);
    page.Perform(RequestMedia{OpId{1}, true, true});
    page.Take({StepKind::kGrant, 0, MediaError::kRefused, 1});
    page.Perform(UseMedia{OpId{1}});
    page.Perform(OpenLeg{kLeg, {}});
    actors_.emplace_back();
  }
  return actor;
}

Peer& ScriptRun::PeerOf(std::uint8_t actor) {
  Peer* peer = pages_[actor].Find(kLeg);
  return peer != nullptr ? *peer : actors_[actor].closed;
}

// ---- Doing ----

std::string ScriptRun::Act(const ScriptStep& step) {
  const Words& words = step.words;
  if (words[0] == "await") return Await(words[1]);
  if (words[0] == "pause") {
    while (TakeQuickStep()) {
    }
    return "ok";
  }
  if (words[0] == "wait") {
    while (TakeQuickStep() || TakeSlowStep()) {
    }
    return "ok";
  }
  if (words[0] == "edit") {
    values_[step.name] = Edited(std::get<Sdp>(values_[words[1]]), words);
    return "ok";
  }
  if (words[0] == "change") {
    values_[step.name] = Changed(std::get<IceCandidate>(values_[words[1]]), words);
    return "ok";
  }
  if (!IsActor(words[0])) return "?? " + step.text;
  const std::uint8_t actor = ActorOf(words[0]);
  if (words[1] == "candidate") {
    const std::string gathered = GatherAll(actor);
    const auto& found = actors_[actor].candidates;
    const auto last = std::find_if(found.rbegin(), found.rend(), [](const IceCandidate& c) { return !c.is_end; });
    values_[step.name] = *last;
    return gathered;
  }
  if (words[1] == "trickle") return Trickle(actor, ActorOf(words[2]));
  bool understood = true;
  const Error error = ActAtOnce(actor, words, &understood);
  if (understood) return std::string(ToString(error));
  Promise promise;
  promise.actor = actor;
  promise.op = OpId{++ops_};
  promise.name = step.name;
  if (!Begin(actor, words, &promise)) return "?? " + step.text;
  const std::string handle = step.handle.empty() ? "line " + std::to_string(step.line) : step.handle;
  promises_[handle] = promise;
  if (!promise.outcome.empty()) settled_.push_back(handle);
  return step.handle.empty() ? Await(handle) : step.expected[static_cast<std::size_t>(who_)];
}

Error ScriptRun::ActAtOnce(std::uint8_t actor, const Words& words, bool* understood) {
  const std::string& verb = words[1];
  Peer& peer = PeerOf(actor);
  if (verb == "addTransceiver") {
    const std::string direction = words.size() > 3 ? words[3] : "sendrecv";
    return peer.AddTransceiver(Named<Kind>(words[2], kKindNames), Named<Direction>(direction, kDirectionNames));
  }
  if (verb == "addTrack") {
    const Kind kind = Named<Kind>(words[2], kKindNames);
    return peer.AddTrack(kind, kind == Kind::kAudio ? 1 : 2);
  }
  if (verb == "createChannel") return peer.CreateChannel();
  if (verb == "setDirection") return peer.SetDirection(Index(words[2]), Named<Direction>(words[3], kDirectionNames));
  if (verb == "stop") return peer.Stop(Index(words[2]));
  if (verb == "accept") {
    pages_[actor].Perform(AcceptTransceivers{kLeg});
    return Error::kNone;
  }
  // A server more or less is a reason to restart, too (RFC 9429 4.1.18).
  if (verb == "restartIce" || verb == "configure") {
    peer.RestartIce();
    return Error::kNone;
  }
  if (verb == "close") {
    actors_[actor].closed = peer;
    actors_[actor].closed.Close();
    network_.Perform(pages_, actor, CloseLeg{kLeg});
    return Error::kNone;
  }
  if (verb == "send") {
    if (peer.channel() != Channel::kOpen) return Error::kInvalidState;
    network_.Perform(pages_, actor, SendOnChannel{kLeg, words[2]});
    return Error::kNone;
  }
  *understood = false;
  return Error::kNone;
}

bool ScriptRun::Begin(std::uint8_t actor, const Words& words, Promise* promise) {
  const std::string& verb = words[1];
  Peer& peer = PeerOf(actor);
  Error error = Error::kNone;
  if (verb == "setLocal") {
    SetLocal operation;
    operation.op = promise->op;
    const std::string type = words.size() > 2 ? words[2] : "";
    operation.wanted = type == "offer"      ? Wanted::kOffer
                       : type == "answer"   ? Wanted::kAnswer
                       : type == "rollback" ? Wanted::kRollback
                                            : Wanted::kWhatFits;
    error = peer.Begin(operation, dialect_);
  } else if (verb == "createOffer" || verb == "createAnswer") {
    const DescriptionType type = verb == "createOffer" ? DescriptionType::kOffer : DescriptionType::kAnswer;
    error = peer.Begin(Create{promise->op, type, false, {}}, dialect_);
  } else if (verb == "setCreated") {
    error = peer.Begin(SetLocal{promise->op, Wanted::kThis, true, std::get<Sdp>(values_[words[2]])}, dialect_);
  } else if (verb == "setRemote") {
    const bool rollback = words[2] == "rollback";
    error = peer.Begin(SetRemote{promise->op, rollback, rollback ? Sdp() : std::get<Sdp>(values_[words[2]])}, dialect_);
  } else if (verb == "addCandidate") {
    error = peer.Begin(AddRemoteCandidate{promise->op, std::get<IceCandidate>(values_[words[2]])}, dialect_);
  } else if (verb == "replaceTrack") {
    ReplaceTracks operation;
    operation.op = promise->op;
    const std::size_t index = Index(words[2]);
    const bool is_audio = !peer.closed() && peer.transceivers()[index].kind == Kind::kAudio;
    const int track = words[3] == "null" ? 0 : is_audio ? 1 : 2;
    operation.replacements.push_back({static_cast<std::uint8_t>(index), static_cast<std::uint8_t>(track)});
    // Tracks are only numbers in the model: it cannot be given a wrong one.
    error = words[3] == "wrong" ? Error::kType : peer.Begin(operation, dialect_);
  } else {
    return false;
  }
  if (error != Error::kNone) promise->outcome = ToString(error);
  return true;
}

void ScriptRun::Settle(std::uint8_t actor, const Outcome& outcome) {
  for (auto& [handle, promise] : promises_) {
    if (promise.actor != actor || promise.op != outcome.op) continue;
    promise.outcome = ToString(outcome.error);
    settled_.push_back(handle);
    if (outcome.error != Error::kNone) return;
    const bool local = outcome.what == Outcome::What::kLocalDescription;
    if (local) actors_[actor].log.push_back("local");
    if (outcome.what == Outcome::What::kRemoteDescription) actors_[actor].log.push_back("remote");
    if (promise.name.empty()) return;
    if (local) values_[promise.name] = PeerOf(actor).local();
    if (outcome.what == Outcome::What::kCreated) values_[promise.name] = PeerOf(actor).created(outcome.type);
  }
}

std::string ScriptRun::Await(const std::string& handle) {
  Promise& promise = promises_[handle];
  Peer& peer = PeerOf(promise.actor);
  while (promise.outcome.empty() && peer.CanReplace()) Settle(promise.actor, peer.CompleteReplace());
  while (promise.outcome.empty() && peer.CanComplete()) Settle(promise.actor, peer.Complete(dialect_));
  return promise.outcome.empty() ? "pending" : promise.outcome;
}

std::string ScriptRun::GatherAll(std::uint8_t actor) {
  while (PeerOf(actor).CanGather()) {
    const Step step{StepKind::kGather, actor, MediaError::kRefused, kLeg.value};
    Note(actor, *network_.Take(pages_, step));
  }
  return "ok";
}

std::string ScriptRun::Trickle(std::uint8_t from, std::uint8_t to) {
  GatherAll(from);
  for (const IceCandidate& candidate : actors_[from].candidates) {
    if (candidate.fragment != PeerOf(from).local().fragment) continue;
    Promise promise;
    promise.actor = to;
    promise.op = OpId{++ops_};
    const Error error = PeerOf(to).Begin(AddRemoteCandidate{promise.op, candidate}, dialect_);
    if (error != Error::kNone) return std::string(ToString(error));
    const std::string handle = "line " + std::to_string(promise.op.value);
    promises_[handle] = promise;
    const std::string outcome = Await(handle);
    if (outcome != "ok") return outcome;
  }
  return "ok";
}

// ---- Seeing ----

std::string ScriptRun::See(const Words& words, const std::string& expected) {
  if (words[0] == "settled") {
    std::string handles;
    for (const std::string& handle : settled_) {
      if (!handle.starts_with("line")) Append(handle, &handles);
    }
    return handles;
  }
  if (!IsActor(words[0])) {
    const Sdp* sdp = std::get_if<Sdp>(&values_[words[0]]);
    return Compare(sdp != nullptr ? *sdp : Sdp(), words);
  }
  static const std::set<std::string> waited_for = {"connection", "channelState", "messages", "order", "count", "receives"};
  const std::uint8_t actor = ActorOf(words[0]);
  const bool waits = waited_for.count(words[1]) > 0 && expected != "?";
  for (int most = 200;; --most) {
    const std::string got = LookAt(actor, words);
    if (got == expected || !waits || most == 0) return got;
    if (!TakeQuickStep() && !TakeSlowStep()) return got;
  }
}

std::string ScriptRun::Compare(const Sdp& sdp, const Words& words) {
  if (!sdp.readable) return "none";
  const std::string& what = words[1];
  if (what == "type") return TypeOf(sdp);
  if (what == "lines") return sdp.lines.empty() ? "nothing" : LinesOf(sdp);
  if (what == "candidates") return "none";  // all trickle
  const Sdp& other = std::get<Sdp>(values_[words[2]]);
  const bool same = what == "session" ? sdp.session == other.session
                    : what == "ufrag" ? sdp.fragment == other.fragment
                                      : sdp.fingerprint == other.fingerprint;
  return same ? "same" : "different";
}

std::string ScriptRun::LookAt(std::uint8_t actor, const Words& words) {
  const std::string& what = words[1];
  const Peer& peer = PeerOf(actor);
  const Actor& seen = actors_[actor];
  const auto some = [](const std::string& text) { return text.empty() ? "nothing" : text; };
  if (what == "signaling") return peer.closed() ? "closed" : NameOf(peer.signaling(), kSignalingNames);
  if (what == "connection") return peer.closed() ? "closed" : NameOf(peer.connection(), kConnectionNames);
  if (what == "gathering") return peer.gathered() ? "complete" : peer.has_begun_to_gather() ? "gathering" : "new";
  if (what == "local") return TypeOf(peer.local());
  if (what == "remote") return TypeOf(peer.remote());
  if (what == "transceivers") return some(ShowTransceivers(peer));
  if (what == "channelState") return NameOf(peer.channel(), kChannelNames);
  if (what == "messages") return some(seen.heard);
  if (what == "count") return std::to_string(std::count(seen.log.begin(), seen.log.end(), words[2]));
  std::string text;
  if (what == "tracks") {
    for (const Transceiver& transceiver : peer.transceivers()) {
      Append(transceiver.track == 0 ? "none" : NameOf(transceiver.kind, kKindNames), &text);
    }
  } else if (what == "order") {
    std::set<std::string> told;
    for (const std::string& event : seen.log) {
      if (std::find(words.begin() + 2, words.end(), event) != words.end() && told.insert(event).second) Append(event, &text);
    }
  } else if (what == "receives") {
    for (std::size_t i = 0; i < peer.transceivers().size(); ++i) {
      if (network_.ReceivesOn(pages_, peer, peer.transceivers()[i])) Append(std::to_string(i), &text);
    }
  } else {
    return "?? " + what;
  }
  return some(text);
}

std::string ScriptRun::ShowTransceivers(const Peer& peer) const {
  std::string text;
  for (const Transceiver& transceiver : peer.transceivers()) {
    const int ours = peer.local().IndexOf(transceiver.mid);
    const int line = ours >= 0 ? ours : peer.remote().IndexOf(transceiver.mid);
    std::string one = NameOf(transceiver.kind, kKindNames) + ':' + NameOf(transceiver.direction, kDirectionNames);
    one += ':' + NameOf(transceiver.current, kDirectionNames) + ':';
    Append(one + (transceiver.mid == kNoMid ? "-" : std::to_string(line)), &text);
  }
  return text;
}

// ---- What happens meanwhile ----

bool ScriptRun::TakeQuickStep() { return TakeStep(false); }
bool ScriptRun::TakeSlowStep() { return TakeStep(true); }

bool ScriptRun::TakeStep(bool slow) {
  StepList steps;
  network_.Steps(pages_, &steps);
  for (const Step& step : steps) {
    const bool chained = step.kind == StepKind::kComplete || step.kind == StepKind::kReplace;
    if (IsSlow(step) != slow || chained) continue;
    if (const std::optional<Event> event = network_.Take(pages_, step)) Note(step.page, *event);
    return true;
  }
  return false;
}

void ScriptRun::Note(std::uint8_t actor, const Event& event) {
  Actor& seen = actors_[actor];
  if (const auto* state = std::get_if<ConnectionStateChanged>(&event)) {
    constexpr std::array<std::string_view, 4> kNames = {"connecting", "connected", "disconnected", "failed"};
    seen.log.push_back(NameOf(state->state, kNames));
  } else if (const auto* candidate = std::get_if<LocalCandidateFound>(&event)) {
    seen.log.push_back(candidate->candidate.candidate.empty() ? "end" : "candidate");
    seen.candidates.push_back(ParseCandidate(candidate->candidate));
    if (PeerOf(actor).gathered()) seen.log.push_back("null");
  } else if (const auto* message = std::get_if<ChannelReceived>(&event)) {
    seen.log.push_back("message");
    Append(message->json, &seen.heard);
  } else if (std::holds_alternative<ChannelOpened>(event)) {
    seen.log.push_back("open");
  } else if (std::holds_alternative<ChannelDrained>(event)) {
    seen.log.push_back("drained");
  }
}

}  // namespace duet::model
