#include "support/world.h"

#include <algorithm>
#include <utility>

#include "core/json.h"
#include "core/sdp_scan.h"
#include "support/json_text.h"

namespace duet {
namespace {

std::string TextOf(const std::string& json, std::string_view key) {
  const auto value = Json::Parse(json);
  return value ? duet::TextOf(*value, key) : std::string();
}

}  // namespace

World::World(ServerKind kind, std::uint32_t seed) : kind_(kind), random_(seed) {
  for (int side = 0; side < kSides; ++side) {
    Page& page = pages_[side];
    page.page = std::string("page-") + static_cast<char>('a' + side) + "-0000000000000000";
    page.seat = std::string("seat-") + static_cast<char>('a' + side) + "-0000000000000000";
    RegainSocket(static_cast<Side>(side));
  }
  Run();
}

// ---- What people and fate do ----

void World::Join(Side side, const std::string& room) {
  Post(side, JoinRequested{room, std::string(1, static_cast<char>('A' + side)), pages_[side].seat, pages_[side].page, 42});
}

void World::GrantMedia(Side side, bool microphone, bool camera) {
  const RequestMedia request = pages_[side].requests.front();
  pages_[side].requests.pop_front();
  pages_[side].live_tracks += microphone + camera;
  Post(side, MediaGranted{request.op, microphone && request.microphone, camera && request.camera});
}

void World::RefuseMedia(Side side, MediaError error) {
  const RequestMedia request = pages_[side].requests.front();
  pages_[side].requests.pop_front();
  Post(side, MediaRefused{request.op, error});
}

void World::LoseSocket(Side side) {
  pages_[side].connected = false;
  queues_[kSides + side].clear();
  queues_[2 * kSides + side].clear();
  if (Seat* seat = SeatOf(side)) {
    seat->side = -1;
    if (Seat* other = OtherSeat(*seat); other != nullptr && other->side >= 0) {
      ToPage(static_cast<Side>(other->side), "peer_away", JsonObject().Add("id", seat->id).Take());
    }
  }
  Post(side, SignalingLost{});
}

void World::RegainSocket(Side side) {
  pages_[side].connected = true;
  pages_[side].socket = "socket-" + std::to_string(++sockets_);
  Post(side, SignalingConnected{pages_[side].socket});
}

void World::ForgetEverything() {
  seats_.clear();
  for (int side = 0; side < kSides; ++side) LoseSocket(static_cast<Side>(side));
}

void World::Reload(Side side) {
  Page& old = pages_[side];
  for (auto& [leg, peer] : old.peers) {
    for (Page& page : pages_) {
      for (auto& [other_leg, other] : page.peers) {
        if (other.remote_ufrag == peer.ufrag()) other.connected = false;
      }
    }
  }
  LoseSocket(side);
  queues_[side].clear();
  Page fresh;
  fresh.seat = old.seat;
  fresh.page = old.page.substr(0, 7) + std::to_string(++sockets_) + "-000000000000000";
  fresh.legs_made = old.legs_made;
  old = std::move(fresh);
  RegainSocket(side);
}

void World::LosePath() {
  path_ = false;
  for (Page& page : pages_) {
    for (auto& [leg, peer] : page.peers) peer.connected = false;
  }
}

void World::RegainPath() {
  path_ = true;
  CheckPaths();
}

void World::SetConnectionState(Side side, ConnectionState state) {
  Post(side, ConnectionStateChanged{LegId{pages_[side].peers.rbegin()->first}, state});
}

// ---- Running ----

bool World::Step() {
  std::vector<std::deque<Task>*> ready;
  for (std::deque<Task>& queue : queues_) {
    if (!queue.empty()) ready.push_back(&queue);
  }
  if (ready.empty()) return false;
  random_ = random_ * 1664525u + 1013904223u;
  std::deque<Task>& queue = *ready[(random_ >> 16) % ready.size()];
  const Task task = std::move(queue.front());
  queue.pop_front();
  task();
  return true;
}

void World::Run() {
  while (Step()) {
  }
}

void World::Advance(Millis by) {
  const Millis until = now_ + by;
  Run();
  for (;;) {
    std::optional<Millis> next;
    for (const Page& page : pages_) {
      const std::optional<Millis> at = page.call.deadline();
      if (at && (!next || *at < *next)) next = at;
    }
    if (!next || *next > until) break;
    now_ = std::max(now_, *next);
    for (int side = 0; side < kSides; ++side) {
      if (pages_[side].call.deadline().value_or(Millis::max()) <= now_) Post(static_cast<Side>(side), DeadlineReached{});
    }
    Run();
  }
  now_ = until;
}

void World::Post(Side side, Event event) {
  queues_[side].push_back([this, side, event = std::move(event)] {
    const Call before = pages_[side].call;
    const Effects effects = pages_[side].call.Handle(event, now_);
    if (observe) observe(before, pages_[side].call);
    for (const Effect& effect : effects) {
      pages_[side].all.push_back(effect);
      Perform(side, effect);
    }
  });
}

// ---- Looking ----

int World::drops(Side side, DropReason reason) const {
  return static_cast<int>(std::count(pages_[side].all.begin(), pages_[side].all.end(), Effect(CountDrop{reason})));
}

int World::sent(Side side, const std::string& name) const {
  return static_cast<int>(std::count_if(pages_[side].all.begin(), pages_[side].all.end(), [&](const Effect& effect) {
    const SendMessage* message = std::get_if<SendMessage>(&effect);
    return message != nullptr && message->name == name;
  }));
}

bool World::sends_tracks(Side side) const {
  const auto& peers = pages_[side].peers;
  return !peers.empty() && peers.rbegin()->second.tracks;
}

bool World::is_connected(Side side) const {
  const auto& peers = pages_[side].peers;
  return phase(side) == Phase::kConnected && !peers.empty() && peers.rbegin()->second.connected;
}

// ---- The browser ----

// Acts on the connection when its turn in the operations chain comes, if it is still open then.
void World::Complete(Side side, LegId leg, std::function<Event(Peer&)> act) {
  queues_[side].push_back([this, side, leg, act = std::move(act)] {
    const auto it = pages_[side].peers.find(leg.value);
    if (it == pages_[side].peers.end()) return;  // closed: its promises never settle
    const Event event = act(it->second);
    Post(side, event);
    CheckPaths();
  });
}

std::string World::Describe(const Peer& peer, DescriptionType type) const {
  std::string sdp = "v=0\r\no=- " + std::to_string(peer.session) + " 2 IN IP4 127.0.0.1\r\n";
  sdp += "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=ice-ufrag:" + peer.ufrag() + "\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\n";
  if (peer.channel) sdp += "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n";
  return sdp + (type == DescriptionType::kOffer ? "a=setup:actpass\r\n" : "a=setup:active\r\n");
}

void World::CheckPaths() {
  if (!path_) return;
  for (int a = 0; a < kSides; ++a) {
    for (auto& [leg_a, x] : pages_[a].peers) {
      for (int b = 0; b < kSides; ++b) {
        for (auto& [leg_b, y] : pages_[b].peers) {
          const bool match = a != b && x.remote_ufrag == y.ufrag() && y.remote_ufrag == x.ufrag();
          if (!match || x.remote_candidates + y.remote_candidates == 0) continue;
          if (!x.connected) {
            x.connected = true;
            Post(static_cast<Side>(a), ConnectionStateChanged{LegId{leg_a}, ConnectionState::kConnected});
          }
          if (x.channel && y.channel && !x.channel_told && x.state == Peer::kStable && y.state == Peer::kStable) {
            x.channel_told = true;
            Post(static_cast<Side>(a), ChannelOpened{LegId{leg_a}});
          }
        }
      }
    }
  }
}

void World::Perform(Side side, const Effect& effect) {
  Page& page = pages_[side];
  const auto peer = [&](LegId leg) -> Peer& { return page.peers.at(leg.value); };
  if (const auto* e = std::get_if<SendJoin>(&effect)) {
    ToServer(side, "join", e->json, e->op);
  } else if (const auto* message = std::get_if<SendMessage>(&effect)) {
    ToServer(side, message->name, message->json, {});
  } else if (const auto* request = std::get_if<RequestMedia>(&effect)) {
    ++page.prompts;
    page.requests.push_back(*request);
  } else if (std::get_if<StopMedia>(&effect) || std::get_if<DiscardMedia>(&effect)) {
    page.live_tracks = 0;
  } else if (const auto* open = std::get_if<OpenLeg>(&effect)) {
    ++page.legs_made;
    page.peers[open->leg.value].session = ++sessions_;
  } else if (const auto* close = std::get_if<duet::CloseLeg>(&effect)) {
    page.peers.erase(close->leg.value);
  } else if (const auto* add = std::get_if<AddTransceivers>(&effect)) {
    peer(add->leg).transceivers = true;
  } else if (const auto* accept = std::get_if<AcceptTransceivers>(&effect)) {
    peer(accept->leg).transceivers = true;
  } else if (const auto* channel = std::get_if<OpenChannel>(&effect)) {
    peer(channel->leg).channel = true;
  } else if (const auto* attach = std::get_if<duet::AttachTracks>(&effect)) {
    Complete(side, attach->leg, [this, side, e = *attach](Peer& p) {
      p.tracks = p.transceivers && has_tracks(side);
      return TracksAttached{e.leg, e.op, true};
    });
  } else if (const auto* local = std::get_if<SetLocalDescription>(&effect)) {
    Complete(side, local->leg, [this, side, e = *local](Peer& p) -> Event {
      const bool answer = p.state == Peer::kHaveRemoteOffer;
      p.state = answer ? Peer::kStable : Peer::kHaveLocalOffer;
      const Candidate candidate{"candidate:1 1 udp 1 127.0.0.1 9 typ host ufrag " + p.ufrag(), "0", p.ufrag(), 0, true};
      const DescriptionType type = answer ? DescriptionType::kAnswer : DescriptionType::kOffer;
      // The candidates follow the resolution, as in the browsers.
      queues_[side].push_back([this, side, e, candidate] {
        if (pages_[side].peers.count(e.leg.value) == 0) return;
        Post(side, LocalCandidateFound{e.leg, candidate});
        Post(side, LocalCandidateFound{e.leg, {"", "0", candidate.username_fragment, 0, true}});
      });
      return LocalDescriptionSet{e.leg, e.op, {type, Describe(p, type)}};
    });
  } else if (const auto* remote = std::get_if<SetRemoteDescription>(&effect)) {
    Complete(side, remote->leg, [e = *remote](Peer& p) -> Event {
      const bool offer = e.description.type == DescriptionType::kOffer;
      if (!offer && p.state != Peer::kHaveLocalOffer) return DescriptionFailed{e.leg, e.op, "InvalidStateError"};
      p.state = offer ? Peer::kHaveRemoteOffer : Peer::kStable;
      p.remote_ufrag = UsernameFragments(e.description.sdp).front();
      return RemoteDescriptionSet{e.leg, e.op};
    });
  } else if (const auto* candidate = std::get_if<AddCandidate>(&effect)) {
    Complete(side, candidate->leg, [e = *candidate](Peer& p) -> Event {
      const bool ok = !p.remote_ufrag.empty();
      if (ok && !e.candidate.candidate.empty() && e.candidate.username_fragment == p.remote_ufrag) ++p.remote_candidates;
      return CandidateSettled{e.leg, e.op, ok};
    });
  } else if (const auto* text = std::get_if<SendOnChannel>(&effect)) {
    const std::string ufrag = peer(text->leg).ufrag();
    Post(side, ChannelDrained{text->leg});
    for (int other = 0; other < kSides; ++other) {
      for (auto& [leg, p] : pages_[other].peers) {
        if (path_ && p.remote_ufrag == ufrag && p.channel) {
          Post(static_cast<Side>(other), ChannelReceived{LegId{leg}, text->json});
        }
      }
    }
  }
}

// ---- The servers ----

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

World::Seat* World::SeatOf(Side side) {
  const auto it = std::find_if(seats_.begin(), seats_.end(), [side](const Seat& seat) { return seat.side == side; });
  return it == seats_.end() ? nullptr : &*it;
}

World::Seat* World::OtherSeat(const Seat& seat) {
  const auto it = std::find_if(seats_.begin(), seats_.end(),
                               [&](const Seat& other) { return other.room == seat.room && other.id != seat.id; });
  return it == seats_.end() ? nullptr : &*it;
}

void World::ServeDuet(Side side, const std::string& name, const std::string& json, OpId op) {
  const auto tell_other = [&](const Seat& seat, const std::string& event, const std::string& payload) {
    Seat* other = OtherSeat(seat);
    if (other != nullptr && other->side >= 0) ToPage(static_cast<Side>(other->side), event, payload);
  };
  const auto person = [](const Seat& seat) {
    return JsonObject().Add("id", seat.id).Add("name", seat.name).Add("v", std::int64_t{seat.version}).Take();
  };
  if (name == "join") {
    Seat seat{TextOf(json, "room"), TextOf(json, "page"), TextOf(json, "name"), TextOf(json, "seat"), side, 1};
    const auto old = std::find_if(seats_.begin(), seats_.end(), [&](const Seat& s) { return s.secret == seat.secret; });
    const bool back = old != seats_.end() && old->id == seat.id;
    if (old != seats_.end()) {
      if (!back) tell_other(*old, "user_exit", JsonObject().Add("id", old->id).Take());
      seats_.erase(old);
    }
    const auto taken = std::count_if(seats_.begin(), seats_.end(), [&](const Seat& s) { return s.room == seat.room; });
    if (taken >= 2) {
      const std::string answer = R"({"ok":false,"error":"room_full"})";
      queues_[2 * kSides + side].push_back([this, side, op, answer] { Post(side, JoinAnswered{op, answer}); });
      return;
    }
    seats_.push_back(seat);
    const Seat* other = OtherSeat(seat);
    const std::string answer = R"({"ok":true,"id":")" + seat.id + R"(","peer":)" + (other ? person(*other) : "null") + "}";
    queues_[2 * kSides + side].push_back([this, side, op, answer] { Post(side, JoinAnswered{op, answer}); });
    ToPage(side, "room_users", "[" + (other ? person(*other) : "") + "]");
    tell_other(seat, back ? "peer_back" : "user_joined", person(seat));
    return;
  }
  Seat* seat = SeatOf(side);
  if (seat == nullptr) return;
  if (name == "leave") {
    const Seat left = *seat;
    std::erase_if(seats_, [&](const Seat& s) { return s.id == left.id; });
    tell_other(left, "user_exit", JsonObject().Add("id", left.id).Take());
  } else if (name == "offer") {
    tell_other(*seat, "getOffer", json);
  } else if (name == "answer") {
    tell_other(*seat, "getAnswer", json);
  } else if (name == "candidate") {
    tell_other(*seat, "getCandidate", json);
  }
}

void World::ServeLesson(Side side, const std::string& name, const std::string& json) {
  if (name == "join") {
    std::string others;
    for (const Seat& seat : seats_) {
      if (seat.room != TextOf(json, "room") || seat.id == pages_[side].socket) continue;
      others += (others.empty() ? "" : ",") + JsonObject().Add("id", seat.id).Add("name", seat.name).Take();
    }
    seats_.push_back({TextOf(json, "room"), pages_[side].socket, TextOf(json, "name"), "", side, 0});
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
