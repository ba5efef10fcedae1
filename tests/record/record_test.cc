// The record's lines: what is written can be read again, and what is not written so is refused. The samples are made field
// by field by the compiler, so that every event and order is among them, the newest one too.
#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "record/fields.h"
#include "record/names.h"
#include "record/record_line.h"
#include "record/record_reader.h"
#include "support/print.h"

namespace duet {
namespace {

// ---- Samples ----

// Everything that needs an escape, from one to four bytes of UTF-8, and a number that no other field has.
std::string Text(int number) {
  constexpr char kStrange[] = "\"\\/\b\t\r\n\x01\x7F \0 ü 語 🦆 [1,2] #";
  return std::string(kStrange, sizeof kStrange - 1) + std::to_string(number);
}

template <typename T>
void Fill(T& field, int& number);

template <typename T>
void Fill(std::vector<T>& list, int& number) {
  list.resize(2);
  for (T& item : list) Fill(item, number);
}

// The last of an enum's values: its switch in the core knows it, or the compiler would warn.
void FillLast(MediaKind& kind) { kind = MediaKind::kCamera; }
void FillLast(DescriptionType& type) { type = DescriptionType::kAnswer; }
void FillLast(MediaError& error) { error = MediaError::kUnsupported; }
void FillLast(ConnectionState& state) { state = ConnectionState::kFailed; }
void FillLast(DropReason& reason) { reason = DropReason::kRefused; }

template <typename T>
void Fill(T& field, int& number) {
  ++number;
  if constexpr (std::is_same_v<T, std::string>) {
    field = Text(number);
  } else if constexpr (std::is_same_v<T, bool>) {
    field = !field;
  } else if constexpr (std::is_integral_v<T>) {
    field = static_cast<T>(number % 2 == 0 ? std::numeric_limits<T>::max() : std::numeric_limits<T>::min() + 1);
  } else if constexpr (std::is_enum_v<T>) {
    FillLast(field);
  } else {
    ForEachField(field, [&number](auto& inner) { Fill(inner, number); });
  }
}

// Each struct of a variant as it is by default, with every field filled, and with one field filled, for each.
template <typename Variant, std::size_t index = 0>
void AddSamples(std::vector<Variant>* samples) {
  if constexpr (index < std::variant_size_v<Variant>) {
    using Fact = std::variant_alternative_t<index, Variant>;
    samples->push_back(Fact());
    if constexpr (CountFields<Fact>() > 0) {
      Fact filled;
      int number = 0;
      ForEachField(filled, [&number](auto& field) { Fill(field, number); });
      samples->push_back(filled);
    }
    for (std::size_t one = 0; CountFields<Fact>() > 1 && one < CountFields<Fact>(); ++one) {
      Fact fact;
      int number = 1;
      std::size_t at = 0;
      ForEachField(fact, [&](auto& field) {
        if (at++ == one) Fill(field, number);
      });
      samples->push_back(fact);
    }
    AddSamples<Variant, index + 1>(samples);
  }
}

template <typename Variant>
std::vector<Variant> Samples() {
  std::vector<Variant> samples;
  AddSamples(&samples);
  return samples;
}

std::vector<std::string> SampleLines() {
  std::vector<std::string> lines;
  for (const Event& event : Samples<Event>()) lines.push_back(RecordLine(Millis(7), event));
  for (const Effect& effect : Samples<Effect>()) lines.push_back(RecordLine(Millis(7), effect));
  return lines;
}

// ---- There and back ----

template <typename Variant>
void ExpectSame(const Variant& what) {
  const std::string line = RecordLine(Millis(123'456), what);
  EXPECT_EQ(line.find('\n'), std::string::npos) << line;
  const auto read = ReadRecordLine(line);
  const RecordEntry* entry = std::get_if<RecordEntry>(&read);
  ASSERT_NE(entry, nullptr) << *std::get_if<std::string>(&read) << ": " << line;
  EXPECT_EQ(entry->at, Millis(123'456));
  ASSERT_TRUE(std::holds_alternative<Variant>(entry->what)) << line;
  EXPECT_EQ(*std::get_if<Variant>(&entry->what), what) << line;
}

TEST(RecordTest, EveryEventReadsAsItWasWritten) {
  for (const Event& event : Samples<Event>()) ExpectSame(event);
}

TEST(RecordTest, EveryOrderReadsAsItWasWritten) {
  for (const Effect& effect : Samples<Effect>()) ExpectSame(effect);
}

TEST(RecordTest, NoFieldIsLeftOut) {
  const std::vector<std::string> lines = SampleLines();
  for (std::size_t i = 0; i < lines.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) EXPECT_NE(lines[i], lines[j]);
  }
}

TEST(RecordTest, LinesAreAsTheDocumentSays) {
  const std::string hash = "4294967295";
  EXPECT_EQ(RecordLine(Millis(0), Event(JoinRequested{"lab", "Ann", "S", "P", 4294967295u})),
            R"(0 < ["JoinRequested","lab","Ann","S","P",)" + hash + "]");
  EXPECT_EQ(RecordLine(Millis(1234), Event(LeaveRequested{})), R"(1234 < ["LeaveRequested"])");
  EXPECT_EQ(RecordLine(Millis(5), Event(LocalDescriptionSet{LegId{1}, OpId{7}, {DescriptionType::kAnswer, "v=0\r\n"}})),
            R"(5 < ["LocalDescriptionSet",1,7,1,"v=0\r\n"])");
  EXPECT_EQ(RecordLine(Millis(5), Effect(AddCandidate{LegId{1}, OpId{8}, {"c", "0", "u", -1, true}})),
            R"(5 > ["AddCandidate",1,8,"c","0","u",-1,1])");
  EXPECT_EQ(RecordLine(Millis(5), Effect(OpenLeg{LegId{2}, {{{"stun:a", "stun:b"}, "", ""}, {{}, "u", "c"}}})),
            R"(5 > ["OpenLeg",2,[[["stun:a","stun:b"],"",""],[[],"u","c"]]])");
}

// ---- Refusals ----

TEST(RecordTest, ALineThatIsNoneIsRefusedWithAReason) {
  const struct {
    std::string line, sentence;
  } cases[] = {
      {"", "it does not begin with a time in milliseconds"},
      {"x < []", "it does not begin with a time in milliseconds"},
      {"-1 < [\"LeaveRequested\"]", "it does not begin with a time in milliseconds"},
      {"1.5 < [\"LeaveRequested\"]", "it does not begin with a time in milliseconds"},
      {"1234567890123456 < [\"LeaveRequested\"]", "it does not begin with a time in milliseconds"},
      {"1", "after the time, < or > is missing"},
      {"1 = [\"LeaveRequested\"]", "after the time, < or > is missing"},
      {"1 <", "after < or >, there is no list that begins with a name"},
      {"1 < LeaveRequested", "after < or >, there is no list that begins with a name"},
      {"1 < []", "after < or >, there is no list that begins with a name"},
      {"1 < [1]", "after < or >, there is no list that begins with a name"},
      {"1 < {\"a\":1}", "after < or >, there is no list that begins with a name"},
      {"1 < [\"LeaveRequested\"] and more", "after < or >, there is no list that begins with a name"},
      {"1 < [\"Nonsense\"]", "no event is called \"Nonsense\""},
      {"1 > [\"LeaveRequested\"]", "no order is called \"LeaveRequested\""},
      {"1 < [\"CloseLeg\",1]", "no event is called \"CloseLeg\""},
      {"1 < [\"LeaveRequested\",1]", "LeaveRequested does not have these fields"},
      {"1 > [\"CloseLeg\"]", "CloseLeg does not have these fields"},
      {"1 > [\"CloseLeg\",-1]", "CloseLeg does not have these fields"},
      {"1 > [\"CloseLeg\",4294967296]", "CloseLeg does not have these fields"},
      {"1 > [\"CloseLeg\",1.0]", "CloseLeg does not have these fields"},
      {"1 > [\"CloseLeg\",\"1\"]", "CloseLeg does not have these fields"},
      {"1 > [\"CloseLeg\",[1]]", "CloseLeg does not have these fields"},
      {"1 > [\"CloseLeg\",null]", "CloseLeg does not have these fields"},
      {"1 > [\"EnableTrack\",2,0]", "EnableTrack does not have these fields"},  // there are two kinds
      {"1 > [\"EnableTrack\",1,2]", "EnableTrack does not have these fields"},
      {"1 > [\"EnableTrack\",1,true]", "EnableTrack does not have these fields"},
      {"1 > [\"CountDrop\",7]", "CountDrop does not have these fields"},
      {"1 < [\"ConnectionStateChanged\",1,4]", "ConnectionStateChanged does not have these fields"},
      {"1 < [\"LegBroken\",1,2]", "LegBroken does not have these fields"},
      {"1 > [\"OpenLeg\",1,[[[\"stun:a\"],\"\"]]]", "OpenLeg does not have these fields"},
      {"1 > [\"OpenLeg\",1,[[[\"stun:a\",1],\"\",\"\"]]]", "OpenLeg does not have these fields"},
      {"1 > [\"OpenLeg\",1,[\"stun:a\"]]", "OpenLeg does not have these fields"},
      {"1 < [\"LocalCandidateFound\",1,\"c\",\"0\",\"u\",2147483648,1]", "LocalCandidateFound does not have these fields"},
      {std::string(kMaxRecordLineBytes + 1, '1'), "it is longer than any line of a record"},
  };
  for (const auto& [line, sentence] : cases) {
    const auto read = ReadRecordLine(line);
    const std::string* said = std::get_if<std::string>(&read);
    ASSERT_NE(said, nullptr) << line;
    EXPECT_EQ(*said, sentence) << line;
  }
}

struct Told {
  std::size_t line;
  std::string sentence;
};
Told Refusal(const std::string& text) {
  const auto read = ReadRecord(text);
  const RecordProblem* problem = std::get_if<RecordProblem>(&read);
  return problem == nullptr ? Told{0, ""} : Told{problem->line, problem->sentence};
}

TEST(RecordTest, AFileThatIsNoRecordIsRefusedWithItsLine) {
  const std::string head = std::string(kRecordHead) + '\n';
  const struct {
    std::string text;
    std::size_t line;
    std::string sentence;
  } cases[] = {
      {"", 1, "a record begins with the line \"# duet record 1\""},
      {"# duet record 2\n", 1, "a record begins with the line \"# duet record 1\""},
      {"5 < [\"LeaveRequested\"]\n", 1, "a record begins with the line \"# duet record 1\""},
      {head + "# a comment\n\n5 < nonsense\n", 4, "after < or >, there is no list that begins with a name"},
      {head + "5 > [\"StopMedia\"]\n", 2, "it is an order without an event of that time before it"},
      {head + "5 < [\"LeaveRequested\"]\n6 > [\"StopMedia\"]\n", 3,
       "it is an order without an event of that time before it"},
      {head + "5 < [\"LeaveRequested\"]\n4 < [\"LeaveRequested\"]\n", 3, "time runs backwards"},
      {head + "5 < [\"LeaveRequested\"]\n# cut: full\n5 < [\"LeaveRequested\"]\n", 4, "the record was cut before this line"},
      {std::string(kMaxRecordBytes + 1, '#'), 1, "the file is larger than any record"},
  };
  for (const auto& [text, line, sentence] : cases) {
    const Told told = Refusal(text);
    EXPECT_EQ(told.line, line) << text.substr(0, 80);
    EXPECT_EQ(told.sentence, sentence) << text.substr(0, 80);
  }
}

TEST(RecordTest, CommentsEmptyLinesAndWindowsLineEndsAreNoTrouble) {
  const auto read = ReadRecord(std::string(kRecordHead) +
                               "\r\n# x\r\n\r\n5 < [ \"LeaveRequested\" ]\r\n5 > [\"StopMedia\"]\r\n# cut: full");
  const Record* record = std::get_if<Record>(&read);
  ASSERT_NE(record, nullptr);
  ASSERT_EQ(record->steps.size(), 1u);
  EXPECT_EQ(record->steps[0].line, 4u);
  EXPECT_EQ(record->steps[0].event, Event(LeaveRequested{}));
  EXPECT_EQ(record->steps[0].effects, Effects{StopMedia{}});
  EXPECT_TRUE(record->is_cut);
}

TEST(RecordTest, WhatThePageNotedIsReadAndOtherCommentsAreNot) {
  const auto read = ReadRecord(std::string(kRecordHead) +
                               "\n# 4 too early\n5 < [\"LeaveRequested\"]\n# 6 first frame\n5 > [\"StopMedia\"]\n# 7x\n#8 x\n"
                               "# nine\n#\n# \n# 10\n# 1234567890123456 x\n7 < [\"LeaveRequested\"]\n# 11 \x1B\xFF\n");
  const Record* record = std::get_if<Record>(&read);
  ASSERT_NE(record, nullptr);
  ASSERT_EQ(record->steps.size(), 2u);
  const auto told = [](const Step& step) {
    std::string text;
    for (const Note& note : step.notes) text += std::to_string(note.at.count()) + ':' + note.words + ';';
    return text;
  };
  EXPECT_EQ(told(record->steps[0]), "6:first frame;10:;");
  EXPECT_EQ(record->steps[0].effects, Effects{StopMedia{}});
  EXPECT_EQ(told(record->steps[1]), "11:\x1B\xFF;");
}

// What is read is written as the same line again, or it is refused; nothing else may happen, whatever the bytes are.
void ExpectNoSurprise(const std::string& line) {
  const auto read = ReadRecordLine(line);
  const RecordEntry* entry = std::get_if<RecordEntry>(&read);
  if (entry == nullptr) return;
  const std::string again =
      std::visit([entry](const auto& what) { return RecordLine(entry->at, what); }, entry->what);
  const auto reread = ReadRecordLine(again);
  const RecordEntry* second = std::get_if<RecordEntry>(&reread);
  ASSERT_NE(second, nullptr) << line << '\n' << again;
  EXPECT_EQ(second->what, entry->what);
}

TEST(RecordTest, NoBytesAreTooStrange) {
  std::uint32_t random = 1;
  const auto next = [&random](std::size_t below) {
    random = random * 1664525 + 1013904223;
    return (random >> 8) % below;
  };
  constexpr std::string_view kInteresting = "[]{}\",:\\0123456789-+.eE<># \n\x80\xFF u";
  for (const std::string& line : SampleLines()) {
    for (std::size_t length = 0; length < line.size(); ++length) ExpectNoSurprise(line.substr(0, length));
    for (int round = 0; round < 300; ++round) {
      std::string changed = line;
      for (std::size_t changes = 1 + next(3); changes > 0; --changes) {
        const std::size_t at = next(changed.size());
        switch (next(3)) {
          case 0: changed[at] = kInteresting[next(kInteresting.size())]; break;
          case 1: changed.erase(at, 1 + next(8)); break;
          case 2: changed.insert(at, 1 + next(3), kInteresting[next(kInteresting.size())]); break;
        }
        if (changed.empty()) break;
      }
      ExpectNoSurprise(changed);
    }
  }
}

}  // namespace
}  // namespace duet
