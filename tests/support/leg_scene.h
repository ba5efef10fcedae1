// A leg, its browser and the other end of it, for the tests of negotiation: in each step that a leg can be in.
#ifndef DUET_TESTS_SUPPORT_LEG_SCENE_H_
#define DUET_TESTS_SUPPORT_LEG_SCENE_H_

#include <gtest/gtest.h>

#include <memory>

#include "core/json.h"
#include "core/negotiation.h"
#include "support/parts.h"

namespace duet {

inline const std::vector<IceServer> kServers = {{{"stun:stun.example"}, "", ""}};
inline const std::string kOurLeg = "mmmmmmmm-1";
inline constexpr LegId kLeg{1};

// What a message that we sent says, where it can be read.
inline std::string Said(const SendMessage& message, std::string_view key) {
  const std::optional<Json> json = Json::Parse(message.json);
  const Json* member = json ? json->Find(key) : nullptr;
  if (member == nullptr) return "<nothing>";
  return member->string() ? *member->string() : std::to_string(member->integer().value_or(-1));
}

// One leg and what is on both its ends: the browser, and whoever sends messages.
struct Scene {
  explicit Scene(Person other) : peer(std::move(other)) {}

  // ---- What the leg is told ----

  Effects Offer(bool have_tracks = false) {
    leg = Negotiation::Offer(peer, kServers, have_tracks, stage.turn);
    return Done();
  }
  Effects Answer(const DescriptionMessage& offer) {
    leg = Negotiation::Answer(peer, kServers, offer, stage.turn);
    return Done();
  }
  Effects Hear(const DescriptionMessage& message) {
    message.description.type == DescriptionType::kOffer ? leg->OnOffer(message, stage.turn)
                                                        : leg->OnAnswer(message, stage.turn);
    return Done();
  }
  Effects Hear(const Candidate& candidate) {
    leg->OnCandidate({candidate, {}}, stage.turn);
    return Done();
  }
  Effects Find(const Candidate& candidate) {
    leg->OnLocalCandidate({kLeg, candidate}, stage.turn);
    return Done();
  }
  Effects LocalSet(DescriptionType type) {
    alive = leg->OnLocalDescriptionSet({kLeg, op, {type, "our sdp"}}, stage.turn);
    return alive ? Done() : stage.Take();
  }
  Effects RemoteSet(bool have_tracks = false) {
    leg->OnRemoteDescriptionSet({kLeg, op}, have_tracks, stage.turn);
    return Done();
  }
  Effects Fail() {
    alive = leg->OnDescriptionFailed({kLeg, op, "InvalidAccessError"}, stage.turn);
    return alive ? Done() : stage.Take();
  }
  Effects Wait(Millis time, bool can_send = true) {
    stage.turn.now += time;
    alive = leg->OnDeadline(can_send, stage.turn);
    return Done();
  }

  // ---- What the other one writes ----

  DescriptionMessage Theirs(DescriptionType type, std::uint32_t number, std::string sdp) const {
    const Stamp stamp = peer.version > 0 ? Stamp{1, peer.id, kOurPage, leg ? leg->name() : "theirs-1", number, 7} : Stamp();
    return {{type, std::move(sdp)}, stamp};
  }
  DescriptionMessage TheirOffer(std::uint32_t number, std::string_view fragment = "theirs") const {
    return Theirs(DescriptionType::kOffer, number, Sdp("9", {fragment}));
  }
  DescriptionMessage TheirAnswer(std::uint32_t number, std::string_view fragment = "theirs") const {
    return Theirs(DescriptionType::kAnswer, number, Sdp("9", {fragment}));
  }

  Effects Done() {
    EXPECT_TRUE(leg->IsConsistent()) << Print(*leg);
    Effects effects = stage.Take();
    for (const auto& order : Only<SetLocalDescription>(effects)) op = order.op;
    for (const auto& order : Only<SetRemoteDescription>(effects)) op = order.op;
    for (const auto& order : Only<CreateDescription>(effects)) op = order.op;
    for (const auto& order : Only<SetCreatedDescription>(effects)) op = order.op;
    return effects;
  }

  Stage stage;
  Person peer;
  std::optional<Negotiation> leg;
  OpId op;            // the newest description order
  bool alive = true;  // what the leg said of itself last
};

using ScenePtr = std::unique_ptr<Scene>;

// Every step that a leg can be in. "Again" is after both ends have agreed once.
enum class Situation {
  kOffering,
  kOffered,
  kAnswered,
  kHearing,
  kAnswering,
  kStable,
  kOfferingAgain,
  kOfferedAgain,
  kAnsweredAgain,
  kHearingAgain,
  kAnsweringAgain,
  kRolledBack
};
inline constexpr Situation kSituations[] = {Situation::kOffering,      Situation::kOffered,        Situation::kAnswered,
                                            Situation::kHearing,       Situation::kAnswering,      Situation::kStable,
                                            Situation::kOfferingAgain, Situation::kOfferedAgain,   Situation::kAnsweredAgain,
                                            Situation::kHearingAgain,  Situation::kAnsweringAgain, Situation::kRolledBack};

// The number of the offer that the other one would make next, and of ours that is outstanding.
struct Numbers {
  std::uint32_t next = 1;
  std::uint32_t ours = 0;
};

// Our leg, once agreed on and renegotiating: the peer looked like a seed and proved to be `peer`.
inline ScenePtr Renegotiating(const Person& peer) {
  auto scene = std::make_unique<Scene>(Person{"socket-of-them", peer.name, 0});
  scene->Offer();
  scene->LocalSet(DescriptionType::kOffer);
  scene->peer = peer;
  scene->Hear(scene->TheirAnswer(1));
  EXPECT_EQ(Outline(scene->RemoteSet()), "OpenChannel, SetLocalDescription");
  return scene;
}

inline ScenePtr At(Situation situation, const Person& peer, Numbers* numbers = nullptr) {
  Numbers ignored;
  Numbers& n = numbers ? *numbers : ignored;
  auto scene = std::make_unique<Scene>(peer);
  switch (situation) {
    case Situation::kOffering:
      scene->Offer();
      n = {1, 0};
      return scene;
    case Situation::kOffered:
      scene = At(Situation::kOffering, peer);
      scene->LocalSet(DescriptionType::kOffer);
      n = {2, 1};
      return scene;
    case Situation::kAnswered:
      scene = At(Situation::kOffered, peer);
      scene->Hear(scene->TheirAnswer(1));
      n = {2, 1};
      return scene;
    case Situation::kHearing:
      scene->Answer(scene->TheirOffer(1));
      n = {2, 0};
      return scene;
    case Situation::kAnswering:
      scene = At(Situation::kHearing, peer, numbers);
      scene->RemoteSet();
      n = {2, 0};
      return scene;
    case Situation::kStable:
      scene = At(Situation::kAnswering, peer, numbers);
      scene->LocalSet(DescriptionType::kAnswer);
      n = {2, 0};
      return scene;
    case Situation::kOfferingAgain: n = {2, 0}; return Renegotiating(peer);
    case Situation::kOfferedAgain:
      scene = Renegotiating(peer);
      scene->LocalSet(DescriptionType::kOffer);
      n = {3, 2};
      return scene;
    case Situation::kAnsweredAgain:
      scene = At(Situation::kOfferedAgain, peer);
      scene->Hear(scene->TheirAnswer(2));
      n = {3, 2};
      return scene;
    case Situation::kHearingAgain:
      scene = At(Situation::kStable, peer);
      scene->Hear(scene->TheirOffer(2));
      n = {3, 0};
      return scene;
    case Situation::kAnsweringAgain:
      scene = At(Situation::kHearingAgain, peer);
      scene->RemoteSet();
      n = {3, 0};
      return scene;
    case Situation::kRolledBack:  // only for whom we yield to
      scene = At(Situation::kOfferedAgain, peer);
      scene->Hear(scene->TheirOffer(3));
      n = {4, 0};
      return scene;
  }
  return scene;
}

}  // namespace duet

#endif  // DUET_TESTS_SUPPORT_LEG_SCENE_H_
