// The whole call, fed by libFuzzer: an input is a story, told in a small language. A word is one letter (a byte's lowest
// five bits: `a` is 1), then what it needs, mostly one digit each (a byte's lowest four bits). So most inputs are legal
// stories with the right ids in them, and a person can write one; tests/fuzz/corpus/call begins with such.
//
//   j ROOM           Join                        c ID           the socket is connected, with this id
//   l                Leave                       s              the socket is lost
//   w KIND ON        a switch                    a OP ANSWER    the join is acknowledged
//   d                the deadline, when due      r LIST         room_users
//   t TIME           time passes unnoticed       b EVENT WHO    who came, went, is away, is back
//   @                a needless deadline         h              room_full
//   g OP TRACKS      media is granted            o STAMP SDP    their offer
//   n OP ERROR       media is refused            p STAMP SDP    their answer
//   e KIND           a local track ends          k STAMP CAND   their candidate
//   y OP             an order about a            \x1e           the right answer to our newest offer
//   f OP               description is done,      \x1d           what we sent last comes back to us
//   z LEG OP TYPE      fails, is done wrongly    m NAME TEXT    any message
//   x LEG            a connection breaks         v LEG          the data channel opens
//   i LEG STATE      connectionState             \x1b LEG WHAT  a message on it
//   u LEG CAND       our candidate               \x1f LEG TEXT  any message on it
//   q LEG            the channel has drained     \x1c LEG OK    a candidate or track is settled
//
//   b, with two hops to media:
//   b8  b9           the page shows a room, another one          b;             nobody has parked
//   b:               another network                             b< LEG         our parked offer is shown
//                                                                b= STAMP SDP   what they have parked (b> and b?, too)
#include <iterator>
#include <string>

#include "core/json.h"
#include "fuzz/call_laws.h"
#include "fuzz/fuzz.h"
#include "support/parts.h"

namespace duet {
namespace {

const std::string kSeat = "secret-seat-0000000000";

class Story {
 public:
  explicit Story(Bytes bytes) : bytes_(bytes) {}

  void Tell() {
    constexpr int kMostWords = 2'000;
    for (int word = 0; word < kMostWords && !bytes_.empty(); ++word) Word();
    call_.Finish();
  }

 private:
  void Word();
  void Deadline();
  void Message(std::string name, std::string json) { call_.Handle(MessageReceived{std::move(name), std::move(json)}); }

  // ---- Ids: mostly of something that is there ----

  // 0: the newest leg, 1: the one before; else any.
  LegId Leg() {
    const std::uint32_t which = bytes_.Number();
    const auto& legs = call_.legs();
    return which < legs.size() ? legs[legs.size() - 1 - which].id : LegId{which + 1};
  }
  template <typename Order>
  const Order* Newest(const std::vector<Order>& orders) {
    const std::uint32_t which = bytes_.Number();
    return which < orders.size() ? &orders[orders.size() - 1 - which] : nullptr;
  }
  OpId AnyOp() { return OpId{1 + bytes_.Byte() % (call_.last_op() + 1)}; }

  Person Who() {
    switch (bytes_.Number()) {
      case 0: return Impolite();
      case 1: return Polite();
      case 2: return Seed();
      case 3: return {"zzzzzzzz-another-page0", "Zed", 1};
      case 4: return {kOurPage, "Ann", 1};
      case 5: return {"socket-1", "Ann", 0};
      case 6: return {kPageAfterUs, "", 0};  // a Duet, as a legacy server shows it
      default: return {bytes_.Text(4), bytes_.Text(4), bytes_.Number() == 0 ? 0 : 2};
    }
  }

  // ---- What the network says ----

  std::string PersonJson(const Person& person) {
    JsonObject json;
    json.Add("id", person.id).Add("name", person.name);
    return (person.version > 0 ? json.Add("v", std::int64_t{person.version}) : json).Take();
  }
  std::string JoinAnswer() {
    constexpr std::string_view kErrors[] = {"busy", "room_full", "bad_room", "taken"};
    const std::uint32_t what = bytes_.Number();
    if (what < 4) return JsonObject().Add("ok", false).Add("error", kErrors[what]).Take();
    if (what == 15) return bytes_.Text(bytes_.Byte());
    std::string json = R"({"ok":true,"id":"me","peer":)" + (what < 9 ? std::string("null") : PersonJson(Who()));
    if (what % 2 != 0) json += R"(,"iceServers":[{"urls":"turn:t.example","username":"u","credential":"c"}])";
    if (what >= 11) json += R"(,"tookAnswer":true)";
    if (what >= 9 && what < 11) json += R"(,"parked":)" + ParkedJson();
    return json + '}';
  }
  std::string ParkedJson() {
    Stamp stamp = TheirStamp();
    stamp.version = 1;
    stamp.to.clear();
    return EncodeDescription({DescriptionType::kOffer, Session()}, stamp);
  }
  // What concerns those who look, and those who have parked.
  void Waiting(std::uint32_t event) {
    switch (event % 8) {
      case 0: return call_.Handle(RoomShown{"lobby", 7});
      case 1: return call_.Handle(RoomShown{"other", 8});
      case 2: return call_.Handle(NetworkChanged{});
      case 3: return Message("parked", "null");
      case 4: {
        const std::string leg = kOurPage.substr(0, 8) + '-' + std::to_string(Leg().value);
        return Message("park_kept", JsonObject().Add("leg", leg).Take());
      }
      default: return Message("parked", ParkedJson());
    }
  }
  std::string Users() {
    const std::uint32_t count = bytes_.Number();
    std::string json = "[";
    for (std::uint32_t i = 0; i < count; ++i) json += (i > 0 ? "," : "") + PersonJson(Who());
    return json + ']';
  }
  // WHO LEG OFFER: on our newest leg or one of theirs, for our newest offer or another one.
  Stamp TheirStamp() {
    Stamp stamp;
    const Person person = Who();
    stamp.version = person.version;
    stamp.from = person.id;
    const std::uint32_t leg = bytes_.Number();
    const std::uint32_t number = bytes_.Number();
    stamp.to = leg == 14 ? kPageAfterUs : leg == 13 ? std::string() : kOurPage;
    stamp.room_hash = leg == 15 ? 8 : 7;
    const LegId newest = call_.legs().empty() ? LegId{1} : call_.legs().back().id;
    stamp.leg = leg % 2 == 0 ? kOurPage.substr(0, 8) + '-' + std::to_string(newest.value) : "theirs-" + std::to_string(leg);
    stamp.offer = number == 0 ? OurOffer() : number == 15 ? 900'000 : number;
    return stamp;
  }
  std::uint32_t OurOffer() const { return call_.last_offer() ? Sent(call_.last_offer()->json).stamp.offer : 1; }
  static DescriptionMessage Sent(const std::string& json) {
    const auto decoded = DecodeSignal("getOffer", json);
    return std::get<DescriptionMessage>(std::get<SignalMessage>(decoded));
  }
  std::string Session() {
    const std::uint32_t which = bytes_.Number();
    const std::string name = std::to_string(which / 4);
    return Sdp(name, {"ufrag" + name, "other" + name}, which % 2 != 0);
  }
  // 14 comes as a flood.
  static Candidate CandidateOf(std::uint32_t which) {
    if (which == 0) return EndOfCandidates();
    return HostCandidate(which == 15 ? std::string() : (which % 2 != 0 ? "ufrag" : "other") + std::to_string(which / 4));
  }
  static std::string DescriptionJson(const Description& description, const Stamp& stamp) {
    if (stamp.version > 0) return EncodeDescription(description, stamp);
    JsonObject json;
    json.Add("type", ToString(description.type)).Add("sdp", description.sdp);
    return json.Add("from", stamp.from).Take();
  }
  std::string CandidateJson(const Candidate& candidate, const Stamp& stamp) {
    if (stamp.version > 0) return EncodeCandidate(candidate, stamp);
    JsonObject json;
    return json.Add("candidate", candidate.candidate).Add("sdpMid", candidate.sdp_mid).Add("from", stamp.from).Take();
  }
  static std::string NameToUs(std::string_view name) {
    if (name == "offer" || name == "park") return "getOffer";
    return name == "answer" ? "getAnswer" : name == "candidate" ? "getCandidate" : "leave";
  }

  // ---- What the browser says ----

  void DescriptionDone() {
    const auto* newest = Newest(call_.descriptions());
    if (newest == nullptr) return;
    const WatchedCall::DescriptionOrder order = *newest;
    if (order.remote) return call_.Handle(RemoteDescriptionSet{order.leg, order.op});
    const DescriptionType type = order.answering ? DescriptionType::kAnswer : DescriptionType::kOffer;
    const std::string sdp = Sdp("1", {"ours"}, true);
    if (order.creates) return call_.Handle(DescriptionCreated{order.leg, order.op, {type, sdp}});
    // What is set may have addresses in it already.
    call_.Handle(LocalDescriptionSet{order.leg, order.op, {type, sdp + "a=" + HostCandidate("").candidate + "\r\n"}});
  }
  // Any end of any order, even of one that is no more; but an order to set a local description never sets a remote one.
  void DescriptionDoneWrongly() {
    const LegId leg = Leg();
    const OpId op = AnyOp();
    const std::uint32_t number = bytes_.Number();
    const std::uint32_t end = number % 4;
    bool remote = end >= 2;
    for (const WatchedCall::DescriptionOrder& order : call_.descriptions()) {
      if (order.op == op) remote = order.remote.has_value();
    }
    if (end == 3) return call_.Handle(DescriptionFailed{leg, op, "InvalidStateError"});
    const DescriptionType type = end == 0 ? DescriptionType::kOffer : DescriptionType::kAnswer;
    if (number >= 12) return call_.Handle(DescriptionCreated{leg, op, {type, Sdp("2", {"odd"})}});
    if (remote) return call_.Handle(RemoteDescriptionSet{leg, op});
    call_.Handle(LocalDescriptionSet{leg, op, {type, Sdp("2", {"odd"})}});
  }
  void Granted() {
    const RequestMedia* prompt = Newest(call_.prompts());
    const std::uint32_t tracks = bytes_.Number();
    if (prompt == nullptr) return call_.Handle(MediaGranted{AnyOldOp(), (tracks & 1) == 0, (tracks & 2) == 0});
    call_.Handle(MediaGranted{prompt->op, prompt->microphone && (tracks & 1) == 0, prompt->camera && (tracks & 2) == 0});
  }
  // Of no prompt that is open.
  OpId AnyOldOp() {
    const OpId op = AnyOp();
    for (const RequestMedia& prompt : call_.prompts()) {
      if (prompt.op == op) return OpId{call_.last_op() + 1};
    }
    return op;
  }

  Bytes bytes_;
  WatchedCall call_;
};

void Story::Deadline() {
  if (!call_.call().deadline()) return;
  if (*call_.call().deadline() > call_.now()) call_.Advance(*call_.call().deadline() - call_.now());
  call_.Handle(DeadlineReached{});
}

void Story::Word() {
  constexpr std::string_view kPeople[] = {"user_joined", "user_exit", "peer_away", "peer_back"};
  constexpr std::string_view kNames[] = {"getOffer",  "getAnswer", "getCandidate", "room_users", "user_exit",
                                         "peer_away", "peer_back", "user_joined",  "parked",     "park_kept"};
  const char letter = static_cast<char>('`' + (bytes_.Byte() & 31));
  switch (letter) {
    case '`': return call_.Handle(DeadlineReached{});
    case 'a': {
      const OpId* op = Newest(call_.joins());
      const OpId answered = op != nullptr ? *op : AnyOp();
      return call_.Handle(JoinAnswered{answered, JoinAnswer()});
    }
    case 'b': {
      const std::uint32_t event = bytes_.Number();
      if (event >= 8) return Waiting(event);
      const Person who = Who();
      const bool lost = event % 8 == 5;
      return Message(std::string(kPeople[event % 4]),
                     lost ? JsonObject().Add("id", who.id).Add("lost", true).Take() : PersonJson(who));
    }
    case 'c': return call_.Handle(SignalingConnected{"socket-" + std::to_string(bytes_.Number())});
    case 'd': return Deadline();
    case 'e': return call_.Handle(LocalTrackEnded{bytes_.Bit() ? MediaKind::kCamera : MediaKind::kMicrophone});
    case 'f': {
      const auto* order = Newest(call_.descriptions());
      if (order != nullptr) call_.Handle(DescriptionFailed{LegId(order->leg), OpId(order->op), "OperationError"});
      return;
    }
    case 'g': return Granted();
    case 'h': return Message("room_full", "{}");
    case 'i': {
      const LegId leg = Leg();
      return call_.Handle(ConnectionStateChanged{leg, static_cast<ConnectionState>(bytes_.Number() % 4)});
    }
    case 'j': {
      const std::uint32_t room = bytes_.Number();
      const std::string name = room == 15 ? "no room" : room == 14 ? std::string(65, 'a') : "lobby";
      return call_.Handle(JoinRequested{name, "Ann", kSeat, kOurPage, 7});
    }
    case 'k': {
      const Stamp stamp = TheirStamp();
      const std::uint32_t which = bytes_.Number();
      constexpr int kFlood = 128;
      for (int left = which == 14 ? kFlood : 1; left > 0; --left) {
        Message("getCandidate", CandidateJson(CandidateOf(which), stamp));
      }
      return;
    }
    case 'l': return call_.Handle(LeaveRequested{});
    case 'm': {
      const std::string name(kNames[bytes_.Byte() % std::size(kNames)]);
      return Message(name, bytes_.Text(bytes_.Byte()));
    }
    case 'n': {
      const RequestMedia* prompt = Newest(call_.prompts());
      const OpId op = prompt != nullptr ? prompt->op : AnyOldOp();
      return call_.Handle(MediaRefused{op, static_cast<MediaError>(bytes_.Number() % 4)});
    }
    case 'o':
    case 'p': {
      const Stamp stamp = TheirStamp();
      const bool offer = letter == 'o';
      const Description description{offer ? DescriptionType::kOffer : DescriptionType::kAnswer, Session()};
      return Message(offer ? "getOffer" : "getAnswer", DescriptionJson(description, stamp));
    }
    case 'q': return call_.Handle(ChannelDrained{Leg()});
    case 'r': return Message("room_users", Users());
    case 's': return call_.Handle(SignalingLost{});
    case 't': return call_.Advance(Millis{1} * (1u << bytes_.Number()));
    case 'u': {
      const LegId leg = Leg();
      const Candidate candidate = CandidateOf(bytes_.Number());
      for (const WatchedCall::Leg& open : call_.legs()) {
        if (open.id == leg && !open.gathers) return;
      }
      return call_.Handle(LocalCandidateFound{leg, candidate});
    }
    case 'v': {
      const LegId leg = Leg();
      for (const WatchedCall::Leg& open : call_.legs()) {
        if (open.id == leg && open.has_channel) return call_.Handle(ChannelOpened{leg});
      }
      return;
    }
    case 'w': {
      const MediaKind kind = bytes_.Bit() ? MediaKind::kCamera : MediaKind::kMicrophone;
      return call_.Handle(DeviceSwitched{kind, bytes_.Bit()});
    }
    case 'x': return call_.Handle(LegBroken{Leg(), "UnknownError"});
    case 'y': return DescriptionDone();
    case 'z': return DescriptionDoneWrongly();
    case '{': {
      const LegId leg = Leg();
      const std::uint32_t what = bytes_.Number();
      return call_.Handle(ChannelReceived{leg, what == 0 ? EncodeBye() : EncodeDevices({what % 2 != 0, what % 4 > 1})});
    }
    case '|': {
      const LegId leg = Leg();
      const OpId op = AnyOp();
      return bytes_.Bit() ? call_.Handle(CandidateSettled{leg, op, bytes_.Bit()})
                          : call_.Handle(TracksAttached{leg, op, bytes_.Bit()});
    }
    case '}': {
      if (call_.last_message()) Message(NameToUs(call_.last_message()->name), call_.last_message()->json);
      return;
    }
    case '~': {
      if (!call_.last_offer()) return;
      Stamp stamp = Sent(call_.last_offer()->json).stamp;
      const Person peer = Who();
      stamp.from = peer.id;
      stamp.to = kOurPage;
      stamp.version = peer.version;
      return Message("getAnswer", DescriptionJson({DescriptionType::kAnswer, Session()}, stamp));
    }
    case '\x7f': {
      const LegId leg = Leg();
      return call_.Handle(ChannelReceived{leg, bytes_.Text(bytes_.Byte())});
    }
    default: return;
  }
}

}  // namespace
}  // namespace duet

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  duet::Story(duet::Bytes(data, size)).Tell();
  return 0;
}
