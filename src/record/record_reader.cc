#include "record/record_reader.h"

#include <cstdint>
#include <limits>
#include <optional>
#include <type_traits>
#include <utility>

#include "core/json.h"
#include "record/fields.h"
#include "record/names.h"

namespace duet {
namespace {

// ---- Fields ----

// Whether `value` is one of the enumerators of its type: of anything else the compiler knows no name, only "(Type)7".
template <auto value>
constexpr bool IsNamed() {
  constexpr std::string_view kLong = __PRETTY_FUNCTION__;
  const char first = kLong[kLong.rfind("= ") + 2];
  return (first >= 'a' && first <= 'z') || (first >= 'A' && first <= 'Z') || first == '_';
}

// The enumerators of every enum here are 0, 1, 2 and so on.
template <typename Enum, int count = 0>
constexpr int CountEnumerators() {
  if constexpr (IsNamed<static_cast<Enum>(count)>()) {
    return CountEnumerators<Enum, count + 1>();
  } else {
    return count;
  }
}

// Takes the values of one list, one after the other, into fields. Once a value does not fit, it takes no more.
class ListReader {
 public:
  explicit ListReader(const std::vector<Json>& values) : values_(values) {}

  void Take(std::string& field) {
    const Json* value = Next();
    ok_ = ok_ && value != nullptr && value->string() != nullptr;
    if (ok_) field = *value->string();
  }

  template <typename Number>
  requires std::is_integral_v<Number> || std::is_enum_v<Number>
  void Take(Number& field) {
    std::int64_t least = 0;
    std::int64_t most = 0;
    if constexpr (std::is_enum_v<Number>) {
      static_assert(CountEnumerators<Number>() > 1);
      most = CountEnumerators<Number>() - 1;
    } else {
      static_assert(sizeof(Number) < sizeof(std::int64_t));
      least = std::numeric_limits<Number>::min();
      most = std::numeric_limits<Number>::max();
    }
    const Json* value = Next();
    const std::optional<std::int64_t> number = value == nullptr ? std::nullopt : value->integer();
    ok_ = ok_ && number && *number >= least && *number <= most;
    if (ok_) field = static_cast<Number>(*number);
  }

  template <typename T>
  void Take(std::vector<T>& field) {
    const Json* list = Next();
    ok_ = ok_ && list != nullptr && list->array() != nullptr;
    if (!ok_) return;
    if constexpr (std::is_same_v<T, std::string>) {
      field.resize(list->array()->size());
      ok_ = TakeAll(*list->array(), [&field](ListReader& items) {
        for (T& item : field) items.Take(item);
      });
    } else {
      for (const Json& item : *list->array()) {
        ok_ = ok_ && item.array() != nullptr &&
              TakeAll(*item.array(), [&field](ListReader& fields) { fields.TakeFields(field.emplace_back()); });
      }
    }
  }

  template <typename Struct>
  requires std::is_aggregate_v<Struct>
  void Take(Struct& field) { TakeFields(field); }

  template <typename Struct>
  void TakeFields(Struct& fact) {
    ForEachField(fact, [this](auto& field) { this->Take(field); });
  }

  // Whether `take` takes exactly what is there.
  template <typename Taker>
  static bool TakeAll(const std::vector<Json>& values, Taker take, std::size_t first = 0) {
    ListReader reader(values);
    reader.next_ = first;
    take(reader);
    return reader.ok_ && reader.next_ == values.size();
  }

 private:
  const Json* Next() { return next_ < values_.size() ? &values_[next_++] : nullptr; }

  const std::vector<Json>& values_;
  std::size_t next_ = 0;
  bool ok_ = true;
};

// ---- One line ----

enum class Fit { kOk, kUnknown, kWrong };

template <typename Variant, std::size_t index = 0>
Fit ReadFact(const std::vector<Json>& list, Variant* out) {
  if constexpr (index == std::variant_size_v<Variant>) {
    return Fit::kUnknown;
  } else {
    using Fact = std::variant_alternative_t<index, Variant>;
    if (*list[0].string() != ShortName<Fact>()) return ReadFact<Variant, index + 1>(list, out);
    Fact& fact = out->template emplace<index>();
    const auto take_fields = [&fact](ListReader& reader) { reader.TakeFields(fact); };
    return ListReader::TakeAll(list, take_fields, 1) ? Fit::kOk : Fit::kWrong;
  }
}

template <typename Variant>
std::string ReadFactInto(const std::vector<Json>& list, std::string_view kind, RecordEntry* entry) {
  Variant what;
  const Fit fit = ReadFact(list, &what);
  entry->what = std::move(what);
  if (fit == Fit::kOk) return {};
  const std::string name = list[0].string()->substr(0, 40);
  if (fit == Fit::kUnknown) return "no " + std::string(kind) + " is called \"" + name + "\"";
  return name + " does not have these fields";
}

// What `line` begins with up to a space, which is taken away, too.
std::string_view TakeWord(std::string_view* line) {
  const std::size_t end = line->find(' ');
  const std::string_view word = line->substr(0, end);
  line->remove_prefix(end == std::string_view::npos ? line->size() : end + 1);
  return word;
}

std::optional<Millis> ReadTime(std::string_view digits) {
  constexpr std::size_t kMostDigits = 15;  // as in JSON
  if (digits.empty() || digits.size() > kMostDigits) return std::nullopt;
  std::int64_t value = 0;
  for (const char c : digits) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return Millis(value);
}

}  // namespace

std::variant<RecordEntry, std::string> ReadRecordLine(std::string_view line) {
  if (line.size() > kMaxRecordLineBytes) return "it is longer than any line of a record";
  const std::optional<Millis> at = ReadTime(TakeWord(&line));
  if (!at) return "it does not begin with a time in milliseconds";
  const std::string_view direction = TakeWord(&line);
  if (direction != "<" && direction != ">") return "after the time, < or > is missing";
  const std::optional<Json> list = Json::Parse(line);
  if (!list || list->array() == nullptr || list->array()->empty() || list->array()->front().string() == nullptr) {
    return "after < or >, there is no list that begins with a name";
  }
  RecordEntry entry;
  entry.at = *at;
  std::string problem = direction == "<" ? ReadFactInto<Event>(*list->array(), "event", &entry)
                                         : ReadFactInto<Effect>(*list->array(), "order", &entry);
  if (!problem.empty()) return problem;
  return entry;
}

// ---- The whole ----

// Nothing if the comment is another one.
std::optional<Note> ReadNote(std::string_view comment) {
  if (TakeWord(&comment) != "#") return std::nullopt;
  const std::optional<Millis> at = ReadTime(TakeWord(&comment));
  if (!at) return std::nullopt;
  return Note{*at, std::string(comment)};
}

std::variant<Record, RecordProblem> ReadRecord(std::string_view text) {
  Record record;
  if (text.size() > kMaxRecordBytes) return RecordProblem{1, "the file is larger than any record"};
  for (std::size_t number = 1; !text.empty() || number == 1; ++number) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (number == 1 && line != kRecordHead) {
      return RecordProblem{1, "a record begins with the line \"" + std::string(kRecordHead) + '"'};
    }
    if (line.starts_with("# cut")) record.is_cut = true;
    if (std::optional<Note> note = ReadNote(line); note && !record.steps.empty()) {
      record.steps.back().notes.push_back(std::move(*note));
    }
    if (line.empty() || line.starts_with('#')) continue;
    if (record.is_cut) return RecordProblem{number, "the record was cut before this line"};
    std::variant<RecordEntry, std::string> read = ReadRecordLine(line);
    if (const std::string* sentence = std::get_if<std::string>(&read)) return RecordProblem{number, *sentence};
    RecordEntry& entry = *std::get_if<RecordEntry>(&read);
    if (Event* event = std::get_if<Event>(&entry.what)) {
      if (!record.steps.empty() && entry.at < record.steps.back().at) return RecordProblem{number, "time runs backwards"};
      record.steps.push_back({number, entry.at, std::move(*event), {}, {}});
    } else if (record.steps.empty() || record.steps.back().at != entry.at) {
      return RecordProblem{number, "it is an order without an event of that time before it"};
    } else {
      record.steps.back().effects.push_back(std::move(*std::get_if<Effect>(&entry.what)));
    }
  }
  return record;
}

}  // namespace duet
