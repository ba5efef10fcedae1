// duet_explorer [option]... [words of a configuration's name]: explores the configurations, and says what was found.
//   --seconds N   in all, shared by turns (0: no limit, one after the other; that is the default)
//   --states N    of one configuration
//   --memory MB   in all; 4000 unless told
//   --least N     fewer distinct states in all are a failure
//   --pairs       two faults at once, too
//   --whole       without the reduction
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "explorer/configurations.h"
#include "explorer/search.h"

namespace {

using duet::explorer::Configuration;
using duet::explorer::Configurations;
using duet::explorer::Limits;
using duet::explorer::Report;
using duet::explorer::Search;

struct Options {
  double seconds = 0;
  std::size_t states = ~std::size_t{0};
  std::size_t memory = 4'000;
  std::size_t least = 0;
  bool pairs = false;
  bool whole = false;
  std::string words;
};

bool Read(int argc, char** argv, Options* options) {
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    const auto number = [&] { return ++i < argc ? std::strtoull(argv[i], nullptr, 10) : 0; };
    if (word == "--seconds") {
      options->seconds = static_cast<double>(number());
    } else if (word == "--states") {
      options->states = number();
    } else if (word == "--memory") {
      options->memory = number();
    } else if (word == "--least") {
      options->least = number();
    } else if (word == "--pairs") {
      options->pairs = true;
    } else if (word == "--whole") {
      options->whole = true;
    } else if (word.starts_with("--")) {
      return false;
    } else {
      options->words += (options->words.empty() ? "" : " ") + word;
    }
  }
  return true;
}

struct Total {
  std::size_t states = 0;
  std::size_t edges = 0;
  int complete = 0;
  int cut = 0;
  int failed = 0;
};

void Print(const std::string& name, const Report& report, Total* total) {
  const char* how = report.complete ? "complete" : report.fault.empty() ? "cut" : "FAULT";
  std::printf("%-64s %9zu states %10zu edges %7zu ends  %-8s %6.1f s\n", name.c_str(), report.states, report.edges, report.ends,
              how, report.seconds);
  if (!report.fault.empty()) std::printf("%s\n", report.fault.c_str());
  std::fflush(stdout);
  total->states += report.states;
  total->edges += report.edges;
  ++(report.complete ? total->complete : report.fault.empty() ? total->cut : total->failed);
}

// One after the other, each as far as it goes.
void RunInSequence(const std::vector<Configuration>& all, const Options& options, Total* total) {
  for (const Configuration& configuration : all) {
    Search search(configuration.scene, options.whole);
    search.Run({options.states, options.memory * 1'000'000, 1e9});
    Print(configuration.name, search.report(), total);
  }
}

// By turns of a second each, so that the small ones are done soon and leave their time to the others.
void RunByTurns(const std::vector<Configuration>& all, const Options& options, Total* total) {
  const auto start = std::chrono::steady_clock::now();
  const auto left = [&] {
    return options.seconds - std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  };
  std::vector<std::unique_ptr<Search>> searches;
  for (const Configuration& configuration : all) searches.push_back(std::make_unique<Search>(configuration.scene, options.whole));
  std::size_t undone = all.size();
  for (bool moves = true; moves && left() > 0;) {
    moves = false;
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (!searches[i] || left() <= 0) continue;
      const Limits limits{options.states, options.memory * 1'000'000 / undone, std::min(1.0, left())};
      if (searches[i]->report().states >= limits.states || searches[i]->bytes() > limits.bytes) continue;
      moves = true;
      searches[i]->Run(limits);
      if (!searches[i]->done()) continue;
      Print(all[i].name, searches[i]->report(), total);
      searches[i].reset();
      --undone;
    }
  }
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (searches[i]) Print(all[i].name, searches[i]->report(), total);
  }
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  if (!Read(argc, argv, &options)) {
    std::printf("usage: duet_explorer [--seconds N] [--states N] [--memory MB] [--least N] [--pairs] [--whole] [words]\n");
    return 2;
  }
  std::vector<Configuration> all = Configurations(options.pairs);
  std::erase_if(all, [&](const Configuration& c) { return c.name.find(options.words) == std::string::npos; });
  Total total;
  (options.seconds > 0 ? RunByTurns : RunInSequence)(all, options, &total);
  std::printf("%zu states, %zu edges; %d complete, %d cut\n", total.states, total.edges, total.complete, total.cut);
  if (total.states < options.least) {
    std::printf("fewer than %zu states\n", options.least);
    ++total.failed;
  }
  std::printf("%d passed, %d failed\n", total.complete + total.cut, total.failed);
  return total.failed == 0 && !all.empty() ? 0 : 1;
}
