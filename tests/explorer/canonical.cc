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

std::uint64_t Mix(std::uint64_t a, std::uint64_t b) {
  __extension__ using Wide = unsigned __int128;
  const Wide product = static_cast<Wide>(a) * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

// The multiplications of wyhash, twice with different secrets.
Digest HashOf(const unsigned char* bytes, std::size_t size) {
  Digest digest{0x243f6a8885a308d3u ^ size, 0x13198a2e03707344u + size};
  for (std::size_t at = 0; at < size; at += 16) {
    std::uint64_t words[2] = {};
    std::memcpy(words, bytes + at, std::min<std::size_t>(16, size - at));
    digest.low = Mix(words[0] ^ 0xa0761d6478bd642fu, words[1] ^ digest.low);
    digest.high = Mix(words[1] ^ 0xe7037ed1a0b428dbu, words[0] ^ digest.high);
  }
  digest.low = Mix(digest.low ^ 0x8ebc6af09c88c6e3u, digest.high ^ 0x589965cc75374cc3u);
  digest.high = Mix(digest.high ^ 0x1d8e4e27c47d124fu, digest.low ^ 0xeb44accab455d165u);
  return digest;
}

Digest HashOf(std::string_view text) { return HashOf(reinterpret_cast<const unsigned char*>(text.data()), text.size()); }

}  // namespace

std::size_t Canonical::TextHash::operator()(std::string_view text) const { return HashOf(text).low; }

void Canonical::Start(Millis now) {
  now_ = now;
  page_ = 0;
  size_ = 0;
  ids_.clear();
  for (std::vector<std::uint32_t>& numbers : order_) numbers.clear();
}

void Canonical::AddId(unsigned page, std::uint32_t number) {
  DUET_CHECK(page < kPages);
  if ((number & ~kOps) != 0) {
    ids_.push_back({size_, page, number});
    order_[page].push_back(number);
  }
  AddNumber(0);
  AddNumber(0);
}

void Canonical::AddWord(std::uint64_t word) {
  if (size_ + 16 > bytes_.size()) bytes_.resize(bytes_.size() * 2);
  std::memcpy(bytes_.data() + size_, &word, sizeof word);
  size_ += sizeof word;
}

void Canonical::AddText(std::string_view text) {
  if (text.empty()) return AddNumber(0);
  auto known = texts_.find(text);
  if (known == texts_.end()) known = texts_.emplace(text, Parse(text)).first;
  const Parsed& parsed = known->second;
  AddNumber(1 + parsed.ids.size());
  for (const std::uint64_t word : parsed.hash) AddWord(word);
  for (const Id& id : parsed.ids) {
    AddNumber(id.page);
    AddId(id.page, id.number);
  }
}

Canonical::Parsed Canonical::Parse(std::string_view text) {
  Parsed parsed;
  std::string rest;  // with a zero in the place of each id
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
    rest += text[at];
    if (leg < 0) {
      ++at;
      continue;
    }
    rest += '\0';
    parsed.ids.push_back({0, static_cast<std::uint32_t>(page), static_cast<std::uint32_t>(leg)});
    at = end;
  }
  const Digest hash = HashOf(rest);
  parsed.hash[0] = hash.low;
  parsed.hash[1] = hash.high;
  return parsed;
}

Digest Canonical::Finish() {
  for (std::vector<std::uint32_t>& numbers : order_) {
    std::sort(numbers.begin(), numbers.end());
    numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
  }
  for (const Id& id : ids_) {
    const std::vector<std::uint32_t>& numbers = order_[id.page];
    const auto rank = std::lower_bound(numbers.begin(), numbers.end(), id.number) - numbers.begin() + 1;
    bytes_[id.at] = static_cast<unsigned char>(rank);
    bytes_[id.at + 1] = static_cast<unsigned char>(rank >> 8);
  }
  return HashOf(bytes_.data(), size_);
}

}  // namespace duet::explorer
