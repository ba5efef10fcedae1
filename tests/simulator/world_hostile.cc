// Somebody who means ill: takes a seat if there is one (on the lesson's server there always is), listens, and sends what
// looks valid, what did once, and nonsense.
#include <array>
#include <string>
#include <string_view>

#include "explorer/step.h"
#include "simulator/world.h"

namespace duet::simulator {
namespace {

using explorer::Letter;

constexpr std::array<std::string_view, 6> kNonsense = {
    "null", "[]", "\"x\"", "-1", R"({"type":"rollback","sdp":""})", R"({"type":"offer","sdp":{"a":[[[[[[[[1]]]]]]]]}})"};
constexpr std::array<std::string_view, 3> kNames = {"offer", "answer", "candidate"};

std::string SdpOf(Random* dice) {
  const std::string session = "s15." + std::to_string(1 + dice->Below(3));
  std::string sdp = R"(o=- )" + session + R"( 0\na=ice-ufrag:)" + session + "g" + std::to_string(dice->Below(2)) +
                    R"(\na=fingerprint:)" + session + R"(\n)";
  const std::uint32_t lines = dice->Below(4);
  for (std::uint32_t mid = 0; mid < lines; ++mid) {
    const std::string number = std::to_string(mid);
    const std::string port = dice->Chance(90) ? "9 " : "0 ";
    const bool is_channel = mid == 2 && dice->Chance(50);
    sdp += is_channel ? "m=application " + port + number + R"( -\n)"
                      : (mid == 0 ? "m=audio " : "m=video ") + port + number + R"( sendrecv\n)";
  }
  return dice->Chance(90) ? sdp : sdp.substr(0, sdp.find(R"(\n)"));
}

// Replaces the value of `key`, which is at one place at most.
void Replace(std::string_view key, const std::string& value, std::string* json) {
  const std::size_t at = json->find('"' + std::string(key) + "\":");
  if (at == std::string::npos) return;
  const std::size_t begin = at + key.size() + 3;
  const std::size_t end = json->find_first_of(",}", (*json)[begin] == '"' ? json->find('"', begin + 1) : begin);
  json->replace(begin, end - begin, value);
}

}  // namespace

void World::BeginHostile(const Trouble& trouble) {
  if (is_hostile_there_ || pages_.size() > 2 || !is_server_up_) return;  // the lesson's model knows three sockets
  is_hostile_there_ = true;
  lied_at_ = now_;
  hostile_dice_ = Random(trouble.dice);
  is_hostile_a_seed_ = hostile_dice_.Chance(50);
  hostile_socket_ = static_cast<std::uint8_t>((hostile_socket_ + 1) % kSockets);
  Connection& connection = Of(pages_.size(), hostile_socket_);
  connection = Connection();
  connection.at_server = true;
  agenda_.Add(now_, {What::kHostile, 0, 0, 3 + hostile_dice_.Below(20), {}});
}

void World::EndHostile() {
  if (!is_hostile_there_) return;
  is_hostile_there_ = false;
  lied_at_ = now_ + Millis{30'000};  // so long its seat may still be taken
  Connection& connection = Of(pages_.size(), hostile_socket_);
  if (!connection.at_server) return;  // the server restarted
  connection.at_server = false;
  const explorer::Socket socket = SocketOf(pages_.size(), hostile_socket_);
  if (hostile_dice_.Chance(50)) Serve(server_.Receive(socket, {"leave", "{}", {}}));
  Serve(server_.Lose(socket, now_));
  RefreshExpiries();
}

void World::OnHostile(std::uint32_t more) {
  if (!is_hostile_there_) return;
  lied_at_ = now_;
  const auto side = static_cast<std::uint8_t>(pages_.size());
  const Letter letter = HostileLetter();
  const std::uint32_t copies = letter.name == "candidate" && hostile_dice_.Chance(20) ? 20 + hostile_dice_.Below(130) : 1;
  for (std::uint32_t i = 0; i < copies && !letter.name.empty(); ++i) {
    agenda_.Add(now_, {What::kToServer, side, hostile_socket_, 0, letter});
  }
  if (more == 0) return;
  agenda_.Add(now_ + hostile_dice_.Mostly(Millis{1}, Millis{8'000}), {What::kHostile, 0, 0, more - 1, {}});
}

Letter World::HostileLetter() {
  Random& dice = hostile_dice_;
  const bool filters = server_.kind() == explorer::Server::Kind::kDuet;
  const std::uint32_t what = dice.Below(100);
  if (what < 15) {
    return {"join",
            is_hostile_a_seed_ ? R"({"room":"room","name":"H"})"
                               : R"({"room":"room","name":"H","seat":"seat-H","page":"pageHHHH--------------","v":1})",
            OpId{1}};
  }
  if (what < 45 && !heard_.empty()) return Distorted(heard_[dice.Below(static_cast<std::uint32_t>(heard_.size()))]);
  const std::string name(kNames[dice.Below(kNames.size())]);
  if (what < 55) {
    // Duet's server passes none of it on.
    return filters ? Letter() : Letter{name, std::string(kNonsense[dice.Below(kNonsense.size())]), {}};
  }
  if (name == "candidate") {
    std::string json = R"({"candidate":"candidate:1 1 udp 1 0.0.0.0 9 typ host ufrag s15.1g0","sdpMid":")" +
                       std::to_string(dice.Below(3)) + R"(","sdpMLineIndex":0)";
    if (dice.Chance(50)) json += R"(,"usernameFragment":"s15.1g0")";
    return {name, json + HostileStamp() + "}", {}};
  }
  return {name, R"({"type":")" + name + R"(","sdp":")" + SdpOf(&dice) + "\"" + HostileStamp() + "}", {}};
}

// One that somebody else has sent, with something changed.
Letter World::Distorted(Letter letter) {
  Random& dice = hostile_dice_;
  letter.name = letter.name == "getOffer" ? "offer" : letter.name == "getAnswer" ? "answer" : "candidate";
  std::string& json = letter.json;
  if (dice.Chance(30)) Replace("offer", std::to_string(dice.Below(4)), &json);
  if (dice.Chance(20)) Replace("to", "\"\"", &json);
  if (dice.Chance(20)) Replace("to", '"' + pages_[dice.Below(2)].id + '"', &json);
  if (dice.Chance(20)) Replace("from", '"' + pages_[dice.Below(2)].id + '"', &json);
  if (dice.Chance(10)) Replace("leg", "\"pageHHHH-1\"", &json);
  if (dice.Chance(20)) Replace("room", "8", &json);
  if (server_.kind() == explorer::Server::Kind::kLesson) return letter;
  // Duet's server writes its own `from`, and looks at the type.
  const std::size_t from = json.find(R"(,"from":)");
  if (from != std::string::npos) json.erase(from, json.find_first_of(",}", from + 1) - from);
  return letter;
}

std::string World::HostileStamp() {
  Random& dice = hostile_dice_;
  if (dice.Chance(30)) return {};
  std::string stamp = R"(,"v":)" + std::to_string(1 + dice.Below(2));
  if (server_.kind() == explorer::Server::Kind::kLesson) {
    stamp += R"(,"from":")" + (dice.Chance(50) ? pages_[dice.Below(2)].id : std::string("pageHHHH--------------")) + '"';
  }
  stamp += R"(,"to":")" + (dice.Chance(50) ? pages_[dice.Below(2)].id : std::string()) + '"';
  stamp +=
      R"(,"leg":")" + (dice.Chance(30) ? pages_[dice.Below(2)].id.substr(0, 8) + "-1" : std::string("pageHHHH-1")) + '"';
  stamp += R"(,"offer":)" + std::to_string(dice.Chance(90) ? dice.Below(4) : 1'000'000);
  return stamp + R"(,"room":)" + (dice.Chance(80) ? "7" : "8");
}

}  // namespace duet::simulator
