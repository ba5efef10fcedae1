// What is under way, by when it is due; of those that are due together the one that was added first is first.
#ifndef DUET_TESTS_SIMULATOR_AGENDA_H_
#define DUET_TESTS_SIMULATOR_AGENDA_H_

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "core/types.h"

namespace duet::simulator {

template <typename Item>
class Agenda {
 public:
  bool empty() const { return heap_.empty(); }
  Millis next() const { return heap_.front().at; }

  void Add(Millis at, Item item) {
    if (free_.empty()) {
      free_.push_back(static_cast<std::uint32_t>(items_.size()));
      items_.emplace_back();
    }
    const std::uint32_t slot = free_.back();
    free_.pop_back();
    items_[slot] = std::move(item);
    heap_.push_back({at, ++added_, slot});
    std::push_heap(heap_.begin(), heap_.end(), IsLater);
  }

  Item Take() {
    std::pop_heap(heap_.begin(), heap_.end(), IsLater);
    const std::uint32_t slot = heap_.back().slot;
    heap_.pop_back();
    free_.push_back(slot);
    return std::move(items_[slot]);
  }

 private:
  // Items are large and stay where they are.
  struct Entry {
    Millis at;
    std::uint64_t order;
    std::uint32_t slot;
  };
  static bool IsLater(const Entry& a, const Entry& b) { return a.at != b.at ? a.at > b.at : a.order > b.order; }

  std::vector<Entry> heap_;
  std::vector<Item> items_;
  std::vector<std::uint32_t> free_;
  std::uint64_t added_ = 0;
};

}  // namespace duet::simulator

#endif  // DUET_TESTS_SIMULATOR_AGENDA_H_
