// One page's browser, as far as a call sees it: its connections and its devices. A value; nothing happens by itself.
//
// Who has several of them, and lets them hear each other, uses network.h, whose Perform, Steps and Take include these.
#ifndef DUET_TESTS_SUPPORT_MODEL_BROWSER_H_
#define DUET_TESTS_SUPPORT_MODEL_BROWSER_H_

#include <cstdint>
#include <optional>

#include "core/effect.h"
#include "core/event.h"
#include "support/model/dialect.h"
#include "support/model/peer.h"
#include "support/model/step.h"

namespace duet::model {

struct Settings {
  Dialect dialect;
  bool one_certificate = false;  // the page makes one and uses it for every leg
  bool has_devices = true;       // false: no mediaDevices
  bool makes_peers = true;       // false: the browser refuses new connections
  std::uint8_t refusals = 1;     // the MediaErrors that a request may end with: a bit each
  bool operator==(const Settings&) const = default;
};

class Browser {
 public:
  Browser() = default;
  // `page` is a number that no other page has, and none had: a reload makes another Browser.
  explicit Browser(unsigned page, const Settings& settings = Settings())
      : page_(static_cast<std::uint8_t>(page)), settings_(settings) {}

  // Carries an order out; those for signaling, SendOnChannel and CountDrop are none for this. What it says before
  // anything else can happen is returned: to be handled next, after the other effects of the same event.
  std::optional<Event> Perform(const Effect& effect);

  // What can happen in this browser alone, as `index`.
  void Steps(std::uint8_t index, StepList* steps) const;

  // The event that comes of it. There is none if the page does not listen any more.
  std::optional<Event> Take(const Step& step);

  // The camera is unplugged, or taken back. Nothing if there is none.
  std::optional<Event> EndTrack(MediaKind kind);

  // ---- Looking ----

  const Settings& settings() const { return settings_; }
  unsigned page() const { return page_; }
  const LazyList<Peer, 6>& peers() const { return peers_; }
  const Peer* Find(LegId leg) const;
  Peer* Find(LegId leg);
  int open_legs() const { return static_cast<int>(peers_.size()); }
  // Tracks that keep a device on.
  int live_tracks() const;
  int prompts() const { return static_cast<int>(requests_.size()); }
  bool IsLive(std::uint8_t track) const { return track != 0 && (track == microphone_.track || track == camera_.track); }
  // 0: none.
  std::uint8_t track(MediaKind kind) const { return (kind == MediaKind::kMicrophone ? microphone_ : camera_).track; }
  bool enabled(MediaKind kind) const { return (kind == MediaKind::kMicrophone ? microphone_ : camera_).enabled; }

  bool operator==(const Browser&) const = default;

  template <typename Self, typename Visitor>
  static void Visit(Self& self, Visitor&& visit) {
    visit("page", self.page_);
    visit("peers", self.peers_);
    visit("microphone", self.microphone_.track);
    visit("microphone.enabled", self.microphone_.enabled);
    visit("camera", self.camera_.track);
    visit("camera.enabled", self.camera_.enabled);
    visit("requests", self.requests_);
    visit("granted", self.granted_);
  }

 private:
  struct Device {
    std::uint8_t track = 0;
    bool enabled = true;
    bool operator==(const Device&) const = default;
  };
  // A prompt that is open.
  struct Request {
    OpId op;
    bool microphone = false;
    bool camera = false;
    bool operator==(const Request&) const = default;

    template <typename Self, typename Visitor>
    static void Visit(Self& self, Visitor&& visit) {
      visit("op", self.op);
      visit("microphone", self.microphone);
      visit("camera", self.camera);
    }
  };
  // Tracks that wait to be used or discarded.
  struct Granted {
    OpId op;
    std::uint8_t microphone = 0;
    std::uint8_t camera = 0;
    bool operator==(const Granted&) const = default;

    template <typename Self, typename Visitor>
    static void Visit(Self& self, Visitor&& visit) {
      visit("op", self.op);
      visit("microphone", self.microphone);
      visit("camera", self.camera);
    }
  };

  std::optional<Event> On(const RequestMedia& order);
  std::optional<Event> On(const UseMedia& order);
  std::optional<Event> On(const DiscardMedia& order);
  std::optional<Event> On(const EnableTrack& order);
  std::optional<Event> On(const StopMedia& order);
  std::optional<Event> On(const OpenLeg& order);
  std::optional<Event> On(const AddTransceivers& order);
  std::optional<Event> On(const OpenChannel& order);
  std::optional<Event> On(const AcceptTransceivers& order);
  std::optional<Event> On(const AttachTracks& order);
  std::optional<Event> On(const CreateDescription& order);
  std::optional<Event> On(const SetCreatedDescription& order);
  std::optional<Event> On(const SetLocalDescription& order);
  std::optional<Event> On(const SetRemoteDescription& order);
  std::optional<Event> On(const RestartIce& order);
  std::optional<Event> On(const AddCandidate& order);
  std::optional<Event> On(const CloseLeg& order);
  template <typename NotForUs>
  std::optional<Event> On(const NotForUs&) {
    return std::nullopt;
  }

  std::optional<Event> Answer(OpId op, bool granted, MediaError error);
  Event EventOf(const Peer& peer, const Outcome& outcome) const;
  std::uint8_t NewTrack() const;
  bool IsTrackUsed(std::uint8_t track) const;

  std::uint8_t page_ = 0;
  Settings settings_;
  LazyList<Peer, 6> peers_;  // a leg or what is prepared of one, and those that are still closing
  Device microphone_;
  Device camera_;
  FixedList<Request, 4> requests_;
  FixedList<Granted, 4> granted_;
};

}  // namespace duet::model

#endif  // DUET_TESTS_SUPPORT_MODEL_BROWSER_H_
