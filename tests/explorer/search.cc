#include "explorer/search.h"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <utility>

namespace duet::explorer {
namespace {

const Search* running = nullptr;

void OnTrap(int) {
  if (running != nullptr) running->PrintCurrentStory();
  std::_Exit(1);
}

}  // namespace

Search::Search(const Scene& scene, bool whole, Law law) : scene_(scene), whole_(whole), law_(std::move(law)) {
  World world(scene_);
  (void)Settle(&world);
  Add(std::move(world), 0, {});
}

void Search::Run(const Limits& limits) {
  const auto start = std::chrono::steady_clock::now();
  const auto seconds = [start] { return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(); };
  running = this;
  for (const int signal : {SIGILL, SIGTRAP, SIGABRT, SIGSEGV}) std::signal(signal, OnTrap);
  bool is_cut = false;
  while (!frontier_.empty() && !is_cut) {
    const auto state = static_cast<State>(first_edge_.size());
    const World world = std::move(frontier_.front());
    frontier_.pop_front();
    if (!Expand(state, world)) break;
    is_cut = seen_.size() >= limits.states ||
             (state % 256 == 0 && (seconds() > limits.seconds || bytes() > limits.bytes));
  }
  report_.states = seen_.size();
  if (report_.fault.empty() && frontier_.empty()) {
    CheckLiveness();
    report_.complete = report_.fault.empty();
  }
  report_.seconds += seconds();
  running = nullptr;
}

std::size_t Search::bytes() const {
  return seen_.bytes() + origins_.capacity() * sizeof(Origin) + outcomes_.capacity() * sizeof(outcomes_[0]) +
         edges_.capacity() * sizeof(State) + first_edge_.capacity() * sizeof(first_edge_[0]) +
         frontier_.size() * World::kBytes;
}

// What may as well happen at once does.
std::optional<std::string> Search::Settle(World* world) const {
  while (!whole_) {
    const std::optional<Step> step = world->CertainStep();
    if (!step) break;
    if (std::optional<std::string> fault = world->Take(*step)) return fault;
  }
  if (law_) {
    if (std::string fault = law_(*world); !fault.empty()) return fault;
  }
  return std::nullopt;
}

std::optional<std::string> Search::Take(const Step& step, World* world) const {
  if (std::optional<std::string> fault = world->Take(step)) return fault;
  return Settle(world);
}

void Search::Add(World world, State from, const Step& step) {
  const auto [number, is_new] = seen_.Number(world.Canonicalize(&canonical_));
  if (!origins_.empty() && !IsOptional(step.act)) edges_.push_back(number);
  if (!is_new) return;
  origins_.push_back({from, step});
  outcomes_.push_back(world.Outcome());
  frontier_.push_back(std::move(world));
}

bool Search::Expand(State state, const World& world) {
  current_ = state;
  first_edge_.push_back(edges_.size());
  for (const Step& step : world.Steps()) {
    current_step_ = step;
    World next = world;
    const std::optional<std::string> fault = Take(step, &next);
    ++report_.edges;
    report_.most_effects = std::max(report_.most_effects, next.most_effects);
    if (fault) {
      report_.fault = Blame(*fault, state, &step);
      return false;
    }
    Add(std::move(next), state, step);
  }
  return true;
}

// I6. Wherever one gets by what has to happen and never gets out of any more, everything is well.
void Search::CheckLiveness() {
  std::vector<std::size_t> first = first_edge_;
  first.push_back(edges_.size());
  for (const std::vector<State>& end : TerminalComponents(first, edges_)) {
    ++report_.ends;
    for (const State state : end) {
      report_.outcomes.insert(outcomes_[state]);
      if (World::IsWell(outcomes_[state]) || !report_.fault.empty()) continue;
      report_.fault = Blame("I6: nothing leads out of here, and it is not well", state, nullptr);
    }
  }
}

// What happened, in order, and what could be seen after each step.
std::string Search::Story(State state, const Step* last) const {
  std::vector<Step> steps;
  if (last != nullptr) steps.push_back(*last);
  for (State at = state; at != 0; at = origins_[at].from) steps.push_back(origins_[at].step);
  std::reverse(steps.begin(), steps.end());
  std::string story;
  int number = 0;
  World world(scene_);
  std::string seen = world.Describe();
  const auto tell = [&](const Step& step) {
    story += std::to_string(++number) + ". " + ToString(step);
    (void)world.Take(step);
    if (world.Describe() != seen) story += "  [" + (seen = world.Describe()) + "]";
    story += '\n';
  };
  const auto settle = [&] {
    for (std::optional<Step> step; !whole_ && (step = world.CertainStep());) tell(*step);
  };
  settle();
  for (const Step& step : steps) {
    if (in_story_ && &step == &steps.back()) {
      story += std::to_string(number + 1) + ". " + ToString(step) + ", or what follows from it at once\n";
      break;  // it traps
    }
    tell(step);
    settle();
  }
  return story;
}

std::string Search::Blame(const std::string& fault, State state, const Step* last) const {
  return fault + '\n' + Story(state, last) + '\n';
}

void Search::PrintCurrentStory() const {
  const_cast<Search*>(this)->in_story_ = true;
  std::printf("The call trapped:\n%s\n", Story(current_, &current_step_).c_str());
  std::fflush(stdout);
}

// Tarjan's components, without recursion.
std::vector<std::vector<std::uint32_t>> TerminalComponents(const std::vector<std::size_t>& first,
                                                           const std::vector<std::uint32_t>& to) {
  using Node = std::uint32_t;
  constexpr Node kNone = ~Node{0};
  const auto count = static_cast<Node>(first.size() - 1);
  std::vector<std::vector<Node>> terminal;
  std::vector<Node> index(count, kNone);
  std::vector<Node> low(count, 0);
  std::vector<Node> component(count, kNone);
  std::vector<Node> stack;
  std::vector<std::pair<Node, std::size_t>> calls;  // a node, and the next of its edges
  Node next_index = 0;
  Node next_component = 0;
  const auto enter = [&](Node node) {
    index[node] = low[node] = next_index++;
    stack.push_back(node);
    calls.push_back({node, first[node]});
  };
  for (Node root = 0; root < count; ++root) {
    if (index[root] == kNone) enter(root);
    while (!calls.empty()) {
      auto& [node, edge] = calls.back();
      if (edge < first[node + 1]) {
        const Node target = to[edge++];
        if (index[target] == kNone) {
          enter(target);
        } else if (component[target] == kNone) {
          low[node] = std::min(low[node], index[target]);
        }
        continue;
      }
      const Node done = node;
      calls.pop_back();
      if (!calls.empty()) low[calls.back().first] = std::min(low[calls.back().first], low[done]);
      if (low[done] != index[done]) continue;
      // `done` is the root of a component: everything above it on the stack.
      const auto begin = std::find(stack.rbegin(), stack.rend(), done).base() - 1;
      std::vector<Node> members(begin, stack.end());
      stack.erase(begin, stack.end());
      for (const Node member : members) component[member] = next_component;
      const bool is_terminal = std::all_of(members.begin(), members.end(), [&](Node member) {
        return std::all_of(to.begin() + static_cast<std::ptrdiff_t>(first[member]),
                           to.begin() + static_cast<std::ptrdiff_t>(first[member + 1]),
                           [&](Node target) { return component[target] == next_component; });
      });
      ++next_component;
      if (!is_terminal) continue;
      std::sort(members.begin(), members.end());
      terminal.push_back(std::move(members));
    }
  }
  return terminal;
}

}  // namespace duet::explorer
