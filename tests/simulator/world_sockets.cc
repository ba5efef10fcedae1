// What lies between the pages and the server. A socket keeps its order, like TCP; two of one page know nothing of each
// other, so what was sent on the one before may still come when the next one is in use.
#include <algorithm>
#include <string_view>
#include <utility>

#include "core/json.h"
#include "explorer/step.h"
#include "simulator/world.h"
#include "support/print.h"

namespace duet::simulator {
namespace {

using explorer::Delivery;
using explorer::Letter;
using explorer::NameOf;

bool IsRelayed(std::string_view name) { return name == "getOffer" || name == "getAnswer" || name == "getCandidate"; }

bool IsAddress(const Letter& letter) {
  return letter.name == "getCandidate" || letter.json.find("candidate:") != std::string::npos;
}

std::string Words(const Letter& letter) {
  return (letter.name.empty() ? "acknowledgement" : letter.name) + " " + Cut(letter.json);
}

}  // namespace

// ---- Letters ----

// A page sends something. Without a socket a Duet's word is lost; a seed's waits in socket.io for the next one.
void World::Up(std::size_t side, Letter letter) {
  if (!pages_[side].connected) {
    if (pages_[side].seed) pages_[side].unsent.push_back(std::move(letter));
    return;
  }
  Connection& connection = Current(side);
  const Millis delay = scenario_.habits[side].signal_delay;
  const Millis at = std::max(connection.up_at, now_ + dice_[side].socket.Between(delay, 2 * delay));
  connection.up_at = at;
  agenda_.Add(at, {What::kToServer, static_cast<std::uint8_t>(side), pages_[side].socket, 0, std::move(letter)});
}

void World::OnToServer(Item item) {
  const Connection& connection = Of(item.side, item.number);
  if (!connection.at_server) return;
  if (connection.broken && item.extra == 0) {
    if (connection.straggles == Millis{0}) return;
    item.extra = 1;
    return agenda_.Add(now_ + connection.straggles, std::move(item));
  }
  Tell([&] {
    const std::string who = item.side < pages_.size() ? std::string(1, NameOf(item.side)) : "the hostile one";
    return "the server reads from " + who + (item.extra != 0 ? ", late: " : ": ") + Words(item.letter);
  });
  if (setting_.mistake == Mistake::kServerLosesAnswers && item.letter.name == "answer") return;
  const std::vector<Delivery> deliveries = server_.Receive(SocketOf(item.side, item.number), item.letter);
  if (item.letter.name == "join") CloseReplaced(item.side, item.number);
  Serve(deliveries);
  if (item.letter.name == "join" || item.letter.name == "leave") RefreshExpiries();
}

// Duet's server closes the socket whose seat another one of the same page, or its successor, has taken.
void World::CloseReplaced(std::size_t side, std::uint8_t number) {
  Of(side, number).joined = true;
  if (server_.kind() != explorer::Server::Kind::kDuet || side >= pages_.size() || pages_[side].seed) return;
  for (std::uint8_t other = 0; other < kSockets; ++other) {
    Connection& connection = connections_[side][other];
    if (other == number % kSockets || !connection.at_server || !connection.joined) continue;
    connection.at_server = false;
    if (!pages_[side].connected || pages_[side].socket % kSockets != other) continue;
    agenda_.Add(now_ + scenario_.habits[side].signal_delay,
                {What::kSocketLost, static_cast<std::uint8_t>(side), other, 0, {}});
  }
}

// The server sends these.
void World::Serve(const std::vector<Delivery>& deliveries) {
  for (const Delivery& delivery : deliveries) {
    const std::size_t side = delivery.to.side;
    if (side == pages_.size() && is_hostile_there_ && IsRelayed(delivery.letter.name)) {
      if (heard_.size() == 8) heard_.erase(heard_.begin());
      heard_.push_back(delivery.letter);
    }
    const bool tells_address = IsAddress(delivery.letter);
    if (server_.kind() == explorer::Server::Kind::kDuet && tells_address && !server_.HasSeat(delivery.to)) {
      Blame(std::string("I12: who has no seat learns an address: ") + NameOf(side));
    }
    if (side >= pages_.size() || (pages_[side].seed && delivery.letter.name.empty())) continue;
    const bool to_any = delivery.to.number == explorer::Server::kAnySocket;
    const std::uint8_t number = to_any ? pages_[side].socket : delivery.to.number;
    Connection& connection = Of(side, number);
    if (!connection.at_server || connection.broken) continue;
    Random& dice = dice_[side].socket;
    const Millis delay = scenario_.habits[side].signal_delay;
    Millis at = std::max(connection.down_at, now_ + dice.Between(delay, 2 * delay));
    if (setting_.mistake == Mistake::kSlowServer) at += Millis{3'000};
    connection.down_at = at;
    const Item item{What::kToPage, static_cast<std::uint8_t>(side), number, 0, delivery.letter};
    agenda_.Add(at, item);
    if (repeats_until_ > now_ && IsRelayed(item.letter.name) && dice.Chance(50)) {
      const Millis again = at + dice.Mostly(Millis{0}, Millis{10'000});
      repeated_at_ = std::max(repeated_at_, again);
      agenda_.Add(again, item);
    }
  }
}

void World::OnToPage(Item item) {
  Page& page = pages_[item.side];
  const Connection& connection = Of(item.side, item.number);
  if (!page.connected || page.socket % kSockets != item.number % kSockets || connection.broken) return;
  if (page.seed && browsers_[item.side].Find(LegId{1})->chain().size() > 5) {  // as many as fit in the model
    return agenda_.Add(now_ + Millis{2}, std::move(item));
  }
  if (page.seed && !Json::Parse(item.letter.json)) return;  // its model makes nothing of it, as the seed would
  Tell([&] { return NameOf(item.side) + (" reads from the server: " + Words(item.letter)); });
  if (item.letter.name.empty()) {
    if (item.letter.json.find("room_full") != std::string::npos) page.refused_at = now_;
    Post(item.side, JoinAnswered{item.letter.op, std::move(item.letter.json)});
  } else {
    Post(item.side, MessageReceived{std::move(item.letter.name), std::move(item.letter.json)});
  }
}

// ---- Sockets ----

void World::Connect(std::size_t side, Millis least, Millis most) {
  pages_[side].connecting = true;
  agenda_.Add(now_ + dice_[side].socket.Between(least, most), {What::kSocketUp, static_cast<std::uint8_t>(side), 0, 0, {}});
}

void World::OnSocketUp(std::size_t side) {
  Page& page = pages_[side];
  if (!page.connecting) return;
  if (!is_server_up_ || page.link_down_until > now_) {
    Connect(side, Millis{500}, Millis{5'000});
    if (!dice_[side].socket.Chance(50)) return;
    Tell([&] { return NameOf(side) + std::string("'s socket can't be connected"); });
    return Post(side, SignalingLost{});
  }
  page.connecting = false;
  page.connected = true;
  page.socket = static_cast<std::uint8_t>((page.socket + 1) % kSockets);
  Current(side) = Connection();
  Current(side).at_server = true;
  Current(side).up_at = Current(side).down_at = now_;
  Tell([&] { return NameOf(side) + ("'s socket " + std::to_string(page.socket) + " is connected"); });
  for (Letter& letter : std::exchange(page.unsent, {})) Up(side, std::move(letter));
  Post(side, SignalingConnected{std::string("socket-") + NameOf(side) + static_cast<char>('0' + page.socket)});
}

void World::OnSocketLost(std::size_t side, std::uint8_t number) {
  Page& page = pages_[side];
  if (!page.connected || page.socket % kSockets != number % kSockets) return;
  Tell([&] { return NameOf(side) + ("'s socket " + std::to_string(number) + " is lost"); });
  page.connected = false;
  const Millis down = std::max(Millis{0}, page.link_down_until - now_);
  Connect(side, down + Millis{200}, down + Millis{3'000});
  Post(side, SignalingLost{});
}

void World::OnNotice(std::size_t side, std::uint8_t number) {
  Connection& connection = Of(side, number);
  if (!connection.at_server) return;
  Tell([&] { return "the server notices that socket " + std::to_string(number) + " of " + NameOf(side) + " is gone"; });
  connection.at_server = false;
  Serve(server_.Lose(SocketOf(side, number), now_));
  RefreshExpiries();
}

// From now on nothing gets through on the present socket, but what is on its way to the server, if that straggles.
void World::Break(std::size_t side, Millis page_notices, Millis server_notices, Millis straggles) {
  if (!pages_[side].connected || Current(side).broken) return;
  Current(side).broken = true;
  Current(side).straggles = straggles;
  socket_losses_.push_back(now_);
  const auto index = static_cast<std::uint8_t>(side);
  agenda_.Add(now_ + page_notices, {What::kSocketLost, index, pages_[side].socket, 0, {}});
  agenda_.Add(now_ + server_notices, {What::kNotice, index, pages_[side].socket, 0, {}});
}

void World::Restart() {
  is_server_up_ = false;
  server_.Forget();
  RefreshExpiries();
  for (std::size_t side = 0; side < pages_.size(); ++side) {
    for (Connection& connection : connections_[side]) connection.at_server = false;
    Random& dice = dice_[side].socket;
    const Millis notices = dice.Chance(80) ? dice.Between(Millis{0}, Millis{300}) : dice.Between(Millis{0}, Millis{15'000});
    Break(side, notices, notices, Millis{0});
  }
  connections_.back() = {};
}

void World::RefreshExpiries() {
  for (std::size_t side = 0; side < expiries_.size(); ++side)
    expiries_[side] = server_.ExpiryOf(static_cast<std::uint8_t>(side));
}

}  // namespace duet::simulator
