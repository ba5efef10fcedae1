// What lies between browsers: finds out whose connections belong together, by what each was told of the other, and brings
// about what follows. With it two or three Browser values are a world that an explorer can copy, compare and walk through:
//
//   std::optional<Event> said = network.Perform(pages, side, effect);      for every effect, in its order
//   network.Steps(pages, &steps);                                          all that can happen now
//   std::optional<Event> event = network.Take(pages, steps[i]);            ... is done, and what page steps[i].page hears
#ifndef DUET_TESTS_SUPPORT_MODEL_NETWORK_H_
#define DUET_TESTS_SUPPORT_MODEL_NETWORK_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "support/model/browser.h"
#include "support/model/step.h"

namespace duet::model {

// Which pages hear each other is found by the session ids in their descriptions: the order of `pages` does not matter, as
// long as it stays the same.
class Network {
 public:
  // Like Browser::Perform, and SendOnChannel too.
  std::optional<Event> Perform(std::span<Browser> pages, std::uint8_t index, const Effect& effect);

  // Adds all that can happen now. Nothing of it must happen: a browser may take its time, with everything but the order
  // of its operations chain.
  void Steps(std::span<const Browser> pages, StepList* steps) const;

  // One of these happens.
  std::optional<Event> Take(std::span<Browser> pages, const Step& step);

  // Faults. A page that crashes, or is loaded again, says nothing to anybody; put a new Browser in its place then.
  void CutPath(std::span<const Browser> pages);
  void HealPath() { path_up_ = true; }
  void Vanish(std::span<Browser> pages, std::uint8_t index);

  // ---- Looking ----

  bool path_up() const { return path_up_; }
  // What this end's data channel would bring next if it can bring anything now; "" for nothing.
  std::string TextFor(const Peer& peer, const Dialect& dialect) const;
  // The other end of a connection, if it is there and was told of this one.
  const Peer* OtherEnd(std::span<const Browser> pages, const Peer& peer) const;
  // What `index` receives of the other side on its present leg: the first transceiver of each kind, with a live track.
  bool Receives(std::span<const Browser> pages, std::uint8_t index, LegId leg, MediaKind kind) const;
  // The same for any transceiver, by its index.
  bool ReceivesOn(std::span<const Browser> pages, const Peer& peer, const Transceiver& transceiver) const;

  bool operator==(const Network&) const = default;

  template <typename Self, typename Visitor>
  static void Visit(Self& self, Visitor&& visit) {
    visit("path_up", self.path_up_);
    visit("wires", self.wires_);
  }

 private:
  // What was sent on a data channel and has not come yet. The sender may be closed.
  struct Wire {
    SessionId from;
    SessionId to;
    std::string texts;       // each ends with a line feed
    std::uint32_t left = 0;  // bytes that have left the sender's buffer
    bool operator==(const Wire&) const = default;

    template <typename Self, typename Visitor>
    static void Visit(Self& self, Visitor&& visit) {
      visit("from", self.from);
      visit("to", self.to);
      visit("texts", self.texts);
      visit("left", self.left);
    }
  };

  std::optional<Event> Send(std::span<Browser> pages, std::uint8_t index, const SendOnChannel& order);
  void DropWires(const Peer& closing);
  const Wire* WireTo(const Peer& peer) const;
  void StepsOf(std::span<const Browser> pages, std::uint8_t index, const Peer& peer, StepList* steps) const;
  std::optional<Event> TakeText(Peer* peer);

  bool path_up_ = true;
  std::vector<Wire> wires_;  // mostly none
};

}  // namespace duet::model

#endif  // DUET_TESTS_SUPPORT_MODEL_NETWORK_H_
