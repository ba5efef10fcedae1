// Reads what record_line.h writes. The file may come from a stranger: whatever is in it, the answer is a record or a
// sentence.
#ifndef DUET_RECORD_RECORD_READER_H_
#define DUET_RECORD_RECORD_READER_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/effect.h"
#include "core/event.h"
#include "core/types.h"

namespace duet {

// The first line of every record. A later format has another number.
inline constexpr std::string_view kRecordHead = "# duet record 1";

// What the browser keeps is 4 M characters (web/host.js), of three bytes at most.
inline constexpr std::size_t kMaxRecordBytes = 16 * 1024 * 1024;
// Of the largest message (64 KiB) each byte may need an escape of six.
inline constexpr std::size_t kMaxRecordLineBytes = 1024 * 1024;

// What the page noted and the call was not told: `# <milliseconds> <words>`.
struct Note {
  Millis at{0};
  std::string words;
};

struct Step {
  std::size_t line = 0;  // the event's, from 1 on
  Millis at{0};
  Event event;
  Effects effects;          // the call's orders at that time
  std::vector<Note> notes;  // between it and the next one
};

struct Record {
  std::vector<Step> steps;
  // The browser stopped writing, because the record was full or the page broke down: the last step may lack effects.
  bool is_cut = false;
};

struct RecordProblem {
  std::size_t line = 0;
  std::string sentence;
};

std::variant<Record, RecordProblem> ReadRecord(std::string_view text);

// One line without its end: for tests. Nothing if it is none.
struct RecordEntry {
  Millis at{0};
  std::variant<Event, Effect> what;
};
std::variant<RecordEntry, std::string> ReadRecordLine(std::string_view line);

}  // namespace duet

#endif  // DUET_RECORD_RECORD_READER_H_
