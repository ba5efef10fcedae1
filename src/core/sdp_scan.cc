#include "core/sdp_scan.h"

#include <algorithm>

namespace duet {
namespace {

bool IsHex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

// Cuts what stands before `separator` off the front of `text`.
std::string_view TakeUntil(char separator, std::string_view* text) {
  const std::size_t end = std::min(text->find(separator), text->size());
  const std::string_view taken = text->substr(0, end);
  text->remove_prefix(std::min(end + 1, text->size()));
  return taken;
}

// Calls `each` with every line, without its end, until it returns false. Whether it never did.
template <typename Each>
bool EveryLine(std::string_view sdp, Each each) {
  while (!sdp.empty()) {
    std::string_view line = TakeUntil('\n', &sdp);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (!each(line)) return false;
  }
  return true;
}

std::string_view Token(std::string_view line, int index) {
  for (; index > 0; --index) TakeUntil(' ', &line);
  return TakeUntil(' ', &line);
}

bool IsAddressLiteral(std::string_view text) {
  const bool v6 = text.find(':') != std::string_view::npos;
  if (!v6 && text.find('.') == std::string_view::npos) return false;
  return std::all_of(text.begin(), text.end(),
                     [v6](char c) { return c == '.' || (v6 ? IsHex(c) || c == ':' : c >= '0' && c <= '9'); });
}

bool IsMdnsName(std::string_view text) {
  constexpr std::size_t kUuid = 36;
  if (text.size() != kUuid + 6 || text.substr(kUuid) != ".local") return false;
  for (std::size_t i = 0; i < kUuid; ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[i] != '-' : !IsHex(text[i])) return false;
  }
  return true;
}

// What follows `prefix` in the lines that begin with it, each once.
std::vector<std::string> ValuesOf(std::string_view prefix, std::string_view sdp) {
  std::vector<std::string> values;
  EveryLine(sdp, [&](std::string_view line) {
    if (!line.starts_with(prefix)) return true;
    line.remove_prefix(prefix.size());
    if (std::find(values.begin(), values.end(), line) == values.end()) values.emplace_back(line);
    return true;
  });
  return values;
}

}  // namespace

std::vector<std::string> UsernameFragments(std::string_view sdp) { return ValuesOf("a=ice-ufrag:", sdp); }

std::vector<std::string> Fingerprints(std::string_view sdp) {
  std::vector<std::string> fingerprints = ValuesOf("a=fingerprint:", sdp);
  for (std::string& fingerprint : fingerprints) {
    for (char& c : fingerprint) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
  }
  return fingerprints;
}

std::string_view SessionId(std::string_view sdp) {
  std::string_view id;
  EveryLine(sdp, [&](std::string_view line) {
    if (!line.starts_with("o=")) return true;
    id = Token(line, 1);
    return false;
  });
  return id;
}

bool HasDataChannel(std::string_view sdp) {
  return !EveryLine(sdp, [](std::string_view line) { return !line.starts_with("m=application "); });
}

bool HasOnlySafeCandidates(std::string_view sdp) {
  return EveryLine(sdp, [](std::string_view line) { return !line.starts_with("a=candidate:") || IsSafeCandidate(line); });
}

bool IsSafeCandidate(std::string_view line) {
  if (line.starts_with("a=")) line.remove_prefix(2);
  if (!line.starts_with("candidate:") || line.find("  ") != std::string_view::npos) return false;
  const std::string_view address = Token(line, 4);
  return IsAddressLiteral(address) || IsMdnsName(address);
}

std::string_view CandidateFragment(std::string_view line) {
  while (!line.empty()) {
    if (TakeUntil(' ', &line) == "ufrag") return TakeUntil(' ', &line);
  }
  return {};
}

}  // namespace duet
