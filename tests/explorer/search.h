// Breadth-first through every state that a world can get into, so that the first story that ends badly is a shortest one.
#ifndef DUET_TESTS_EXPLORER_SEARCH_H_
#define DUET_TESTS_EXPLORER_SEARCH_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "explorer/digest_table.h"
#include "explorer/world.h"

namespace duet::explorer {

struct Limits {
  std::size_t states = ~std::size_t{0};
  std::size_t bytes = ~std::size_t{0};
  double seconds = 1e9;
};

struct Report {
  std::size_t states = 0;
  std::size_t edges = 0;
  std::size_t ends = 0;            // states, or circles of states, out of which nothing leads that has to happen
  std::uint32_t most_effects = 0;  // of one event
  bool complete = false;
  double seconds = 0;
  std::set<std::uint32_t> outcomes;  // World::Outcome() of the ends
  std::string fault;                 // "" or what went wrong, and the shortest story that leads there
};

class Search {
 public:
  // One more law: what is wrong with a world, or "".
  using Law = std::function<std::string(const World&)>;

  // `whole`: without the reduction of World::CertainStep().
  explicit Search(const Scene& scene, bool whole = false, Law law = {});

  // Goes on until everything is explored, a fault is found, or a limit is reached. `seconds` are those of this call.
  void Run(const Limits& limits);

  bool done() const { return report_.complete || !report_.fault.empty(); }
  const Report& report() const { return report_; }
  // What is kept, roughly.
  std::size_t bytes() const;

  // The last story before the core traps.
  void PrintCurrentStory() const;

 private:
  using State = std::uint32_t;  // by the order of discovery
  // How a state was first reached.
  struct Origin {
    State from = 0;
    Step step;
  };

  std::optional<std::string> Settle(World* world) const;
  std::optional<std::string> Take(const Step& step, World* world) const;
  void Add(World world, State from, const Step& step);
  bool Expand(State state, const World& world);
  std::string Story(State state, const Step* last) const;
  std::string Blame(const std::string& fault, State state, const Step* last) const;
  void CheckLiveness();

  Scene scene_;
  bool whole_;
  Law law_;
  Report report_;
  Canonical canonical_;
  DigestTable seen_;
  std::vector<Origin> origins_;
  std::vector<std::uint32_t> outcomes_;  // World::Outcome()
  // Only what has to happen: where it leads, and where each state's begin.
  std::vector<State> edges_;
  std::vector<std::size_t> first_edge_;
  std::deque<World> frontier_;
  State current_ = 0;
  Step current_step_;
  bool in_story_ = false;  // of a trap: the last step is not to be taken again
};

// The components of a graph out of which no edge leads: as lists of nodes. `first[n]` is the index in `to` of node n's first
// edge; there is one more for the end.
std::vector<std::vector<std::uint32_t>> TerminalComponents(const std::vector<std::size_t>& first,
                                                           const std::vector<std::uint32_t>& to);

}  // namespace duet::explorer

#endif  // DUET_TESTS_EXPLORER_SEARCH_H_
