#include "record/record_line.h"

#include <cstdint>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

#include "core/decimal.h"
#include "core/json.h"
#include "record/fields.h"
#include "record/names.h"

namespace duet {
namespace {

void Separate(std::string* line) {
  if (line->back() != '[') *line += ',';
}

// Appends V of `{"":V}`: the core's own way to write a value costs nothing here.
void AppendValue(JsonObject& object, std::string* line) {
  Separate(line);
  const std::string json = object.Take();
  line->append(json, 4, json.size() - 5);
}

void AppendText(std::string_view text, std::string* line) { AppendValue(JsonObject().Add({}, text), line); }
void AppendNumber(std::int64_t number, std::string* line) { AppendValue(JsonObject().Add({}, number), line); }

void Open(std::string* line) {
  Separate(line);
  *line += '[';
}

template <typename T>
void Append(const T& value, std::string* line);
template <typename T>
void Append(const std::vector<T>& values, std::string* line);

// A struct's fields stand one after the other, whatever structs they are in.
template <typename T>
void AppendFields(const T& fact, std::string* line) {
  ForEachField(fact, [line](const auto& field) { Append(field, line); });
}

template <typename T>
void Append(const std::vector<T>& values, std::string* line) {
  Open(line);
  for (const T& value : values) {
    if constexpr (std::is_same_v<T, std::string>) {
      Append(value, line);
    } else {
      Open(line);
      AppendFields(value, line);
      *line += ']';
    }
  }
  *line += ']';
}

template <typename T>
void Append(const T& value, std::string* line) {
  if constexpr (std::is_same_v<T, std::string>) {
    AppendText(value, line);
  } else if constexpr (std::is_class_v<T>) {
    AppendFields(value, line);
  } else {
    AppendNumber(static_cast<std::int64_t>(value), line);
  }
}

template <typename Variant>
std::string LineOf(Millis now, std::string_view direction, const Variant& what) {
  std::string line;
  AppendDecimal(static_cast<std::uint64_t>(now.count()), &line);
  line += direction;
  AppendText(NameOf(what), &line);
  std::visit([&line](const auto& fact) { AppendFields(fact, &line); }, what);
  return line += ']';
}

}  // namespace

std::string RecordLine(Millis now, const Event& event) { return LineOf(now, " < [", event); }

std::string RecordLine(Millis now, const Effect& effect) { return LineOf(now, " > [", effect); }

}  // namespace duet
