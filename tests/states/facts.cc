#include "states/facts.h"

#include <algorithm>
#include <deque>
#include <utility>

#include "core/signal_message.h"
#include "record/names.h"

namespace duet::states {
namespace {

constexpr Setting kSettings[] = {
    {false, Peer::kDuetAbove, true}, {false, Peer::kDuetBelow, false}, {false, Peer::kSeed, false},
    {true, Peer::kDuetAbove, false}, {true, Peer::kSeed, true},
};

// A new connection gets its transceivers, its channel and its tracks at once.
bool IsPartOfNewLeg(const Effect& effect) {
  return std::get_if<AddTransceivers>(&effect) || std::get_if<OpenChannel>(&effect) ||
         std::get_if<AttachTracks>(&effect);
}

std::string NameOfOrder(const Effect& effect) {
  std::string name(NameOf(effect));
  if (const auto* message = std::get_if<SendMessage>(&effect)) name += ' ' + message->name;
  if (const auto* told = std::get_if<SendOnChannel>(&effect)) name += told->json == EncodeBye() ? " bye" : " devices";
  return name;
}

}  // namespace

void Orders::Add(const Effects& effects) {
  ++situations_;
  std::set<std::string> given;
  std::size_t behind = 0;  // the one before
  bool new_leg = false;
  for (const Effect& effect : effects) {
    new_leg |= std::get_if<OpenLeg>(&effect) != nullptr;
    if (std::get_if<CountDrop>(&effect) || (new_leg && IsPartOfNewLeg(effect))) continue;
    std::string name = NameOfOrder(effect);
    if (!given.insert(name).second) continue;
    ++Have(name, &behind).times;
  }
}

void Orders::Add(const Orders& others) {
  situations_ += others.situations_;
  std::size_t behind = 0;
  for (const Count& other : others.counts_) Have(other.name, &behind).times += other.times;
}

Orders::Count& Orders::Have(const std::string& name, std::size_t* behind) {
  auto at = std::find_if(counts_.begin(), counts_.end(), [&](const Count& count) { return count.name == name; });
  if (at == counts_.end()) at = counts_.insert(counts_.begin() + static_cast<std::ptrdiff_t>(*behind), {name, 0});
  *behind = static_cast<std::size_t>(at - counts_.begin()) + 1;
  return *at;
}

std::vector<Orders::Order> Orders::Take() const {
  std::vector<Order> orders;
  for (const Count& count : counts_) orders.push_back({count.name, count.times == situations_});
  return orders;
}

Facts Explore() {
  Facts facts;
  for (const Setting& setting : kSettings) {
    std::deque<Situation> next{Situation(setting)};
    std::set<std::string> shapes{next.front().Shape()};
    facts.seen.insert({next.front().phase(), next.front().cause()});
    while (!next.empty()) {
      const Situation before = std::move(next.front());
      next.pop_front();
      ++facts.situations;
      const Seen from{before.phase(), before.cause()};
      for (const Chance& chance : before.Chances()) {
        Situation after = before;
        const Effects effects = after.Take(chance);
        const Seen to{after.phase(), after.cause()};
        facts.steps[{from.phase, chance.kind, to, to != from}].Add(effects);
        facts.seen.insert(to);
        if (shapes.insert(after.Shape()).second) next.push_back(std::move(after));
      }
    }
  }
  return facts;
}

}  // namespace duet::states
