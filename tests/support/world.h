// A small world for whole calls: two pages that each run a real Call, a browser that is just faithful enough for honest
// peers, and a signaling server. Everything that is under way stands in FIFO queues; Run() empties them in an order that a
// seed decides, and time moves only by Advance().
#ifndef DUET_TESTS_SUPPORT_WORLD_H_
#define DUET_TESTS_SUPPORT_WORLD_H_

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "core/call.h"

namespace duet {

enum Side { kA, kB, kC };  // C is for the third joiner
inline constexpr int kSides = 3;

enum class ServerKind { kDuet, kLesson };

class World {
 public:
  explicit World(ServerKind kind = ServerKind::kDuet, std::uint32_t seed = 1);

  // ---- What people and fate do. None of these runs the queues. ----
  void Show(Side side, const std::string& room = "1234");  // the page does, and does so again after a reload
  void Join(Side side, const std::string& room = "1234");
  void Leave(Side side) { Post(side, LeaveRequested{}); }
  void Switch(Side side, MediaKind kind, bool on) { Post(side, DeviceSwitched{kind, on}); }
  void GrantMedia(Side side, bool microphone = true, bool camera = true);  // answers the oldest open request
  void RefuseMedia(Side side, MediaError error);
  void LoseSocket(Side side);  // with everything in flight
  void RegainSocket(Side side);
  void ForgetEverything();  // the server restarts: all sockets are lost
  void Reload(Side side);   // a new page on the same seat; the old one is gone without a word
  void Tell(Side side, const std::string& name, const std::string& json) { ToPage(side, name, json); }
  void LosePath();  // media and data; nothing gets through from now on
  void RegainPath();
  void SetConnectionState(Side side, ConnectionState state);  // of the present leg

  // ---- Running ----
  void Run();               // until nothing is under way
  void Advance(Millis by);  // with all deadlines in between, and Run() after each
  bool Step();              // one thing; false if nothing is under way

  // ---- Looking ----
  Call& call(Side side) { return pages_[side].call; }
  Phase phase(Side side) const { return pages_[side].call.snapshot().phase; }
  Cause cause(Side side) const { return pages_[side].call.snapshot().cause; }
  int open_legs(Side side) const { return static_cast<int>(pages_[side].peers.size()); }
  int legs_made(Side side) const { return pages_[side].legs_made; }
  bool has_tracks(Side side) const { return pages_[side].live_tracks > 0; }
  int prompts(Side side) const { return pages_[side].prompts; }
  int drops(Side side, DropReason reason) const;
  int sent(Side side, const std::string& name) const;  // messages of that name
  const Effects& effects(Side side) const { return pages_[side].all; }
  bool sends_tracks(Side side) const;  // the present leg's senders have tracks
  bool is_connected(Side side) const;  // a leg with media both ways
  Millis now() const { return now_; }

  // Called after every event that a call handled.
  std::function<void(const Call& before, const Call& after)> observe;

 private:
  struct Peer {  // an RTCPeerConnection
    int session = 0;
    enum { kStable, kHaveLocalOffer, kHaveRemoteOffer } state = kStable;
    bool transceivers = false;
    bool channel = false;
    bool tracks = false;
    int generation = 0;  // of its ICE credentials
    bool restarts = false;
    std::string created;
    std::string remote_ufrag;
    int remote_candidates = 0;
    bool connected = false;
    bool channel_told = false;
    std::string ufrag() const {
      return "u" + std::to_string(session) + (generation > 0 ? "g" + std::to_string(generation) : "");
    }
  };
  struct Page {
    Call call;
    std::string page, seat, socket;
    std::string shows;     // "": no room
    std::string looks_at;  // as the server knows it
    bool connected = false;
    std::map<std::uint32_t, Peer> peers;
    std::map<std::uint32_t, bool> granted;  // media that waits under its op
    std::deque<RequestMedia> requests;
    Effects all;
    int legs_made = 0;
    int live_tracks = 0;
    int prompts = 0;
  };
  struct Parked {
    std::string offer;  // as it was sent; "": none
    std::vector<std::string> candidates;
    std::string answer;  // the one that it was given to
  };
  struct Seat {
    std::string room, id, name, secret;
    int side = -1;  // -1: away
    std::int32_t version = 0;
    Parked met;  // the other one's, that this one came with the answer to
  };
  using Task = std::function<void()>;

  void Post(Side side, Event event);
  void Perform(Side side, const Effect& effect);
  void Complete(Side side, LegId leg, std::function<Event(Peer&)> act);
  std::string Describe(const Peer& peer, DescriptionType type) const;
  Event SetLocal(Side side, LegId leg, OpId op, Description description, Peer& peer);
  void CheckPaths();
  void ToServer(Side side, std::string name, std::string json, OpId op);
  void ToPage(Side side, std::string name, std::string json);
  // world_server.cc
  void ServeDuet(Side side, const std::string& name, const std::string& json, OpId op);
  void ServeJoin(Side side, const std::string& json, OpId op);
  void ServeLoss(Side side);
  void Remove(const Seat& seat);
  void Tell(const Seat& seat, const std::string& name, const std::string& json);
  void TellOther(const Seat& seat, const std::string& name, const std::string& json);
  void TellLookers(const std::string& room);
  Parked Unpark(const std::string& room);
  void ServeLesson(Side side, const std::string& name, const std::string& json);
  Seat* SeatOf(Side side);
  Seat* OtherSeat(const Seat& seat);

  ServerKind kind_;
  std::uint32_t random_;
  Millis now_{1'000};
  int sessions_ = 0;
  int sockets_ = 0;
  bool path_ = true;
  std::array<Page, kSides> pages_;
  std::vector<Seat> seats_;
  std::map<std::string, Parked> parked_;  // by the room
  // The browser of each page, the way to the server, the way from it.
  std::array<std::deque<Task>, 3 * kSides> queues_;
};

}  // namespace duet

#endif  // DUET_TESTS_SUPPORT_WORLD_H_
