// What the fuzzers share: the input as a row of numbers, and how to say what is wrong.
#ifndef DUET_TESTS_FUZZ_FUZZ_H_
#define DUET_TESTS_FUZZ_FUZZ_H_

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

// Stops where what must hold does not; libFuzzer keeps the input.
#define FUZZ_CHECK(condition)                                                             \
  do {                                                                                    \
    if (!(condition)) {                                                                   \
      std::fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #condition); \
      __builtin_trap();                                                                   \
    }                                                                                     \
  } while (false)

namespace duet {

// Reads from the front, and zeros behind the end. Mostly one number from 0 to 15 a byte: the digits mean themselves and
// the letters from `a` on their place in the alphabet, so that a person can write an input.
class Bytes {
 public:
  Bytes(const std::uint8_t* data, std::size_t size) : text_(reinterpret_cast<const char*>(data), size) {}

  bool empty() const { return text_.empty(); }
  std::uint8_t Byte() {
    if (text_.empty()) return 0;
    const auto byte = static_cast<std::uint8_t>(text_.front());
    text_.remove_prefix(1);
    return byte;
  }
  std::uint32_t Number() { return Byte() & 15u; }
  bool Bit() { return (Byte() & 1u) != 0; }
  std::string Text(std::size_t most) {
    const std::string taken(text_.substr(0, most));
    text_.remove_prefix(taken.size());
    return taken;
  }

 private:
  std::string_view text_;
};

}  // namespace duet

#endif  // DUET_TESTS_FUZZ_FUZZ_H_
