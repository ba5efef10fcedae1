// Dice that fall alike on every machine (splitmix64; no floating point).
#ifndef DUET_TESTS_SIMULATOR_RANDOM_H_
#define DUET_TESTS_SIMULATOR_RANDOM_H_

#include <cstdint>

#include "core/types.h"

namespace duet::simulator {

class Random {
 public:
  explicit Random(std::uint64_t seed = 0) : state_(seed) {}

  std::uint64_t Next() {
    std::uint64_t bits = state_ += 0x9e3779b97f4a7c15u;
    bits = (bits ^ bits >> 30) * 0xbf58476d1ce4e5b9u;
    bits = (bits ^ bits >> 27) * 0x94d049bb133111ebu;
    return bits ^ bits >> 31;
  }

  // 0 to `count` - 1.
  std::uint32_t Below(std::uint32_t count) { return static_cast<std::uint32_t>((Next() >> 32) * count >> 32); }
  bool Chance(std::uint32_t percent) { return Below(100) < percent; }

  Millis Between(Millis least, Millis most) {
    return least + Millis(Below(static_cast<std::uint32_t>((most - least).count()) + 1));
  }
  // Mostly nearer to `least`: each magnitude is as likely as any other.
  Millis Mostly(Millis least, Millis most) {
    const Millis range((most - least).count() >> Below(8));
    return Between(least, least + range);
  }

  // Other dice for something of its own, so that what it needs more or less of them changes nothing else.
  Random Fork() { return Random(Next()); }

 private:
  std::uint64_t state_;
};

}  // namespace duet::simulator

#endif  // DUET_TESTS_SIMULATOR_RANDOM_H_
