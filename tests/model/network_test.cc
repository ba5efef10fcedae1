// Two browsers and what lies between them. Connection states are told by the conformance scripts, too.
#include "support/model/network.h"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

#include "support/model/inspect.h"

namespace duet::model {
namespace {

constexpr LegId kLeg{1};
constexpr std::uint8_t kA = 0;
constexpr std::uint8_t kB = 1;

class NetworkTest : public testing::Test {
 protected:
  // Both negotiate a whole call; A offers. Then everything that is quick has happened.
  void Connect(const Dialect& dialect = kSpec) {
    for (const std::uint8_t page : {kA, kB}) {
      Settings settings;
      settings.dialect = dialect;
      pages_[page] = Browser(page, settings);
      Do(page, RequestMedia{OpId{1}, true, true});
      RunQuick();
      Do(page, UseMedia{OpId{1}});
      Do(page, OpenLeg{kLeg, {}});
    }
    Do(kA, AddTransceivers{kLeg});
    Do(kA, OpenChannel{kLeg});
    Do(kA, AttachTracks{kLeg, OpId{2}});
    Do(kA, SetLocalDescription{kLeg, OpId{3}});
    RunQuick();
    Do(kB, SetRemoteDescription{kLeg, OpId{2}, Local(kA)});
    Do(kB, OpenChannel{kLeg});
    RunQuick();
    Do(kB, AcceptTransceivers{kLeg});
    Do(kB, AttachTracks{kLeg, OpId{3}});
    Do(kB, SetLocalDescription{kLeg, OpId{4}});
    RunQuick();
    Do(kA, SetRemoteDescription{kLeg, OpId{4}, Local(kB)});
    RunQuick();
    ASSERT_EQ(heard_, "");
    Do(kB, AddCandidate{kLeg, OpId{5}, candidate_[kA]});
    RunQuick();
  }

  std::optional<Event> Do(std::uint8_t page, const Effect& effect) { return network_.Perform(pages_, page, effect); }
  Description Local(std::uint8_t page) {
    const Sdp& local = pages_[page].Find(kLeg)->local();
    return {local.type, Compose(local)};
  }
  void Send(std::uint8_t page, const std::string& text) { Do(page, SendOnChannel{kLeg, text}); }

  bool RunOne(bool slow) {
    StepList steps;
    network_.Steps(pages_, &steps);
    for (const Step& step : steps) {
      if (IsSlow(step) != slow || step.kind == StepKind::kRefuse || step.kind == held_) continue;
      Note(step, network_.Take(pages_, step));
      return true;
    }
    return false;
  }
  void RunQuick() {
    while (RunOne(false)) {
    }
  }
  void RunSlow() {
    while (RunOne(false) || RunOne(true)) {
    }
  }

  void Note(const Step& step, const std::optional<Event>& event) {
    if (!event) return;
    std::string word;
    if (const auto* state = std::get_if<ConnectionStateChanged>(&*event)) {
      word = state->state == ConnectionState::kConnected      ? "connected"
             : state->state == ConnectionState::kDisconnected ? "disconnected"
                                                              : "failed";
    } else if (std::holds_alternative<ChannelOpened>(*event)) {
      word = "open";
    } else if (std::holds_alternative<ChannelDrained>(*event)) {
      word = "drained";
    } else if (const auto* text = std::get_if<ChannelReceived>(&*event)) {
      word = text->json;
    } else if (const auto* found = std::get_if<LocalCandidateFound>(&*event)) {
      if (!found->candidate.candidate.empty()) candidate_[step.page] = found->candidate;
    }
    if (word.empty()) return;
    if (!heard_.empty()) heard_ += ", ";
    heard_ += std::string(1, static_cast<char>('A' + step.page)) + ' ' + word;
  }
  std::string TakeHeard() { return std::exchange(heard_, ""); }

  std::array<Browser, 2> pages_;
  Network network_;
  std::array<Candidate, 2> candidate_;
  std::string heard_;
  StepKind held_ = StepKind::kRefuse;  // never taken
};

TEST_F(NetworkTest, ACandidateOfOneSideConnectsBothAndOpensTheChannel) {
  Connect();
  EXPECT_EQ(TakeHeard(), "A connected, A open, B connected, B open");
  for (const std::uint8_t page : {kA, kB}) {
    EXPECT_TRUE(network_.Receives(pages_, page, kLeg, MediaKind::kMicrophone));
    EXPECT_TRUE(network_.Receives(pages_, page, kLeg, MediaKind::kCamera));
  }
}

TEST_F(NetworkTest, TheChannelMayOpenFirst) {
  held_ = StepKind::kConnect;
  Connect();
  EXPECT_EQ(TakeHeard(), "A open, B open");
  held_ = StepKind::kRefuse;
  RunQuick();
  EXPECT_EQ(TakeHeard(), "A connected, B connected");
}

TEST_F(NetworkTest, WhatHappensMayHappenInAnyOrder) {
  held_ = StepKind::kConnect;
  Dialect dialect = kSpec;
  dialect.channel_may_open_first = false;
  Connect(dialect);
  StepList steps;
  network_.Steps(pages_, &steps);
  std::vector<std::string> possible;
  for (const Step& step : steps) possible.push_back(ToString(step));
  EXPECT_EQ(possible, (std::vector<std::string>{"A Connect 1", "B Connect 1"}));
}

TEST_F(NetworkTest, AShortCutHeals) {
  Connect();
  TakeHeard();
  network_.CutPath(pages_);
  RunQuick();
  EXPECT_EQ(TakeHeard(), "");  // it takes seconds to notice
  EXPECT_FALSE(network_.Receives(pages_, kA, kLeg, MediaKind::kCamera));
  EXPECT_TRUE(RunOne(true));
  EXPECT_EQ(TakeHeard(), "A disconnected");
  network_.HealPath();
  RunSlow();
  EXPECT_EQ(TakeHeard(), "A connected");  // B never noticed
  EXPECT_TRUE(network_.Receives(pages_, kA, kLeg, MediaKind::kCamera));
}

TEST_F(NetworkTest, ALongCutFailsForGood) {
  Connect();
  TakeHeard();
  network_.CutPath(pages_);
  RunSlow();
  EXPECT_EQ(TakeHeard(), "A disconnected, A failed, B disconnected, B failed");
  network_.HealPath();
  RunSlow();
  EXPECT_EQ(TakeHeard(), "");
}

TEST_F(NetworkTest, ARestartBringsAFailedConnectionBack) {
  Connect();
  network_.CutPath(pages_);
  RunSlow();
  network_.HealPath();
  TakeHeard();
  pages_[kA].Find(kLeg)->RestartIce();
  Do(kA, SetLocalDescription{kLeg, OpId{6}});
  RunQuick();
  Do(kB, SetRemoteDescription{kLeg, OpId{6}, Local(kA)});
  Do(kB, SetLocalDescription{kLeg, OpId{7}});
  RunQuick();
  Do(kA, SetRemoteDescription{kLeg, OpId{7}, Local(kB)});
  RunQuick();
  EXPECT_EQ(TakeHeard(), "");  // no candidates yet
  Do(kA, AddCandidate{kLeg, OpId{8}, candidate_[kB]});
  RunSlow();
  EXPECT_EQ(TakeHeard(), "A connected, B connected");
}

TEST_F(NetworkTest, WhoeverClosesIsMissedAndNeverSaidToBeClosed) {
  Connect();
  TakeHeard();
  Do(kA, CloseLeg{kLeg});
  RunSlow();
  EXPECT_EQ(TakeHeard(), "B disconnected, B failed");
}

TEST_F(NetworkTest, APageThatVanishesIsMissed) {
  Connect();
  TakeHeard();
  network_.Vanish(pages_, kA);
  EXPECT_EQ(pages_[kA].live_tracks(), 0);
  RunSlow();
  EXPECT_EQ(TakeHeard(), "B disconnected, B failed");
}

TEST_F(NetworkTest, TextsComeInTheirOrder) {
  Connect();
  TakeHeard();
  Send(kA, "{\"type\":\"bye\"}");
  Send(kA, "{\"type\":\"other\"}");
  Send(kA, "{\"type\":\"bye\"}");
  RunQuick();
  EXPECT_EQ(TakeHeard(), "A drained, B {\"type\":\"bye\"}, B {\"type\":\"other\"}, B {\"type\":\"bye\"}");
  EXPECT_EQ(Text(network_), Text(Network()));
}

TEST_F(NetworkTest, AByeThatHasLeftTheBufferArrivesThoughTheSenderCloses) {
  Connect();
  TakeHeard();
  held_ = StepKind::kDeliver;
  Send(kA, "bye");
  RunQuick();
  EXPECT_EQ(TakeHeard(), "A drained");
  Send(kA, "too late");
  Do(kA, CloseLeg{kLeg});
  held_ = StepKind::kRefuse;
  RunQuick();
  EXPECT_EQ(TakeHeard(), "B bye");
}

TEST_F(NetworkTest, NothingCrossesACutAndALivingSenderSendsAgain) {
  Connect();
  TakeHeard();
  network_.CutPath(pages_);
  Send(kA, "patience");
  RunQuick();
  EXPECT_EQ(TakeHeard(), "A drained");
  network_.HealPath();
  RunQuick();
  EXPECT_EQ(TakeHeard(), "B patience");
  network_.CutPath(pages_);
  Send(kA, "lost");
  RunQuick();
  Do(kA, CloseLeg{kLeg});
  network_.HealPath();
  TakeHeard();
  RunQuick();
  EXPECT_EQ(TakeHeard(), "");
}

TEST_F(NetworkTest, OnAChannelThatIsNotOpenTheBufferIsEmptyAtOnce) {
  Browser& a = pages_[kA] = Browser(kA);
  a.Perform(OpenLeg{kLeg, {}});
  EXPECT_EQ(Do(kA, SendOnChannel{kLeg, "bye"}), std::nullopt);  // there is no channel
  a.Perform(OpenChannel{kLeg});
  EXPECT_EQ(Do(kA, SendOnChannel{kLeg, "bye"}), Event(ChannelDrained{kLeg}));
}

TEST_F(NetworkTest, MediaFollowTheTracksAndTheDirections) {
  Connect();
  Do(kA, StopMedia{});
  EXPECT_FALSE(network_.Receives(pages_, kB, kLeg, MediaKind::kCamera));
  EXPECT_TRUE(network_.Receives(pages_, kA, kLeg, MediaKind::kCamera));
  pages_[kB].EndTrack(MediaKind::kMicrophone);
  EXPECT_FALSE(network_.Receives(pages_, kA, kLeg, MediaKind::kMicrophone));
  Do(kA, RequestMedia{OpId{9}, false, true});
  RunQuick();
  Do(kA, UseMedia{OpId{9}});
  EXPECT_FALSE(network_.Receives(pages_, kB, kLeg, MediaKind::kCamera));  // the sender still has the old one
  Do(kA, AttachTracks{kLeg, OpId{10}});
  RunQuick();
  EXPECT_TRUE(network_.Receives(pages_, kB, kLeg, MediaKind::kCamera));
}

TEST_F(NetworkTest, ACopyGoesItsOwnWay) {
  Connect();
  const std::array<Browser, 2> pages = pages_;
  const Network network = network_;
  Send(kA, "bye");
  RunQuick();
  network_.CutPath(pages_);
  RunSlow();
  EXPECT_FALSE(pages_ == pages);
  pages_ = pages;
  network_ = network;
  TakeHeard();
  RunSlow();
  EXPECT_EQ(TakeHeard(), "");
  EXPECT_EQ(pages_, pages);
  EXPECT_EQ(network_, network);
}

}  // namespace
}  // namespace duet::model
