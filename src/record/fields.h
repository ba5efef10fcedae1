// The fields of a plain struct in their order, found by the compiler: nobody lists them, so none is ever forgotten.
#ifndef DUET_RECORD_FIELDS_H_
#define DUET_RECORD_FIELDS_H_

#include <cstddef>
#include <type_traits>

namespace duet {

// Stands for a value of any type where only the number of fields is asked.
struct AnyField {
  template <typename T>
  operator T() const;  // NOLINT(google-explicit-constructor): never defined, never called
};

// How many fields the aggregate `T` has.
template <typename T, typename... Known>
constexpr std::size_t CountFields() {
  if constexpr (requires { T{Known()..., AnyField()}; }) {
    return CountFields<T, Known..., AnyField>();
  } else {
    return sizeof...(Known);
  }
}

// Calls `each` with every field of `fact`.
template <typename T, typename Each>
constexpr void ForEachField(T& fact, Each&& each) {
  constexpr std::size_t kCount = CountFields<std::remove_const_t<T>>();
  static_assert(kCount <= 6, "a larger struct needs one more branch here");
  if constexpr (kCount == 1) {
    auto& [a] = fact;
    each(a);
  } else if constexpr (kCount == 2) {
    auto& [a, b] = fact;
    each(a), each(b);
  } else if constexpr (kCount == 3) {
    auto& [a, b, c] = fact;
    each(a), each(b), each(c);
  } else if constexpr (kCount == 4) {
    auto& [a, b, c, d] = fact;
    each(a), each(b), each(c), each(d);
  } else if constexpr (kCount == 5) {
    auto& [a, b, c, d, e] = fact;
    each(a), each(b), each(c), each(d), each(e);
  } else if constexpr (kCount == 6) {
    auto& [a, b, c, d, e, f] = fact;
    each(a), each(b), each(c), each(d), each(e), each(f);
  }
}

}  // namespace duet

#endif  // DUET_RECORD_FIELDS_H_
