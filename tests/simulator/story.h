// What happened, for people: sentences with the time before them.
#ifndef DUET_TESTS_SIMULATOR_STORY_H_
#define DUET_TESTS_SIMULATOR_STORY_H_

#include <cstddef>
#include <cstdio>
#include <deque>
#include <string>
#include <utility>

#include "core/types.h"

namespace duet::simulator {

class Story {
 public:
  // Keeps the last `most` sentences.
  explicit Story(std::size_t most = 60) : most_(most) {}

  void Tell(Millis at, const std::string& sentence) {
    char time[32];
    std::snprintf(time, sizeof time, "%9.3f s  ", static_cast<double>(at.count()) / 1000);
    lines_.push_back(time + sentence);
    ++told_;
    if (lines_.size() > most_) lines_.pop_front();
  }
  // More about what was told last.
  void Add(const std::string& words) {
    if (!lines_.empty()) lines_.back() += words;
  }

  std::string Text() const {
    std::string text;
    if (told_ > lines_.size()) text = "... " + std::to_string(told_ - lines_.size()) + " sentences before\n";
    for (const std::string& line : lines_) text += line + '\n';
    return text;
  }

 private:
  std::size_t most_;
  std::size_t told_ = 0;
  std::deque<std::string> lines_;
};

}  // namespace duet::simulator

#endif  // DUET_TESTS_SIMULATOR_STORY_H_
