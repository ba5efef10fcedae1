// A list that lives inside its owner: no heap, trivially copyable. More than fits is a bug of the test, and stops it.
#ifndef DUET_TESTS_SUPPORT_MODEL_FIXED_LIST_H_
#define DUET_TESTS_SUPPORT_MODEL_FIXED_LIST_H_

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <vector>

#include "core/check.h"

namespace duet::model {

template <typename T, std::size_t kMost>
class FixedList {
  static_assert(std::is_trivially_copyable_v<T> && kMost < 256);

 public:
  bool empty() const { return size_ == 0; }
  std::size_t size() const { return size_; }
  bool full() const { return size_ == kMost; }
  T* begin() { return items_.data(); }
  T* end() { return items_.data() + size_; }
  const T* begin() const { return items_.data(); }
  const T* end() const { return items_.data() + size_; }
  T& operator[](std::size_t index) { return items_[Checked(index)]; }
  const T& operator[](std::size_t index) const { return items_[Checked(index)]; }
  T& front() { return (*this)[0]; }
  const T& front() const { return (*this)[0]; }
  T& back() { return (*this)[size_ - 1u]; }
  const T& back() const { return (*this)[size_ - 1u]; }

  void push_back(const T& item) {
    DUET_CHECK(!full());
    items_[size_++] = item;
  }
  void erase(const T* at) {
    std::copy(at + 1, static_cast<const T*>(end()), items_.data() + (at - begin()));
    items_[--size_] = T();
  }
  void pop_front() { erase(&front()); }
  void clear() { *this = FixedList(); }

  bool operator==(const FixedList& other) const { return std::equal(begin(), end(), other.begin(), other.end()); }

 private:
  std::size_t Checked(std::size_t index) const {
    DUET_CHECK(index < size_);
    return index;
  }

  std::array<T, kMost> items_{};
  std::uint8_t size_ = 0;
};

// The same for large items: on the heap, and only as much as is there.
template <typename T, std::size_t kMost>
class LazyList {
  static_assert(std::is_trivially_copyable_v<T> && kMost < 256);

 public:
  bool empty() const { return items_.empty(); }
  std::size_t size() const { return items_.size(); }
  T* begin() { return items_.data(); }
  T* end() { return items_.data() + items_.size(); }
  const T* begin() const { return items_.data(); }
  const T* end() const { return items_.data() + items_.size(); }
  T& back() { return items_.back(); }

  void push_back(const T& item) {
    DUET_CHECK(items_.size() < kMost);
    items_.reserve(items_.size() + 1);
    items_.push_back(item);
  }
  void erase(const T* at) { items_.erase(items_.begin() + (at - begin())); }

  bool operator==(const LazyList&) const = default;

 private:
  std::vector<T> items_;
};

}  // namespace duet::model

#endif  // DUET_TESTS_SUPPORT_MODEL_FIXED_LIST_H_
