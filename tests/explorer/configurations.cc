#include "explorer/configurations.h"

#include <array>

namespace duet::explorer {
namespace {

struct Fault {
  const char* name;
  std::uint8_t Budget::*budget;
  bool reloaded_is_polite = false;
};
constexpr std::array<Fault, 10> kFaults = {{
    {"a refusal", &Budget::refusals},
    {"a leave", &Budget::leaves},
    {"a lost socket", &Budget::lost_sockets},
    {"a restart", &Budget::restarts},
    {"a reload", &Budget::reloads},
    {"a reload that makes polite", &Budget::reloads, true},
    {"a cut", &Budget::cuts},
    {"another network", &Budget::networks},
    {"a late step", &Budget::early_timers},
    {"a hostile message", &Budget::hostile},
}};

struct Company {
  const char* name;
  std::uint8_t sides;
  std::uint8_t seeds;
  bool looks = false;
};
constexpr std::array<Company, 4> kCompanies = {
    {{"two Duets", 2, 0}, {"two Duets who look", 2, 0, true}, {"Duet and seed", 2, 1}, {"three Duets", 3, 0}}};

}  // namespace

std::vector<Configuration> Configurations(bool pairs) {
  std::vector<Configuration> all;
  for (const Company& company : kCompanies) {
    for (const Server::Kind kind : {Server::Kind::kDuet, Server::Kind::kLesson}) {
      const std::string where =
          std::string(company.name) + (kind == Server::Kind::kDuet ? ", Duet's server, " : ", lesson's server, ");
      Scene scene;
      scene.sides = company.sides;
      scene.seeds = company.seeds;
      scene.looks = company.looks;
      scene.server = kind;
      all.push_back({where + "nothing", scene});
      if (company.sides > 2) continue;  // as much as can be explored
      for (const Fault& fault : kFaults) {
        Scene worse = scene;
        ++(worse.budget.*fault.budget);
        worse.reloaded_is_polite = fault.reloaded_is_polite;
        all.push_back({where + fault.name, worse});
        for (const Fault* other = &fault; pairs && other != kFaults.end(); ++other) {
          Scene worst = worse;
          ++(worst.budget.*other->budget);
          worst.reloaded_is_polite = fault.reloaded_is_polite || other->reloaded_is_polite;
          all.push_back({where + fault.name + " and " + other->name, worst});
        }
      }
    }
  }
  return all;
}

}  // namespace duet::explorer
