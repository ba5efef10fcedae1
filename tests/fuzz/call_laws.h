// What must hold for a call whatever happens to it, told from outside: from its effects, deadline and snapshot. (What it
// asks of itself, IsConsistent(), traps by itself.) The letters are those of the invariants that the call was designed by.
#ifndef DUET_TESTS_FUZZ_CALL_LAWS_H_
#define DUET_TESTS_FUZZ_CALL_LAWS_H_

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/call.h"

namespace duet {

// A call and a browser and socket that take its orders. Carries no order out: whoever drives it does, or does not.
class WatchedCall {
 public:
  // One description operation that the browser is to settle.
  struct DescriptionOrder {
    LegId leg;
    OpId op;
    std::optional<DescriptionType> remote;  // nothing: setLocalDescription
    bool answering = false;                 // then: whether that makes an answer
    bool creates = false;                   // createOffer or createAnswer: nothing is set
  };
  struct Leg {
    LegId id;
    bool has_channel = false;
    bool channel_open = false;
    bool gathers = false;                   // a local description was ordered
    bool closing = false;                   // has said goodbye
    bool offers_first = false;              // its first offer was created to be parked
    bool answered = false;                  // a remote description was ordered
    bool is_parked = false;                 // `park` was sent
    std::string created;                    // what was created for it last
    std::optional<DescriptionType> remote;  // the newest remote description
    std::size_t candidates = 0;             // added since then
    std::size_t found = 0;                  // local ones since it was opened
  };

  // Handles one event, and the deadlines that it has made due at the same time.
  void Handle(const Event& event);
  void Advance(Millis by) { now_ += by; }
  // Leaves if need be, and waits until the last word had its time: nothing may be left.
  void Finish();

  const Call& call() const { return call_; }
  Millis now() const { return now_; }
  bool socket_connected() const { return connected_; }
  const std::vector<Leg>& legs() const { return legs_; }
  const std::vector<OpId>& joins() const { return joins_; }
  const std::vector<RequestMedia>& prompts() const { return prompts_; }
  const std::vector<DescriptionOrder>& descriptions() const { return descriptions_; }
  const std::optional<SendMessage>& last_message() const { return last_message_; }
  const std::optional<SendMessage>& last_offer() const { return last_offer_; }
  std::uint32_t last_op() const { return last_op_; }

 private:
  void HandleOne(const Event& event);
  void Before(const Event& event);
  void After(const Event& event, const Effects& effects, const Call& before);

  void Take(const OpenSignaling&) {}
  void Take(const SendJoin& order);
  void Take(const SendMessage& order);
  void TakeParked(const SendMessage& order);
  void Take(const RequestMedia& order);
  void Take(const UseMedia& order);
  void Take(const DiscardMedia& order);
  void Take(const EnableTrack& order);
  void Take(const StopMedia&);
  void Take(const OpenLeg& order);
  void Take(const AddTransceivers& order) { UsedOne(order.leg); }
  void Take(const OpenChannel& order);
  void Take(const AcceptTransceivers& order);
  void Take(const AttachTracks& order);
  void Take(const CreateDescription& order);
  void Take(const SetCreatedDescription& order);
  void Take(const SetLocalDescription& order);
  void Take(const SetRemoteDescription& order);
  void Take(const RestartIce& order) { UsedOne(order.leg); }
  void Take(const AddCandidate& order);
  void Take(const SendOnChannel& order);
  void Take(const CloseLeg& order);
  void Take(const CountDrop&) {}

  Leg* FindLeg(LegId leg);
  Leg& OpenOne(LegId leg);  // I3: no order names a closed leg
  Leg& UsedOne(LegId leg);  // nor is one used that has said goodbye
  Leg* FindNamed(const std::string& name);
  void CheckLegs() const;
  void TakeNew(OpId op);

  Call call_;
  Millis now_{1'000};
  bool connected_ = false;
  bool silent_ = true;  // in no room, as far as this event's orders were carried out
  std::uint32_t last_op_ = 0;
  std::uint32_t last_leg_ = 0;
  std::vector<Leg> legs_;  // open ones
  std::vector<OpId> joins_;
  std::vector<RequestMedia> prompts_;
  std::vector<DescriptionOrder> descriptions_;
  std::map<std::uint32_t, std::array<bool, 2>> granted_;  // tracks that wait under their op
  std::array<bool, 2> live_{};                            // local tracks: microphone, camera
  std::optional<SendMessage> last_message_;
  std::optional<SendMessage> last_offer_;
};

}  // namespace duet

#endif  // DUET_TESTS_FUZZ_CALL_LAWS_H_
