#include "core/json.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "core/options.h"

namespace duet {
namespace {

using Kind = Json::Kind;
using namespace std::string_view_literals;

// The string that `text` is, or a word that no test expects.
std::string StringOf(std::string_view text) {
  const std::optional<Json> json = Json::Parse(text);
  return json && json->string() ? *json->string() : "<no string>";
}

std::string Nested(char open, char close, std::size_t depth) { return std::string(depth, open) + std::string(depth, close); }

TEST(JsonTest, EachKindIsRead) {
  constexpr struct {
    std::string_view text;
    Kind kind;
  } kCases[] = {
      {"null", Kind::kNull},
      {"true", Kind::kBool},
      {"false", Kind::kBool},
      {"0", Kind::kInteger},
      {"-12", Kind::kInteger},
      {"1.5", Kind::kOtherNumber},
      {"1e3", Kind::kOtherNumber},
      {"\"\"", Kind::kString},
      {"[]", Kind::kArray},
      {"{}", Kind::kObject},
      {" \t\r\n{ } \n", Kind::kObject},
      {"[ 1 , [ ] , { } ]", Kind::kArray},
      {"{ \"a\" : 1 , \"b\" : [ ] }", Kind::kObject},
  };
  for (const auto& c : kCases) {
    const std::optional<Json> json = Json::Parse(c.text);
    ASSERT_TRUE(json) << c.text;
    EXPECT_EQ(json->kind(), c.kind) << c.text;
    // Each accessor gives only its own kind.
    EXPECT_EQ(json->is_object(), c.kind == Kind::kObject) << c.text;
    EXPECT_EQ(json->string() != nullptr, c.kind == Kind::kString) << c.text;
    EXPECT_EQ(json->array() != nullptr, c.kind == Kind::kArray) << c.text;
    EXPECT_EQ(json->integer().has_value(), c.kind == Kind::kInteger) << c.text;
    EXPECT_EQ(json->boolean().has_value(), c.kind == Kind::kBool) << c.text;
    EXPECT_TRUE(json->Find("a") == nullptr || c.kind == Kind::kObject) << c.text;
  }
}

TEST(JsonTest, WordsHaveTheirValue) {
  EXPECT_EQ(Json::Parse("true")->boolean(), true);
  EXPECT_EQ(Json::Parse("false")->boolean(), false);
}

TEST(JsonTest, IntegersKeepTheirValueUpToFifteenDigits) {
  constexpr struct {
    std::string_view text;
    std::int64_t value;
  } kCases[] = {{"0", 0},
                {"-0", 0},
                {"7", 7},
                {"-1", -1},
                {"4294967296", 4294967296},
                {"999999999999999", 999999999999999},
                {"-999999999999999", -999999999999999}};
  for (const auto& c : kCases) EXPECT_EQ(Json::Parse(c.text)->integer(), c.value) << c.text;
}

TEST(JsonTest, ANumberThatIsNoSmallIntegerHasNoValue) {
  for (const std::string_view text : {"1000000000000000", "-9999999999999999", "18446744073709551616", "1.0", "-0.5", "1e0",
                                      "1E2", "1e+2", "1e-2", "1.25e10", "0e0"}) {
    const std::optional<Json> json = Json::Parse(text);
    ASSERT_TRUE(json) << text;
    EXPECT_EQ(json->kind(), Kind::kOtherNumber) << text;
    EXPECT_EQ(json->integer(), std::nullopt) << text;
  }
  EXPECT_EQ(Json::Parse(std::string(60'000, '9'))->integer(), std::nullopt);
}

TEST(JsonTest, StringsAreUnescaped) {
  EXPECT_EQ(StringOf(R"("plain")"), "plain");
  EXPECT_EQ(StringOf(R"("\"\\\/\b\f\n\r\t")"), "\"\\/\b\f\n\r\t");
  EXPECT_EQ(StringOf(R"("\u0041\u00e9\u20AC\uD83D\uDE00")"), "A\u00e9\u20ac\U0001F600");
  EXPECT_EQ(StringOf(R"("\u007f\u0080\u07ff\u0800\uffff")"), "\x7f\u0080\u07ff\u0800\uffff");
  EXPECT_EQ(StringOf(R"("\uD800\uDC00\uDBFF\uDFFF")"), "\U00010000\U0010FFFF");
  EXPECT_EQ(StringOf(R"("a\u0000b")"), "a\0b"sv);
  EXPECT_EQ(StringOf("\"\u00e9\U0001F600\x7f\""), "\u00e9\U0001F600\x7f");
}

TEST(JsonTest, ALoneSurrogateBecomesTheReplacementCharacter) {
  EXPECT_EQ(StringOf(R"("\uD83D")"), "\uFFFD");
  EXPECT_EQ(StringOf(R"("\uDE00")"), "\uFFFD");
  EXPECT_EQ(StringOf(R"("\uDE00\uD83D")"), "\uFFFD\uFFFD");
  EXPECT_EQ(StringOf(R"("\uD83Dx")"), "\uFFFDx");
  EXPECT_EQ(StringOf(R"("\uD83D\n")"), "\uFFFD\n");
  EXPECT_EQ(StringOf(R"("\uD83D\u0041")"), "\uFFFDA");
  EXPECT_EQ(StringOf(R"("\uD83D\uE000")"), "\uFFFD\uE000");
  EXPECT_EQ(StringOf(R"("\uD83D\uD83D\uDE00")"), "\uFFFD\U0001F600");
}

TEST(JsonTest, MembersAreFoundByTheirWholeName) {
  const std::optional<Json> json = Json::Parse(R"({"a":1,"":2,"aa":3,"\u0062":4,"__proto__":5,"constructor":6})");
  ASSERT_TRUE(json);
  EXPECT_EQ(json->Find("a")->integer(), 1);
  EXPECT_EQ(json->Find("")->integer(), 2);
  EXPECT_EQ(json->Find("aa")->integer(), 3);
  EXPECT_EQ(json->Find("b")->integer(), 4);
  EXPECT_EQ(json->Find("__proto__")->integer(), 5);
  EXPECT_EQ(json->Find("constructor")->integer(), 6);
  EXPECT_EQ(json->Find("toString"), nullptr);
  EXPECT_EQ(json->Find("A"), nullptr);
}

TEST(JsonTest, ItemsKeepTheirOrder) {
  const std::optional<Json> json = Json::Parse(R"([1,"two",[3],{"four":4},null])");
  ASSERT_TRUE(json && json->array() && json->array()->size() == 5);
  const std::vector<Json>& items = *json->array();
  EXPECT_EQ(items[0].integer(), 1);
  EXPECT_EQ(*items[1].string(), "two");
  EXPECT_EQ(items[2].array()->at(0).integer(), 3);
  EXPECT_EQ(items[3].Find("four")->integer(), 4);
  EXPECT_EQ(items[4].kind(), Kind::kNull);
}

TEST(JsonTest, WhatIsNotJsonIsRefused) {
  for (const std::string_view text : {"",
                                      " ",
                                      "nul",
                                      "nulll",
                                      "NULL",
                                      "undefined",
                                      "NaN",
                                      "Infinity",
                                      "-",
                                      "+1",
                                      "01",
                                      "-01",
                                      "00",
                                      ".5",
                                      "1.",
                                      "1.e3",
                                      "1e",
                                      "1e+",
                                      "1ex",
                                      "0x10",
                                      "1 2",
                                      "true false",
                                      "t",
                                      "f",
                                      "tru",
                                      "fals",
                                      "\"",
                                      "\"a",
                                      "'a'",
                                      "\"\\x\"",
                                      "\"\\\"",
                                      "\"\\u12\"",
                                      "\"\\u12G4\"",
                                      "\"\\u",
                                      "\"\\",
                                      "\"\\uD83D\\u12\"",
                                      "\"\\uD83D\\u\"",
                                      "\"\\uD83D\\u12zz\"",
                                      "\"tab\there\"",
                                      "\"line\nbreak\"",
                                      "[",
                                      "]",
                                      "[1",
                                      "[1,",
                                      "[1,]",
                                      "[,1]",
                                      "[1 2]",
                                      "[1}",
                                      "{",
                                      "}",
                                      "{]",
                                      "{a:1}",
                                      "{\"a\"}",
                                      "{\"a\":}",
                                      "{\"a\":1",
                                      "{\"a\":1,}",
                                      "{,\"a\":1}",
                                      "{\"a\" 1}",
                                      "{\"a\":1]",
                                      "{1:1}",
                                      "{\"a\":1 \"b\":2}",
                                      "{}{}",
                                      "[]x",
                                      "null,",
                                      "//",
                                      "/**/1",
                                      "\xEF\xBB\xBF{}",
                                      "{\"a\":1}\v"}) {
    EXPECT_FALSE(Json::Parse(text)) << text;
  }
}

TEST(JsonTest, EveryControlCharacterMustBeEscaped) {
  for (int c = 0; c < 0x20; ++c) {
    EXPECT_FALSE(Json::Parse("\"a" + std::string(1, static_cast<char>(c)) + "b\"")) << c;
  }
  EXPECT_FALSE(Json::Parse("\0"sv));
  EXPECT_FALSE(Json::Parse("{}\0"sv));
  EXPECT_FALSE(Json::Parse("1\0"sv));
}

TEST(JsonTest, AKeyMayStandOnlyOnceHoweverItIsWritten) {
  EXPECT_FALSE(Json::Parse(R"({"a":1,"a":1})"));
  EXPECT_FALSE(Json::Parse(R"({"a":1,"b":2,"\u0061":3})"));
  EXPECT_FALSE(Json::Parse(R"({"__proto__":{},"__proto__":{}})"));
  EXPECT_FALSE(Json::Parse(R"([{"x":{"":1,"":2}}])"));
  EXPECT_TRUE(Json::Parse(R"([{"a":1},{"a":1}])"));
  EXPECT_TRUE(Json::Parse(R"({"a":{"a":1}})"));
}

TEST(JsonTest, NestingIsBounded) {
  constexpr std::size_t most = options::kMaxJsonDepth;
  EXPECT_TRUE(Json::Parse(Nested('[', ']', most)));
  EXPECT_FALSE(Json::Parse(Nested('[', ']', most + 1)));
  for (const std::size_t depth : {std::size_t{1'000}, std::size_t{30'000}}) {
    EXPECT_FALSE(Json::Parse(Nested('[', ']', depth)));
    EXPECT_FALSE(Json::Parse(std::string(depth, '[')));
  }
  std::string objects = "1";
  for (std::size_t i = 0; i < most; ++i) objects = "{\"a\":" + objects + "}";
  EXPECT_TRUE(Json::Parse(objects));
  EXPECT_FALSE(Json::Parse("{\"a\":" + objects + "}"));
  EXPECT_FALSE(Json::Parse("[" + objects + "]"));
  // Width is not depth.
  EXPECT_TRUE(Json::Parse("[[],[],[],[],[],[],[],[],[],[],[]]"));
}

TEST(JsonTest, TheMembersOfAnObjectAreBounded) {
  const auto object = [](std::size_t members) {
    std::string text;
    for (std::size_t i = 0; i < members; ++i) text += (i ? ",\"" : "\"") + std::to_string(i) + "\":0";
    return "{" + text + "}";
  };
  EXPECT_TRUE(Json::Parse(object(options::kMaxJsonMembers)));
  EXPECT_FALSE(Json::Parse(object(options::kMaxJsonMembers + 1)));
  EXPECT_FALSE(Json::Parse(object(10'000)));
}

TEST(JsonTest, CutAnywhereAnObjectIsNoJsonAnyMore) {
  const std::string whole = R"({"s":"x\"\uD83D\uDE00","n":-12.5e+3,"i":42,"b":[true,false,null],"o":{"k":"v"}})";
  ASSERT_TRUE(Json::Parse(whole));
  for (std::size_t length = 0; length < whole.size(); ++length) EXPECT_FALSE(Json::Parse(whole.substr(0, length))) << length;
}

TEST(JsonTest, NoSingleWrongByteCrashesTheParser) {
  const std::string whole = R"({"s":"x\"\uD83D\uDE00","n":-12.5e+3,"i":42,"b":[true,false,null],"o":{"k":"v"}})";
  int parsed = 0;
  for (std::size_t at = 0; at < whole.size(); ++at) {
    for (int byte = 0; byte < 256; ++byte) {
      std::string spoilt = whole;
      spoilt[at] = static_cast<char>(byte);
      const std::optional<Json> json = Json::Parse(spoilt);
      // The outermost braces are part of what makes it an object.
      EXPECT_TRUE(!json || json->is_object()) << spoilt;
      parsed += json.has_value();
    }
  }
  EXPECT_GT(parsed, 1'000);  // most bytes of the strings may be others
}

TEST(JsonObjectTest, MembersAreWrittenInTheirOrder) {
  JsonObject object;
  object.Add("text", "a").Add("view", "b"sv).Add("number", std::int64_t{-5}).Add("yes", true).Add("no", false);
  EXPECT_EQ(object.AddNull("nothing").Take(), R"({"text":"a","view":"b","number":-5,"yes":true,"no":false,"nothing":null})");
}

TEST(JsonObjectTest, AnObjectWithoutMembersIsEmpty) { EXPECT_EQ(JsonObject().Take(), "{}"); }

TEST(JsonObjectTest, TextsAreEscaped) {
  EXPECT_EQ(JsonObject().Add("\"\\", "a\"b\\c\r\n\t\x01\x1f/\u00e9\0"sv).Take(),
            "{\"\\\"\\\\\":\"a\\\"b\\\\c\\r\\n\\u0009\\u0001\\u001f/\u00e9\\u0000\"}");
}

TEST(JsonObjectTest, WhatIsWrittenIsReadBackUnchanged) {
  std::string every;
  for (int c = 0; c < 128; ++c) every.push_back(static_cast<char>(c));
  every += "\u0080\u07ff\uffff\U0010ffff";
  const std::int64_t numbers[] = {0, -1, 1, 2147483647, 4294967295, 999999999999999, -999999999999999};
  for (const std::int64_t number : numbers) {
    const std::optional<Json> json = Json::Parse(JsonObject().Add(every, every).Add("n", number).Take());
    ASSERT_TRUE(json);
    EXPECT_EQ(*json->Find(every)->string(), every);
    EXPECT_EQ(json->Find("n")->integer(), number);
  }
}

}  // namespace
}  // namespace duet
