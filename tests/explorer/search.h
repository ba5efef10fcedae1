// Breadth-first through every state that a world can get into, so that the first story that ends badly is a shortest one.
#ifndef DUET_TESTS_EXPLORER_SEARCH_H_
#define DUET_TESTS_EXPLORER_SEARCH_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

#include "explorer/world.h"

namespace duet::explorer {

struct Limits {
  std::size_t states = 0;
  std::chrono::seconds time{0};
};

struct Report {
  std::size_t states = 0;
  std::size_t edges = 0;
  std::size_t terminals = 0;       // states, or circles of states, out of which nothing leads that has to happen
  std::uint32_t most_effects = 0;  // of one event
  bool complete = false;           // else the limits cut it
  double seconds = 0;
  std::string fault;  // "" or what went wrong, and the shortest story that leads there
};

Report Explore(const Scene& scene, const Limits& limits);

}  // namespace duet::explorer

#endif  // DUET_TESTS_EXPLORER_SEARCH_H_
