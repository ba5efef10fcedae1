// Digest -> number, by open addressing: 24 bytes a place, at most two thirds of them taken.
#ifndef DUET_TESTS_EXPLORER_DIGEST_TABLE_H_
#define DUET_TESTS_EXPLORER_DIGEST_TABLE_H_

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "explorer/canonical.h"

namespace duet::explorer {

class DigestTable {
 public:
  DigestTable() : places_(1024) {}

  // The number of `digest`, which gets the next one if it has none yet, and whether it is new.
  std::pair<std::uint32_t, bool> Number(const Digest& digest) {
    if (3 * size_ >= 2 * places_.size()) Grow();
    Place& place = Find(digest);
    if (place.number != kFree) return {place.number, false};
    place = {digest, size_};
    return {size_++, true};
  }

  std::size_t size() const { return size_; }
  std::size_t bytes() const { return places_.size() * sizeof(Place); }

 private:
  static constexpr std::uint32_t kFree = ~std::uint32_t{0};
  struct Place {
    Digest digest;
    std::uint32_t number = kFree;
  };

  Place& Find(const Digest& digest) {
    std::size_t at = digest.low & (places_.size() - 1);
    while (places_[at].number != kFree && places_[at].digest != digest) at = (at + 1) & (places_.size() - 1);
    return places_[at];
  }

  void Grow() {
    std::vector<Place> old(places_.size() * 2);
    std::swap(old, places_);
    for (const Place& place : old) {
      if (place.number != kFree) Find(place.digest) = place;
    }
  }

  std::vector<Place> places_;  // a power of two
  std::uint32_t size_ = 0;
};

}  // namespace duet::explorer

#endif  // DUET_TESTS_EXPLORER_DIGEST_TABLE_H_
