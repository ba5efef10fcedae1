#include "support/model/step.h"

#include <array>
#include <string_view>

namespace duet::model {

bool IsSlow(const Step& step) { return step.kind == StepKind::kDisconnect || step.kind == StepKind::kFail; }

bool IsPersons(const Step& step) { return step.kind == StepKind::kGrant || step.kind == StepKind::kRefuse; }

std::string ToString(const Step& step) {
  constexpr std::array<std::string_view, 11> kNames = {"Grant",      "Refuse", "Complete",    "Replace", "Gather", "Connect",
                                                       "Disconnect", "Fail",   "OpenChannel", "Drain",   "Deliver"};
  std::string text(1, static_cast<char>('A' + step.page));
  text += ' ';
  text += kNames[static_cast<std::size_t>(step.kind)];
  return text + ' ' + std::to_string(step.id);
}

}  // namespace duet::model
