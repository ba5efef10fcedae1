// What the parts of a call share while one event is handled.
#ifndef DUET_CORE_TURN_H_
#define DUET_CORE_TURN_H_

#include <cstdint>
#include <string>
#include <utility>

#include "core/effect.h"
#include "core/types.h"

namespace duet {

// The ids given out so far. None is ever used twice.
struct Ids {
  std::uint32_t last_leg = 0;
  std::uint32_t last_op = 0;
  bool operator==(const Ids&) const = default;

  template <typename Self, typename Visitor>
  static void Visit(Self& self, Visitor&& visit) {
    visit("last_leg", self.last_leg);
    visit("last_op", self.last_op);
  }
};

// Who we are on the wire.
struct Identity {
  std::string room;
  std::string name;
  std::string seat;  // a secret between this page and the server
  std::string page;
  std::uint32_t room_hash = 0;
  bool operator==(const Identity&) const = default;

  template <typename Self, typename Visitor>
  static void Visit(Self& self, Visitor&& visit) {
    visit("room", self.room);
    visit("name", self.name);
    visit("seat", self.seat);
    visit("page", self.page);
    visit("room_hash", self.room_hash);
  }
};

// Lives as long as one Handle().
struct Turn {
  Millis now;
  const Identity& self;
  Ids& ids;
  Effects& effects;

  void Do(Effect order) { effects.push_back(std::move(order)); }
  void Drop(DropReason reason) { Do(CountDrop{reason}); }
  OpId NewOp() { return OpId{++ids.last_op}; }
  LegId NewLeg() { return LegId{++ids.last_leg}; }
};

}  // namespace duet

#endif  // DUET_CORE_TURN_H_
