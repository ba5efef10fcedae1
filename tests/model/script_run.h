// Runs a conformance script on the model, as tests/conformance/page.js runs it on a browser.
#ifndef DUET_TESTS_MODEL_SCRIPT_RUN_H_
#define DUET_TESTS_MODEL_SCRIPT_RUN_H_

#include <map>
#include <string>
#include <variant>
#include <vector>

#include "model/script.h"
#include "support/model/network.h"

namespace duet::model {

const Dialect& DialectOf(Who who);

class ScriptRun {
 public:
  explicit ScriptRun(Who who) : ScriptRun(who, DialectOf(who)) {}
  ScriptRun(Who who, const Dialect& dialect);

  // What came of a step, to be compared with step.expected. In words that are not understood: "?? ..."
  std::string Do(const ScriptStep& step);

 private:
  using Words = std::vector<std::string>;
  using Value = std::variant<std::monostate, Sdp, IceCandidate>;
  struct Actor {  // what page.js calls a Peer
    Peer closed;  // as it was when it was closed
    std::vector<std::string> log;
    std::vector<IceCandidate> candidates;
    std::string heard;
  };
  struct Promise {
    std::uint8_t actor = 0;
    OpId op;
    std::string name;
    std::string outcome;  // "" until it has settled
  };

  std::string Act(const ScriptStep& step);
  Error ActAtOnce(std::uint8_t actor, const Words& words, bool* understood);
  bool Begin(std::uint8_t actor, const Words& words, Promise* promise);
  std::string Await(const std::string& handle);
  void Settle(std::uint8_t actor, const Outcome& outcome);
  void CompleteOne(std::uint8_t actor, Promise* promise);
  std::string GatherAll(std::uint8_t actor);
  std::string Trickle(std::uint8_t from, std::uint8_t to);
  std::string See(const Words& words, const std::string& expected);
  std::string LookAt(std::uint8_t actor, const Words& words);
  std::string Compare(const Sdp& sdp, const Words& words);
  std::string ShowTransceivers(const Peer& peer) const;
  bool TakeQuickStep();
  bool TakeSlowStep();
  bool TakeStep(bool slow);
  void Note(std::uint8_t actor, const Event& event);

  std::uint8_t ActorOf(const std::string& word);
  Peer& PeerOf(std::uint8_t actor);

  Who who_;
  Dialect dialect_;
  Network network_;
  std::vector<Browser> pages_;
  std::vector<Actor> actors_;
  std::map<std::string, Value> values_;
  std::map<std::string, Promise> promises_;
  std::vector<std::string> settled_;
  std::uint32_t ops_ = 100;
};

}  // namespace duet::model

#endif  // DUET_TESTS_MODEL_SCRIPT_RUN_H_
