// Replays: the same orders again, the first other one told, and a timeline that a person can read.
#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "core/call.h"
#include "record/record_line.h"
#include "record/record_reader.h"
#include "replay/milestones.h"
#include "replay/replay.h"
#include "replay/words.h"

namespace duet {
namespace {

constexpr char kPage[] = "AAAAAAAAAAAAAAAAAAAAAA";
constexpr char kSdp[] = "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\na=ice-ufrag:ufrg\r\n";

// A call that is recorded while it happens.
class Recording {
 public:
  Recording& Add(std::int64_t at, const Event& event) {
    lines_.push_back(RecordLine(Millis(at), event));
    for (const Effect& effect : call_.Handle(event, Millis(at))) lines_.push_back(RecordLine(Millis(at), effect));
    return *this;
  }
  std::vector<std::string>& lines() { return lines_; }

  Record Read() const {
    std::string text = std::string(kRecordHead) + '\n';
    for (const std::string& line : lines_) text += line + '\n';
    std::variant<Record, RecordProblem> read = ReadRecord(text);
    Record* record = std::get_if<Record>(&read);
    EXPECT_NE(record, nullptr);
    return record == nullptr ? Record() : std::move(*record);
  }

 private:
  Call call_;
  std::vector<std::string> lines_;
};

// Up to an offer that is out, and Leave.
Recording ShortCall() {
  Recording recording;
  recording.Add(100, SignalingConnected{"socket"});
  recording.Add(1000, JoinRequested{"lab", "Ann", "SSSSSSSSSSSSSSSSSSSSSS", kPage, 7});
  recording.Add(1010,
                JoinAnswered{OpId{1}, R"({"ok":true,"id":"AAAAAAAAAAAAAAAAAAAAAA","peer":{"id":"B","name":"Bob","v":1}})"});
  recording.Add(1020, LocalDescriptionSet{LegId{1}, OpId{3}, {DescriptionType::kOffer, kSdp}});
  recording.Add(1030, LocalCandidateFound{LegId{1}, {"candidate:1 1 udp 2 192.0.2.1 9 typ host", "0", "ufrg", 0, true}});
  recording.Add(1040, MessageReceived{"nonsense", "{}"});
  recording.Add(2000, LeaveRequested{});
  return recording;
}

struct Outcome {
  ReplayResult result;
  std::string timeline;
  std::string record;
};
Outcome Play(const Record& record) {
  Outcome outcome;
  ReplayListener listener;
  listener.on_timeline = [&outcome](const std::string& line) { outcome.timeline += line + '\n'; };
  outcome.result = Replay(record, listener);
  return outcome;
}

TEST(ReplayTest, TheSameEventsGiveTheSameOrders) {
  Recording recording = ShortCall();
  const Outcome outcome = Play(recording.Read());
  EXPECT_EQ(outcome.result.difference, std::nullopt);
  EXPECT_EQ(outcome.result.events, 7u);
  EXPECT_EQ(outcome.result.events + outcome.result.effects, recording.lines().size());
}

TEST(ReplayTest, TheTimelineCanBeReadByAPerson) {
  EXPECT_EQ(Play(ShortCall().Read()).timeline, R"(     -900  the server is connected
        0  Join is pressed: room "lab", name "Ann"
               > connect to the server
               > ask the server for a seat
               > ask for microphone and camera
           == joining ==
       10  the server lets us in; "Bob" is there
               > make leg 1, by stun:stun.l.google.com:19302
               > leg 1: add audio and video
               > leg 1: make the data channel
               > leg 1: make our description and set it
           == connecting ==
       20  leg 1: our offer is set, 47 bytes
               > send offer 1 of leg "AAAAAAAA-1", 47 bytes
       30  leg 1: our candidate host 192.0.2.1 9 udp
               > send candidate host 192.0.2.1 9 udp, of offer 1
       40  message "nonsense", 2 bytes, unknown
               > ignore it: unknown
     1000  Leave is pressed, or the page goes away
               > tell the server that we leave
               > close leg 1
           == ended: left ==
           -- click 0, socket -900
)");
}

TEST(ReplayTest, TimeIsToldFromTheJoinThatBeganTheCall) {
  Recording recording = ShortCall();
  recording.Add(5000, JoinRequested{"lab", "Ann", "S", kPage, 7}).Add(5005, JoinRequested{"lab", "Ann", "S", kPage, 7});
  const std::string timeline = Play(recording.Read()).timeline;
  const std::string join = "\n        0  Join is pressed: room \"lab\", name \"Ann\"\n               > connect to the server\n";
  EXPECT_NE(timeline.find(join, timeline.find(join) + 1), std::string::npos);  // the second call begins at 0, too
  EXPECT_NE(timeline.find("\n        5  Join is pressed"), std::string::npos);  // a second click begins nothing
}

TEST(ReplayTest, TheFirstOtherOrderIsTold) {
  Recording recording = ShortCall();
  for (std::string& line : recording.lines()) {
    const std::size_t at = line.find("ufrg");
    if (line.find("SendMessage") != std::string::npos && at != std::string::npos) line.replace(at, 4, "uXrg");
  }
  const Outcome outcome = Play(recording.Read());
  ASSERT_TRUE(outcome.result.difference);
  EXPECT_EQ(outcome.result.events, 4u);
  const std::string& told = *outcome.result.difference;
  EXPECT_EQ(told.substr(0, told.find('\n')), "Line 12: another order, number 1 after: leg 1: our offer is set, 47 bytes");
  EXPECT_NE(told.find("\n  expected  1020 > [\"SendMessage\",\"offer\","), std::string::npos) << told;
  EXPECT_NE(told.find("a=ice-ufrag:uXrg"), std::string::npos) << told;
  EXPECT_NE(told.find("\n  came      1020 > [\"SendMessage\",\"offer\","), std::string::npos) << told;
  EXPECT_NE(told.find("a=ice-ufrag:ufrg"), std::string::npos) << told;
}

TEST(ReplayTest, AnOrderTooManyOrTooFewIsADifference) {
  Recording missing = ShortCall();
  missing.lines().pop_back();
  const auto less = Play(missing.Read()).result.difference;
  ASSERT_TRUE(less);
  EXPECT_NE(less->find("\n  expected  nothing more\n  came      2000 > [\"CloseLeg\",1]"), std::string::npos) << *less;

  Recording added = ShortCall();
  added.lines().push_back(RecordLine(Millis(2000), Effect(StopMedia{})));
  const auto more = Play(added.Read()).result.difference;
  ASSERT_TRUE(more);
  EXPECT_NE(more->find("\n  expected  2000 > [\"StopMedia\"]\n  came      nothing more"), std::string::npos) << *more;
}

TEST(ReplayTest, OnlyTheEndOfACutRecordMayLackOrders) {
  Recording recording = ShortCall();
  recording.lines().pop_back();
  recording.lines().push_back("# cut: full");
  EXPECT_EQ(Play(recording.Read()).result.difference, std::nullopt);

  recording = ShortCall();
  recording.lines().erase(recording.lines().begin() + 2);
  recording.lines().push_back("# cut: full");
  EXPECT_TRUE(Play(recording.Read()).result.difference);
}

TEST(ReplayTest, RecordedAnewItIsTheSameRecordWhateverTheOrdersWere) {
  Recording recording = ShortCall();
  const auto anew = [](const Record& record) {
    std::vector<std::string> lines;
    ReplayListener listener;
    listener.on_record = [&lines](const std::string& line) { lines.push_back(line); };
    Replay(record, listener);
    return lines;
  };
  EXPECT_EQ(anew(recording.Read()), recording.lines());
  Record record = recording.Read();
  for (Step& step : record.steps) step.effects.clear();
  EXPECT_EQ(anew(record), recording.lines());
}

TEST(ReplayTest, ARecordWithoutAnythingIsTheSame) {
  const Outcome outcome = Play(Record());
  EXPECT_EQ(outcome.result.difference, std::nullopt);
  EXPECT_EQ(outcome.timeline, "");
}

// ---- From the click to the picture ----

// The last line that sums a call up.
std::string MilestonesOf(const Recording& recording) {
  const std::string timeline = Play(recording.Read()).timeline;
  const std::size_t at = timeline.rfind("\n           -- ");
  return at == std::string::npos ? "" : timeline.substr(at + 15, timeline.find('\n', at + 1) - at - 15);
}

// Another call, of a page that has been connected to its server since 100.
void AddCall(std::int64_t at, Recording* recording) {
  recording->Add(at, JoinRequested{"lab", "Ann", "SSSSSSSSSSSSSSSSSSSSSS", kPage, 7});
  recording->lines().push_back("# " + std::to_string(at + 55) + " iceConnectionState checking leg 2");
  recording->lines().push_back("# " + std::to_string(at + 60) + " iceConnectionState connected leg 2");
  recording->lines().push_back("# " + std::to_string(at + 61) + " iceConnectionState completed leg 2");
  recording->Add(at + 10, MediaGranted{OpId{5}, true, true});
  recording->Add(at + 50, RemoteDescriptionSet{LegId{2}, OpId{9}}).Add(at + 52, RemoteDescriptionSet{LegId{2}, OpId{9}});
  recording->Add(at + 70, ConnectionStateChanged{LegId{2}, ConnectionState::kConnected});
  recording->lines().push_back("# " + std::to_string(at + 90) + " first frame");
  recording->Add(at + 2000, MediaGranted{OpId{6}, true, true}).Add(at + 2010, RemoteDescriptionSet{LegId{3}, OpId{10}});
  recording->lines().push_back("# " + std::to_string(at + 2020) + " iceConnectionState connected leg 3");
  recording->lines().push_back("# " + std::to_string(at + 2030) + " first frame");
}

TEST(ReplayTest, TheWayFromTheClickToThePictureIsToldInOneLine) {
  Recording recording = ShortCall();
  EXPECT_EQ(MilestonesOf(recording), "click 0, socket -900");
  AddCall(5000, &recording);
  const std::string all = "click 0, media 10, socket -4900, description 50, ICE 60, DTLS 70, first frame 90";
  EXPECT_EQ(MilestonesOf(recording), all);
  recording.Add(8000, SignalingLost{});
  EXPECT_EQ(MilestonesOf(recording), all) << "what happens to a connection is another matter";
  recording.Add(8100, SignalingConnected{"again"}).Add(9000, LeaveRequested{});
  EXPECT_EQ(MilestonesOf(recording), all);
  AddCall(10'000, &recording);
  EXPECT_EQ(MilestonesOf(recording), "click 0, media 10, socket -1900, description 50, ICE 60, DTLS 70, first frame 90");
}

TEST(ReplayTest, ADescriptionThatWasPreparedIsToldUnlessItsLegWasClosed) {
  Milestones milestones;
  const auto take = [&milestones](std::int64_t at, const Event& event, Effects effects = {}) {
    milestones.Take({1, Millis(at), event, std::move(effects), {}});
  };
  take(100, RemoteDescriptionSet{LegId{1}, OpId{1}});
  take(200, RoomShown{"elsewhere", 7}, {CloseLeg{LegId{1}}});
  milestones.Begin(Millis(300));
  EXPECT_EQ(milestones.Line(), "click 0");
  take(400, LeaveRequested{});
  take(500, RemoteDescriptionSet{LegId{2}, OpId{2}});
  milestones.Begin(Millis(700));
  take(710, SignalingConnected{"socket"});
  EXPECT_EQ(milestones.Line(), "click 0, socket 10, description -200");
}

// A stranger's record may hold any events in any order, however little sense they make.
TEST(ReplayTest, NoOrderOfEventsBringsTheCallDown) {
  std::uint32_t random = 1;
  const auto next = [&random](std::size_t below) {
    random = random * 1664525 + 1013904223;
    return (random >> 8) % below;
  };
  Recording calls = ShortCall();
  calls.Add(3000, JoinRequested{"lab", "Ann", "SSSSSSSSSSSSSSSSSSSSSS", kPage, 7});
  calls.Add(3010, JoinAnswered{OpId{4}, R"({"ok":true,"id":"AAAAAAAAAAAAAAAAAAAAAA","peer":null})"});
  calls.Add(3020,
            MessageReceived{"getOffer", R"({"type":"offer","sdp":"v=0","v":1,"from":"B","leg":"B-1","offer":1,"room":7})"});
  for (std::uint32_t op = 4; op < 9; ++op) {
    calls.Add(3030, MediaGranted{OpId{op}, true, true}).Add(3030, RemoteDescriptionSet{LegId{2}, OpId{op}});
    calls.Add(3030, LocalDescriptionSet{LegId{2}, OpId{op}, {DescriptionType::kAnswer, kSdp}});
  }
  calls.Add(3040, ConnectionStateChanged{LegId{2}, ConnectionState::kConnected}).Add(3041, ChannelOpened{LegId{2}});
  calls.Add(3050, ConnectionStateChanged{LegId{2}, ConnectionState::kFailed}).Add(90'000, DeadlineReached{});
  calls.Add(90'010, SignalingLost{}).Add(90'020, SignalingConnected{"again"});
  calls.Add(90'030, DescriptionFailed{LegId{2}, OpId{6}, ""});
  const Record whole = calls.Read();
  for (int round = 0; round < 2'000; ++round) {
    Record mixed;
    Millis at{0};
    for (std::size_t left = 5 + next(40); left > 0; --left) {
      Step step = whole.steps[next(3) == 0 ? next(whole.steps.size()) : mixed.steps.size() % whole.steps.size()];
      step.at = at += Millis(next(8) == 0 ? next(30'000) : next(30));
      step.effects.clear();
      mixed.steps.push_back(std::move(step));
    }
    ReplayListener listener;
    std::size_t lines = 0;
    listener.on_record = [&lines](const std::string&) { ++lines; };
    const ReplayResult result = Replay(mixed, listener);
    EXPECT_EQ(result.events, mixed.steps.size());
    EXPECT_EQ(result.events + result.effects, lines);
  }
}

// ---- Words ----

template <std::size_t index = 0, typename Variant>
void ExpectWords(const Variant&) {
  if constexpr (index < std::variant_size_v<Variant>) {
    EXPECT_NE(Words(Variant(std::in_place_index<index>)), "");
    ExpectWords<index + 1>(Variant());
  }
}

TEST(WordsTest, EveryEventAndOrderHasThem) {
  ExpectWords(Event());
  ExpectWords(Effect());
}

TEST(WordsTest, WhatATerminalWouldObeyIsNotShown) {
  EXPECT_EQ(Printable("plain ü 語 🦆", 99), "plain ü 語 🦆");
  EXPECT_EQ(Printable("\x1B[2J\r\n\t\x7F", 99), "?[2J????");
  EXPECT_EQ(Printable("\xC2\x9B" "31m", 99), "??31m");           // a control in two bytes
  EXPECT_EQ(Printable("\x9B\xFF\xC0\xAF\xE2\x28", 99), "?????" "(");  // no UTF-8
  EXPECT_EQ(Printable("\xE2\x80\xAE" "abc", 99), "???abc");       // right to left
  EXPECT_EQ(Printable("\xE8\xAA", 99), "??");
  EXPECT_EQ(Printable("abcdef", 3), "abc");
  EXPECT_EQ(Words(Event(LegBroken{LegId{1}, "\x1B]0;title\a"})), "leg 1 is broken: \"?]0;title?\"");
}

}  // namespace
}  // namespace duet
