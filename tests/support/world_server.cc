// The two signaling servers of the small world.
#include <algorithm>
#include <utility>

#include "core/json.h"
#include "support/json_text.h"
#include "support/world.h"

namespace duet {
namespace {

std::string TextOf(const std::string& json, std::string_view key) {
  const auto value = Json::Parse(json);
  return value ? duet::TextOf(*value, key) : std::string();
}

}  // namespace

void World::ToServer(Side side, std::string name, std::string json, OpId op) {
  if (!pages_[side].connected) return;
  queues_[kSides + side].push_back([this, side, name = std::move(name), json = std::move(json), op] {
    kind_ == ServerKind::kDuet ? ServeDuet(side, name, json, op) : ServeLesson(side, name, json);
  });
}

void World::ToPage(Side side, std::string name, std::string json) {
  if (!pages_[side].connected) return;
  queues_[2 * kSides + side].push_back([this, side, name = std::move(name), json = std::move(json)] {
    Post(side, MessageReceived{name, json});
  });
}

// ---- Duet's ----

World::Seat* World::SeatOf(Side side) {
  const auto it = std::find_if(seats_.begin(), seats_.end(), [side](const Seat& seat) { return seat.side == side; });
  return it == seats_.end() ? nullptr : &*it;
}

World::Seat* World::OtherSeat(const Seat& seat) {
  const auto it = std::find_if(seats_.begin(), seats_.end(),
                               [&](const Seat& other) { return other.room == seat.room && other.id != seat.id; });
  return it == seats_.end() ? nullptr : &*it;
}

void World::Tell(const Seat& seat, const std::string& name, const std::string& json) {
  if (seat.side >= 0) ToPage(static_cast<Side>(seat.side), name, json);
}
void World::TellOther(const Seat& seat, const std::string& name, const std::string& json) {
  if (const Seat* other = OtherSeat(seat)) Tell(*other, name, json);
}

void World::TellLookers(const std::string& room) {
  const auto parked = parked_.find(room);
  for (int side = 0; side < kSides; ++side) {
    if (pages_[side].looks_at == room)
      ToPage(static_cast<Side>(side), "parked", parked != parked_.end() ? parked->second.offer : "null");
  }
}

// What was parked there, which it is no more.
World::Parked World::Unpark(const std::string& room) {
  const auto parked = parked_.find(room);
  if (parked == parked_.end()) return {};
  const Parked taken = parked->second;
  parked_.erase(parked);
  TellLookers(room);
  return taken;
}

void World::ServeLoss(Side side) {
  pages_[side].looks_at.clear();
  Seat* seat = SeatOf(side);
  if (seat == nullptr) return;
  Unpark(seat->room);
  seat->side = -1;
  TellOther(*seat, "peer_away", JsonObject().Add("id", seat->id).Take());
}

void World::Remove(const Seat& seat) {
  const Seat left = seat;
  Unpark(left.room);
  std::erase_if(seats_, [&](const Seat& s) { return s.id == left.id; });
  TellOther(left, "user_exit", JsonObject().Add("id", left.id).Take());
  if (Seat* other = OtherSeat(left)) other->met = {};
}

void World::ServeJoin(Side side, const std::string& json, OpId op) {
  const auto person = [](const Seat& seat) {
    return JsonObject().Add("id", seat.id).Add("name", seat.name).Add("v", std::int64_t{seat.version}).Take();
  };
  const auto acknowledge = [&](const std::string& text) {
    queues_[2 * kSides + side].push_back([this, side, op, text] { Post(side, JoinAnswered{op, text}); });
  };
  Seat seat{TextOf(json, "room"), TextOf(json, "page"), TextOf(json, "name"), TextOf(json, "seat"), side, 1, {}};
  const auto old = std::find_if(seats_.begin(), seats_.end(), [&](const Seat& s) { return s.secret == seat.secret; });
  const bool back = old != seats_.end() && old->id == seat.id;
  if (back) {
    seat.met = old->met;
    seats_.erase(old);
  } else if (old != seats_.end()) {
    Remove(*old);
  }
  const auto taken = std::count_if(seats_.begin(), seats_.end(), [&](const Seat& s) { return s.room == seat.room; });
  if (taken >= 2) return acknowledge(R"({"ok":false,"error":"room_full"})");
  pages_[side].looks_at.clear();
  seats_.push_back(seat);
  const Seat* other = OtherSeat(seat);
  if (other != nullptr) Tell(*other, back ? "peer_back" : "user_joined", person(seat));
  const std::string answer = LastMember(json, "answer");
  const Parked offer = back ? seat.met : Unpark(seat.room);
  const bool answers = !offer.offer.empty() && TextOf(answer, "leg") == TextOf(offer.offer, "leg");
  const bool took = answers && (!back || offer.answer == answer);
  if (took && !back) {
    seats_.back().met = {offer.offer, offer.candidates, answer};
    Tell(*other, "getAnswer", answer);
  }
  std::string more = took ? R"(,"tookAnswer":true)" : "";
  if (!back && !took && !offer.offer.empty()) more = ",\"parked\":" + offer.offer;
  acknowledge(R"({"ok":true,"id":")" + seat.id + R"(","peer":)" + (other ? person(*other) : "null") + more + "}");
  ToPage(side, "room_users", "[" + (other ? person(*other) : "") + "]");
  if (back && !took) return;
  for (const std::string& candidate : offer.candidates) ToPage(side, "getCandidate", candidate);
}

void World::ServeDuet(Side side, const std::string& name, const std::string& json, OpId op) {
  if (name == "join") return ServeJoin(side, json, op);
  Seat* seat = SeatOf(side);
  if (name == "peek" && seat == nullptr) {
    const std::string room = pages_[side].looks_at = TextOf(json, "room");
    return ToPage(side, "parked", parked_.count(room) > 0 ? parked_[room].offer : "null");
  }
  if (seat == nullptr) return;
  const auto parked = parked_.find(seat->room);
  if (name == "leave") {
    Remove(*seat);
  } else if (name == "park" && OtherSeat(*seat) == nullptr) {
    parked_[seat->room] = {json, {}, {}};
    ToPage(side, "park_kept", JsonObject().Add("leg", TextOf(json, "leg")).Take());
    TellLookers(seat->room);
  } else if (name == "offer") {
    TellOther(*seat, "getOffer", json);
  } else if (name == "answer") {
    TellOther(*seat, "getAnswer", json);
  } else if (name == "candidate" && OtherSeat(*seat) != nullptr) {
    TellOther(*seat, "getCandidate", json);
  } else if (name == "candidate" && parked != parked_.end() && TextOf(json, "leg") == TextOf(parked->second.offer, "leg")) {
    parked->second.candidates.push_back(json);
  }
}

// ---- The lesson's ----

void World::ServeLesson(Side side, const std::string& name, const std::string& json) {
  if (name == "join") {
    std::string others;
    for (const Seat& seat : seats_) {
      if (seat.room != TextOf(json, "room") || seat.id == pages_[side].socket) continue;
      others += (others.empty() ? "" : ",") + JsonObject().Add("id", seat.id).Add("name", seat.name).Take();
    }
    seats_.push_back({TextOf(json, "room"), pages_[side].socket, TextOf(json, "name"), "", side, 0, {}});
    ToPage(side, "room_users", "[" + others + "]");
    return;
  }
  const std::string relayed = name == "offer"       ? "getOffer"
                              : name == "answer"    ? "getAnswer"
                              : name == "candidate" ? "getCandidate"
                                                    : "";
  if (relayed.empty()) return;
  for (int other = 0; other < kSides; ++other) {
    if (other != side) ToPage(static_cast<Side>(other), relayed, json);  // to everybody, whatever the room
  }
}

}  // namespace duet
