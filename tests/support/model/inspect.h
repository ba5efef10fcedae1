// A state of the model as bytes and as text, both made of its Visit() lists: for hashing, for a canonical form, for people.
//
// A visitor that brings states into their canonical form overloads operator() on SessionId, LegId, OpId and std::string
// (whose session ids RenameSessions() finds) and descends like these do.
#ifndef DUET_TESTS_SUPPORT_MODEL_INSPECT_H_
#define DUET_TESTS_SUPPORT_MODEL_INSPECT_H_

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

#include "core/types.h"
#include "support/visitable.h"

namespace duet::model {

template <typename T>
concept IsList = requires(T& value) {
  value.size();
  *value.begin();
}
&&!std::is_convertible_v<T, std::string_view>;
template <typename T>
concept HasBits = requires(const T& value) {
  { value.bits() } -> std::convertible_to<std::uint32_t>;
};

// Calls `leaf(name, number)` and `leaf(name, text)` for everything that a value is made of, in a fixed order. Lists and
// variants say their size or index first, so no two values sound the same.
template <typename T, typename Leaf>
void Walk(std::string_view name, const T& value, Leaf& leaf) {
  if constexpr (std::is_convertible_v<T, std::string_view>) {
    leaf(name, std::string_view(value));
  } else if constexpr (std::is_enum_v<T> || std::is_integral_v<T>) {
    leaf(name, static_cast<std::uint32_t>(value));
  } else if constexpr (std::is_same_v<T, LegId> || std::is_same_v<T, OpId>) {
    leaf(name, value.value);
  } else if constexpr (HasBits<T>) {
    leaf(name, std::uint32_t{value.bits()});
  } else if constexpr (Visitable<T>) {
    T::Visit(value, [&leaf](std::string_view field, const auto& member) { Walk(field, member, leaf); });
  } else if constexpr (IsList<const T>) {
    leaf(name, static_cast<std::uint32_t>(value.size()));
    for (const auto& item : value) Walk(name, item, leaf);
  } else if constexpr (requires { value.has_value(); }) {
    leaf(name, std::uint32_t{value.has_value()});
    if (value) Walk(name, *value, leaf);
  } else {
    leaf(name, static_cast<std::uint32_t>(value.index()));
    std::visit([&](const auto& held) { Walk(name, held, leaf); }, value);
  }
}

// `{page=0 peers=1 session=4097 ...}`
template <typename T>
std::string Text(const T& value) {
  struct {
    std::string text = "{";
    void Add(std::string_view name, std::string_view word) {
      if (text.size() > 1) text += ' ';
      text.append(name).append("=").append(word);
    }
    void operator()(std::string_view name, std::uint32_t number) { Add(name, std::to_string(number)); }
    void operator()(std::string_view name, std::string_view word) { Add(name, '"' + std::string(word) + '"'); }
  } leaf;
  Walk("", value, leaf);
  return leaf.text + '}';
}

// 64 bits, one multiplication for each leaf.
template <typename T>
std::uint64_t Hash(const T& value, std::uint64_t seed = 0) {
  struct {
    std::uint64_t hash;
    void Add(std::uint64_t bits) {
      hash = (hash ^ bits) * 0x9e3779b97f4a7c15u;
      hash ^= hash >> 32;
    }
    void operator()(std::string_view, std::uint32_t number) { Add(number); }
    void operator()(std::string_view, std::string_view text) {
      for (const char c : text) Add(static_cast<unsigned char>(c));
      Add(256);
    }
  } leaf{seed};
  Walk("", value, leaf);
  return leaf.hash;
}

}  // namespace duet::model

#endif  // DUET_TESTS_SUPPORT_MODEL_INSPECT_H_
