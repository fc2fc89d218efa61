// SPDX-License-Identifier: Apache-2.0
#include "daemon/background.h"

#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>

#include "daemon/board.h"
#include "tests/support/host.h"

namespace mixnet {
namespace {

using namespace std::chrono_literals;

constexpr auto kLong = 20s;  // longer than any of it takes on a busy machine

constexpr Metric kNodes = gauge("mixnet_test_nodes", "Nodes that the test's collector was told of.");
constexpr const Metric* kMetrics[] = {&kNodes};

std::atomic<int> runs{0};

Result<void> count_nodes(Context& context, Samples& out) {
  ++runs;
  out.add(kNodes, static_cast<double>(context.nodes.nodes->size()));
  return {};
}

/// Comes back only when it is told to stop, as one does that waits for an answer from the network.
Result<void> hang(Context& context, Samples&) {
  ++runs;
  std::mutex mutex;
  std::unique_lock lock(mutex);
  std::condition_variable_any never;
  never.wait(lock, context.stop, [] { return false; });
  return fail(Fault::unavailable, "cut short");
}

constexpr Collector kCounting{"counting", "Counts nodes.", true, Schedule::background, kMetrics, count_nodes, 1h};
constexpr Collector kHanging{"hanging", "Never ends.", true, Schedule::background, kMetrics, hang, 1h};

bool comes_true(const std::function<bool()>& condition) {
  for (const auto end = std::chrono::steady_clock::now() + kLong; std::chrono::steady_clock::now() < end;) {
    if (condition()) return true;
    std::this_thread::sleep_for(1ms);
  }
  return condition();
}

std::string lines_of(const std::shared_ptr<const Outcome>& outcome) { return outcome ? test::lines_of(outcome->samples) : ""; }

TEST(Background, RunsAtOnceAndWhenOtherNodesAreFound) {
  runs = 0;
  const auto directory = std::make_shared<NodeDirectory>();
  const Background background(kCounting, {}, {}, directory, std::make_shared<NetworkDirectory>());
  EXPECT_TRUE(comes_true([&] { return lines_of(background.latest()) == "mixnet_test_nodes 0\n"; }));
  EXPECT_EQ(runs, 1);
  const auto before = background.latest();
  directory->publish(NodeList(2));
  EXPECT_TRUE(comes_true([&] { return lines_of(background.latest()) == "mixnet_test_nodes 2\n"; }));
  EXPECT_EQ(lines_of(before), "mixnet_test_nodes 0\n") << "what a scrape holds does not change";
  directory->publish(NodeList(3));
  EXPECT_TRUE(comes_true([&] { return lines_of(background.latest()) == "mixnet_test_nodes 3\n"; }));
  EXPECT_EQ(lines_of(before), "mixnet_test_nodes 0\n");
}

TEST(Background, EndsAtOnceWhateverItWaitsFor) {
  runs = 0;
  const Background background(kHanging, {}, {}, std::make_shared<NodeDirectory>(), std::make_shared<NetworkDirectory>());
  EXPECT_TRUE(comes_true([] { return runs == 1; }));
  EXPECT_EQ(background.latest(), nullptr);  // and its destructor returns, or this test never ends
}

TEST(Background, IsNotWaitedForByACollection) {
  runs = 0;
  constexpr const Collector* kEnabled[] = {&kHanging};
  Board board({}, {}, kEnabled);
  EXPECT_TRUE(comes_true([] { return runs == 1; }));
  board.collect({});
  EXPECT_EQ(board.runs()[0].outcome(), nullptr);
  ASSERT_EQ(board.samples().size(), 1U) << "nothing yet, and nothing that says it succeeded";
  EXPECT_EQ(test::lines_of(*board.samples()[0]), "");
}

TEST(Background, IsRunByABoardThatIsThereForOneCollection) {
  runs = 0;
  constexpr const Collector* kEnabled[] = {&kCounting};
  Board board({}, {}, kEnabled, Pace::once);
  EXPECT_EQ(runs, 0);
  board.collect({});
  EXPECT_EQ(runs, 1);
  EXPECT_EQ(lines_of(board.runs()[0].found), "mixnet_test_nodes 0\n");
}

}  // namespace
}  // namespace mixnet
