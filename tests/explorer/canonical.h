// A state as bytes in which only what decides the future is left: ids count by their order, not by their value, and times
// are relative to now. Two states with the same bytes can do the same things with the same outcome.
//
// What has a Visit writes itself. Renamed are LegId, OpId and SessionId, and in texts the names of legs ("pageA000-3") and
// of sessions ("s0.3"), each page's ids among themselves. Their order is kept, because the core compares some.
#ifndef DUET_TESTS_EXPLORER_CANONICAL_H_
#define DUET_TESTS_EXPLORER_CANONICAL_H_

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include "core/call.h"
#include "support/model/fixed_list.h"
#include "support/model/sdp.h"
#include "support/visitable.h"

namespace duet::explorer {

// 128 bits: among 10^8 states two that differ meet by chance with a probability of 10^-23.
struct Digest {
  std::uint64_t low = 0;
  std::uint64_t high = 0;
  bool operator==(const Digest&) const = default;
};

class Canonical {
 public:
  // Forgets what was written. Keeps its memory: one of these serves for a whole search.
  void Start(Millis now);

  // Whose ids the next ones are.
  void SetPage(unsigned page) { page_ = page; }

  template <typename T>
  void Add(const T& value);
  void Add(const std::string& text) { AddText(text); }

  Digest Finish();

 private:
  static constexpr unsigned kPages = 16;
  static constexpr std::uint32_t kOps = 1u << 31;  // set in an OpId's number, so that it is told from a LegId's
  struct Id {
    std::size_t at;  // in bytes_
    std::uint32_t page;
    std::uint32_t number;
  };

  // A text without the ids in it, as a hash, and these ids.
  struct Parsed {
    std::uint64_t hash[2];
    std::vector<Id> ids;  // `at` means nothing
  };
  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const;
  };

  void AddNumber(std::uint64_t number) {
    if (size_ + 16 > bytes_.size()) bytes_.resize(bytes_.size() * 2);
    for (; number >= 0x80; number >>= 7) bytes_[size_++] = static_cast<unsigned char>(number | 0x80);
    bytes_[size_++] = static_cast<unsigned char>(number);
  }
  void AddText(std::string_view text);
  void AddId(unsigned page, std::uint32_t number);
  void AddWord(std::uint64_t word);
  static Parsed Parse(std::string_view text);

  Millis now_{0};
  unsigned page_ = 0;
  std::vector<unsigned char> bytes_ = std::vector<unsigned char>(4096);
  std::size_t size_ = 0;
  std::vector<Id> ids_;
  std::array<std::vector<std::uint32_t>, kPages> order_;
  // Every text that was ever seen: there are few, and each comes again and again.
  std::unordered_map<std::string, Parsed, TextHash, std::equal_to<>> texts_;
};

// ---- How each kind of value is written ----

namespace internal {

template <typename T>
concept List = requires(const T& value) {
  value.size();
  value.begin();
  value.end();
};

}  // namespace internal

template <typename T>
void Canonical::Add(const T& value) {
  if constexpr (std::is_same_v<T, LegId>) {
    AddId(page_, value.value);
  } else if constexpr (std::is_same_v<T, OpId>) {
    AddId(page_, value.value == 0 ? 0 : value.value | kOps);
  } else if constexpr (std::is_same_v<T, model::SessionId>) {
    AddNumber(value.page());
    AddId(value.page(), value.leg());
  } else if constexpr (std::is_same_v<T, Millis>) {
    AddNumber(static_cast<std::uint64_t>((value - now_).count()));
  } else if constexpr (std::is_same_v<T, Ids>) {
    // Only gives out ids that nothing has.
  } else if constexpr (std::is_enum_v<T> || std::is_integral_v<T>) {
    AddNumber(static_cast<std::uint64_t>(value));
  } else if constexpr (std::is_same_v<T, Person>) {
    AddText(value.id), AddText(value.name), AddNumber(static_cast<std::uint64_t>(value.version));
  } else if constexpr (std::is_same_v<T, Candidate>) {
    AddText(value.candidate), AddText(value.sdp_mid), AddText(value.username_fragment);
    AddNumber(static_cast<std::uint64_t>(value.sdp_mline_index));
    AddNumber(value.has_sdp_mid);
  } else if constexpr (std::is_same_v<T, DescriptionMessage>) {
    AddNumber(static_cast<std::uint64_t>(value.description.type));
    AddText(value.description.sdp), Add(value.stamp);
  } else if constexpr (std::is_same_v<T, CandidateMessage>) {
    Add(value.candidate), Add(value.stamp);
  } else if constexpr (std::is_same_v<T, Stamp>) {
    AddText(value.from), AddText(value.to), AddText(value.leg);
    AddNumber(value.offer), AddNumber(static_cast<std::uint64_t>(value.version));
  } else if constexpr (std::is_same_v<T, IceServer>) {
    Add(value.urls);
  } else if constexpr (std::is_same_v<T, SendMessage>) {
    AddText(value.name), AddText(value.json);
  } else if constexpr (std::is_same_v<T, Devices>) {
    AddNumber(value.microphone * 2u + value.camera);
  } else if constexpr (std::is_same_v<T, Call::Closing>) {
    Add(value.leg), Add(value.by);
  } else if constexpr (requires { value.bits(); }) {
    AddNumber(value.bits());
  } else if constexpr (std::is_same_v<T, Call>) {
    Call::Visit(value, [this](std::string_view name, const auto& field) {
      if (name != "peer_devices") Add(field);  // only shown
    });
  } else if constexpr (Visitable<T>) {
    T::Visit(value, [this](std::string_view, const auto& field) { Add(field); });
  } else if constexpr (requires { value.has_value(); }) {
    AddNumber(value.has_value());
    if (value) Add(*value);
  } else if constexpr (requires { value.index(); }) {
    AddNumber(value.index());
    std::visit([this](const auto& held) { Add(held); }, value);
  } else {
    static_assert(internal::List<T>, "Canonical does not know how to write this");
    AddNumber(value.size());
    for (const auto& item : value) Add(item);
  }
}

}  // namespace duet::explorer

#endif  // DUET_TESTS_EXPLORER_CANONICAL_H_
