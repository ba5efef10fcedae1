// Runs a recorded call again and compares every order that the call gives with the one in the record.
#ifndef DUET_REPLAY_REPLAY_H_
#define DUET_REPLAY_REPLAY_H_

#include <cstddef>
#include <functional>
#include <optional>
#include <string>

#include "record/record_reader.h"

namespace duet {

struct ReplayResult {
  std::size_t events = 0;  // that were handled
  std::size_t effects = 0;
  std::optional<std::string> difference;  // the first one, in several lines; it ends the replay, unless it is recorded anew
};

// What a replay tells while it runs.
struct ReplayListener {
  std::function<void(const Step&)> on_step;             // before the event is handled: it might be the call's last
  std::function<void(const std::string&)> on_timeline;  // one line, without its end
  std::function<void(const std::string&)> on_record;  // the record anew, one line: the same events, the orders as they came
};

ReplayResult Replay(const Record& record, const ReplayListener& listener);

}  // namespace duet

#endif  // DUET_REPLAY_REPLAY_H_
