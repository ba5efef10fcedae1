// What can wait in a connection's operations chain (W3C WebRTC 4.4.1.2), and how it ends.
#ifndef DUET_TESTS_SUPPORT_MODEL_OPERATION_H_
#define DUET_TESTS_SUPPORT_MODEL_OPERATION_H_

#include <cstdint>
#include <string_view>
#include <variant>

#include "core/types.h"
#include "support/model/fixed_list.h"
#include "support/model/sdp.h"

namespace duet::model {

// The DOMExceptions (and the one TypeError) that promises are rejected with.
enum class Error : std::uint8_t { kNone, kInvalidState, kInvalidAccess, kInvalidModification, kOperation, kType };
std::string_view ToString(Error error);

// The argument of setLocalDescription: none, or a type alone, or a whole description.
enum class Wanted : std::uint8_t { kWhatFits, kOffer, kAnswer, kRollback, kThis };

// replaceTrack of one sender. Tracks are numbers; 0 is null.
struct Replacement {
  std::uint8_t transceiver = 0;
  std::uint8_t track = 0;
  bool operator==(const Replacement&) const = default;
  unsigned bits() const { return transceiver | track * 256u; }
};
inline constexpr std::uint8_t kRemoved = 255;  // the transceiver is gone

// createOffer or createAnswer.
struct Create {
  OpId op;
  DescriptionType type = DescriptionType::kOffer;
  bool described = false;  // `sdp` is made; it will be there when this ends
  Sdp sdp;
  bool operator==(const Create&) const = default;

  template <typename Self, typename Visitor>
  static void Visit(Self& self, Visitor&& visit) {
    visit("op", self.op);
    visit("type", self.type);
    visit("described", self.described);
    visit("sdp", self.sdp);
  }
};

struct SetLocal {
  OpId op;
  Wanted wanted = Wanted::kWhatFits;
  bool described = false;  // `sdp` is made, or was given; it will be set when this ends
  Sdp sdp;
  bool operator==(const SetLocal&) const = default;

  template <typename Self, typename Visitor>
  static void Visit(Self& self, Visitor&& visit) {
    visit("op", self.op);
    visit("wanted", self.wanted);
    visit("described", self.described);
    visit("sdp", self.sdp);
  }
};

struct SetRemote {
  OpId op;
  bool rollback = false;  // instead of `sdp`
  Sdp sdp;
  bool operator==(const SetRemote&) const = default;

  template <typename Self, typename Visitor>
  static void Visit(Self& self, Visitor&& visit) {
    visit("op", self.op);
    visit("rollback", self.rollback);
    visit("sdp", self.sdp);
  }
};

struct AddRemoteCandidate {
  OpId op;
  IceCandidate candidate;
  bool operator==(const AddRemoteCandidate&) const = default;

  template <typename Self, typename Visitor>
  static void Visit(Self& self, Visitor&& visit) {
    visit("op", self.op);
    visit("candidate", self.candidate);
  }
};

// replaceTrack of some senders, one promise for all.
struct ReplaceTracks {
  OpId op;
  FixedList<Replacement, 2> replacements;
  bool operator==(const ReplaceTracks&) const = default;

  template <typename Self, typename Visitor>
  static void Visit(Self& self, Visitor&& visit) {
    visit("op", self.op);
    visit("replacements", self.replacements);
  }
};

using Operation = std::variant<Create, SetLocal, SetRemote, AddRemoteCandidate, ReplaceTracks>;
inline bool IsOfDescription(const Operation& operation) {
  return std::holds_alternative<Create>(operation) || std::holds_alternative<SetLocal>(operation) ||
         std::holds_alternative<SetRemote>(operation);
}

// How an operation has ended.
struct Outcome {
  enum class What : std::uint8_t { kCreated, kLocalDescription, kRemoteDescription, kCandidate, kTracks };

  What what = What::kLocalDescription;
  OpId op;
  Error error = Error::kNone;
  DescriptionType type = DescriptionType::kOffer;  // of what was created
};

}  // namespace duet::model

#endif  // DUET_TESTS_SUPPORT_MODEL_OPERATION_H_
