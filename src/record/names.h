// The structs' own names, cut out of the name of a function: without RTTI there is no other way to have them once only.
#ifndef DUET_RECORD_NAMES_H_
#define DUET_RECORD_NAMES_H_

#include <array>
#include <cstddef>
#include <string_view>
#include <variant>

namespace duet {

// "… LongName() [T = duet::JoinRequested]", or "… LongName() [with T = JoinRequested]".
template <typename T>
constexpr auto LongName() {
  return std::string_view(__PRETTY_FUNCTION__);
}

template <typename T>
constexpr std::string_view ShortName() {
  constexpr std::string_view kLong = LongName<T>();
  constexpr std::size_t kStart = kLong.find_last_of(": ") + 1;
  return kLong.substr(kStart, kLong.size() - kStart - 1);
}

// The names of a variant's structs, a space after each. A copy, because the long names would be in the wasm otherwise, and
// in one piece, because an array of views costs 0.1 kB of the page.
template <typename... Facts>
constexpr auto NamesOf(const std::variant<Facts...>*) {
  std::array<char, (ShortName<Facts>().size() + ...) + sizeof...(Facts)> names{};
  std::size_t at = 0;
  const auto add = [&](std::string_view name) {
    for (const char c : name) names[at++] = c;
    names[at++] = ' ';
  };
  (add(ShortName<Facts>()), ...);
  return names;
}
template <typename Variant>
inline constexpr auto kNames = NamesOf(static_cast<const Variant*>(nullptr));

// The name of the struct that `what` holds.
inline std::string_view NameAt(std::string_view names, std::size_t index) {
  for (; index > 0; --index) names.remove_prefix(names.find(' ') + 1);
  return names.substr(0, names.find(' '));
}
template <typename Variant>
std::string_view NameOf(const Variant& what) {
  return NameAt({kNames<Variant>.data(), kNames<Variant>.size()}, what.index());
}

}  // namespace duet

#endif  // DUET_RECORD_NAMES_H_
