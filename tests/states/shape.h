// What of a value's fields decides where it can go next, as a text: which are set, not to what. Of times the order counts,
// of counters whether they are 0, 1, 2 or more.
#ifndef DUET_TESTS_STATES_SHAPE_H_
#define DUET_TESTS_STATES_SHAPE_H_

#include <algorithm>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "core/call.h"
#include "support/visitable.h"

namespace duet::states {

class Shape {
 public:
  template <typename T>
  void Add(const T& value) {
    if constexpr (requires { value.has_value(); }) {
      text_ += value ? '+' : '-';
      if (value) Add(*value);
    } else if constexpr (std::is_same_v<T, Millis>) {
      times_.emplace_back(value, text_.size());
      text_ += '?';
    } else if constexpr (std::is_same_v<T, LegId> || std::is_same_v<T, OpId>) {
      text_ += value == T{} ? '-' : '+';
    } else if constexpr (std::is_same_v<T, Person>) {
      text_ += value.id + (value.version > 0 ? "!" : "?");
    } else if constexpr (std::is_enum_v<T> || std::is_integral_v<T>) {
      text_ += static_cast<char>('0' + std::min<std::int64_t>(static_cast<std::int64_t>(value), kMany<T>));
    } else if constexpr (Visitable<T>) {
      T::Visit(value, [this](std::string_view name, const auto& field) {
        if (Decides(name)) this->Add(field);
      });
    } else if constexpr (requires { value.empty(); }) {
      text_ += value.empty() ? '-' : '+';
    }
  }

  std::string Take() {
    const auto next = std::min_element(times_.begin(), times_.end());
    for (const auto& [time, at] : times_) text_[at] = time == next->first ? '1' : '2';
    return std::move(text_);
  }

 private:
  template <typename T>
  static constexpr std::int64_t kMany = std::is_enum_v<T> ? 99 : 2;

  // Without these the document was the same when it was tried, and is made in a fraction of the time.
  static bool Decides(std::string_view name) {
    static constexpr std::string_view kOthers =
        " ids self media closing ice_servers peer_devices told_devices gone_name outbox socket_id first_asked asked ask_at"
        " acknowledges name op ours has_transceivers has_channel offer_wanted last_offer generation remote remote_before"
        " early_candidates unsent_candidates unanswered repeats answer_by legs fingerprints stale room_hash relay_at ";
    for (std::size_t at = kOthers.find(name); at != std::string_view::npos; at = kOthers.find(name, at + 1)) {
      if (kOthers[at - 1] == ' ' && kOthers[at + name.size()] == ' ') return false;
    }
    return true;
  }

  std::string text_;
  std::vector<std::pair<Millis, std::size_t>> times_;
};

}  // namespace duet::states

#endif  // DUET_TESTS_STATES_SHAPE_H_
