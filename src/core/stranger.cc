#include "core/stranger.h"

#include <algorithm>
#include <string>
#include <utility>

#include "core/options.h"
#include "core/sdp_scan.h"

namespace duet {

bool Stranger::Keep(const CandidateMessage& candidate) {
  if (!words_) return false;
  const Stamp& offer = words_->offer.stamp;
  if (candidate.stamp.version != offer.version || candidate.stamp.from != offer.from) return false;
  if (offer.version > 0) {
    if (candidate.stamp.leg != offer.leg) return false;
  } else {
    // A seed says whose it is by nothing but the ICE user name.
    const std::vector<std::string> fragments = UsernameFragments(words_->offer.description.sdp);
    const std::string& fragment = candidate.candidate.username_fragment;
    if (std::find(fragments.begin(), fragments.end(), fragment) == fragments.end()) return false;
  }
  if (words_->candidates.size() < options::kMaxEarlyCandidates) words_->candidates.push_back(candidate);
  return true;
}

std::optional<Stranger::Words> Stranger::Take(Millis now) {
  std::optional<Words> words = std::exchange(words_, std::nullopt);
  if (words && now - words->at > options::kStrangerKept) words.reset();
  return words;
}

}  // namespace duet
