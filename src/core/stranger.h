// On a server that tells everybody everything, somebody of whom we know nothing may offer while we are in a call. It may be
// nobody to us; or the one we talk to, whose page was loaded again, and who offers only once (a seed). So the newest such offer
// is kept, for when the call turns out to be lost.
#ifndef DUET_CORE_STRANGER_H_
#define DUET_CORE_STRANGER_H_

#include <optional>
#include <vector>

#include "core/signal_message.h"
#include "core/types.h"

namespace duet {

class Stranger {
 public:
  struct Words {
    DescriptionMessage offer;
    std::vector<CandidateMessage> candidates;
    Millis at{0};
    bool operator==(const Words&) const = default;

    template <typename Self, typename Visitor>
    static void Visit(Self& self, Visitor&& visit) {
      visit("offer", self.offer);
      visit("candidates", self.candidates);
      visit("at", self.at);
    }
  };

  void Keep(const DescriptionMessage& offer, Millis now) { words_ = Words{offer, {}, now}; }

  // Whether the candidate belongs to the offer that is kept. Then it is kept, too.
  bool Keep(const CandidateMessage& candidate);

  // What is kept and not older than kStrangerKept. It is kept no more.
  std::optional<Words> Take(Millis now);

  void Forget() { words_.reset(); }

  bool operator==(const Stranger&) const = default;

  template <typename Self, typename Visitor>
  static void Visit(Self& self, Visitor&& visit) {
    visit("words", self.words_);
  }

 private:
  std::optional<Words> words_;
};

}  // namespace duet

#endif  // DUET_CORE_STRANGER_H_
