// The conformance scripts (tests/conformance/*.script; README.md there says what they may contain), read.
#ifndef DUET_TESTS_MODEL_SCRIPT_H_
#define DUET_TESTS_MODEL_SCRIPT_H_

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace duet::model {

// Who may be expected to do something of their own.
enum class Who { kSpec, kChromium, kFirefox };
inline constexpr std::array<std::string_view, 3> kWho = {"spec", "chromium", "firefox"};

struct ScriptStep {
  int line = 0;
  std::string text;
  bool sees = false;  // `words = value`, else `words [> name] [& handle] [=> outcome]`
  std::vector<std::string> words;
  std::string name;
  std::string handle;
  std::array<std::string, 3> expected;  // by Who
};

struct Script {
  std::string file;
  std::string title;
  std::vector<ScriptStep> steps;
};

// All scripts of a folder, by the names of their files.
std::vector<Script> ReadScripts(const std::string& folder);

}  // namespace duet::model

#endif  // DUET_TESTS_MODEL_SCRIPT_H_
