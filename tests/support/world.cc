#include "support/world.h"

#include <algorithm>
#include <utility>

#include "core/sdp_scan.h"

namespace duet {

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

void World::Show(Side side, const std::string& room) {
  pages_[side].shows = room;
  Post(side, RoomShown{room, 42});
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
  ServeLoss(side);
  Post(side, SignalingLost{});
}

void World::RegainSocket(Side side) {
  pages_[side].connected = true;
  pages_[side].socket = "socket-" + std::to_string(++sockets_);
  Post(side, SignalingConnected{pages_[side].socket});
}

void World::ForgetEverything() {
  seats_.clear();
  parked_.clear();
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
  fresh.shows = old.shows;
  old = std::move(fresh);
  if (!old.shows.empty()) Show(side, old.shows);
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

// The candidates follow the resolution, as in the browsers.
Event World::SetLocal(Side side, LegId leg, OpId op, Description description, Peer& peer) {
  peer.state = description.type == DescriptionType::kAnswer ? Peer::kStable : Peer::kHaveLocalOffer;
  const std::string line = "candidate:1 1 udp 1 127.0.0.1 9 typ host ufrag " + peer.ufrag();
  queues_[side].push_back([this, side, leg, line, ufrag = peer.ufrag()] {
    if (pages_[side].peers.count(leg.value) == 0) return;
    Post(side, LocalCandidateFound{leg, {line, "0", ufrag, 0, true}});
    Post(side, LocalCandidateFound{leg, {"", "0", ufrag, 0, true}});
  });
  return LocalDescriptionSet{leg, op, std::move(description)};
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
  } else if (const auto* create = std::get_if<CreateDescription>(&effect)) {
    Complete(side, create->leg, [this, e = *create](Peer& p) -> Event {
      const bool fits = (e.type == DescriptionType::kAnswer) == (p.state == Peer::kHaveRemoteOffer);
      if (!fits) return DescriptionFailed{e.leg, e.op, "InvalidStateError"};
      p.created = Describe(p, e.type);
      return DescriptionCreated{e.leg, e.op, {e.type, p.created}};
    });
  } else if (const auto* created = std::get_if<SetCreatedDescription>(&effect)) {
    Complete(side, created->leg, [this, side, e = *created](Peer& p) -> Event {
      if (e.description.sdp != p.created) return DescriptionFailed{e.leg, e.op, "InvalidModificationError"};
      const bool answer = e.description.type == DescriptionType::kAnswer;
      if (answer != (p.state == Peer::kHaveRemoteOffer)) return DescriptionFailed{e.leg, e.op, "InvalidStateError"};
      return SetLocal(side, e.leg, e.op, e.description, p);
    });
  } else if (const auto* local = std::get_if<SetLocalDescription>(&effect)) {
    Complete(side, local->leg, [this, side, e = *local](Peer& p) -> Event {
      const bool answer = p.state == Peer::kHaveRemoteOffer;
      if (!answer && std::exchange(p.restarts, false)) ++p.generation;
      const DescriptionType type = answer ? DescriptionType::kAnswer : DescriptionType::kOffer;
      return SetLocal(side, e.leg, e.op, {type, Describe(p, type)}, p);
    });
  } else if (const auto* restart = std::get_if<RestartIce>(&effect)) {
    peer(restart->leg).restarts = true;
  } else if (const auto* remote = std::get_if<SetRemoteDescription>(&effect)) {
    Complete(side, remote->leg, [e = *remote](Peer& p) -> Event {
      const bool offer = e.description.type == DescriptionType::kOffer;
      if (!offer && p.state != Peer::kHaveLocalOffer) return DescriptionFailed{e.leg, e.op, "InvalidStateError"};
      p.state = offer ? Peer::kHaveRemoteOffer : Peer::kStable;
      const std::string ufrag = UsernameFragments(e.description.sdp).front();
      if (ufrag != p.remote_ufrag) {
        if (offer && !p.remote_ufrag.empty()) ++p.generation;  // a restart is answered by another
        p.remote_candidates = 0;
      }
      p.remote_ufrag = ufrag;
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

}  // namespace duet
