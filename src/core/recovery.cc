#include "core/recovery.h"

#include "core/options.h"

namespace duet {

void Recovery::OnLegOpened(Millis now) {
  ++legs_;
  leg_wanted_ = false;
  retry_at_.reset();
  connect_by_ = now + options::kConnectTimeout;
  if (!connected_once_) return;
  // Whoever replaces a connection does so because it is lost, even if this side has not noticed.
  loss_shown_ = true;
  show_loss_at_.reset();
  if (!give_up_at_) give_up_at_ = now + options::kGiveUpAfter;
}

void Recovery::OnConnected() {
  Reset();
  connected_once_ = true;
}

void Recovery::OnDisconnected(Millis now) {
  if (!connected_once_ || give_up_at_) return;
  show_loss_at_ = now + options::kLossShownAfter;
  give_up_at_ = now + options::kGiveUpAfter;
}

Recovery::Verdict Recovery::OnLegDead(Millis now, bool designated) {
  connect_by_.reset();
  show_loss_at_.reset();
  loss_shown_ = connected_once_;
  if (retries() >= options::kMaxRetries) return Verdict::kGiveUp;
  if (!give_up_at_) give_up_at_ = now + options::kGiveUpAfter;
  if (designated) {
    leg_wanted_ = true;
  } else if (!retry_at_) {
    retry_at_ = now + options::kPoliteRetryDelay;
  }
  return Verdict::kWait;
}

Recovery::Due Recovery::OnDeadline(Millis now) {
  if (give_up_at_ && now >= *give_up_at_) return Due::kGiveUp;
  if (show_loss_at_ && now >= *show_loss_at_) {
    show_loss_at_.reset();
    loss_shown_ = true;
  }
  if (retry_at_ && now >= *retry_at_) {
    retry_at_.reset();
    leg_wanted_ = true;
  }
  if (connect_by_ && now >= *connect_by_) {
    connect_by_.reset();
    return Due::kLegDead;
  }
  return Due::kNothing;
}

std::optional<Millis> Recovery::deadline() const {
  std::optional<Millis> next;
  for (const std::optional<Millis>& at : {connect_by_, show_loss_at_, retry_at_, give_up_at_}) {
    if (at && (!next || *at < *next)) next = at;
  }
  return next;
}

}  // namespace duet
