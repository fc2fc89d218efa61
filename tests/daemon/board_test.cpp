// SPDX-License-Identifier: Apache-2.0
#include "daemon/board.h"

#include <gtest/gtest.h>

#include <stdexcept>

#include "tests/support/host.h"

namespace mixnet {
namespace {

constexpr Metric kValue = gauge("node_value", "A value.");
constexpr const Metric* kMetrics[] = {&kValue};

/// What the test's collector does next.
Fault next_fault = Fault::absent;
int mode = 0;  // 0 succeeds, 1 fails after a sample, 2 throws
int runs = 0;

Result<void> collect(Context&, Samples& out) {
  ++runs;
  out.add(kValue, 1);
  if (mode == 1) return fail(next_fault, "broken");
  if (mode == 2) throw std::runtime_error("thrown");
  return {};
}

constexpr Collector kTest{"test", "A collector of the test.", true, Schedule::at_scrape, kMetrics, collect};
constexpr Collector kOther{
    "other", "Another one.", true, Schedule::at_scrape, kMetrics, [](Context&, Samples&) { return Result<void>(); }};

/// Publishes nodes the first two times that it runs, and never again.
Result<void> find_nodes(Context& context, Samples&) {
  if (context.nodes.number < 2) context.directory->publish(NodeList(1));
  return {};
}
constexpr Collector kFinding{"finding", "Finds nodes.", true, Schedule::background, kMetrics, find_nodes};

std::string text(const Board& board, std::string_view family) {
  std::string out;
  for (const auto* part : board.samples()) {
    std::string_view line, lines;
    const auto all = test::lines_of(*part);
    for (lines = all; !lines.empty();) {
      line = take_until(lines, '\n');
      if (line.starts_with(family)) out.append(line).append("\n");
    }
  }
  return out;
}

class BoardTest : public testing::Test {
 protected:
  BoardTest() : board_({}, {}, kEnabled) { mode = runs = 0; }
  /// What the last collection told of the test's collector: what it fails with, or "works" where it does again.
  std::string changes() const {
    std::string out;
    for (const auto& change : board_.runs()[1].changes.last()) out += change.error.empty() ? "works" : change.error;
    return out;
  }

  static constexpr const Collector* kEnabled[] = {&kOther, &kTest};
  Board board_;
};

TEST_F(BoardTest, ReportsEachCollectorsSuccess) {
  board_.collect({});
  EXPECT_EQ(text(board_, "node_value"), "node_value 1\n");
  EXPECT_EQ(text(board_, "node_scrape_collector_success"),
            "node_scrape_collector_success{collector=\"other\"} 1\nnode_scrape_collector_success{collector=\"test\"} 1\n");
  EXPECT_EQ(changes(), "");
}

TEST_F(BoardTest, AFailedRunPublishesNothingAndIsReportedOnce) {
  mode = 1;
  next_fault = Fault::unavailable;
  board_.collect({});
  EXPECT_EQ(text(board_, "node_value"), "");
  EXPECT_EQ(text(board_, "node_scrape_collector_success{collector=\"test\"}"),
            "node_scrape_collector_success{collector=\"test\"} 0\n");
  EXPECT_EQ(changes(), "broken");
  board_.collect({});
  EXPECT_EQ(changes(), "");
  mode = 0;
  board_.collect({});
  EXPECT_EQ(changes(), "works");
  EXPECT_EQ(text(board_, "node_value"), "node_value 1\n");
}

TEST_F(BoardTest, WhatACollectorThrowsIsItsOwnFailure) {
  mode = 2;
  board_.collect({});
  EXPECT_EQ(board_.runs()[1].outcome()->error->message, "unexpected: thrown");
  EXPECT_EQ(text(board_, "node_scrape_collector_success{collector=\"other\"}"),
            "node_scrape_collector_success{collector=\"other\"} 1\n");
}

TEST_F(BoardTest, WhatIsAbsentIsNoFailureAndNotLookedForEachTime) {
  mode = 1;
  next_fault = Fault::absent;
  board_.collect({});
  board_.collect({});
  EXPECT_EQ(runs, 1);
  EXPECT_TRUE(board_.runs()[1].outcome()->absent());
  EXPECT_EQ(changes(), "");
  EXPECT_EQ(text(board_, "node_scrape_collector_success{collector=\"test\"}"),
            "node_scrape_collector_success{collector=\"test\"} 1\n");
}

TEST_F(BoardTest, LooksAgainForWhatIsAbsentWhenOtherNodesAreFound) {
  constexpr const Collector* kWithNodes[] = {&kFinding, &kTest};
  Board board({}, {}, kWithNodes, Pace::once);
  mode = 1;
  next_fault = Fault::absent;
  for (int collection = 0; collection < 4; ++collection) board.collect({});
  EXPECT_EQ(runs, 2) << "the first two collections found other nodes";
}

TEST_F(BoardTest, CollectsWhatIsSelected) {
  board_.collect({.collect = {"other"}, .exclude = {}});
  EXPECT_EQ(runs, 0);
  board_.collect({.collect = {}, .exclude = {"other"}});
  EXPECT_EQ(text(board_, "node_scrape_collector_success"), "node_scrape_collector_success{collector=\"test\"} 1\n");
}

TEST_F(BoardTest, RefusesASelectionItCannotServe) {
  EXPECT_EQ(board_.check({.collect = {"nonsense"}, .exclude = {}}).error().message, "missing collector: \"nonsense\"");
  EXPECT_EQ(board_.check({.collect = {"loadavg"}, .exclude = {}}).error().message, "disabled collector: \"loadavg\"");
  EXPECT_EQ(board_.check({.collect = {"test"}, .exclude = {"other"}}).error().message,
            "Combined collect and exclude queries are not allowed.");
  EXPECT_TRUE(board_.check({.collect = {}, .exclude = {"nonsense"}}));
}

}  // namespace
}  // namespace mixnet
