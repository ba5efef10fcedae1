#include "core/sdp_scan.h"

#include <gtest/gtest.h>

#include "support/parts.h"

namespace duet {
namespace {

using Fragments = std::vector<std::string>;

constexpr std::string_view kUuid = "0f9a7c3e-1B2d-4e5f-8a9b-0c1d2e3f4a5b";

std::string CandidateLine(std::string_view address) {
  return "candidate:842163049 1 udp 1677729535 " + std::string(address) + " 46154 typ srflx raddr 0.0.0.0 rport 0";
}

TEST(SdpScanTest, FragmentsAreListedOnceInTheOrderOfTheirSections) {
  EXPECT_EQ(UsernameFragments(Sdp("1", {"abcd", "abcd"})), Fragments{"abcd"});
  EXPECT_EQ(UsernameFragments(Sdp("1", {"zz99", "abcd", "zz99"})), (Fragments{"zz99", "abcd"}));
  EXPECT_EQ(UsernameFragments(Sdp("1", {})), Fragments{});
  EXPECT_EQ(UsernameFragments(""), Fragments{});
}

TEST(SdpScanTest, LinesMayEndWithoutReturnAndTheLastOneWithNothing) {
  EXPECT_EQ(UsernameFragments("v=0\na=ice-ufrag:ab+/\na=ice-ufrag:last"), (Fragments{"ab+/", "last"}));
  EXPECT_EQ(UsernameFragments("a=ice-ufrag:last\r"), Fragments{"last"});
  EXPECT_EQ(SessionId("o=- 77 1 IN IP4 0.0.0.0"), "77");
}

TEST(SdpScanTest, OnlyAWholeLineNamesAFragment) {
  EXPECT_EQ(UsernameFragments("s=a=ice-ufrag:no\r\n a=ice-ufrag:no\r\na=ice-ufra"), Fragments{});
  EXPECT_EQ(UsernameFragments("a=ice-pwd:secret\r\n\r\n\n"), Fragments{});
}

TEST(SdpScanTest, TheSessionIsTheSecondWordOfTheFirstOriginLine) {
  EXPECT_EQ(SessionId(Sdp("4611731400430051336", {"abcd"})), "4611731400430051336");
  EXPECT_EQ(SessionId("o=mozilla 11 0 IN IP4 0.0.0.0\r\no=- 22 0 IN IP4 0.0.0.0\r\n"), "11");
  EXPECT_EQ(SessionId("v=0\r\ns=o=- 33\r\n"), "");
  EXPECT_EQ(SessionId("o=-\r\n"), "");
  EXPECT_EQ(SessionId("o="), "");
  EXPECT_EQ(SessionId(""), "");
}

TEST(SdpScanTest, ADataChannelSectionIsFoundEvenIfRejected) {
  EXPECT_TRUE(HasDataChannel(Sdp("1", {"abcd"}, true)));
  EXPECT_TRUE(HasDataChannel("m=application 0 UDP/DTLS/SCTP webrtc-datachannel"));
  EXPECT_FALSE(HasDataChannel(Sdp("1", {"abcd"})));
  EXPECT_FALSE(HasDataChannel("m=applications 9 x\r\ns=m=application 9\r\n"));
  EXPECT_FALSE(HasDataChannel(""));
}

TEST(SdpScanTest, AddressesAndMdnsNamesAreSafe) {
  for (const std::string& address :
       {std::string("192.0.2.1"), std::string("255.255.255.255"), std::string("2001:db8::1"), std::string("::"),
        std::string("::ffff:192.0.2.1"), std::string("FE80::AbCd"), std::string(kUuid) + ".local"}) {
    EXPECT_TRUE(IsSafeCandidate(CandidateLine(address))) << address;
    EXPECT_TRUE(IsSafeCandidate("a=" + CandidateLine(address))) << address;
    EXPECT_TRUE(HasOnlySafeCandidates("v=0\r\na=" + CandidateLine(address) + "\r\n")) << address;
  }
}

TEST(SdpScanTest, NamesThatADnsServerWouldHearOfAreNotSafe) {
  const std::string uuid(kUuid);
  for (const std::string& address : {std::string("tracker.example"),
                                     std::string("local"),
                                     std::string("printer.local"),
                                     uuid,
                                     uuid + ".localx",
                                     uuid + ".LOCAL",
                                     uuid + ".local.",
                                     "x" + uuid + ".local",
                                     uuid + ".local.evil.example",
                                     uuid.substr(1) + ".local",
                                     std::string("evil-example-evil-example-evil-exampl.local"),
                                     std::string(36, '-') + ".local",
                                     std::string(36, 'a') + ".local",
                                     "g" + uuid.substr(1) + ".local",
                                     std::string("1.2.3.4a"),
                                     std::string("192.0.2.1%eth0"),
                                     std::string("fe80::1%eth0"),
                                     std::string("0x7f.1"),
                                     std::string("beef.cafe"),
                                     std::string("2130706433"),
                                     std::string("[::1]"),
                                     std::string("")}) {
    EXPECT_FALSE(IsSafeCandidate(CandidateLine(address))) << address;
    EXPECT_FALSE(HasOnlySafeCandidates("v=0\r\na=" + CandidateLine(address) + "\r\n")) << address;
  }
}

TEST(SdpScanTest, EachDashOfAnMdnsNameMustBeInItsPlace) {
  for (std::size_t i = 0; i < kUuid.size(); ++i) {
    std::string name = std::string(kUuid) + ".local";
    name[i] = name[i] == '-' ? 'a' : '-';
    EXPECT_FALSE(IsSafeCandidate(CandidateLine(name))) << name;
  }
}

TEST(SdpScanTest, WhatIsNoCandidateLineIsNotSafe) {
  for (const std::string_view line :
       {"", "a=", "candidate", "candidate:", "a=candidate:1 1 udp 1", "candidate:1 1 udp 1", "candidate:1 1 udp 1 ",
        "candidate: 192.0.2.1", " candidate:1 1 udp 1 192.0.2.1 9 typ host", "a=a=candidate:1 1 udp 1 192.0.2.1 9",
        "CANDIDATE:1 1 udp 1 192.0.2.1 9 typ host", "candidate:1\t1\tudp\t1\t192.0.2.1\t9"}) {
    EXPECT_FALSE(IsSafeCandidate(line)) << line;
  }
}

// Some browsers take two spaces for one, and so would find another word in the address's place than we.
TEST(SdpScanTest, ADoubledSpaceDoesNotHideTheAddress) {
  EXPECT_FALSE(IsSafeCandidate("candidate:1 1 udp  1 evil.example 9 typ host"));
  EXPECT_FALSE(IsSafeCandidate("candidate:1 1 udp  192.0.2.1 evil.example 9 typ host"));
  EXPECT_FALSE(IsSafeCandidate("candidate:1  1 udp 1.0 evil.example 9 typ host"));
  EXPECT_FALSE(IsSafeCandidate("candidate:1  1 udp 1 evil.example 9 typ host"));
  EXPECT_FALSE(IsSafeCandidate("candidate:  1 1 udp 1 evil.example 9 typ host"));
}

TEST(SdpScanTest, OneUnsafeCandidateAmongManySpoilsADescription) {
  std::string sdp = Sdp("1", {"abcd"});
  for (int i = 0; i < 5; ++i) sdp += "a=" + CandidateLine("192.0.2.7") + "\r\n";
  EXPECT_TRUE(HasOnlySafeCandidates(sdp));
  EXPECT_FALSE(HasOnlySafeCandidates("a=" + CandidateLine("evil.example") + "\n" + sdp));
  EXPECT_FALSE(HasOnlySafeCandidates(sdp + "a=" + CandidateLine("evil.example")));
  EXPECT_FALSE(HasOnlySafeCandidates(sdp + "a=candidate:"));
}

TEST(SdpScanTest, ADescriptionWithoutCandidatesIsSafe) {
  EXPECT_TRUE(HasOnlySafeCandidates(Sdp("1", {"abcd"}, true)));
  EXPECT_TRUE(HasOnlySafeCandidates(""));
  EXPECT_TRUE(HasOnlySafeCandidates("a=end-of-candidates\r\na=remote-candidates:1 evil.example 9\r\n"));
}

TEST(SdpScanTest, TheFragmentOfACandidateStandsBehindItsWord) {
  EXPECT_EQ(CandidateFragment(CandidateLine("192.0.2.1") + " generation 0 ufrag Zx+/ network-cost 999"), "Zx+/");
  EXPECT_EQ(CandidateFragment(CandidateLine("192.0.2.1") + " ufrag last"), "last");
  EXPECT_EQ(CandidateFragment(CandidateLine("192.0.2.1")), "");
  EXPECT_EQ(CandidateFragment("candidate:1 ufrag"), "");
  EXPECT_EQ(CandidateFragment("candidate:1 ufrag  x"), "");
  EXPECT_EQ(CandidateFragment("candidate:1 xufrag a ufragx b"), "");
  EXPECT_EQ(CandidateFragment(""), "");
}

TEST(SdpScanTest, CuttingADescriptionAnywhereNeverInventsAnything) {
  const std::string whole = Sdp("4611", {"abcd", "efgh"}, true) + "a=" + CandidateLine("192.0.2.1") + "\r\n";
  for (std::size_t length = 0; length <= whole.size(); ++length) {
    const std::string_view part = std::string_view(whole).substr(0, length);
    EXPECT_TRUE(std::string_view("4611").starts_with(SessionId(part))) << length;
    EXPECT_LE(UsernameFragments(part).size(), 2u) << length;
    EXPECT_TRUE(!HasDataChannel(part) || length > whole.find("m=application ")) << length;
  }
}

TEST(SdpScanTest, FingerprintsAreReadWithoutRegardToCase) {
  EXPECT_EQ(Fingerprints("a=fingerprint:sha-256 AB:CD\r\nm=audio 9 X 1\r\na=fingerprint:SHA-256 ab:cd\r\n"),
            (std::vector<std::string>{"sha-256 ab:cd", "sha-256 ab:cd"}));
  EXPECT_EQ(Fingerprints("a=fingerprint:sha-256 AB\r\na=fingerprint:sha-256 AB\r\n"), std::vector<std::string>{"sha-256 ab"});
  EXPECT_EQ(Fingerprints("v=0\r\n"), std::vector<std::string>());
}

}  // namespace
}  // namespace duet
