// Two real calls on the model, with a server that only does what honest pages need: that both can be driven to a call and
// out of it, whichever browsers they run in and in whatever order things happen. It is also how an explorer uses the model.
#include <gtest/gtest.h>

#include <array>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/call.h"
#include "core/json.h"
#include "support/model/inspect.h"
#include "support/model/network.h"
#include "support/print.h"

namespace duet::model {
namespace {

std::string PageId(int side) { return std::string("page-") + static_cast<char>('a' + side) + "-0000000000000000"; }

struct Message {
  std::string name;
  std::string json;
  OpId op;  // of a join
};

// A value: copy it, and the copy goes its own way.
class World {
 public:
  World(const Dialect& a, const Dialect& b) {
    for (const int side : {0, 1}) {
      Settings settings;
      settings.dialect = side == 0 ? a : b;
      pages_[side] = Browser(static_cast<unsigned>(side), settings);
      Post(side, SignalingConnected{"socket"});
    }
  }

  void Post(int side, const Event& event) {
    std::deque<Event> queue{event};
    for (; !queue.empty(); queue.pop_front()) {
      for (const Effect& effect : calls_[side].Handle(queue.front(), now_)) {
        refused_ += effect == Effect(CountDrop{DropReason::kRefused});
        if (const auto* join = std::get_if<SendJoin>(&effect)) to_server_[side].push_back({"join", join->json, join->op});
        if (const auto* sent = std::get_if<SendMessage>(&effect)) to_server_[side].push_back({sent->name, sent->json, {}});
        const auto said = network_.Perform(pages_, static_cast<std::uint8_t>(side), effect);
        if (said) queue.push_back(*said);
      }
    }
  }

  // One of all the things that can happen, by a number; false if there is nothing but slow things and deadlines.
  bool TakeQuickStep(std::uint32_t choice) {
    StepList steps;
    network_.Steps(pages_, &steps);
    std::vector<Step> quick;
    for (const Step& step : steps) {
      if (!IsSlow(step) && step.kind != StepKind::kRefuse) quick.push_back(step);
    }
    std::vector<std::deque<Message>*> queues;
    for (const int side : {0, 1}) {
      if (!to_server_[side].empty()) queues.push_back(&to_server_[side]);
      if (!to_page_[side].empty()) queues.push_back(&to_page_[side]);
    }
    if (quick.empty() && queues.empty()) return false;
    choice %= static_cast<std::uint32_t>(quick.size() + queues.size());
    if (choice < quick.size()) {
      const std::optional<Event> event = network_.Take(pages_, quick[choice]);
      if (event) Post(quick[choice].page, *event);
      return true;
    }
    std::deque<Message>& queue = *queues[choice - quick.size()];
    const Message message = std::move(queue.front());
    queue.pop_front();
    for (const int side : {0, 1}) {
      if (&queue == &to_server_[side]) Serve(side, message);
      if (&queue != &to_page_[side]) continue;
      Post(side, message.name.empty() ? Event(JoinAnswered{message.op, message.json})
                                      : Event(MessageReceived{message.name, message.json}));
    }
    return true;
  }

  void Run(std::uint32_t* random) {
    for (int most = 2'000; most > 0 && TakeQuickStep((*random = *random * 1664525u + 1013904223u) >> 8); --most) {
    }
  }

  // The time of the next deadline, if it comes within `by`.
  bool Advance(Millis by) {
    for (const int side : {0, 1}) {
      const auto deadline = calls_[side].deadline();
      if (!deadline || *deadline > now_ + by) continue;
      now_ = std::max(now_, *deadline);
      Post(side, DeadlineReached{});
      return true;
    }
    return false;
  }

  void Join(int side) { Post(side, JoinRequested{"1234", "Somebody", "seat", PageId(side), 42}); }

  Call& call(int side) { return calls_[side]; }
  const Browser& page(int side) const { return pages_[side]; }
  const Network& network() const { return network_; }
  int refused() const { return refused_; }  // candidates and tracks that a browser would not take
  Phase phase(int side) const { return calls_[side].snapshot().phase; }
  bool SeesAndHears(int side) const {
    if (pages_[side].open_legs() != 1) return false;
    const LegId leg{pages_[side].peers().begin()->session().leg()};
    const auto receives = [&](MediaKind kind) {
      return network_.Receives(pages_, static_cast<std::uint8_t>(side), leg, kind);
    };
    return receives(MediaKind::kMicrophone) && receives(MediaKind::kCamera);
  }

 private:
  void Serve(int side, const Message& message) {
    const int other = 1 - side;
    const auto person = [](int who) { return JsonObject().Add("id", PageId(who)).Add("v", std::int64_t{1}).Take(); };
    if (message.name == "join") {
      seated_[side] = true;
      const std::string peer = seated_[other] ? person(other) : "null";
      to_page_[side].push_back({"", "{\"ok\":true,\"id\":\"" + PageId(side) + "\",\"peer\":" + peer + "}", message.op});
      if (seated_[other]) to_page_[other].push_back({"user_joined", person(side), {}});
    } else if (message.name == "leave") {
      seated_[side] = false;
      if (seated_[other]) to_page_[other].push_back({"user_exit", JsonObject().Add("id", PageId(side)).Take(), {}});
    } else if (seated_[other] && message.name != "park") {
      const char first = message.name[0];
      const std::string name = first == 'o' ? "getOffer" : first == 'a' ? "getAnswer" : "getCandidate";
      to_page_[other].push_back({name, message.json, {}});
    }
  }

  Millis now_{1'000};
  std::array<Call, 2> calls_;
  std::array<Browser, 2> pages_;
  Network network_;
  int refused_ = 0;
  std::array<bool, 2> seated_{};
  std::array<std::deque<Message>, 2> to_server_;
  std::array<std::deque<Message>, 2> to_page_;
};

struct Pair {
  const char* name;
  Dialect a;
  Dialect b;
};
void PrintTo(const Pair& pair, std::ostream* out) { *out << pair.name; }

class CallsTest : public testing::TestWithParam<Pair> {};

TEST_P(CallsTest, MeetTalkAndPart) {
  for (std::uint32_t seed = 0; seed < 150; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::uint32_t random = seed;
    World world(GetParam().a, GetParam().b);
    world.Join(0);
    if (seed % 3 != 0) world.Run(&random);
    world.Join(1);
    world.Run(&random);
    for (const int side : {0, 1}) {
      ASSERT_EQ(world.phase(side), Phase::kConnected);
      ASSERT_TRUE(world.SeesAndHears(side));
    }
    ASSERT_EQ(world.refused(), 0);
    world.Post(0, LeaveRequested{});
    ASSERT_EQ(world.page(0).live_tracks(), 0);
    world.Run(&random);
    while (world.Advance(Millis{300})) {
    }
    ASSERT_EQ(world.phase(0), Phase::kEnded);
    ASSERT_EQ(world.phase(1), Phase::kWaiting);
    ASSERT_EQ(world.page(0).open_legs(), 0);
    ASSERT_EQ(world.page(1).open_legs(), 1);  // what it has parked for whoever comes
  }
}

TEST_P(CallsTest, ACopyOfTheWorldComesToTheSameEnd) {
  std::uint32_t random = 7;
  World world(GetParam().a, GetParam().b);
  world.Join(0);
  world.Join(1);
  for (int i = 0; i < 12; ++i) world.TakeQuickStep(static_cast<std::uint32_t>(i));
  World copy = world;
  std::uint32_t again = random;
  world.Run(&random);
  copy.Run(&again);
  EXPECT_EQ(world.phase(0), Phase::kConnected);
  for (const int side : {0, 1}) {
    EXPECT_EQ(world.call(side), copy.call(side));
    EXPECT_EQ(world.page(side), copy.page(side));
  }
}

// Visit() names every field: states that are told in the same words are the same.
TEST_P(CallsTest, EveryFieldIsVisited) {
  std::map<std::string, Browser> browsers;
  std::map<std::string, Network> networks;
  for (std::uint32_t seed = 0; seed < 20; ++seed) {
    World world(GetParam().a, GetParam().b);
    world.Join(0);
    world.Join(1);
    std::uint32_t random = seed;
    while (world.TakeQuickStep((random = random * 1664525u + 1013904223u) >> 8)) {
      for (const int side : {0, 1}) {
        const auto [known, is_new] = browsers.emplace(Text(world.page(side)), world.page(side));
        ASSERT_EQ(known->second, world.page(side));
        ASSERT_TRUE(is_new || Hash(known->second) == Hash(world.page(side)));
      }
      const auto known = networks.emplace(Text(world.network()), world.network()).first;
      ASSERT_EQ(known->second, world.network());
    }
  }
  EXPECT_GT(browsers.size(), 100u);
}

INSTANTIATE_TEST_SUITE_P(Browsers, CallsTest,
                         testing::Values(Pair{"Spec", kSpec, kSpec}, Pair{"Chromium", kChromium, kChromium},
                                         Pair{"Firefox", kFirefox, kFirefox},
                                         Pair{"ChromiumWithFirefox", kChromium, kFirefox},
                                         Pair{"FirefoxWithChromium", kFirefox, kChromium}),
                         [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace duet::model
