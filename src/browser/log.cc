#include "browser/log.h"

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <variant>

#include "core/decimal.h"

namespace duet {
namespace {

// A struct's own name, cut out of the name of a function: without RTTI there is no other way. A copy, because the whole
// text would be in the wasm otherwise.
template <typename Fact>
constexpr std::string_view LongName() {
  return __PRETTY_FUNCTION__;
}

template <typename Fact>
constexpr auto ShortName() {
  constexpr std::size_t start = LongName<Fact>().rfind(':') + 1;
  std::array<char, LongName<Fact>().size() - start - 1> name{};
  for (std::size_t i = 0; i < name.size(); ++i) name[i] = LongName<Fact>()[start + i];
  return name;
}

template <typename Fact>
constexpr auto kNameOf = ShortName<Fact>();

// What a line says beside the name. The fewer kinds of it, the more of the compiled code is the same for many structs.
struct Facts {
  std::uint32_t leg = 0;
  std::uint32_t op = 0;
  std::int32_t value = -1;            // a state, a switch, a reason, or a size in bytes
  const std::string* word = nullptr;  // the name of a message or an error
};

template <typename Fact>
Facts FactsOf(const Fact& fact) {
  Facts facts;
  if constexpr (requires { fact.leg.value; }) facts.leg = fact.leg.value;
  if constexpr (requires { fact.op.value; }) facts.op = fact.op.value;
  if constexpr (requires { fact.ok; }) facts.value = fact.ok;
  if constexpr (requires { fact.on; }) facts.value = fact.on;
  if constexpr (requires { fact.state; }) facts.value = static_cast<std::int32_t>(fact.state);
  if constexpr (requires { fact.reason; }) facts.value = static_cast<std::int32_t>(fact.reason);
  if constexpr (requires { fact.json; }) facts.value = static_cast<std::int32_t>(fact.json.size());
  if constexpr (requires {
                  fact.json;
                  fact.name;
                })
    facts.word = &fact.name;
  if constexpr (requires { fact.description; }) facts.value = static_cast<std::int32_t>(fact.description.sdp.size());
  if constexpr (requires { fact.candidate; }) facts.value = static_cast<std::int32_t>(fact.candidate.candidate.size());
  if constexpr (std::same_as<Fact, MediaRefused>) {
    facts.value = static_cast<std::int32_t>(fact.error);
  } else if constexpr (requires { fact.error; }) {
    facts.word = &fact.error;
  }
  return facts;
}

void Append(std::string& line, std::string_view key, std::uint64_t number) {
  line += key;
  AppendDecimal(number, &line);
}

// It may come from somebody else, so only what looks like a name is written.
void AppendWord(std::string& line, std::string_view word) {
  line += ' ';
  for (const char c : word.substr(0, 32)) {
    const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    line += is_letter ? c : '?';
  }
}

std::string Line(Millis now, std::string_view direction, std::string_view name, const Facts& facts) {
  std::string line;
  Append(line, {}, static_cast<std::uint64_t>(now.count()));
  line += direction;
  line += name;
  if (facts.leg != 0) Append(line, " leg=", facts.leg);
  if (facts.op != 0) Append(line, " op=", facts.op);
  if (facts.word != nullptr) AppendWord(line, *facts.word);
  if (facts.value >= 0) Append(line, " ", static_cast<std::uint64_t>(facts.value));
  return line;
}

// The names in the variant's order.
template <typename... Facts>
constexpr std::array<std::string_view, sizeof...(Facts)> NamesOf(const std::variant<Facts...>*) {
  return {std::string_view(kNameOf<Facts>.data(), kNameOf<Facts>.size())...};
}
template <typename Variant>
constexpr auto kNames = NamesOf(static_cast<const Variant*>(nullptr));

template <typename Variant>
std::string LineOf(Millis now, std::string_view direction, const Variant& what) {
  const Facts facts = std::visit([](const auto& fact) { return FactsOf(fact); }, what);
  return Line(now, direction, kNames<Variant>[what.index()], facts);
}

}  // namespace

std::string LogLine(Millis now, const Event& event) { return LineOf(now, " < ", event); }

std::string LogLine(Millis now, const Effect& effect) { return LineOf(now, " > ", effect); }

}  // namespace duet
