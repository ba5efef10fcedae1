// Digits without the locale and the tables that std::to_string brings along: 0.7 kB of the page after gzip.
#ifndef DUET_CORE_DECIMAL_H_
#define DUET_CORE_DECIMAL_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

namespace duet {

inline void AppendDecimal(std::uint64_t number, std::string* out) {
  std::array<char, 20> digits;
  std::size_t first = digits.size();
  do {
    digits[--first] = static_cast<char>('0' + number % 10);
  } while ((number /= 10) != 0);
  out->append(digits.data() + first, digits.size() - first);
}

}  // namespace duet

#endif  // DUET_CORE_DECIMAL_H_
