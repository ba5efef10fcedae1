// One call on a stage: what happens to it is told event by event, and what it orders is looked at.
#ifndef DUET_TESTS_SUPPORT_CALL_SCENE_H_
#define DUET_TESTS_SUPPORT_CALL_SCENE_H_

#include <gtest/gtest.h>

#include <string>

#include "core/call.h"
#include "core/json.h"
#include "support/print.h"

namespace duet {

inline constexpr char kPage[] = "mmmmmmmm-our-page-00000";
inline constexpr char kHigher[] = "zzzzzzzz-their-page-000";  // we are polite to this one
inline constexpr char kLower[] = "aaaaaaaa-their-page-000";   // and impolite to this one
inline constexpr std::uint32_t kRoomHash = 7;

inline std::string Sdp(int session, const std::string& extra = "") {
  return "v=0\r\no=- " + std::to_string(session) + " 2 IN IP4 127.0.0.1\r\na=ice-ufrag:f" + std::to_string(session) +
         "\r\nm=audio 9 X 1\r\nm=video 9 X 1\r\n" + extra;
}

class CallScene : public testing::Test {
 protected:
  Effects On(const Event& event) { return last_ = call_.Handle(event, now_); }
  Effects Message(const std::string& name, const std::string& json) { return On(MessageReceived{name, json}); }
  Effects Wait(Millis by) {
    now_ += by;
    return On(DeadlineReached{});
  }

  template <typename T>
  const T* Find(const Effects& effects) const {
    for (const Effect& effect : effects) {
      if (const T* found = std::get_if<T>(&effect)) return found;
    }
    return nullptr;
  }
  template <typename T>
  T Last() const {
    const T* found = Find<T>(last_);
    EXPECT_NE(found, nullptr) << Print(last_);
    return found != nullptr ? *found : T{};
  }
  template <typename T>
  bool Did() const {
    return Find<T>(last_) != nullptr;
  }
  bool Dropped(DropReason reason) const { return last_ == Effects{CountDrop{reason}}; }

  void Connect() { On(SignalingConnected{"socket-1"}); }
  void Join() { On(JoinRequested{"1234", "Ann", "seat-0000000000000000000", kPage, kRoomHash}); }
  void Answer(const std::string& json) { On(JoinAnswered{Last<SendJoin>().op, json}); }
  void EnterEmptyRoom() {
    Connect();
    Join();
    Answer(R"({"ok":true,"id":"me","peer":null})");
  }
  void EnterRoomWith(const std::string& peer) {
    Connect();
    Join();
    Answer(R"({"ok":true,"id":"me","peer":)" + peer + "}");
  }
  void EnterRoomWithSeed() { EnterRoomWith(R"({"id":"seed-socket","name":"Sam"})"); }
  void EnterRoomWithDuet(const std::string& page) { EnterRoomWith(R"({"id":")" + page + R"(","name":"Bob","v":1})"); }
  void EnterLessonRoom(const std::string& users) {
    Connect();
    Join();
    Message("room_users", users);
  }

  // The browser carries out the description operation that was ordered last.
  void OfferMade(LegId leg, int session = 1) {
    On(LocalDescriptionSet{leg, Last<SetLocalDescription>().op, {DescriptionType::kOffer, Sdp(session)}});
  }
  void AnswerMade(LegId leg, int session = 1) {
    On(LocalDescriptionSet{leg, Last<SetLocalDescription>().op, {DescriptionType::kAnswer, Sdp(session)}});
  }
  void RemoteSet(LegId leg) { On(RemoteDescriptionSet{leg, Last<SetRemoteDescription>().op}); }
  void Connected(LegId leg) { On(ConnectionStateChanged{leg, ConnectionState::kConnected}); }
  void Fail(LegId leg) { On(ConnectionStateChanged{leg, ConnectionState::kFailed}); }

  std::string Stamped(const std::string& type, const std::string& from, const std::string& leg, int offer, int session,
                      std::uint32_t room = kRoomHash) {
    Stamp stamp{1, from, kPage, leg, static_cast<std::uint32_t>(offer), room};
    return EncodeDescription({type == "offer" ? DescriptionType::kOffer : DescriptionType::kAnswer, Sdp(session)}, stamp);
  }
  std::string Bare(const std::string& type, int session) {
    return JsonObject().Add("type", type).Add("sdp", Sdp(session)).Take();
  }

  // ---- Two hops ----

  // Somebody waits in the room that the page shows, and our answer to their offer is prepared, on leg 1.
  void LookAndPrepare() {
    On(RoomShown{"1234", kRoomHash});
    Connect();
    Message("parked", Parked(kLower, "their-1"));
    RemoteSet(LegId{1});
    On(DescriptionCreated{LegId{1}, Last<CreateDescription>().op, {DescriptionType::kAnswer, Sdp(1)}});
  }
  std::string Parked(const std::string& from, const std::string& leg, int session = 9, std::uint32_t room = kRoomHash) {
    return EncodeDescription({DescriptionType::kOffer, Sdp(session)}, {1, from, "", leg, 1, room});
  }
  // The browser does what parking on `leg` orders, up to `park`.
  void ParkMade(LegId leg) {
    On(DescriptionCreated{leg, Last<CreateDescription>().op, {DescriptionType::kOffer, Sdp(1)}});
    On(LocalDescriptionSet{leg, Last<SetCreatedDescription>().op, {DescriptionType::kOffer, Sdp(1, "a=candidate:1")}});
  }
  // How we name that leg on the wire.
  static std::string NameOfLeg(int leg) { return "mmmmmmmm-" + std::to_string(leg); }

  // A connected call that a seed began by its offer.
  void ConnectToSeed() {
    EnterEmptyRoom();
    Message("user_joined", R"({"id":"seed-socket","name":"Sam"})");
    Message("getOffer", Bare("offer", 9));
    RemoteSet(LegId{2});
    AnswerMade(LegId{2});
    Connected(LegId{2});
  }
  void ConnectToDuet(const std::string& page) {
    EnterEmptyRoom();
    Message("user_joined", R"({"id":")" + page + R"(","name":"Bob","v":1})");
    Message("getOffer", Stamped("offer", page, "their-1", 1, 9));
    RemoteSet(LegId{2});
    AnswerMade(LegId{2});
    Connected(LegId{2});
  }

  Phase phase() const { return call_.snapshot().phase; }
  Cause cause() const { return call_.snapshot().cause; }
  void ExpectSeen(Phase phase, Cause cause = Cause::kNone) const {
    EXPECT_EQ(ToString(this->phase()), ToString(phase));
    EXPECT_EQ(ToString(this->cause()), ToString(cause));
  }
  // Whatever the browser still says about a leg that is gone changes nothing.
  void ExpectNothingOf(LegId leg) {
    const Call before = call_;
    const Event late[] = {LegBroken{leg, "InvalidStateError"},
                          LocalDescriptionSet{leg, OpId{5}, {}},
                          RemoteDescriptionSet{leg, OpId{5}},
                          DescriptionFailed{leg, OpId{5}, "OperationError"},
                          LocalCandidateFound{leg, {}},
                          LocalCandidateFound{leg, {"candidate:1 1 udp 1 10.0.0.1 9 typ host", "0", "f1", 0, true}},
                          ConnectionStateChanged{leg, ConnectionState::kFailed},
                          ChannelOpened{leg},
                          ChannelReceived{leg, R"({"type":"bye"})"}};
    for (const Event& event : late) {
      On(event);
      EXPECT_TRUE(Dropped(DropReason::kStale)) << event.index();
      EXPECT_EQ(call_, before) << event.index();
    }
  }

  Call call_;
  Millis now_{5'000};
  Effects last_;
};

}  // namespace duet

#endif  // DUET_TESTS_SUPPORT_CALL_SCENE_H_
