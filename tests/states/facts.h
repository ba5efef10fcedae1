// What was seen of the real call: from each phase, what each kind of event can lead to and what is ordered then.
#ifndef DUET_TESTS_STATES_FACTS_H_
#define DUET_TESTS_STATES_FACTS_H_

#include <compare>
#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "states/situation.h"

namespace duet::states {

// What a person sees.
struct Seen {
  Phase phase = Phase::kIdle;
  Cause cause = Cause::kNone;
  auto operator<=>(const Seen&) const = default;
};

// The orders that went with one step from phase to phase, by their names, in the sequence in which they
// are given. What a new connection is furnished with at once belongs to OpenLeg.
class Orders {
 public:
  void Add(const Effects& effects);
  void Add(const Orders& others);

  struct Order {
    std::string name;
    bool always = true;
  };
  std::vector<Order> Take() const;

 private:
  struct Count {
    std::string name;
    std::size_t times = 0;  // of situations, not of orders
  };
  // The one of that name; a new one comes behind the one before.
  Count& Have(const std::string& name, std::size_t* behind);

  std::vector<Count> counts_;
  std::size_t situations_ = 0;
};

struct Step {
  Phase from;
  Kind kind;
  Seen to;
  bool is_seen;  // phase or cause change
  auto operator<=>(const Step&) const = default;
};

struct Facts {
  std::map<Step, Orders> steps;
  std::set<Seen> seen;
  std::size_t situations = 0;
};

// Breadth first from a page that was just loaded, in each setting, until no situation has a new shape.
Facts Explore();

}  // namespace duet::states

#endif  // DUET_TESTS_STATES_FACTS_H_
