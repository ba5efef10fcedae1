#include "core/signal_message.h"

#include <gtest/gtest.h>

#include "core/json.h"
#include "core/options.h"
#include "support/parts.h"

namespace duet {
namespace {

using namespace options;

constexpr std::string_view kEvents[] = {"getOffer",  "getAnswer", "getCandidate", "room_users", "user_joined",
                                        "user_exit", "peer_away", "peer_back",    "room_full"};

std::string Quote(std::string_view text) {
  std::string object = JsonObject().Add("", text).Take();
  return object.substr(4, object.size() - 5);  // without {"": and }
}

// A message's members as JSON text, so that one of them can be made wrong.
struct Member {
  std::string name;
  std::string json;
};
using Members = std::vector<Member>;

std::string Text(const Members& members, std::string_view changed = {}, std::string_view json = {}) {
  std::string text;
  bool found = changed.empty();
  for (const Member& member : members) {
    const bool change = member.name == changed;
    found = found || change;
    if (change && json.empty()) continue;  // left out
    text += (text.empty() ? "\"" : ",\"") + member.name + "\":" + (change ? std::string(json) : member.json);
  }
  EXPECT_TRUE(found) << changed;
  return '{' + text + '}';
}

const Members kStamp = {{"v", "1"}, {"from", "\"f\""}, {"to", "\"t\""}, {"leg", "\"l\""}, {"offer", "3"}, {"room", "7"}};

Members With(Members members, const Members& more) {
  members.insert(members.end(), more.begin(), more.end());
  return members;
}

const Members kOffer = {{"type", "\"offer\""}, {"sdp", "\"v=0\\r\\n\""}};
const Members kAnswer = {{"type", "\"answer\""}, {"sdp", "\"v=0\\r\\n\""}};
const Members kCandidate = {{"candidate", "\"candidate:1 1 udp 1 192.0.2.1 9 typ host\""},
                            {"sdpMid", "\"0\""},
                            {"sdpMLineIndex", "0"},
                            {"usernameFragment", "\"u\""}};
const Members kPerson = {{"id", "\"p\""}, {"name", "\"Pat\""}, {"v", "1"}};
const Members kId = {{"id", "\"p\""}};
const Members kWelcome = {{"ok", "true"}, {"id", "\"p\""}, {"peer", "null"}, {"iceServers", "[]"}};
const Members kRefusal = {{"ok", "false"}, {"error", "\"room_full\""}};
const Members kDevices = {{"type", "\"devices\""}, {"microphone", "true"}, {"camera", "false"}};

// One value of each type, and the corners: "" stands for a member that is left out.
std::vector<std::string> Values() {
  return {"",   "null", "true", "5",          "-1",  "1.5",     "\"x\"",        "\"\"",
          "[]", "{}",   "0",    "4294967296", "1e2", "[\"x\"]", "\"a\\u0001\"", Quote(std::string(65, 'x'))};
}

// For each of Values(), whether the member may be so.
//                                  .nt5-fxsaozbeLcT
constexpr std::string_view kNever = "................";
constexpr std::string_view kAny = "XXXXXXXXXXXXXXXX";
constexpr std::string_view kOptionalToken = "XX....XX........";
constexpr std::string_view kOptionalNumber = "XX.X......X.....";
constexpr std::string_view kToken = "......X.........";
constexpr std::string_view kFromOne = "...X............";
constexpr std::string_view kYesOnly = "..X.............";
constexpr std::string_view kAnyText = "......XX......XX";

struct Row {
  std::string_view event;  // or "join" for its answer, "channel"
  Members members;
  std::string_view member;
  std::string_view allowed;
};

std::vector<Row> Rows() {
  std::vector<Row> rows;
  const auto stamped = [&rows](std::string_view event, const Members& members) {
    const Members all = With(members, kStamp);
    rows.push_back({event, all, "v", kOptionalNumber});
    rows.push_back({event, all, "from", kToken});
    rows.push_back({event, all, "to", kOptionalToken});
    rows.push_back({event, all, "leg", kToken});
    rows.push_back({event, all, "offer", kFromOne});
    rows.push_back({event, all, "room", kOptionalNumber});
    rows.push_back({event, With(members, {{"from", "\"f\""}}), "from", kOptionalToken});
  };
  for (const std::string_view event : {"getOffer", "getAnswer"}) {
    const Members& members = event == "getOffer" ? kOffer : kAnswer;
    stamped(event, members);
    rows.push_back({event, members, "type", kNever});
    rows.push_back({event, members, "sdp", kAnyText});
  }
  stamped("getCandidate", kCandidate);
  rows.push_back({"getCandidate", kCandidate, "candidate", "XX.....X........"});
  rows.push_back({"getCandidate", kCandidate, "sdpMid", kOptionalToken});
  rows.push_back({"getCandidate", kCandidate, "sdpMLineIndex", kOptionalNumber});
  rows.push_back({"getCandidate", kCandidate, "usernameFragment", "XX....XX.......X"});
  for (const std::string_view event : {"user_exit", "peer_away"}) rows.push_back({event, kId, "id", kToken});
  for (const std::string_view event : {"user_joined", "peer_back"}) {
    rows.push_back({event, kPerson, "id", kToken});
    rows.push_back({event, kPerson, "name", kAny});
    rows.push_back({event, kPerson, "v", kOptionalNumber});
  }
  rows.push_back({"join", kWelcome, "ok", kYesOnly});
  rows.push_back({"join", kWelcome, "id", kToken});
  rows.push_back({"join", kWelcome, "peer", "XX.............."});
  rows.push_back({"join", kWelcome, "iceServers", kAny});
  rows.push_back({"join", kRefusal, "error", kOptionalToken});
  rows.push_back({"channel", kDevices, "type", kNever});
  rows.push_back({"channel", kDevices, "microphone", kYesOnly});
  rows.push_back({"channel", kDevices, "camera", kYesOnly});
  return rows;
}

bool Decodes(std::string_view event, std::string_view json) {
  if (event == "join") return DecodeJoinAnswer(json).has_value();
  if (event == "channel") return DecodeChannelMessage(json).has_value();
  return std::holds_alternative<SignalMessage>(DecodeSignal(event, json));
}

DropReason ReasonOf(std::string_view event, std::string_view json) {
  const auto decoded = DecodeSignal(event, json);
  const DropReason* reason = std::get_if<DropReason>(&decoded);
  EXPECT_NE(reason, nullptr) << event << " " << json;
  return reason ? *reason : DropReason::kRefused;
}

template <typename Message>
Message Decode(std::string_view event, std::string_view json) {
  const auto decoded = DecodeSignal(event, json);
  const SignalMessage* message = std::get_if<SignalMessage>(&decoded);
  EXPECT_TRUE(message && std::holds_alternative<Message>(*message)) << event << " " << json;
  return message && std::holds_alternative<Message>(*message) ? std::get<Message>(*message) : Message();
}

Stamp FullStamp() { return {1, "f", "t", "l", 3, 7}; }

TEST(SignalMessageTest, EachMemberOfEachMessageTakesTheTypesOfTheTableAndNoOthers) {
  const std::vector<std::string> values = Values();
  for (const Row& row : Rows()) {
    ASSERT_EQ(row.allowed.size(), values.size());
    ASSERT_TRUE(Decodes(row.event, Text(row.members))) << row.event << " " << Text(row.members);
    for (std::size_t i = 0; i < values.size(); ++i) {
      const std::string text = Text(row.members, row.member, values[i]);
      EXPECT_EQ(Decodes(row.event, text), row.allowed[i] == 'X') << row.event << " " << text;
      if (row.event != "join" && row.event != "channel" && row.allowed[i] != 'X') {
        EXPECT_EQ(ReasonOf(row.event, text), DropReason::kMalformed) << text;
      }
    }
  }
}

TEST(SignalMessageTest, EachPersonOnAListIsCheckedLikeAnyOther) {
  for (const std::string& value : Values()) {
    for (const Member& member : kPerson) {
      const std::string person = Text(kPerson, member.name, value);
      EXPECT_EQ(Decodes("room_users", "[" + Text(kPerson) + "," + person + "]"), Decodes("user_joined", person)) << person;
      EXPECT_EQ(Decodes("join", Text(kWelcome, "peer", person)), Decodes("user_joined", person)) << person;
    }
  }
}

TEST(SignalMessageTest, WhatIsNoObjectIsNoMessage) {
  const std::string deep = std::string(1'000, '[') + std::string(1'000, ']');
  for (const std::string& json :
       {std::string(), std::string("null"), std::string("5"), std::string("\"x\""), std::string("true"), std::string("[[]]"),
        std::string("[null]"), std::string("{"), std::string("undefined"), deep, "{\"a\":" + deep + "}",
        std::string(100'000, ' '), std::string("{}{}"), Quote("{}")}) {
    for (const std::string_view event : kEvents) {
      if (event == "room_full" && (json == "null" || json == "5")) continue;
      EXPECT_TRUE(event == "room_full" || !Decodes(event, json)) << event << json.substr(0, 50);
    }
    EXPECT_FALSE(Decodes("join", json) || Decodes("channel", json)) << json.substr(0, 50);
  }
}

TEST(SignalMessageTest, AnEmptyObjectIsOnlyTheEndOfCandidates) {
  for (const std::string_view event : kEvents) {
    EXPECT_EQ(Decodes(event, "{}"), event == "getCandidate" || event == "room_full") << event;
  }
  EXPECT_FALSE(Decodes("join", "{}") || Decodes("channel", "{}"));
}

TEST(SignalMessageTest, ARoomIsFullWhateverIsSaidWithIt) {
  for (const std::string_view json : {"null", "{}", "[]", "5", "\"lobby\"", "{\"room\":\"lobby\"}"}) {
    EXPECT_TRUE(Decodes("room_full", json)) << json;
  }
  EXPECT_FALSE(Decodes("room_full", "{"));
}

TEST(SignalMessageTest, AnEventThatWeDoNotKnowIsUnknown) {
  for (const std::string_view event : {"", "offer", "join", "getoffer", "getOffer ", "park", "__proto__", "constructor"}) {
    EXPECT_EQ(ReasonOf(event, "{}"), DropReason::kUnknown) << event;
  }
}

TEST(SignalMessageTest, AKeyThatStandsTwiceSpoilsAMessage) {
  EXPECT_FALSE(Decodes("getOffer", R"({"type":"offer","sdp":"v=0","sdp":"v=0"})"));
  EXPECT_FALSE(Decodes("user_exit", R"({"id":"a","\u0069d":"b"})"));
}

TEST(SignalMessageTest, KeysThatMeanSomethingToJavaScriptMeanNothingHere) {
  EXPECT_TRUE(Decodes("user_exit", R"({"__proto__":{"id":"x"},"constructor":1,"toString":null,"id":"p"})"));
  EXPECT_FALSE(Decodes("user_exit", R"({"__proto__":{"id":"p"}})"));
  EXPECT_EQ(Decode<UserExit>("user_exit", R"({"id":"__proto__"})").id, "__proto__");
}

TEST(SignalMessageTest, CutAnywhereOrWithOneWrongByteNothingCrashesAndNothingCutIsTaken) {
  for (const Row& row : Rows()) {
    const std::string whole = Text(row.members);
    for (std::size_t length = 0; length < whole.size(); ++length) {
      ASSERT_FALSE(Decodes(row.event, whole.substr(0, length))) << row.event << whole.substr(0, length);
    }
  }
  for (const std::string_view event : kEvents) {
    const std::string whole = Text(With(event == "getCandidate" ? kCandidate : kOffer, kStamp));
    for (std::size_t at = 0; at < whole.size(); ++at) {
      std::string spoilt = whole;
      for (const char byte : {'\0', '"', '\\', '{', '}', ',', '0', '\x80', '\xff'}) {
        spoilt[at] = byte;
        (void)Decodes(event, spoilt);
      }
    }
  }
}

TEST(SignalMessageTest, AMessageMayBeSixtyFourKibibytesLong) {
  for (const std::string_view event : {"user_exit", "join", "channel"}) {
    const std::string text = Text(event == "join" ? kWelcome : event == "channel" ? kDevices : kId);
    EXPECT_TRUE(Decodes(event, text + std::string(kMaxMessageBytes - text.size(), ' '))) << event;
    EXPECT_FALSE(Decodes(event, text + std::string(kMaxMessageBytes - text.size() + 1, ' '))) << event;
  }
}

TEST(SignalMessageTest, EveryMemberOfADescriptionIsRead) {
  for (const bool offer : {true, false}) {
    const DescriptionMessage message =
        Decode<DescriptionMessage>(offer ? "getOffer" : "getAnswer", Text(With(offer ? kOffer : kAnswer, kStamp)));
    EXPECT_EQ(message.description, (Description{offer ? DescriptionType::kOffer : DescriptionType::kAnswer, "v=0\r\n"}));
    EXPECT_EQ(message.stamp, FullStamp());
  }
}

TEST(SignalMessageTest, ATypeThatIsNotTheEventsIsHostile) {
  for (const std::string_view type : {"answer", "pranswer", "rollback", "Offer", "offer ", ""}) {
    EXPECT_EQ(ReasonOf("getOffer", Text(kOffer, "type", Quote(type))), DropReason::kMalformed) << type;
  }
  for (const std::string_view type : {"offer", "pranswer", "rollback", "ANSWER"}) {
    EXPECT_EQ(ReasonOf("getAnswer", Text(kAnswer, "type", Quote(type))), DropReason::kMalformed) << type;
  }
}

TEST(SignalMessageTest, ADescriptionMayBeFortyEightKibibytesLong) {
  EXPECT_TRUE(Decodes("getOffer", Text(kOffer, "sdp", Quote(std::string(kMaxSdpBytes, 'x')))));
  EXPECT_FALSE(Decodes("getOffer", Text(kOffer, "sdp", Quote(std::string(kMaxSdpBytes + 1, 'x')))));
}

TEST(SignalMessageTest, ADescriptionWithACandidateThatNamesADomainIsRefused) {
  const auto with = [](std::string_view address) {
    return Text(kOffer, "sdp", Quote("v=0\r\na=candidate:1 1 udp 1 " + std::string(address) + " 9 typ host\r\n"));
  };
  EXPECT_TRUE(Decodes("getOffer", with("192.0.2.1")));
  EXPECT_EQ(ReasonOf("getOffer", with("evil.example")), DropReason::kMalformed);
}

TEST(SignalMessageTest, WithoutAVersionOnlyTheSenderIsKnown) {
  Stamp sender;
  sender.from = "f";
  EXPECT_EQ(Decode<DescriptionMessage>("getOffer", Text(With(kOffer, {{"from", "\"f\""}}))).stamp, sender);
  EXPECT_EQ(Decode<DescriptionMessage>("getOffer", Text(With(kOffer, kStamp), "v", "0")).stamp, sender);
  EXPECT_EQ(Decode<DescriptionMessage>("getOffer", Text(With(kOffer, kStamp), "v")).stamp, sender);
  EXPECT_EQ(Decode<CandidateMessage>("getCandidate", Text(With(kCandidate, kStamp), "v")).stamp, sender);
}

TEST(SignalMessageTest, AnOfferNumberMustLeaveRoomForTheNext) {
  EXPECT_TRUE(Decodes("getOffer", Text(With(kOffer, kStamp), "offer", "1000000")));
  EXPECT_FALSE(Decodes("getOffer", Text(With(kOffer, kStamp), "offer", "4294967295")));
  EXPECT_FALSE(Decodes("getOffer", Text(With(kOffer, kStamp), "offer", "0")));
}

TEST(SignalMessageTest, ALegsNameIsMadeOfWordCharactersAndDots) {
  EXPECT_TRUE(Decodes("getOffer", Text(With(kOffer, kStamp), "leg", Quote("a.B-c_9"))));
  for (const std::string name : {"", "a b", "a/b", "\u00e9", "a,b"}) {
    EXPECT_FALSE(Decodes("getOffer", Text(With(kOffer, kStamp), "leg", Quote(name)))) << name;
  }
}

TEST(SignalMessageTest, ARoomsHashHasAllThirtyTwoBits) {
  const std::string text = Text(With(kOffer, kStamp), "room", "4294967295");
  EXPECT_EQ(Decode<DescriptionMessage>("getOffer", text).stamp.room_hash, 0xFFFFFFFFu);
}

TEST(SignalMessageTest, ATokenMayBeSixtyFourBytesLong) {
  const std::string longest(kMaxTokenBytes, 'x');
  const std::string text = Text(With(kOffer, kStamp), "leg", Quote(longest));
  EXPECT_EQ(Decode<DescriptionMessage>("getOffer", text).stamp.leg, longest);
}

TEST(SignalMessageTest, EveryMemberOfACandidateIsRead) {
  const CandidateMessage message = Decode<CandidateMessage>("getCandidate", Text(With(kCandidate, kStamp)));
  EXPECT_EQ(message.candidate, (Candidate{"candidate:1 1 udp 1 192.0.2.1 9 typ host", "0", "u", 0, true}));
  EXPECT_EQ(message.stamp, FullStamp());
}

TEST(SignalMessageTest, ACandidateMustSayWhichSectionItIsFor) {
  const Members index = {kCandidate[0], kCandidate[2]};
  const Members mid = {kCandidate[0], kCandidate[1]};
  EXPECT_EQ(Decode<CandidateMessage>("getCandidate", Text(index)).candidate.has_sdp_mid, false);
  EXPECT_EQ(Decode<CandidateMessage>("getCandidate", Text(index)).candidate.sdp_mline_index, 0);
  EXPECT_EQ(Decode<CandidateMessage>("getCandidate", Text(mid)).candidate.has_sdp_mid, true);
  EXPECT_EQ(Decode<CandidateMessage>("getCandidate", Text(mid)).candidate.sdp_mline_index, -1);
  EXPECT_EQ(Decode<CandidateMessage>("getCandidate", Text(mid, "sdpMid", "\"\"")).candidate.has_sdp_mid, true);
  EXPECT_FALSE(Decodes("getCandidate", Text({kCandidate[0]})));
  EXPECT_FALSE(Decodes("getCandidate", Text(mid, "sdpMid", "null")));
}

TEST(SignalMessageTest, TheEndOfCandidatesNeedsNoSection) {
  for (const std::string_view json :
       {R"({"candidate":""})", R"({"candidate":null,"sdpMid":null})", R"({"sdpMid":"0"})", "{}"}) {
    EXPECT_EQ(Decode<CandidateMessage>("getCandidate", json).candidate.candidate, "") << json;
  }
}

TEST(SignalMessageTest, ACandidatesFragmentIsReadFromItsLineIfNotTold) {
  const std::string line = Quote("candidate:1 1 udp 1 192.0.2.1 9 typ host generation 0 ufrag Line");
  const Members untold = {{"candidate", line}, kCandidate[1]};
  EXPECT_EQ(Decode<CandidateMessage>("getCandidate", Text(untold)).candidate.username_fragment, "Line");
  const Members told = {{"candidate", line}, kCandidate[1], kCandidate[3]};
  EXPECT_EQ(Decode<CandidateMessage>("getCandidate", Text(told)).candidate.username_fragment, "u");
}

TEST(SignalMessageTest, AFragmentInACandidatesLineIsNoLongerThanATold) {
  for (const std::size_t size : {kMaxFragmentBytes, kMaxFragmentBytes + 1}) {
    const std::string fragment(size, 'f');
    const Members in_line = {{"candidate", Quote("candidate:1 1 udp 1 192.0.2.1 9 typ host ufrag " + fragment)},
                             kCandidate[1]};
    EXPECT_EQ(Decodes("getCandidate", Text(in_line)), size == kMaxFragmentBytes);
    EXPECT_EQ(Decodes("getCandidate", Text(kCandidate, "usernameFragment", Quote(fragment))), size == kMaxFragmentBytes);
  }
}

TEST(SignalMessageTest, ACandidateThatNamesADomainOrIsTooLongIsRefused) {
  const auto with = [](const std::string& address, std::size_t padding) {
    return Text(kCandidate, "candidate",
                Quote("candidate:1 1 udp 1 " + address + " 9 typ host" + std::string(padding, 'x')));
  };
  EXPECT_TRUE(Decodes("getCandidate", with("192.0.2.1", 0)));
  EXPECT_FALSE(Decodes("getCandidate", with("evil.example", 0)));
  const std::size_t bare = std::string_view("candidate:1 1 udp 1 192.0.2.1 9 typ host").size();
  EXPECT_TRUE(Decodes("getCandidate", with("192.0.2.1", kMaxCandidateBytes - bare)));
  EXPECT_FALSE(Decodes("getCandidate", with("192.0.2.1", kMaxCandidateBytes - bare + 1)));
}

TEST(SignalMessageTest, PeopleAreReadInTheirOrder) {
  const RoomUsers users =
      Decode<RoomUsers>("room_users", R"([{"id":"a","name":"Ann"},{"id":"b","name":5,"v":2},{"id":"a"}])");
  EXPECT_EQ(users.users, (std::vector<Person>{{"a", "Ann", 0}, {"b", "", 2}, {"a", "", 0}}));
  EXPECT_TRUE(Decode<RoomUsers>("room_users", "[]").users.empty());
  EXPECT_FALSE(Decodes("room_users", R"({"id":"a"})"));
}

TEST(SignalMessageTest, ALongListIsRefused) {
  std::string list = "[" + Text(kId);
  for (std::size_t i = 1; i < kMaxListedUsers; ++i) list += "," + Text(kId);
  EXPECT_TRUE(Decodes("room_users", list + "]"));
  EXPECT_FALSE(Decodes("room_users", list + "," + Text(kId) + "]"));
}

TEST(SignalMessageTest, WhoCameAndWentIsReadByName) {
  EXPECT_EQ(Decode<UserJoined>("user_joined", Text(kPerson)).person, (Person{"p", "Pat", 1}));
  EXPECT_EQ(Decode<UserExit>("user_exit", Text(kId)).id, "p");
  EXPECT_FALSE(Decode<UserExit>("user_exit", Text(kId)).lost);
  EXPECT_TRUE(Decode<UserExit>("user_exit", R"({"id":"p","lost":true})").lost);
  for (const char* wrong : {R"({"id":"p","lost":1})", R"({"id":"p","lost":"true"})", R"({"id":"p","lost":false})"}) {
    EXPECT_FALSE(Decode<UserExit>("user_exit", wrong).lost) << wrong;
  }
  EXPECT_EQ(Decode<PeerAway>("peer_away", Text(kId)).id, "p");
  EXPECT_EQ(Decode<PeerBack>("peer_back", Text(kPerson)).person, (Person{"p", "Pat", 1}));
}

TEST(SignalMessageTest, AWelcomeSaysWhoIsThereAndWhichServersToUse) {
  const std::optional<JoinAnswer> answer =
      DecodeJoinAnswer(R"({"ok":true,"id":"me","peer":{"id":"p","name":"Pat","v":1},"iceServers":[{"urls":"stun:a"},)"
                       R"({"urls":["turn:b","turns:c"],"username":"u","credential":"c"}]})");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->error, JoinError::kNone);
  EXPECT_EQ(answer->id, "me");
  EXPECT_EQ(answer->peer, (Person{"p", "Pat", 1}));
  EXPECT_EQ(answer->ice_servers, (std::vector<IceServer>{{{"stun:a"}, "", ""}, {{"turn:b", "turns:c"}, "u", "c"}}));
  EXPECT_EQ(DecodeJoinAnswer(R"({"ok":true,"id":"me"})")->peer, std::nullopt);
}

TEST(SignalMessageTest, NoIceServersIsAnotherWordThanNone) {
  EXPECT_EQ(DecodeJoinAnswer(Text(kWelcome))->ice_servers, std::vector<IceServer>());
  for (const std::string_view untold : {"", "null", "5", "{}", "\"stun:a\""}) {
    EXPECT_EQ(DecodeJoinAnswer(Text(kWelcome, "iceServers", untold))->ice_servers, std::nullopt) << untold;
  }
}

TEST(SignalMessageTest, ARefusalSaysWhy) {
  const auto error = [](std::string_view json) { return DecodeJoinAnswer(json)->error; };
  EXPECT_EQ(error(R"({"ok":false,"error":"room_full"})"), JoinError::kRoomFull);
  EXPECT_EQ(error(R"({"ok":false,"error":"bad_room"})"), JoinError::kBadRoom);
  EXPECT_EQ(error(R"({"ok":false,"error":"busy"})"), JoinError::kBusy);
  for (const std::string_view json :
       {R"({"ok":false,"error":"taken"})", R"({"ok":false,"error":"too_large"})", R"({"ok":false})"}) {
    EXPECT_EQ(error(json), JoinError::kRefused) << json;
  }
}

TEST(SignalMessageTest, AWrongIceServerIsLeftOutAndTheOthersStay) {
  const std::string far = Quote("stun:" + std::string(kMaxUrlBytes, 'x'));
  for (const std::string& wrong :
       {std::string("null"), std::string("[]"), std::string("\"stun:x\""), std::string("{}"), std::string(R"({"urls":5})"),
        std::string(R"({"urls":[]})"), std::string(R"({"urls":["stun:x",5]})"), std::string(R"({"urls":null})"),
        std::string(R"({"urls":"stun:\u0001"})"), "{\"urls\":" + far + "}", "{\"urls\":[\"stun:x\"," + far + "]}",
        std::string(R"({"urls":"stun:x","username":5})"), std::string(R"({"urls":"stun:x","credential":[]})"),
        std::string(R"({"urls":["a","a","a","a","a","a","a","a","a"]})")}) {
    const std::optional<JoinAnswer> answer =
        DecodeJoinAnswer(Text(kWelcome, "iceServers", R"([{"urls":"stun:a"},)" + wrong + R"(,{"urls":"stun:b"}])"));
    ASSERT_TRUE(answer) << wrong;
    EXPECT_EQ(answer->ice_servers, (std::vector<IceServer>{{{"stun:a"}, "", ""}, {{"stun:b"}, "", ""}})) << wrong;
  }
}

TEST(SignalMessageTest, IfEveryIceServerIsWrongItIsAsIfNoneWasTold) {
  EXPECT_EQ(DecodeJoinAnswer(Text(kWelcome, "iceServers", R"([{"urls":"stnu:a"}])"))->ice_servers, std::nullopt);
}

TEST(SignalMessageTest, AnIceServerThatABrowserWouldThrowAtIsLeftOut) {
  const auto is_read = [](const std::string& url, const std::string& more = R"(,"username":"u","credential":"c")") {
    const auto answer =
        DecodeJoinAnswer(Text(kWelcome, "iceServers", R"([{"urls":)" + Quote(url) + more + R"(},{"urls":"stun:a"}])"));
    return answer->ice_servers->size() == 2;
  };
  for (const char* url :
       {"stun:a.example", "stuns:a-b.example:5349", "stun:192.0.2.1:1", "stun:[2001:db8::1]", "stun:[::1]:65535", "turn:a",
        "turns:a:443", "turn:a?transport=udp", "turns:[::1]:443?transport=tcp"}) {
    EXPECT_TRUE(is_read(url)) << url;
  }
  for (const char* url :
       {"",          "stun",         "stun:",         "stun:a b",           " stun:a",   "stun://a", "stun:a:",
        "stun:a:0",  "stun:a:65536", "stun:a:000080", "stun:a:8x",          "stun:a:-1", "stun:a/b", "stun:a?transport=udp",
        "stun:[::1", "stun:[]",      "stun:::1",      "stun:a@b",           "http:a",    "turn:",    "turn:a?transport=sctp",
        "turn:a?",   "turnss:a",     "STUN:a",        "turn:?transport=udp"}) {
    EXPECT_FALSE(is_read(url)) << url;
  }
  EXPECT_TRUE(is_read("stun:a", ""));
  for (const char* more : {"", R"(,"username":"u")", R"(,"credential":"c")"}) EXPECT_FALSE(is_read("turn:a", more)) << more;
}

TEST(SignalMessageTest, TooManyIceServersAreNotUsedAtAll) {
  const auto servers = [](std::size_t count) {
    std::string list;
    for (std::size_t i = 0; i < count; ++i) list += std::string(i ? "," : "") + R"({"urls":"stun:a"})";
    return DecodeJoinAnswer(Text(kWelcome, "iceServers", "[" + list + "]"))->ice_servers;
  };
  EXPECT_EQ(servers(kMaxIceServers), std::vector<IceServer>(kMaxIceServers, IceServer{{"stun:a"}, "", ""}));
  EXPECT_EQ(servers(kMaxIceServers + 1), std::nullopt);
}

TEST(SignalMessageTest, WhatWeWriteOnTheChannelIsRead) {
  const auto bye = DecodeChannelMessage(EncodeBye());
  EXPECT_TRUE(bye && std::holds_alternative<Bye>(*bye));
  for (const Devices& devices : {Devices{true, false}, Devices{false, true}, Devices{true, true}, Devices{}}) {
    const auto read = DecodeChannelMessage(EncodeDevices(devices));
    ASSERT_TRUE(read && std::holds_alternative<Devices>(*read));
    EXPECT_EQ(std::get<Devices>(*read), devices);
  }
  EXPECT_FALSE(DecodeChannelMessage(R"({"type":"chat","text":"hi"})"));
}

TEST(SignalMessageTest, WhatWeWriteToTheServerHasTheNamesOfTheDocument) {
  EXPECT_EQ(EncodeJoin("r", "n\"", "s", "p", {}), R"({"room":"r","name":"n\"","seat":"s","page":"p","v":1})");
  const Description offer{DescriptionType::kOffer, "v=0\r\n"};
  EXPECT_EQ(EncodeDescription(offer, FullStamp()),
            R"({"type":"offer","sdp":"v=0\r\n","v":1,"from":"f","to":"t","leg":"l","offer":3,"room":7})");
  EXPECT_EQ(EncodeCandidate({"c", "0", "u", 0, true}, FullStamp()),
            R"({"candidate":"c","sdpMid":"0","sdpMLineIndex":0,"usernameFragment":"u",)"
            R"("v":1,"from":"f","to":"t","leg":"l","offer":3,"room":7})");
  EXPECT_EQ(EncodeCandidate({}, FullStamp()),
            R"({"candidate":"","sdpMid":null,"sdpMLineIndex":null,"v":1,"from":"f","to":"t","leg":"l","offer":3,"room":7})");
}

TEST(SignalMessageTest, WhatOneWritesTheOtherReads) {
  for (const DescriptionType type : {DescriptionType::kOffer, DescriptionType::kAnswer}) {
    const DescriptionMessage written{{type, Sdp("1", {"a\"b\\"}) + "s=\u00e9\x7f\t\r\n"}, {2147483647, "f", "", "l", 1, 0}};
    const std::string json = EncodeDescription(written.description, written.stamp);
    EXPECT_EQ(Decode<DescriptionMessage>(type == DescriptionType::kOffer ? "getOffer" : "getAnswer", json), written);
  }
  for (const Candidate& written : {HostCandidate("frag"), EndOfCandidates(), Candidate{}}) {
    const CandidateMessage read = Decode<CandidateMessage>("getCandidate", EncodeCandidate(written, FullStamp()));
    EXPECT_EQ(read.candidate, written);
    EXPECT_EQ(read.stamp, FullStamp());
  }
}

TEST(SignalMessageTest, ARoomsNameHasOneToSixtyFourWordCharacters) {
  constexpr std::string_view kWord = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
  for (int c = 0; c < 256; ++c) {
    const char character = static_cast<char>(c);
    const bool word = kWord.find(character) != std::string_view::npos;
    EXPECT_EQ(IsRoomName(std::string(1, character)), word) << c;
    EXPECT_EQ(IsRoomName("a" + std::string(1, character) + "a"), word) << c;
  }
  EXPECT_FALSE(IsRoomName(""));
  EXPECT_TRUE(IsRoomName(kWord));
  EXPECT_FALSE(IsRoomName(std::string(65, 'a')));
}

TEST(SignalMessageTest, ANameKeepsItsTextAndLosesItsControlCharacters) {
  EXPECT_EQ(CleanName(""), "");
  EXPECT_EQ(CleanName("<img onerror=1> \u202e\u200b{}"), "<img onerror=1> \u202e\u200b{}");
  EXPECT_EQ(CleanName(std::string("a\0b\r\n\t\x1f\x7f", 8) + "c"), "abc");
  EXPECT_EQ(CleanName("\n\n"), "");
  EXPECT_EQ(CleanName("a\u0080\u0085\u009fb\u00a0\u00df"), "ab\u00a0\u00df");
  EXPECT_EQ(Decode<UserJoined>("user_joined", R"({"id":"p","name":"P\u0000a\nt"})").person.name, "Pat");
}

TEST(SignalMessageTest, WhatIsTakenOutOfANameMakesNoNewControlCharacter) {
  for (const std::string_view name : {"\xC2\x01\x85", "\xC2\xC2\x85\x85", "\xC2\x7F\xC2\x80\x9F"}) {
    EXPECT_EQ(CleanName(name), "") << name;
  }
}

TEST(SignalMessageTest, ALongNameIsCutBetweenCharacters) {
  EXPECT_EQ(CleanName(std::string(kMaxNameBytes, 'a')), std::string(kMaxNameBytes, 'a'));
  EXPECT_EQ(CleanName(std::string(kMaxNameBytes + 1, 'a')), std::string(kMaxNameBytes, 'a'));
  const std::string_view smile = "\U0001F600";
  for (std::size_t before = 0; before < 4; ++before) {
    std::string name(before, 'a');
    for (int i = 0; i < 10'000; ++i) name += smile;
    const std::string cut = CleanName(name);
    const std::size_t smiles = (kMaxNameBytes - before) / smile.size();
    EXPECT_EQ(cut, name.substr(0, before + smiles * smile.size())) << before;
  }
  EXPECT_EQ(CleanName(std::string(1'000, '\x80')), "") << "there is no place between characters";
}

}  // namespace
}  // namespace duet
