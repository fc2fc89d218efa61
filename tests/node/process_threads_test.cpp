// SPDX-License-Identifier: Apache-2.0
#include "collectors/node/process_threads.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "tests/support/host.h"

namespace mixnet {
namespace {

namespace fs = std::filesystem;

TEST(ThreadTotals, KeepWhatThreadsDidThatHaveEnded) {
  const test::TemporaryFolder folder;
  Tree proc(folder.path());
  folder.write("7/task/7/schedstat", "100 10 1\n");
  folder.write("7/task/8/schedstat", "100 20 500\n");
  ThreadTotals totals;
  ASSERT_TRUE(totals.update(proc, 7, 2));
  EXPECT_EQ(totals.runs(), 501u);
  EXPECT_EQ(totals.waited_ns(), 30u);
  folder.write("7/task/7/schedstat", "200 15 3\n");
  fs::remove_all(folder.path() / "7/task/8");
  ASSERT_TRUE(totals.update(proc, 7, 1));
  EXPECT_EQ(totals.runs(), 503u);
  EXPECT_EQ(totals.waited_ns(), 35u);
  folder.write("7/task/9/schedstat", "0 100 1000\n");
  ASSERT_TRUE(totals.update(proc, 7, 2));
  EXPECT_EQ(totals.runs(), 1503u);
  EXPECT_EQ(totals.waited_ns(), 135u);
  ASSERT_TRUE(totals.update(proc, 7, 2));
  EXPECT_EQ(totals.runs(), 1503u);
}

TEST(ThreadTotals, KnowAThreadWhoseIdWasUsedAgain) {
  const test::TemporaryFolder folder;
  Tree proc(folder.path());
  folder.write("7/task/7/schedstat", "100 10 50\n");
  ThreadTotals totals;
  ASSERT_TRUE(totals.update(proc, 7, 1));
  folder.write("7/task/7/schedstat", "9 1 2\n");
  ASSERT_TRUE(totals.update(proc, 7, 1));
  EXPECT_EQ(totals.runs(), 52u);
  EXPECT_EQ(totals.waited_ns(), 11u);
}

TEST(ThreadTotals, AreAbsentWhereTheyCannotBeHad) {
  const test::TemporaryFolder folder;
  Tree proc(folder.path());
  folder.write("7/task/7/schedstat", "0 0 0\n");
  ThreadTotals totals;
  const auto uncounted = totals.update(proc, 7, 1);
  EXPECT_EQ(uncounted.error().fault, Fault::absent);
  EXPECT_EQ(uncounted.error().message, "the kernel does not count it (CONFIG_SCHED_INFO)");
  EXPECT_EQ(totals.update(proc, 7, 129).error().message, "it has more than 128 threads, which is too dear to look at");
  EXPECT_EQ(totals.update(proc, 8, 1).error().fault, Fault::absent);
}

}  // namespace
}  // namespace mixnet
