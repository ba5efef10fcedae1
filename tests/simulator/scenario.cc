#include "simulator/scenario.h"

#include <algorithm>

#include "core/check.h"
#include "support/model/dialect.h"

namespace duet::simulator {
namespace {

using explorer::Server;

constexpr Millis kSecond{1'000};
constexpr Millis kMinute{60'000};

struct KindOdds {
  TroubleKind kind;
  std::uint32_t weight;
};
constexpr std::array<KindOdds, kTroubleKinds> kOdds = {{
    {TroubleKind::kLeave, 10},
    {TroubleKind::kReload, 10},
    {TroubleKind::kClicks, 5},
    {TroubleKind::kSwitch, 4},
    {TroubleKind::kUnplug, 3},
    {TroubleKind::kLoseSocket, 14},
    {TroubleKind::kDeadSocket, 8},
    {TroubleKind::kFlap, 4},
    {TroubleKind::kNetworkChange, 3},
    {TroubleKind::kCut, 12},
    {TroubleKind::kSleep, 4},
    {TroubleKind::kThrottle, 5},
    {TroubleKind::kRestart, 7},
    {TroubleKind::kRepeat, 5},
    {TroubleKind::kHostile, 3},
    {TroubleKind::kLie, 2},
}};

TroubleKind DrawKind(Random* random) {
  std::uint32_t all = 0;
  for (const KindOdds& odds : kOdds) all += odds.weight;
  std::uint32_t left = random->Below(all);
  for (const KindOdds& odds : kOdds) {
    if (left < odds.weight) return odds.kind;
    left -= odds.weight;
  }
  DUET_CHECK(false);
}

Millis DrawLength(TroubleKind kind, Random* random) {
  switch (kind) {
    case TroubleKind::kLeave: return random->Mostly(Millis{50}, kMinute);
    case TroubleKind::kReload: return random->Mostly(Millis{300}, 2 * kMinute);
    case TroubleKind::kClicks: return random->Mostly(Millis{10}, kSecond);
    case TroubleKind::kSwitch: return random->Mostly(Millis{10}, 20 * kSecond);
    case TroubleKind::kUnplug: return random->Mostly(kSecond, kMinute);
    case TroubleKind::kLoseSocket: return random->Mostly(Millis{200}, 20 * kSecond);
    case TroubleKind::kDeadSocket: return random->Between(Millis{0}, 15 * kSecond);
    case TroubleKind::kFlap: return random->Between(2 * kSecond, 20 * kSecond);
    case TroubleKind::kNetworkChange: return random->Between(Millis{100}, 5 * kSecond);
    case TroubleKind::kCut: return random->Mostly(kSecond, 2 * kMinute);
    case TroubleKind::kSleep: return random->Mostly(5 * kSecond, 10 * kMinute);
    case TroubleKind::kThrottle: return random->Between(10 * kSecond, 3 * kMinute);
    case TroubleKind::kRestart: return random->Mostly(Millis{100}, 20 * kSecond);
    case TroubleKind::kRepeat: return random->Between(5 * kSecond, kMinute);
    case TroubleKind::kHostile: return random->Between(5 * kSecond, kMinute);
    case TroubleKind::kLie: return Millis{0};
  }
  DUET_CHECK(false);
}

Habits DrawHabits(Random* random) {
  Habits habits;
  habits.joins_at = random->Mostly(Millis{100}, 30 * kSecond);
  habits.signal_delay = random->Mostly(Millis{1}, Millis{400});
  habits.media_delay = random->Mostly(Millis{1}, Millis{300});
  habits.slowest_operation = random->Mostly(Millis{2}, Millis{300});
  habits.slowest_prompt = random->Mostly(Millis{20}, 2 * kMinute);
  if (random->Chance(10)) habits.refuses = 50;
  if (random->Chance(5)) habits.ignores = 50;
  model::Settings& browser = habits.browser;
  browser.refusals = 0;  // the world decides
  browser.one_certificate = random->Chance(50);
  switch (random->Below(4)) {
    case 0: browser.dialect = model::kSpec; break;
    case 1: browser.dialect = model::kFirefox; break;
    default: browser.dialect = model::kChromium; break;
  }
  habits.is_firefox = browser.dialect == model::kFirefox;
  return habits;
}

Millis DrawMoment(const Scenario& scenario, Random* random) {
  const std::uint32_t where = random->Below(100);
  const Millis last = scenario.lasts - kSecond;
  if (where < 40) {  // while the two come together
    Millis second{0};
    for (std::size_t side = 0; side < scenario.sides; ++side) second = std::max(second, scenario.habits[side].joins_at);
    return std::min(last, random->Between(second, second + 8 * kSecond));
  }
  if (where < 75 && !scenario.troubles.empty()) {  // while something else is going on
    const Trouble& other = scenario.troubles.back();
    const Millis begin = random->Chance(50) ? other.at : other.at + other.lasts;
    return std::min(last, begin + random->Mostly(Millis{0}, 20 * kSecond));
  }
  return random->Between(Millis{0}, last);
}

}  // namespace

Scenario Draw(std::uint64_t seed) {
  // Neighbours have nothing in common.
  Random random = Random(seed).Fork();
  Scenario scenario;
  scenario.seed = seed;
  const std::uint32_t company = random.Below(100);
  scenario.company = company < 60 ? Company::kTwoDuets : company < 85 ? Company::kDuetAndSeed : Company::kThreeDuets;
  scenario.server = random.Chance(65) ? Server::Kind::kDuet : Server::Kind::kLesson;
  scenario.sides = scenario.company == Company::kThreeDuets ? 3 : 2;
  for (std::size_t side = 0; side < scenario.sides; ++side) scenario.habits[side] = DrawHabits(&random);
  if (scenario.company == Company::kDuetAndSeed) scenario.habits[1].is_seed = true;

  scenario.looks = random.Chance(75);
  const std::uint32_t length = random.Below(100);
  scenario.lasts = length < 60   ? random.Between(kMinute, 3 * kMinute)
                   : length < 90 ? random.Between(3 * kMinute, 20 * kMinute)
                                 : random.Between(20 * kMinute, 120 * kMinute);
  const std::uint32_t many = random.Below(100);
  const std::uint32_t troubles = many < 8 ? 0 : many < 25 ? 1 : many < 70 ? 2 + random.Below(4) : 6 + random.Below(7);
  for (std::uint32_t i = 0; i < troubles; ++i) {
    Trouble trouble;
    trouble.kind = DrawKind(&random);
    trouble.side = static_cast<std::uint8_t>(random.Below(static_cast<std::uint32_t>(scenario.sides)));
    trouble.at = DrawMoment(scenario, &random);
    trouble.lasts = DrawLength(trouble.kind, &random);
    trouble.dice = random.Next();
    scenario.troubles.push_back(trouble);
  }
  scenario.dice = random.Next();
  return scenario;
}

std::string_view ToString(TroubleKind kind) {
  constexpr std::array<std::string_view, kTroubleKinds> kNames = {
      "leave",         "reload", "clicks", "switch",   "unplug",  "lost socket", "dead socket",  "flapping socket",
      "other network", "cut",    "sleep",  "throttle", "restart", "repetitions", "hostile peer", "lie"};
  return kNames[static_cast<std::size_t>(kind)];
}

std::string NameOf(Company company, Server::Kind server) {
  constexpr std::array<std::string_view, kCompanies> kNames = {"two Duets", "Duet and seed", "three Duets"};
  return std::string(kNames[static_cast<std::size_t>(company)]) +
         (server == Server::Kind::kDuet ? ", Duet's server" : ", lesson's server");
}

}  // namespace duet::simulator
