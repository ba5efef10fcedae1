#include "support/model/sdp.h"

#include <gtest/gtest.h>

#include "core/sdp_scan.h"
#include "core/signal_message.h"

namespace duet::model {
namespace {

Sdp Offer() {
  Sdp sdp;
  sdp.readable = true;
  sdp.session = SessionId(1, 2);
  sdp.fragment = {SessionId(1, 2), 3};
  sdp.fingerprint = {SessionId(1, 2)};
  sdp.lines.push_back(MLine{Kind::kAudio, Direction::kSendRecv, false, 0});
  sdp.lines.push_back(MLine{Kind::kVideo, Direction::kInactive, true, 1});
  sdp.lines.push_back(MLine{Kind::kApplication, Direction::kInactive, false, 2});
  return sdp;
}

TEST(SdpTest, WhatIsComposedIsReadAgain) {
  for (const DescriptionType type : {DescriptionType::kOffer, DescriptionType::kAnswer}) {
    Sdp sdp = Offer();
    sdp.type = type;
    EXPECT_EQ(Parse(type, Compose(sdp)), sdp);
    sdp.fingerprint.forged = true;
    sdp.lines.clear();
    EXPECT_EQ(Parse(type, Compose(sdp)), sdp);
  }
}

TEST(SdpTest, TheCoreReadsItLikeABrowsers) {
  const std::string text = Compose(Offer());
  EXPECT_EQ(SessionId(1, 2), Offer().session);
  EXPECT_EQ(duet::SessionId(text), "s1.2");
  EXPECT_EQ(UsernameFragments(text), std::vector<std::string>{"s1.2g3"});
  EXPECT_TRUE(HasDataChannel(text));
  EXPECT_TRUE(HasOnlySafeCandidates(text));
  EXPECT_LT(text.size(), 128u);
}

TEST(SdpTest, OtherTextsAreNotReadable) {
  const std::string text = Compose(Offer());
  for (const std::string& other :
       {std::string(), std::string("nonsense"), text + "x", text.substr(1), "o=- s99.1 0" + text.substr(text.find('\n'))}) {
    const Sdp sdp = Parse(DescriptionType::kAnswer, other);
    EXPECT_FALSE(sdp.readable) << other;
    EXPECT_EQ(sdp.type, DescriptionType::kAnswer);
    EXPECT_TRUE(sdp.lines.empty());
  }
}

TEST(SdpTest, DirectionsAreReversedAndMet) {
  EXPECT_EQ(Reversed(Direction::kSendOnly), Direction::kRecvOnly);
  EXPECT_EQ(Reversed(Direction::kSendRecv), Direction::kSendRecv);
  EXPECT_EQ(Common(Direction::kSendRecv, Direction::kRecvOnly), Direction::kRecvOnly);
  EXPECT_EQ(Common(Direction::kSendOnly, Direction::kRecvOnly), Direction::kInactive);
  EXPECT_EQ(Common(Direction::kStopped, Direction::kSendRecv), Direction::kInactive);
}

TEST(SdpTest, ACandidateCrossesTheWire) {
  IceCandidate candidate;
  candidate.fragment = Offer().fragment;
  candidate.mid = 0;
  candidate.index = 0;
  for (const bool is_end : {false, true}) {
    candidate.is_end = is_end;
    const std::string json = EncodeCandidate(ComposeCandidate(candidate), Stamp());
    const auto decoded = DecodeSignal("getCandidate", json);
    const auto* message = std::get_if<SignalMessage>(&decoded);
    ASSERT_NE(message, nullptr) << json;
    EXPECT_EQ(ParseCandidate(std::get<CandidateMessage>(*message).candidate), candidate);
  }
}

TEST(SdpTest, ACandidateOfNobodyIsSeenAsSuch) {
  Candidate text;
  text.candidate = "candidate:foreign 1 udp 1 192.0.2.1 9 typ host";
  text.username_fragment = "abcd";
  text.sdp_mid = "video";
  text.has_sdp_mid = true;
  const IceCandidate candidate = ParseCandidate(text);
  EXPECT_FALSE(candidate.readable);
  EXPECT_TRUE(candidate.has_fragment);
  EXPECT_FALSE(candidate.fragment.session.known());
  EXPECT_NE(candidate.mid, kNoMid);
}

TEST(SdpTest, SessionsAreRenamedWhereverTheyStand) {
  const auto rename = [](SessionId id) { return SessionId(id.page() + 1, id.leg() * 10); };
  const std::string json = EncodeDescription({DescriptionType::kOffer, Compose(Offer())}, Stamp());
  const std::string renamed = RenameSessions(json, rename);
  EXPECT_EQ(renamed.find("s1.2"), std::string::npos);
  EXPECT_NE(renamed.find("o=- s2.20 0"), std::string::npos);
  EXPECT_NE(renamed.find("a=ice-ufrag:s2.20g3"), std::string::npos);
  EXPECT_EQ(RenameSessions("is1.2 s s1 s1. yes", rename), "is1.2 s s1 s1. yes");
  EXPECT_EQ(RenameSessions("s1.2", rename), "s2.20");
}

}  // namespace
}  // namespace duet::model
