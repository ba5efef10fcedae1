// What tells its fields by a static Visit(self, visit), so that a whole state can be printed, compared or hashed.
#ifndef DUET_TESTS_SUPPORT_VISITABLE_H_
#define DUET_TESTS_SUPPORT_VISITABLE_H_

#include <string_view>

namespace duet {

struct AnyVisitor {
  template <typename T>
  void operator()(std::string_view, T&&) const {}
};
template <typename T>
concept Visitable = requires(const T& value) {
  T::Visit(value, AnyVisitor());
};

}  // namespace duet

#endif  // DUET_TESTS_SUPPORT_VISITABLE_H_
