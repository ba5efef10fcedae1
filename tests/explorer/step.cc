#include "explorer/step.h"

#include "core/check.h"

namespace duet::explorer {
namespace {

std::string InWords(const model::Step& step) {
  const std::string page(1, NameOf(step.page));
  const std::string leg = " (leg " + std::to_string(step.id) + ")";
  switch (step.kind) {
    case model::StepKind::kGrant: return page + " allows camera and microphone";
    case model::StepKind::kRefuse: return page + " refuses camera and microphone";
    case model::StepKind::kComplete: return page + "'s browser has done what was next" + leg;
    case model::StepKind::kReplace: return page + "'s browser has replaced tracks" + leg;
    case model::StepKind::kGather: return page + "'s browser finds a candidate, or no more" + leg;
    case model::StepKind::kConnect: return page + "'s connection is there" + leg;
    case model::StepKind::kDisconnect: return page + "'s connection is disconnected" + leg;
    case model::StepKind::kFail: return page + "'s connection has failed" + leg;
    case model::StepKind::kOpenChannel: return page + "'s data channel is open" + leg;
    case model::StepKind::kDrain: return page + "'s data channel has sent everything" + leg;
    case model::StepKind::kDeliver: return page + " hears something on the data channel" + leg;
  }
  DUET_CHECK(false);
}

}  // namespace

std::string ToString(const Step& step) {
  const std::string who(1, NameOf(step.side));
  switch (step.act) {
    case Act::kJoin: return who + " presses Join";
    case Act::kBrowser:
    case Act::kRefuse: return InWords(step.browser);
    case Act::kToServer: return "the server reads from " + who;
    case Act::kToPage: return who + " reads from the server";
    case Act::kTimer: return who + "'s deadline comes";
    case Act::kSocketBack: return who + "'s socket is connected again";
    case Act::kNotice: return "the server notices that a socket of " + who + " is gone";
    case Act::kExpire: return "the server gives " + who + "'s seat away";
    case Act::kHeal: return "the path between them is whole again";
    case Act::kLeave: return who + " presses Leave";
    case Act::kEarlyTimer: return who + "'s deadline comes though something else was due before";
    case Act::kLoseSocket: return who + "'s socket breaks, and what was on its way is lost";
    case Act::kRestart: return "the server restarts and remembers nothing";
    case Act::kReload: return who + "'s page is loaded again";
    case Act::kCut: return "the path between them is cut";
    case Act::kNetwork: return who + "'s machine gets another network";
    case Act::kHostile: return who + " is sent " + std::string(kHostile[step.number].what);
  }
  DUET_CHECK(false);
}

}  // namespace duet::explorer
