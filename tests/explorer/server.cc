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
  if (kind_ == Kind::kLesson) return letter.name == "join" ? JoinLesson(from, letter) : Relay(from, letter);
  if (letter.name == "join") return JoinDuet(from, letter);
  if (letter.name == "park") return Park(from, letter);
  if (letter.name == "peek") return Peek(from);
  if (letter.name != "leave") return Relay(from, letter);
  const Seat* seat = Find(from);
  return seat != nullptr ? Remove(static_cast<std::size_t>(seat - seats_.data()), false) : std::vector<Delivery>();
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

  std::erase(lookers_, from);
  const std::string answer = LastMember(letter.json, "answer");
  std::optional<Parked> offer;  // the other one's, if this one took it or may take it
  bool same = false;
  bool back = false;
  bool took = false;
  if (old != seats_.end() && old->id == seat.id) {
    same = !old->away && old->socket == from;
    back = !same;
    if (back) EndParking(&out);
    seat.kept = std::move(old->kept);
    seat.met = std::move(old->met);
    *old = std::move(seat);
    took = old->met && old->met->Take(answer);
    if (took) offer = old->met;
  } else {
    if (old != seats_.end()) out = Remove(static_cast<std::size_t>(old - seats_.begin()), false);
    seats_.push_back(std::move(seat));
    old = seats_.end() - 1;
  }
  Seat& mine = *old;
  const Seat* other = Other(mine);
  if (other != nullptr && !other->away && !same) {
    out.push_back({other->socket, {back ? "peer_back" : "user_joined", PersonText(mine.id, mine.name, mine.version), {}}});
  }
  if (!same && !back) {
    EndParking(&out, &offer);
    took = offer && offer->Take(answer);
    if (took) mine.met = offer;
    if (took) out.push_back({other->socket, {"getAnswer", answer, {}}});
    if (mine.secret.empty()) offer.reset();
  }
  const std::string peer = other != nullptr ? PersonText(other->id, other->name, other->version) : "null";
  const std::string met = took ? ",\"tookAnswer\":true" : offer ? ",\"parked\":" + offer->offer : "";
  out.push_back({from, {"", "{\"ok\":true,\"id\":\"" + mine.id + "\",\"peer\":" + peer + met + "}", letter.op}});
  if (same && !secret.empty()) return out;
  const std::string users = other != nullptr ? "[" + PersonText(other->id, other->name, 0) + "]" : "[]";
  out.push_back({from, {"room_users", users, {}}});
  if (other != nullptr && other->away) out.push_back({from, {"peer_away", IdOnly(other->id), {}}});
  if (offer) {
    for (std::string& candidate : offer->candidates) out.push_back({from, {"getCandidate", std::move(candidate), {}}});
  }
  for (Letter& kept : std::exchange(mine.kept, {})) out.push_back({from, std::move(kept)});
  return out;
}

// ---- Before the two meet ----

bool Server::Parked::Take(const std::string& another) {
  const std::optional<Json> ours = Json::Parse(offer);
  const std::optional<Json> theirs = Json::Parse(another);
  if (!theirs || TextOf(*theirs, "leg") != TextOf(*ours, "leg")) return false;
  const std::string to = TextOf(*theirs, "to");
  if (!to.empty() && to != TextOf(*ours, "from")) return false;
  if (answer.empty()) answer = another;
  return answer == another;
}

std::vector<Delivery> Server::Park(Socket from, const Letter& letter) {
  const Seat* seat = Find(from);
  if (seat == nullptr || seat->secret.empty() || Other(*seat) != nullptr) return {};
  parked_ = Parked{letter.json, {}, {}};
  const std::string leg = TextOf(*Json::Parse(letter.json), "leg");
  std::vector<Delivery> out = {{from, {"park_kept", JsonObject().Add("leg", leg).Take(), {}}}};
  TellLookers(&out);
  return out;
}

std::vector<Delivery> Server::Peek(Socket from) {
  constexpr std::size_t kMostLookers = 4;
  if (Find(from) != nullptr) return {};
  const bool looks = std::find(lookers_.begin(), lookers_.end(), from) != lookers_.end();
  if (!looks && lookers_.size() == kMostLookers) return {{from, {"parked", "null", {}}}};
  if (!looks) {
    // In the order of their sides, so that it makes no difference who came first.
    const auto later = [from](const Socket& s) { return s.side > from.side; };
    lookers_.insert(std::find_if(lookers_.begin(), lookers_.end(), later), from);
  }
  return {{from, ParkedLetter()}};
}

Letter Server::ParkedLetter() const { return {"parked", parked_ ? parked_->offer : "null", {}}; }

void Server::TellLookers(std::vector<Delivery>* out) const {
  for (const Socket& looker : lookers_) out->push_back({looker, ParkedLetter()});
}

void Server::EndParking(std::vector<Delivery>* out, std::optional<Parked>* ended) {
  if (!parked_) return;
  if (ended != nullptr) *ended = std::move(parked_);
  parked_.reset();
  TellLookers(out);
}

// ---- The lesson's ----

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

// ---- Messages, and ends ----

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
  const Seat* sender = Find(from);
  if (sender == nullptr) return {};
  Seat* other = Other(*sender);
  const std::optional<Json> json = Json::Parse(letter.json);
  if (other == nullptr) {
    const bool is_parked =
        parked_ && name == "getCandidate" && TextOf(*json, "leg") == TextOf(*Json::Parse(parked_->offer), "leg");
    if (is_parked) parked_->candidates.push_back(letter.json);
    return {};
  }
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
  std::erase(lookers_, socket);
  for (std::size_t i = 0; i < seats_.size(); ++i) {
    if (seats_[i].away || seats_[i].socket != socket) continue;
    if (kind_ == Kind::kLesson) {
      seats_.erase(seats_.begin() + static_cast<std::ptrdiff_t>(i));
      return {};
    }
    if (seats_[i].secret.empty()) return Remove(i, false);
    seats_[i].away = true;
    seats_[i].expiry = now + kGrace;
    std::vector<Delivery> out;
    EndParking(&out);
    const Seat* other = Other(seats_[i]);
    if (other != nullptr && !other->away) out.push_back({other->socket, {"peer_away", IdOnly(seats_[i].id), {}}});
    return out;
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

bool Server::HasSeat(Socket socket) const {
  return std::any_of(seats_.begin(), seats_.end(),
                     [socket](const Seat& seat) { return !seat.away && seat.socket == socket; });
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
  EndParking(&out);
  if (Seat* other = Other(seats_[seat])) {
    other->kept.clear();
    other->met.reset();
    JsonObject exit;
    exit.Add("id", seats_[seat].id);
    if (lost) exit.Add("lost", true);
    if (!other->away) out.push_back({other->socket, {"user_exit", exit.Take(), {}}});
  }
  seats_.erase(seats_.begin() + static_cast<std::ptrdiff_t>(seat));
  return out;
}

Server::Seat* Server::Find(Socket socket) {
  const auto found =
      std::find_if(seats_.begin(), seats_.end(), [socket](const Seat& s) { return !s.away && s.socket == socket; });
  return found == seats_.end() ? nullptr : &*found;
}

Server::Seat* Server::Other(const Seat& seat) {
  for (Seat& other : seats_) {
    if (&other != &seat) return &other;
  }
  return nullptr;
}

}  // namespace duet::explorer
