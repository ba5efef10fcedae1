// duet_explorer [seconds] [words of a configuration's name]: explores the configurations, and says what was found.
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "explorer/search.h"

namespace {

using duet::explorer::Budget;
using duet::explorer::Explore;
using duet::explorer::Limits;
using duet::explorer::Report;
using duet::explorer::Scene;
using duet::explorer::Server;

struct Configuration {
  std::string name;
  Scene scene;
};

std::vector<Configuration> Configurations() {
  std::vector<Configuration> all;
  struct Trouble {
    const char* name;
    Budget budget;
    bool reloaded_is_polite = false;
  };
  const Trouble troubles[] = {
      {"nothing", {}},
      {"a refusal", {.refusals = 1}},
      {"a leave", {.leaves = 1}},
      {"a lost socket", {.lost_sockets = 1}},
      {"a restart", {.restarts = 1}},
      {"a reload, then impolite", {.reloads = 1}},
      {"a reload, then polite", {.reloads = 1}, true},
      {"a cut", {.cuts = 1}},
      {"a late step", {.early_timers = 1}},
      {"a hostile message", {.hostile = 1}},
  };
  for (const Server::Kind kind : {Server::Kind::kDuet, Server::Kind::kLesson}) {
    const std::string server = kind == Server::Kind::kDuet ? "Duet's server" : "lesson's server";
    for (const Trouble& trouble : troubles) {
      all.push_back({"two Duets, " + server + ", " + trouble.name, {2, kind, trouble.budget, trouble.reloaded_is_polite}});
    }
    if (kind == Server::Kind::kDuet) all.push_back({"three Duets, " + server + ", nothing", {3, kind, {}}});
  }
  return all;
}

}  // namespace

int main(int argc, char** argv) {
  const int seconds = argc > 1 ? std::atoi(argv[1]) : 10;
  const std::string only = argc > 2 ? argv[2] : "";
  std::size_t states = 0;
  int failed = 0;
  int passed = 0;
  for (const Configuration& configuration : Configurations()) {
    if (configuration.name.find(only) == std::string::npos) continue;
    const Report report = Explore(configuration.scene, {200'000'000, std::chrono::seconds(seconds)});
    std::printf("%-52s %9zu states %10zu edges %6zu ends  %-8s %6.1f s  most effects %u\n", configuration.name.c_str(),
                report.states, report.edges, report.terminals, report.complete ? "complete" : "cut", report.seconds,
                report.most_effects);
    if (!report.fault.empty()) std::printf("%s\n", report.fault.c_str());
    std::fflush(stdout);
    states += report.states;
    ++(report.fault.empty() ? passed : failed);
  }
  std::printf("%zu states\n%d passed, %d failed\n", states, passed, failed);
  return failed == 0 ? 0 : 1;
}
