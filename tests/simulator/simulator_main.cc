// duet_simulator [option]...: many random runs, each decided by its seed alone, and what they have shown.
//   --runs N      so many (100000)
//   --from SEED   with this seed and those after it; else the time decides
//   --seconds N   stop after so long (0: never)
//   --jobs N      at once; as many as there are processors
//   --most N      stop after so many failures (5)
//   --seed SEED   this run alone, and the end of its story
//   --story SEED  this run alone, and its whole story
//   --without N,… with --seed and --story: without these of its troubles
#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "simulator/run.h"

namespace {

using duet::simulator::RunOne;
using duet::simulator::Setting;
using duet::simulator::Total;

struct Options {
  std::uint64_t runs = 100'000;
  std::uint64_t from = 0;
  double seconds = 0;
  unsigned jobs = std::max(1u, std::thread::hardware_concurrency());
  std::size_t most = 5;
  bool is_one = false;
  bool is_whole_story = false;
  Setting setting;
};

bool Read(int argc, char** argv, Options* options) {
  // Those of one second are no others' for the next million runs.
  options->from =
      static_cast<std::uint64_t>(std::chrono::system_clock::now().time_since_epoch() / std::chrono::seconds(1)) * 1'000'000;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (i + 1 == argc) return false;
    char* rest = argv[++i];
    const std::uint64_t number = std::strtoull(rest, &rest, 10);
    if (word == "--runs") {
      options->runs = number;
    } else if (word == "--from") {
      options->from = number;
    } else if (word == "--seconds") {
      options->seconds = static_cast<double>(number);
    } else if (word == "--jobs") {
      options->jobs = std::max(1u, static_cast<unsigned>(number));
    } else if (word == "--most") {
      options->most = number;
    } else if (word == "--seed" || word == "--story") {
      options->from = number;
      options->is_one = true;
      options->is_whole_story = word == "--story";
    } else if (word == "--without") {
      options->setting.without.push_back(number);
      while (*rest == ',') options->setting.without.push_back(std::strtoull(rest + 1, &rest, 10));
    } else {
      return false;
    }
    if (*rest != '\0') return false;
  }
  return true;
}

std::string Command(std::uint64_t seed, const std::vector<std::size_t>& without) {
  std::string command = "build/native/duet_simulator --seed " + std::to_string(seed);
  for (std::size_t i = 0; i < without.size(); ++i) command += (i == 0 ? " --without " : ",") + std::to_string(without[i]);
  return command;
}

// A call that traps ends the program. Then the same run is made again, up to the same trap, and its story told.
thread_local std::uint64_t current_seed = 0;
thread_local const Setting* current_setting = nullptr;
thread_local duet::simulator::Story* last_words = nullptr;
void OnTrap(int) {
  if (last_words == nullptr) {
    last_words = new duet::simulator::Story;
    Setting setting = *current_setting;
    setting.story = last_words;
    (void)RunOne(current_seed, setting);
  }
  std::printf("%sThe call trapped:\n%s\n0 passed, 1 failed\n", last_words->Text().c_str(),
              Command(current_seed, current_setting->without).c_str());
  std::fflush(stdout);
  std::_Exit(1);
}

Total RunMany(const Options& options) {
  const auto start = std::chrono::steady_clock::now();
  std::atomic<std::uint64_t> next = 0;
  std::atomic<std::size_t> failures = 0;
  std::mutex mutex;
  Total total;
  const auto work = [&] {
    Total mine;
    current_setting = &options.setting;
    for (;;) {
      constexpr std::uint64_t kBatch = 64;
      const std::uint64_t begin = next.fetch_add(kBatch);
      const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
      if (begin >= options.runs || failures >= options.most || (options.seconds > 0 && seconds > options.seconds)) break;
      for (std::uint64_t i = begin; i < std::min(begin + kBatch, options.runs); ++i) {
        current_seed = options.from + i;
        const duet::simulator::Scenario scenario = duet::simulator::Draw(current_seed);
        const duet::simulator::Result result = duet::simulator::World(scenario, options.setting).Run();
        mine.Add(scenario, result);
        if (!result.fault.empty()) ++failures;
      }
    }
    const std::lock_guard lock(mutex);
    total.Add(mine);
  };
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < options.jobs; ++i) threads.emplace_back(work);
  for (std::thread& thread : threads) thread.join();
  std::sort(total.failed.begin(), total.failed.end());
  return total;
}

void PrintTimes(const char* what, std::array<duet::simulator::Times, duet::simulator::kCompanies * 2>* times) {
  for (std::size_t i = 0; i < times->size(); ++i) {
    if ((*times)[i].millis.empty()) continue;
    const auto company = static_cast<duet::simulator::Company>(i / 2);
    const auto server = i % 2 == 0 ? duet::explorer::Server::Kind::kDuet : duet::explorer::Server::Kind::kLesson;
    std::printf("%-32s %s: %s\n", NameOf(company, server).c_str(), what, (*times)[i].Text().c_str());
  }
}

int Many(const Options& options) {
  current_setting = &options.setting;
  const auto start = std::chrono::steady_clock::now();
  Total total = RunMany(options);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  for (std::size_t i = 0; i < std::min(options.most, total.failed.size()); ++i) {
    const std::uint64_t seed = total.failed[i];
    current_seed = seed;
    Setting setting = options.setting;
    setting.without = duet::simulator::Needless(seed, RunOne(seed, setting));
    std::printf("%s%s\n\n", duet::simulator::TellRun(seed, setting, 60).c_str(), Command(seed, setting.without).c_str());
  }
  PrintTimes("connected after Join", &total.starts);
  PrintTimes("connected after trouble", &total.recoveries);
  std::printf("calls that ended for a reason:");
  for (std::size_t i = 0; i < total.excused.size(); ++i) {
    std::printf("%s %s %llu", i == 0 ? "" : ",", std::string(ToString(static_cast<duet::simulator::Excuse>(i))).c_str(),
                static_cast<unsigned long long>(total.excused[i]));
  }
  std::printf("\n%llu runs, seed %llu, %llu events, %lld virtual hours, %.1f s, digest %016llx\n",
              static_cast<unsigned long long>(total.runs), static_cast<unsigned long long>(options.from),
              static_cast<unsigned long long>(total.events), static_cast<long long>(total.lasted.count() / 3'600'000),
              seconds, static_cast<unsigned long long>(total.digest));
  int passed = 0;
  int failed = 0;
  for (std::size_t i = 0; i < total.runs_of.size(); ++i) {
    if (total.runs_of[i] > 0) ++(total.failed_of[i] == 0 ? passed : failed);
  }
  std::printf("%zu runs failed; by company and server:\n%d passed, %d failed\n", total.failed.size(), passed, failed);
  return total.failed.empty() && total.runs > 0 ? 0 : 1;
}

int One(const Options& options) {
  current_seed = options.from;
  current_setting = &options.setting;
  const duet::simulator::Result result = RunOne(options.from, options.setting);
  std::printf("%s",
              duet::simulator::TellRun(options.from, options.setting, options.is_whole_story ? 1'000'000 : 60).c_str());
  std::printf("digest %016llx\n%d passed, %d failed\n", static_cast<unsigned long long>(result.digest), result.fault.empty(),
              !result.fault.empty());
  return result.fault.empty() ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  if (!Read(argc, argv, &options)) {
    std::printf(
        "usage: duet_simulator [--runs N] [--from SEED] [--seconds N] [--jobs N] [--most N] [--seed SEED] [--story SEED] "
        "[--without N,…]\n");
    return 2;
  }
  struct sigaction on_trap = {};
  on_trap.sa_handler = OnTrap;
  on_trap.sa_flags = SA_NODEFER;  // it may trap once more
  for (const int signal : {SIGILL, SIGTRAP, SIGABRT, SIGSEGV}) sigaction(signal, &on_trap, nullptr);
  return options.is_one ? One(options) : Many(options);
}
