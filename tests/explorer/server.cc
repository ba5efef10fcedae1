#include "explorer/server.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include "core/json.h"
#include "support/json_text.h"

namespace duet::explorer {
namespace {

constexpr Millis kGrace{30'000};

std::string IdOnly(const std::string& id) { return JsonObject().Add("id", id).Take(); }

std::string PersonText(const std::string& id, const std::string& name, std::int64_t version) {
  JsonObject person;
  person.Add("id", id).Add("name", name);
  if (version > 0) person.Add("v", version);
  return person.Take();
}

std::string_view Relayed(std::string_view name) {
  if (name == "offer") return "getOffer";
  if (name == "answer") return "getAnswer";
  if (name == "candidate") return "getCandidate";
  return {};
}

// A person of the lesson's server, and of Duet's if it is a seed, is known by the socket.
std::string NameOf(Socket socket) {
  return std::string("socket-") + static_cast<char>('A' + socket.side) + static_cast<char>('0' + socket.number);
}

}  // namespace

std::vector<Delivery> Server::Receive(Socket from, const Letter& letter) {
  if (letter.name == "join") return kind_ == Kind::kDuet ? JoinDuet(from, letter) : JoinLesson(from, letter);
  if (letter.name == "leave" && kind_ == Kind::kDuet) {
    for (std::size_t i = 0; i < seats_.size(); ++i) {
      if (!seats_[i].away && seats_[i].socket == from) return Remove(i, false);
    }
    return {};
  }
  return Relay(from, letter);
}

std::vector<Delivery> Server::JoinDuet(Socket from, const Letter& letter) {
  const std::optional<Json> json = Json::Parse(letter.json);
  const std::string page = TextOf(*json, "page");
  const std::string secret = TextOf(*json, "seat");
  const Json* version = json->Find("v");
  Seat seat{page.empty() ? NameOf(from) : page, TextOf(*json, "name"), secret,
            version != nullptr ? version->integer().value_or(0) : 0, from};
  std::vector<Delivery> out;
  auto old = std::find_if(seats_.begin(), seats_.end(),
                          [&](const Seat& s) { return secret.empty() ? !s.away && s.socket == from : s.secret == secret; });
  const auto refuse = [&](const char* error) {
    const std::string answer = JsonObject().Add("ok", false).Add("error", error).Take();
    return std::vector<Delivery>{{from, {"", answer, letter.op}}};
  };
  const auto others = std::count_if(seats_.begin(), seats_.end(), [&](const Seat& s) { return &s != &*old; });
  if (others >= 2) return refuse("room_full");

  bool same = false;
  bool back = false;
  if (old != seats_.end() && old->id == seat.id) {
    same = !old->away && old->socket == from;
    back = !same;
    seat.kept = std::move(old->kept);
    *old = seat;
  } else {
    if (old != seats_.end()) out = Remove(static_cast<std::size_t>(old - seats_.begin()), false);
    seats_.push_back(seat);
    old = seats_.end() - 1;
  }
  Seat& mine = *old;
  Seat* other = Other(mine);
  if (other != nullptr && !other->away && !same) {
    out.push_back({other->socket, {back ? "peer_back" : "user_joined", PersonText(mine.id, mine.name, mine.version), {}}});
  }
  const std::string peer = other != nullptr ? PersonText(other->id, other->name, other->version) : "null";
  out.push_back({from, {"", "{\"ok\":true,\"id\":\"" + mine.id + "\",\"peer\":" + peer + "}", letter.op}});
  if (same && !secret.empty()) return out;
  const std::string users = other != nullptr ? "[" + PersonText(other->id, other->name, 0) + "]" : "[]";
  out.push_back({from, {"room_users", users, {}}});
  if (other != nullptr && other->away) out.push_back({from, {"peer_away", IdOnly(other->id), {}}});
  for (Letter& kept : std::exchange(mine.kept, {})) out.push_back({from, std::move(kept)});
  return out;
}

// Every join is one more line on the list, and nobody else hears of it.
std::vector<Delivery> Server::JoinLesson(Socket from, const Letter& letter) {
  std::string users;
  for (const Seat& seat : seats_) {
    if (seat.socket == from) continue;
    users += (users.empty() ? "" : ",") + PersonText(seat.id, seat.name, 0);
  }
  const std::optional<Json> json = Json::Parse(letter.json);
  const bool listed = std::any_of(seats_.begin(), seats_.end(), [from](const Seat& s) { return s.socket == from; });
  if (!listed) seats_.push_back({NameOf(from), TextOf(*json, "name"), "", 0, from});
  return {{from, {"room_users", "[" + users + "]", {}}}};
}

std::vector<Delivery> Server::Relay(Socket from, const Letter& letter) {
  const std::string name(Relayed(letter.name));
  if (name.empty()) return {};
  std::vector<Delivery> out;
  if (kind_ == Kind::kLesson) {
    // To every socket of every room, but the sender's; the world knows which there are.
    for (std::uint8_t side = 0; side < 3; ++side) {
      if (side != from.side) out.push_back({{side, kAnySocket}, {name, letter.json, {}}});
    }
    return out;
  }
  const auto sender =
      std::find_if(seats_.begin(), seats_.end(), [from](const Seat& s) { return !s.away && s.socket == from; });
  if (sender == seats_.end()) return {};
  Seat* other = Other(*sender);
  if (other == nullptr) return {};
  const std::optional<Json> json = Json::Parse(letter.json);
  const std::string to = TextOf(*json, "to");
  if (!to.empty() && to != other->id) return {};
  Letter relayed{name, letter.json, {}};
  if (json->Find("from") == nullptr) {
    relayed.json.pop_back();
    relayed.json += ",\"from\":\"" + sender->id + "\"}";
  }
  if (other->away) {
    other->kept.push_back(std::move(relayed));
  } else {
    out.push_back({other->socket, std::move(relayed)});
  }
  return out;
}

std::vector<Delivery> Server::Lose(Socket socket, Millis now) {
  for (std::size_t i = 0; i < seats_.size(); ++i) {
    if (seats_[i].away || seats_[i].socket != socket) continue;
    if (kind_ == Kind::kLesson) {
      seats_.erase(seats_.begin() + static_cast<std::ptrdiff_t>(i));
      return {};
    }
    if (seats_[i].secret.empty()) return Remove(i, false);
    seats_[i].away = true;
    seats_[i].expiry = now + kGrace;
    const Seat* other = Other(seats_[i]);
    if (other == nullptr || other->away) return {};
    return {{other->socket, {"peer_away", IdOnly(seats_[i].id), {}}}};
  }
  return {};
}

std::vector<Delivery> Server::Expire(std::uint8_t side) {
  for (std::size_t i = 0; i < seats_.size(); ++i) {
    if (seats_[i].away && seats_[i].socket.side == side) return Remove(i, true);
  }
  return {};
}

bool Server::HasSeat(std::uint8_t side) const {
  return std::any_of(seats_.begin(), seats_.end(), [side](const Seat& seat) { return seat.socket.side == side; });
}

bool Server::IsAnybodyAway() const {
  return std::any_of(seats_.begin(), seats_.end(), [](const Seat& seat) { return seat.away; });
}

std::optional<Millis> Server::ExpiryOf(std::uint8_t side) const {
  for (const Seat& seat : seats_) {
    if (seat.away && seat.socket.side == side) return seat.expiry;
  }
  return std::nullopt;
}

std::vector<Delivery> Server::Remove(std::size_t seat, bool lost) {
  std::vector<Delivery> out;
  if (Seat* other = Other(seats_[seat])) {
    other->kept.clear();
    JsonObject exit;
    exit.Add("id", seats_[seat].id);
    if (lost) exit.Add("lost", true);
    if (!other->away) out.push_back({other->socket, {"user_exit", exit.Take(), {}}});
  }
  seats_.erase(seats_.begin() + static_cast<std::ptrdiff_t>(seat));
  return out;
}

Server::Seat* Server::Other(const Seat& seat) {
  for (Seat& other : seats_) {
    if (&other != &seat) return &other;
  }
  return nullptr;
}

}  // namespace duet::explorer
