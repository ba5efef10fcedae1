#include "explorer/search.h"

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

namespace duet::explorer {
namespace {

using State = std::uint32_t;  // by the order of discovery

struct DigestHash {
  std::size_t operator()(const Digest& digest) const { return digest.low; }
};

// How a state was first reached.
struct Origin {
  State from = 0;
  Step step;
};

struct Edge {
  State from = 0;
  State to = 0;
};

class Search {
 public:
  Search(const Scene& scene, const Limits& limits) : scene_(scene), limits_(limits) {}

  Report Run();
  // The last story before the core traps.
  void PrintCurrentStory() const;

 private:
  bool Expand(State state, const World& world);
  std::string Story(State state, const Step* last) const;
  std::string Blame(const std::string& fault, State state, const Step* last) const;
  void CheckLiveness();

  Scene scene_;
  Limits limits_;
  Report report_;
  Canonical canonical_;
  std::unordered_map<Digest, State, DigestHash> seen_;
  std::vector<Origin> origins_;
  std::vector<bool> is_settled_well_;
  std::vector<Edge> edges_;  // only what has to happen
  std::deque<World> frontier_;
  State current_ = 0;
  Step current_step_;
};

const Search* running = nullptr;

void OnTrap(int) {
  if (running != nullptr) running->PrintCurrentStory();
  std::_Exit(1);
}

Report Search::Run() {
  const auto start = std::chrono::steady_clock::now();
  const auto seconds = [start] { return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(); };
  running = this;
  for (const int signal : {SIGILL, SIGTRAP, SIGABRT, SIGSEGV}) std::signal(signal, OnTrap);

  frontier_.emplace_back(scene_);
  seen_.emplace(frontier_.front().Canonicalize(&canonical_), 0);
  origins_.emplace_back();
  is_settled_well_.push_back(frontier_.front().IsSettledWell());
  bool is_cut = false;
  for (State state = 0; !frontier_.empty(); ++state) {
    const World world = std::move(frontier_.front());
    frontier_.pop_front();
    if (!Expand(state, world)) break;
    is_cut = seen_.size() >= limits_.states || (state % 1024 == 0 && seconds() > static_cast<double>(limits_.time.count()));
    if (is_cut) break;
  }
  report_.states = seen_.size();
  report_.complete = report_.fault.empty() && !is_cut;
  if (report_.complete) CheckLiveness();
  report_.seconds = seconds();
  running = nullptr;
  return report_;
}

bool Search::Expand(State state, const World& world) {
  current_ = state;
  for (const Step& step : world.Steps()) {
    current_step_ = step;
    World next = world;
    const std::optional<std::string> fault = next.Take(step);
    ++report_.edges;
    report_.most_effects = std::max(report_.most_effects, next.most_effects);
    if (fault) {
      report_.fault = Blame(*fault, state, &step);
      return false;
    }
    const auto [found, is_new] = seen_.emplace(next.Canonicalize(&canonical_), static_cast<State>(seen_.size()));
    if (!IsOptional(step.act)) edges_.push_back({state, found->second});
    if (!is_new) continue;
    origins_.push_back({state, step});
    is_settled_well_.push_back(next.IsSettledWell());
    frontier_.push_back(std::move(next));
  }
  return true;
}

// I6. Wherever one gets by what has to happen and never gets out of any more, everything is well. (Tarjan's components,
// without recursion.)
void Search::CheckLiveness() {
  const auto count = static_cast<State>(origins_.size());
  std::vector<State> first(count + 1, 0);
  for (const Edge& edge : edges_) ++first[edge.from + 1];
  for (State i = 0; i < count; ++i) first[i + 1] += first[i];
  std::vector<State> to(edges_.size());
  std::vector<State> fill(first.begin(), first.end() - 1);
  for (const Edge& edge : edges_) to[fill[edge.from]++] = edge.to;

  constexpr State kNone = ~State{0};
  std::vector<State> index(count, kNone);
  std::vector<State> low(count, 0);
  std::vector<State> component(count, kNone);
  std::vector<State> stack;
  std::vector<std::pair<State, State>> calls;  // a state, and the next of its edges
  State next_index = 0;
  State next_component = 0;
  for (State root = 0; root < count; ++root) {
    if (index[root] != kNone) continue;
    calls.push_back({root, first[root]});
    index[root] = low[root] = next_index++;
    stack.push_back(root);
    while (!calls.empty()) {
      auto& [state, edge] = calls.back();
      if (edge < first[state + 1]) {
        const State target = to[edge++];
        if (index[target] == kNone) {
          index[target] = low[target] = next_index++;
          stack.push_back(target);
          calls.push_back({target, first[target]});
        } else if (component[target] == kNone) {
          low[state] = std::min(low[state], index[target]);
        }
        continue;
      }
      const State done = state;
      calls.pop_back();
      if (!calls.empty()) low[calls.back().first] = std::min(low[calls.back().first], low[done]);
      if (low[done] != index[done]) continue;
      // `done` is the root of a component: everything above it on the stack.
      const auto begin = std::find(stack.rbegin(), stack.rend(), done).base() - 1;
      bool is_terminal = true;
      State worst = kNone;
      for (auto member = begin; member != stack.end(); ++member) component[*member] = next_component;
      for (auto member = begin; member != stack.end(); ++member) {
        for (State e = first[*member]; e < first[*member + 1]; ++e) is_terminal &= component[to[e]] == next_component;
        if (!is_settled_well_[*member]) worst = std::min(worst, *member);
      }
      stack.erase(begin, stack.end());
      ++next_component;
      if (!is_terminal) continue;
      ++report_.terminals;
      if (worst != kNone && report_.fault.empty()) {
        report_.fault = Blame("I6: nothing leads out of here, and it is not well", worst, nullptr);
      }
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
  World world(scene_);
  std::string seen = world.Describe();
  for (std::size_t i = 0; i < steps.size(); ++i) {
    story += std::to_string(i + 1) + ". " + ToString(steps[i]);
    const bool is_last = last != nullptr && i + 1 == steps.size();
    if (running != nullptr && is_last) break;  // it may trap
    (void)world.Take(steps[i]);
    if (world.Describe() != seen) story += "  [" + (seen = world.Describe()) + "]";
    story += '\n';
  }
  return story;
}

std::string Search::Blame(const std::string& fault, State state, const Step* last) const {
  return fault + '\n' + Story(state, last) + '\n';
}

void Search::PrintCurrentStory() const {
  std::printf("The call trapped:\n%s\n", Story(current_, &current_step_).c_str());
  std::fflush(stdout);
}

}  // namespace

Report Explore(const Scene& scene, const Limits& limits) { return Search(scene, limits).Run(); }

}  // namespace duet::explorer
