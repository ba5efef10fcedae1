// duet_replay: runs a recorded call again, here, compares every order, and prints the call as a timeline. docs/replay.md.
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <variant>

#include "record/record_reader.h"
#include "replay/replay.h"
#include "replay/words.h"

namespace {

constexpr int kSame = 0;
constexpr int kDifferent = 1;
constexpr int kUnusable = 2;

constexpr std::string_view kUsage =
    "usage: duet_replay [--quiet | --record] FILE\n"
    "  FILE      a record saved by Duet's page, - for the standard input\n"
    "  --quiet   print only the verdict\n"
    "  --record  print the record anew: the same events, the orders as they come now\n"
    "Exit code 0: every order is as recorded; 1: one is not; 2: there is nothing to replay.\n";

void Print(std::string_view text, std::FILE* to = stdout) { std::fwrite(text.data(), 1, text.size(), to); }
void PrintLine(const std::string& line) { Print(line + '\n'); }

// The call stops the program where its own code is wrong (core/check.h). Then the place is worth more than a core dump.
std::string trap_message;

extern "C" void OnTrap(int) {
  std::fflush(stdout);
  Print(trap_message, stderr);
  std::_Exit(kDifferent);
}

void PrepareForTrap(std::size_t line, std::string_view words) {
  trap_message = "Line " + std::to_string(line) + ": the call broke down, which is a mistake in Duet, after: ";
  trap_message += words;
  trap_message += '\n';
}

bool ReadAll(const std::string& path, std::string* text) {
  const bool is_stdin = path == "-";
  std::FILE* file = is_stdin ? stdin : std::fopen(path.c_str(), "rb");
  if (file == nullptr) return false;
  char buffer[1 << 16];
  std::size_t size = 0;
  // One buffer more than a record may have tells that it is too large.
  while (text->size() <= duet::kMaxRecordBytes && (size = std::fread(buffer, 1, sizeof buffer, file)) > 0) {
    text->append(buffer, size);
  }
  const bool ok = std::ferror(file) == 0;
  if (!is_stdin) std::fclose(file);
  return ok;
}

std::string Count(std::size_t number, std::string_view what) {
  return std::to_string(number) + ' ' + std::string(what) + (number == 1 ? "" : "s");
}

int Run(const std::string& path, bool wants_timeline, bool wants_record) {
  const std::string shown = path == "-" ? "the standard input" : duet::Printable(path, 200);
  std::string text;
  if (!ReadAll(path, &text)) {
    Print(shown + " cannot be read.\n", stderr);
    return kUnusable;
  }
  const std::variant<duet::Record, duet::RecordProblem> read = duet::ReadRecord(text);
  if (const duet::RecordProblem* problem = std::get_if<duet::RecordProblem>(&read)) {
    const std::string sentence = duet::Printable(problem->sentence, 200);
    Print("Line " + std::to_string(problem->line) + " of " + shown + " is not a record's: " + sentence + ".\n", stderr);
    return kUnusable;
  }
  const duet::Record& record = *std::get_if<duet::Record>(&read);
  duet::ReplayListener listener;
  listener.on_step = [](const duet::Step& step) { PrepareForTrap(step.line, duet::Words(step.event)); };
  if (wants_timeline) listener.on_timeline = PrintLine;
  if (wants_record) {
    PrintLine(std::string(duet::kRecordHead));
    listener.on_record = PrintLine;
  }
  if (wants_timeline) Print(" ms since Join\n");
  const duet::ReplayResult result = duet::Replay(record, listener);
  std::FILE* const to = wants_record ? stderr : stdout;
  if (result.difference) {
    Print(*result.difference + '\n', to);
    return kDifferent;
  }
  Print("Every order is as recorded: " + Count(result.events, "event") + ", " + Count(result.effects, "order") +
            (record.is_cut ? "; the browser stopped recording there.\n" : ".\n"),
        to);
  return kSame;
}

}  // namespace

int main(int count, char** arguments) {
  std::string path;
  bool is_quiet = false;
  bool wants_record = false;
  bool is_clear = true;
  for (int i = 1; i < count; ++i) {
    const std::string_view argument = arguments[i];
    if (argument == "--quiet") {
      is_quiet = true;
    } else if (argument == "--record") {
      wants_record = true;
    } else {
      is_clear = is_clear && path.empty() && (argument == "-" || !argument.starts_with('-'));
      path = argument;
    }
  }
  if (!is_clear || path.empty() || (is_quiet && wants_record)) {
    Print(kUsage, stderr);
    return kUnusable;
  }
  std::signal(SIGILL, OnTrap);
#ifdef SIGTRAP
  std::signal(SIGTRAP, OnTrap);
#endif
  return Run(path, !is_quiet && !wants_record, wants_record);
}
