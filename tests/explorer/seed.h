// The tutorial's client as a value (its text: tests/support/seed/client.js): one connection for as long as the page lives. It
// answers whoever offers, from the load on; Join asks for camera and microphone, and only then is `join` sent; it offers on every
// list of users; it repeats nothing, has no deadlines, and does not join again by itself.
#ifndef DUET_TESTS_EXPLORER_SEED_H_
#define DUET_TESTS_EXPLORER_SEED_H_

#include <cstdint>
#include <vector>

#include "core/event.h"
#include "explorer/server.h"
#include "support/model/browser.h"

namespace duet::explorer {

class Seed {
 public:
  // The page is loaded.
  void Load(model::Browser* browser);

  // What is sent because of `event`, in order.
  std::vector<Letter> Handle(const Event& event, model::Browser* browser);

  bool joined() const { return joined_; }

  bool operator==(const Seed&) const = default;

  template <typename Self, typename Visitor>
  static void Visit(Self& self, Visitor&& visit) {
    visit("joined", self.joined_);
    visit("answering", self.answering_);
  }

 private:
  void Describe(model::Wanted wanted, model::Browser* browser);

  bool joined_ = false;          // and so hears of its candidates: the handler is set just before
  std::vector<OpId> answering_;  // the offers that are being set
  std::uint32_t last_op_ = 0;
};

}  // namespace duet::explorer

#endif  // DUET_TESTS_EXPLORER_SEED_H_
