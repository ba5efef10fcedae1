// How long it took from the click to the picture, and what took it.
#ifndef DUET_REPLAY_MILESTONES_H_
#define DUET_REPLAY_MILESTONES_H_

#include <optional>
#include <string>

#include "core/types.h"
#include "record/record_reader.h"

namespace duet {

class Milestones {
 public:
  // Join was pressed. What was ready before stays: the socket, and a description that was prepared.
  void Begin(Millis click);
  void Take(const Step& step);

  // "click 0, media 31, socket -84, description 45, ICE 60, DTLS 63, first frame 90", without what did not happen.
  std::string Line() const;

 private:
  // What may be ready before the click, and is got anew when it is lost.
  struct Ready {
    std::optional<Millis> socket;
    std::optional<Millis> description;
    LegId leg;  // the description's
  };

  Millis click_{0};
  Ready ready_;
  Ready used_;  // as it was when the connection came about
  std::optional<Millis> media_;
  std::optional<Millis> ice_;
  std::optional<Millis> dtls_;
  std::optional<Millis> first_frame_;
};

}  // namespace duet

#endif  // DUET_REPLAY_MILESTONES_H_
