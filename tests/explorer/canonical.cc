#include "explorer/canonical.h"

#include <algorithm>
#include <cstring>

#include "core/check.h"

namespace duet::explorer {
namespace {

// A page's leg is named by the first eight characters of its id, of which only the fifth tells pages apart.
constexpr std::string_view kPage = "page";
constexpr std::size_t kPrefix = 8;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// The number at `at`, which then stands behind it; -1 if there is none.
int ReadNumber(std::string_view text, std::size_t* at) {
  if (*at >= text.size() || !IsDigit(text[*at])) return -1;
  int number = 0;
  while (*at < text.size() && IsDigit(text[*at])) number = 10 * number + (text[(*at)++] - '0');
  return number;
}

std::uint64_t Mix(std::uint64_t x) {
  x ^= x >> 32;
  x *= 0xd6e8feb86659fd93u;
  x ^= x >> 32;
  x *= 0xd6e8feb86659fd93u;
  return x ^ (x >> 32);
}

}  // namespace

void Canonical::Start(Millis now) {
  now_ = now;
  page_ = 0;
  bytes_.clear();
  ids_.clear();
  for (std::vector<std::uint32_t>& numbers : order_) numbers.clear();
}

void Canonical::AddNumber(std::uint64_t number) {
  while (number >= 0x80) {
    bytes_.push_back(static_cast<char>(number | 0x80));
    number >>= 7;
  }
  bytes_.push_back(static_cast<char>(number));
}

void Canonical::AddId(unsigned page, std::uint32_t number) {
  DUET_CHECK(page < kPages);
  if ((number & ~kOps) == 0) {
    bytes_.append(2, '\0');
    return;
  }
  ids_.push_back({bytes_.size(), page, number});
  order_[page].push_back(number);
  bytes_.append(2, '\0');
}

void Canonical::AddText(std::string_view text) {
  AddNumber(text.size());
  std::size_t done = 0;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = at;
    int page = -1;
    int leg = -1;
    if (text[at] == 's' && at + 1 < text.size() && IsDigit(text[at + 1])) {
      end = at + 1;
      page = ReadNumber(text, &end);
      if (end < text.size() && text[end] == '.') leg = ReadNumber(text, &++end);
    } else if (text[at] == 'p' && text.substr(at).starts_with(kPage) && at + kPrefix < text.size() &&
               text[at + kPrefix] == '-') {
      page = text[at + kPage.size()] - 'A';
      end = at + kPrefix + 1;
      leg = ReadNumber(text, &end);
    }
    if (leg < 0) {
      ++at;
      continue;
    }
    bytes_.append(text.substr(done, at + 1 - done));
    AddNumber(static_cast<unsigned>(page));
    AddId(static_cast<unsigned>(page), static_cast<std::uint32_t>(leg));
    done = at = end;
  }
  bytes_.append(text.substr(done));
}

Digest Canonical::Finish() {
  for (std::vector<std::uint32_t>& numbers : order_) {
    std::sort(numbers.begin(), numbers.end());
    numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
  }
  for (const Id& id : ids_) {
    const std::vector<std::uint32_t>& numbers = order_[id.page];
    const auto rank = std::lower_bound(numbers.begin(), numbers.end(), id.number) - numbers.begin() + 1;
    bytes_[id.at] = static_cast<char>(rank);
    bytes_[id.at + 1] = static_cast<char>(rank >> 8);
  }
  Digest digest{0x243f6a8885a308d3u, 0x13198a2e03707344u};
  for (std::size_t at = 0; at < bytes_.size(); at += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes_.data() + at, std::min<std::size_t>(8, bytes_.size() - at));
    digest.low = Mix(digest.low ^ word);
    digest.high = Mix(digest.high + 0x9e3779b97f4a7c15u * (word | 1)) ^ word;
  }
  digest.low = Mix(digest.low ^ bytes_.size());
  digest.high = Mix(digest.high ^ digest.low);
  return digest;
}

}  // namespace duet::explorer
