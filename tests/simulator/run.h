// Runs, one or many.
#ifndef DUET_TESTS_SIMULATOR_RUN_H_
#define DUET_TESTS_SIMULATOR_RUN_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "simulator/scenario.h"
#include "simulator/world.h"

namespace duet::simulator {

// One run of `seed`.
Result RunOne(std::uint64_t seed, const Setting& setting = Setting());

// The troubles that a failing run can do without and still break the same law.
std::vector<std::size_t> Needless(std::uint64_t seed, const Result& result, const Setting& setting = Setting());

// What a run was, and how it went: for whoever is told of a failure.
std::string TellRun(std::uint64_t seed, const Setting& setting, std::size_t most);

// How long something took, in many runs.
struct Times {
  std::vector<std::uint32_t> millis;
  std::uint64_t slowest_seed = 0;
  std::uint32_t slowest = 0;

  void Add(Millis time, std::uint64_t seed);
  void Add(const Times& other);
  // "1234 runs, half within 1.0 s, 99 % within 3.0 s, the slowest 4.0 s (--seed 7)"
  std::string Text();
};

// Everything that is known of many runs; what stands by company and server, in the order of kCompanies and Server::Kind.
struct Total {
  std::uint64_t runs = 0;
  std::array<std::uint64_t, kCompanies * 2> runs_of{};
  std::array<std::uint64_t, kCompanies * 2> failed_of{};
  std::uint64_t events = 0;
  std::uint64_t digest = 0;  // in whatever order they ran
  Millis lasted{0};
  std::array<Times, kCompanies * 2> starts;
  std::array<Times, kCompanies * 2> recoveries;
  std::array<std::uint64_t, kExcuses> excused{};
  std::vector<std::uint64_t> failed;

  void Add(const Scenario& scenario, const Result& result);
  void Add(const Total& other);
};

}  // namespace duet::simulator

#endif  // DUET_TESTS_SIMULATOR_RUN_H_
