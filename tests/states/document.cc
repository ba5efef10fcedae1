#include "states/document.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>
#include <vector>

namespace duet::states {
namespace {

constexpr std::size_t kPhases = static_cast<std::size_t>(Phase::kEnded) + 1;

// What each phase is, and its place in the diagram.
constexpr std::array<std::string_view, kPhases> kSentences = {
    "Nothing has been asked for: no camera, no seat, no connection.",
    "Join was pressed; the server has not let us in yet. Camera and microphone are asked for meanwhile.",
    "We have our seat, and there is nobody to connect to.",
    "Somebody is there, and there is no connection with them yet.",
    "There is a connection, or it was lost less than a second ago.",
    "The connection is lost. It may come back by itself, or a new leg replaces it.",
    "The call is over, and says why. Camera and microphone are off; the next Join begins anew.",
};

// How the tables and the arrows call each kind. An arrow's word may stand for several.
struct Words {
  std::string_view event;
  std::string_view arrow;
};
constexpr std::array<Words, kKinds> kWords = {{
    {"`RoomShown`", ""},
    {"`JoinRequested`", "Join"},
    {"`JoinRequested`, no room's name", "a bad name"},
    {"`LeaveRequested`", "Leave"},
    {"`DeviceSwitched`", ""},
    {"`DeadlineReached`", "path fails"},
    {"`NetworkChanged`", ""},
    {"`SignalingConnected`", "server"},
    {"`SignalingLost`", "server"},
    {"`JoinAnswered`: alone", "let in"},
    {"`JoinAnswered`: somebody is there", "somebody"},
    {"`JoinAnswered`: our answer was taken", "somebody"},
    {"`JoinAnswered`: an offer is parked there", "somebody"},
    {"`JoinAnswered`: busy", "server"},
    {"`JoinAnswered`: another refusal", "refused"},
    {"`room_users` of the lesson's server: nobody", "let in"},
    {"`room_users` of the lesson's server: somebody", "somebody"},
    {"`user_joined`", "somebody"},
    {"`user_exit`", "they leave"},
    {"`user_exit`, lost", "they leave"},
    {"`peer_away`", "server"},
    {"`peer_back`", "somebody"},
    {"`room_full`", "refused"},
    {"`parked`", ""},
    {"`parked`: nobody", ""},
    {"`park_kept`", ""},
    {"`getOffer`, on another leg", "offer"},
    {"`getOffer`, on this leg", "offer"},
    {"`getAnswer`", "answer"},
    {"`getCandidate`", "candidate"},
    {"`MediaGranted`", "media"},
    {"`MediaRefused`", "media"},
    {"`LocalTrackEnded`", "media"},
    {"`LegBroken`", "broken"},
    {"`DescriptionCreated`", "browser"},
    {"`LocalDescriptionSet`", "browser"},
    {"`RemoteDescriptionSet`", "browser"},
    {"`DescriptionFailed`", "path fails"},
    {"`CandidateSettled`: refused", "browser"},
    {"`TracksAttached`", "browser"},
    {"`LocalCandidateFound`", "browser"},
    {"`ConnectionStateChanged`: connected", "connected"},
    {"`ConnectionStateChanged`: disconnected", "disconnected"},
    {"`ConnectionStateChanged`: failed", "path fails"},
    {"`ChannelOpened`", "channel"},
    {"`ChannelReceived`: devices", "channel"},
    {"`ChannelReceived`: bye", "they leave"},
    {"`ChannelDrained`", "channel"},
}};

std::string_view EventOf(Kind kind) { return kWords[static_cast<std::size_t>(kind)].event; }
std::string_view ArrowOf(Kind kind) { return kWords[static_cast<std::size_t>(kind)].arrow; }
std::string Name(Phase phase) { return std::string(ToString(phase)); }
Phase PhaseAt(std::size_t index) { return static_cast<Phase>(index); }

std::string Joined(const std::vector<std::string>& words, std::string_view between) {
  std::string joined;
  for (const std::string& word : words) joined += (joined.empty() ? "" : std::string(between)) + word;
  return joined;
}

// Adds it unless it is there.
void Include(std::vector<std::string>* words, std::string word) {
  if (std::find(words->begin(), words->end(), word) == words->end()) words->push_back(std::move(word));
}

constexpr std::string_view kHead =
    R"(# Phases, and what leads from one to another

<!-- Written by a test, tests/states, which fails if this is not so. To write it anew: DUET_WRITE_DOCS=1 build/native/duet_states -->

Nobody wrote down this table: a test tries everything that can happen on the real `Call` in every situation that it can
get into, with Duet's server and the lesson's, towards a Duet and a seed, and notes what follows. Phases and causes are
those of [phase.h](../src/core/phase.h), events those of [event.h](../src/core/event.h), orders those of
[effect.h](../src/core/effect.h). The phase is derived from the call's parts, never stored: `Call::phase()` in
[call.cc](../src/core/call.cc).

)";

constexpr std::string_view kAfterDiagram = R"(
*path fails*: the browser says so, or cannot set a description, or a duration of [options.h](../src/core/options.h) is over.
*broken*: the browser cannot make the connection at all. *let in*: the server gives us a seat. *somebody*: the other seat is taken.
*somebody else*: by another person, or by the other one's page after a reload; the events are in the tables.

## What can follow

What a person can see change, and by what. *cause*: the phase stays and its cause changes. ·: nothing to see. Empty: can't happen.

)";

constexpr std::string_view kAfterOverview = R"(
## Phase by phase

The orders are in the sequence in which they are given; those in brackets only in some situations. `OpenLeg` includes what furnishes
the new connection at once: transceivers, the data channel, tracks. While the server is out of reach every `SendMessage` waits in the core.

)";

constexpr std::string_view kBeforeUnseen = R"(## What leads nowhere

These change neither phase nor cause, but may have orders. They are the daily work of a connection.

)";

// ---- The diagram ----

struct Arrow {
  std::string from, to, label;
  bool operator==(const Arrow&) const = default;
};

// Phases that the diagram puts into one box, so that what all of them do is drawn once. A later box holds the earlier.
struct Box {
  std::string_view name, title;
  std::vector<Phase> phases;
};
const std::vector<Box>& Boxes() {
  static const std::vector<Box> boxes = {
      {"together", "somebody is there", {Phase::kConnecting, Phase::kConnected, Phase::kReconnecting}},
      {"wanted",
       "between Join and the end",
       {Phase::kJoining, Phase::kWaiting, Phase::kConnecting, Phase::kConnected, Phase::kReconnecting}},
  };
  return boxes;
}

// Whoever had a connection connects anew: whatever the event, it is to somebody else, or to a page that was reloaded.
bool IsAnew(const Step& step) {
  return (step.from == Phase::kConnected || step.from == Phase::kReconnecting) && step.to.phase == Phase::kConnecting;
}

// One for each word that leads from a phase to another. Why it ended is said where the word alone does not tell.
std::vector<Arrow> Arrows(const Facts& facts) {
  std::map<std::pair<Phase, Phase>, std::vector<std::pair<std::string_view, std::vector<std::string>>>> words;
  std::map<std::string_view, std::set<Cause>> ends;
  for (const auto& [step, orders] : facts.steps) {
    if (step.from == step.to.phase) continue;
    auto& of_pair = words[{step.from, step.to.phase}];
    const std::string_view arrow = IsAnew(step) ? "somebody else" : ArrowOf(step.kind);
    auto at = std::find_if(of_pair.begin(), of_pair.end(), [&](const auto& word) { return word.first == arrow; });
    if (at == of_pair.end()) at = of_pair.insert(of_pair.end(), {arrow, {}});
    if (step.to.phase != Phase::kEnded) continue;
    ends[arrow].insert(step.to.cause);
    Include(&at->second, std::string(ToString(step.to.cause)));
  }
  std::vector<Arrow> arrows;
  for (const auto& [pair, of_pair] : words) {
    for (const auto& [word, causes] : of_pair) {
      std::string label(word);
      if (causes.size() == 1 && ends[word].size() > 1) label += ": " + causes.front();
      arrows.push_back({Name(pair.first), Name(pair.second), label});
    }
  }
  return arrows;
}

// What leads from every phase of a box out of it is an arrow of the box.
void DrawFromBoxes(std::vector<Arrow>* arrows) {
  std::vector<Arrow> drawn;
  for (auto box = Boxes().rbegin(); box != Boxes().rend(); ++box) {
    std::vector<Arrow> common = *arrows;
    for (const Phase phase : box->phases) {
      std::erase_if(common, [&](const Arrow& arrow) {
        const Arrow same{Name(phase), arrow.to, arrow.label};
        return std::find(arrows->begin(), arrows->end(), same) == arrows->end();
      });
    }
    for (const Arrow& arrow : common) {
      if (arrow.from != Name(box->phases.front())) continue;
      std::erase_if(*arrows, [&](const Arrow& other) {
        const bool inside = std::any_of(box->phases.begin(), box->phases.end(),
                                        [&](const Phase phase) { return Name(phase) == other.from; });
        return inside && other.to == arrow.to && other.label == arrow.label;
      });
      drawn.insert(drawn.begin(), {std::string(box->name), arrow.to, arrow.label});
    }
  }
  arrows->insert(arrows->end(), drawn.begin(), drawn.end());
}

std::string Diagram(const Facts& facts) {
  std::vector<Arrow> arrows = Arrows(facts);
  DrawFromBoxes(&arrows);
  std::string text = "```mermaid\nstateDiagram-v2\n    [*] --> idle\n";
  const Box& inner = Boxes()[0];
  const Box& outer = Boxes()[1];
  text += "    state \"" + std::string(outer.title) + "\" as " + std::string(outer.name) + " {\n";
  for (const Phase phase : outer.phases) {
    if (phase == inner.phases.front()) {
      text += "        state \"" + std::string(inner.title) + "\" as " + std::string(inner.name) + " {\n";
    }
    const bool in = std::find(inner.phases.begin(), inner.phases.end(), phase) != inner.phases.end();
    text += std::string(in ? 12 : 8, ' ') + Name(phase) + "\n";
  }
  text += "        }\n    }\n";
  std::vector<std::pair<std::string, std::vector<std::string>>> drawn;
  for (const Arrow& arrow : arrows) {
    const std::string ends = "    " + arrow.from + " --> " + arrow.to;
    auto at = std::find_if(drawn.begin(), drawn.end(), [&](const auto& line) { return line.first == ends; });
    if (at == drawn.end()) at = drawn.insert(drawn.end(), {ends, {}});
    Include(&at->second, arrow.label);
  }
  for (const auto& [ends, labels] : drawn) text += ends + ": " + Joined(labels, "<br>") + "\n";
  return text + "```\n";
}

// ---- The tables ----

// Of one phase and kind: where it can lead, and what is ordered.
struct Row {
  std::vector<std::string> causes;  // of those that a person sees change
  bool happens = false;
  Orders orders;
};
using Rows = std::map<Phase, Row>;  // by the phase that follows

Rows RowsOf(const Facts& facts, Phase from, Kind kind) {
  Rows rows;
  for (const auto& [step, orders] : facts.steps) {
    if (step.from != from || step.kind != kind) continue;
    Row& row = rows[step.to.phase];
    row.happens = true;
    row.orders.Add(orders);
    if (step.is_seen) Include(&row.causes, std::string(ToString(step.to.cause)));
  }
  return rows;
}

bool IsEverSeen(const Facts& facts, Kind kind) {
  return std::any_of(facts.steps.begin(), facts.steps.end(),
                     [&](const auto& fact) { return fact.first.kind == kind && fact.first.is_seen; });
}

std::string Words(const Orders& orders) {
  std::string text;
  bool always = true;
  for (const Orders::Order& order : orders.Take()) {
    if (!always && order.always) text += ')';
    if (!text.empty()) text += ", ";
    if (always && !order.always) text += '(';
    text += order.name;
    always = order.always;
  }
  return always ? text : text + ')';
}

std::string Overview(const Facts& facts) {
  std::string text = "| event |";
  for (std::size_t i = 0; i < kPhases; ++i) text += " " + Name(PhaseAt(i)) + " |";
  text += "\n|---|";
  for (std::size_t i = 0; i < kPhases; ++i) text += "---|";
  text += "\n";
  for (std::size_t k = 0; k < kKinds; ++k) {
    const Kind kind = static_cast<Kind>(k);
    if (!IsEverSeen(facts, kind)) continue;
    text += "| " + std::string(EventOf(kind)) + " |";
    for (std::size_t i = 0; i < kPhases; ++i) {
      std::vector<std::string> cell;
      bool cause = false;
      const Rows rows = RowsOf(facts, PhaseAt(i), kind);
      for (const auto& [to, row] : rows) {
        if (to != PhaseAt(i)) cell.push_back(Name(to));
        cause |= to == PhaseAt(i) && !row.causes.empty();
      }
      if (cause) cell.insert(cell.begin(), "*cause*");
      text += " " + (cell.empty() && !rows.empty() ? "·" : Joined(cell, ", ")) + " |";
    }
    text += "\n";
  }
  return text;
}

std::string Section(const Facts& facts, Phase phase) {
  std::vector<std::string> causes;
  for (const Seen& seen : facts.seen) {
    if (seen.phase == phase) causes.push_back(std::string(ToString(seen.cause)));
  }
  std::string text = "### " + Name(phase) + "\n\n" + std::string(kSentences[static_cast<std::size_t>(phase)]);
  text += " Causes: " + Joined(causes, ", ") + ".\n\n| event | then | orders |\n|---|---|---|\n";
  for (std::size_t k = 0; k < kKinds; ++k) {
    const Kind kind = static_cast<Kind>(k);
    if (!IsEverSeen(facts, kind)) continue;
    for (const auto& [to, row] : RowsOf(facts, phase, kind)) {
      const std::string orders = Words(row.orders);
      if (row.causes.empty() && orders.empty()) continue;
      text += "| " + std::string(EventOf(kind)) + " | ";
      text += row.causes.empty() ? "stays" : Name(to) + ": " + Joined(row.causes, ", ");
      text += " | " + orders + " |\n";
    }
  }
  return text + "\n";
}

std::string Unseen(const Facts& facts) {
  std::string text = "| event | orders | in |\n|---|---|---|\n";
  for (std::size_t k = 0; k < kKinds; ++k) {
    const Kind kind = static_cast<Kind>(k);
    if (IsEverSeen(facts, kind)) continue;
    std::vector<std::string> phases;
    Orders all;
    for (std::size_t i = 0; i < kPhases; ++i) {
      for (const auto& [to, row] : RowsOf(facts, PhaseAt(i), kind)) {
        if (row.orders.Take().empty()) continue;
        Include(&phases, Name(PhaseAt(i)));
        all.Add(row.orders);
      }
    }
    text += "| " + std::string(EventOf(kind)) + " | " + Words(all) + " | " + Joined(phases, ", ") + " |\n";
  }
  return text;
}

}  // namespace

std::string Document(const Facts& facts) {
  std::string text(kHead);
  text += Diagram(facts) + std::string(kAfterDiagram) + Overview(facts) + std::string(kAfterOverview);
  for (std::size_t i = 0; i < kPhases; ++i) text += Section(facts, PhaseAt(i));
  return text + std::string(kBeforeUnseen) + Unseen(facts);
}

}  // namespace duet::states
