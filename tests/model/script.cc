#include "model/script.h"

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace duet::model {
namespace {

std::string Trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return "";
  return std::string(text.substr(first, text.find_last_not_of(" \t\r") - first + 1));
}

std::vector<std::string> Words(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> words;
  for (std::string word; in >> word;) words.push_back(word);
  return words;
}

// Cuts what follows `separator` off the end of `text`; `missing` if it is not there.
std::string CutFrom(std::string_view separator, std::string* text, std::string missing) {
  const std::size_t at = text->find(separator);
  if (at == std::string::npos) return missing;
  std::string rest = Trimmed(text->substr(at + separator.size()));
  *text = Trimmed(text->substr(0, at));
  return rest;
}

// `a | chromium b`: what each of them is expected to do.
std::array<std::string, 3> Expectations(std::string text) {
  std::vector<std::string> others;
  for (std::string rest = CutFrom(" | ", &text, ""); !rest.empty();) {
    std::string next = CutFrom(" | ", &rest, "");
    others.push_back(rest);
    rest = next;
  }
  std::array<std::string, 3> expected = {text, text, text};
  for (const std::string& other : others) {
    for (std::size_t who = 0; who < kWho.size(); ++who) {
      if (other.starts_with(kWho[who])) expected[who] = Trimmed(other.substr(kWho[who].size()));
    }
  }
  return expected;
}

ScriptStep ReadStep(int line, std::string text) {
  ScriptStep step;
  step.line = line;
  step.text = text;
  step.sees = text.find(" = ") != std::string::npos;
  step.expected = Expectations(CutFrom(step.sees ? " = " : " => ", &text, "ok"));
  if (!step.sees) {
    step.handle = CutFrom(" & ", &text, "");
    step.name = CutFrom(" > ", &text, "");
  }
  step.words = Words(text);
  return step;
}

}  // namespace

std::vector<Script> ReadScripts(const std::string& folder) {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == ".script") paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  std::vector<Script> scripts;
  for (const std::filesystem::path& path : paths) {
    std::ifstream in(path);
    int line = 0;
    for (std::string raw; std::getline(in, raw);) {
      ++line;
      const std::size_t comment = raw.starts_with('#') ? 0 : raw.find(" #");
      const std::string text = Trimmed(raw.substr(0, comment));
      if (text.starts_with("== ")) {
        scripts.push_back({path.filename().string(), text.substr(3), {}});
      } else if (!text.empty()) {
        scripts.back().steps.push_back(ReadStep(line, text));
      }
    }
  }
  return scripts;
}

}  // namespace duet::model
