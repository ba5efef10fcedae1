// The orders for web/signaling.js. What the server says comes in through the page's door (runner.cc).
#ifndef DUET_BROWSER_SIGNALING_H_
#define DUET_BROWSER_SIGNALING_H_

#include "browser/host.h"
#include "core/effect.h"

namespace duet {

class Signaling {
 public:
  explicit Signaling(Host& host) : host_(host) {}

  void Perform(const OpenSignaling& order);
  void Perform(const SendJoin& order);
  void Perform(const SendMessage& order);

 private:
  Host& host_;
};

}  // namespace duet

#endif  // DUET_BROWSER_SIGNALING_H_
