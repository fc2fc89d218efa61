// SPDX-License-Identifier: Apache-2.0
#include "collectors/kit/stallable.h"

#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>

namespace mixnet {
namespace {

using Outcome = Stallable::Outcome;
using std::chrono::milliseconds;

/// Blocks whoever passes until it is opened, as a dead server blocks statfs until it comes back.
class Gate {
 public:
  void open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }
  void pass() {
    std::unique_lock lock(mutex_);
    ++arrived_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return open_; });
  }
  void wait_for_arrivals(int count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return arrived_ >= count; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = false;
  int arrived_ = 0;
};

struct Counting : Stallable::Job {
  void run() noexcept override { ++runs; }
  int runs = 0;
};

struct Blocking : Stallable::Job {
  explicit Blocking(std::shared_ptr<Gate> the_gate) : gate(std::move(the_gate)) {}
  void run() noexcept override {
    gate->pass();
    ++runs;
  }
  const std::shared_ptr<Gate> gate;
  int runs = 0;
};

Stallable::Clock::time_point in(milliseconds time) { return Stallable::Clock::now() + time; }
constexpr milliseconds kLong{60'000};  // passes only where something is broken
constexpr milliseconds kShort{20};

TEST(Stallable, HasNoThreadUntilOneIsNeededAndUsesItAgain) {
  Stallable calls;
  EXPECT_EQ(calls.threads(), 0U);
  const auto job = std::make_shared<Counting>();
  for (int times = 1; times <= 100; ++times) {
    ASSERT_EQ(calls.run(job, in(kLong)), Outcome::done);
    ASSERT_EQ(job->runs, times);
  }
  EXPECT_EQ(calls.threads(), 1U);
}

TEST(Stallable, DoesNotWaitTwiceForACallThatIsStuck) {
  Stallable calls;
  const auto gate = std::make_shared<Gate>();
  const auto job = std::make_shared<Blocking>(gate);
  ASSERT_TRUE(calls.start(job));
  gate->wait_for_arrivals(1);  // a thread has it, however slow this machine is
  EXPECT_EQ(calls.wait(job, in(kShort)), Outcome::late);
  EXPECT_FALSE(calls.start(job));
  EXPECT_EQ(calls.run(job, in(kLong)), Outcome::late);  // would hang the test if it waited
  gate->open();
  EXPECT_EQ(calls.wait(job, in(kLong)), Outcome::done);
  EXPECT_EQ(job->runs, 1);
  EXPECT_EQ(calls.run(job, in(kLong)), Outcome::done);
  EXPECT_EQ(job->runs, 2);
}

TEST(Stallable, RunsOthersBesideAStuckCall) {
  Stallable calls;
  const auto gate = std::make_shared<Gate>();
  const auto stuck = std::make_shared<Blocking>(gate);
  const auto healthy = std::make_shared<Counting>();
  ASSERT_TRUE(calls.start(stuck));
  gate->wait_for_arrivals(1);
  EXPECT_EQ(calls.run(healthy, in(kLong)), Outcome::done);
  EXPECT_EQ(calls.threads(), 2U);
  gate->open();
  EXPECT_EQ(calls.wait(stuck, in(kLong)), Outcome::done);
}

TEST(Stallable, RefusesWhenAllThreadsAreStuckAndRecovers) {
  Stallable calls(2);
  const auto gate = std::make_shared<Gate>();
  const auto first = std::make_shared<Blocking>(gate), second = std::make_shared<Blocking>(gate);
  ASSERT_TRUE(calls.start(first));
  ASSERT_TRUE(calls.start(second));
  gate->wait_for_arrivals(2);
  const auto third = std::make_shared<Counting>();
  EXPECT_EQ(calls.run(third, in(kShort)), Outcome::refused);
  EXPECT_EQ(calls.run(third, in(kShort)), Outcome::refused);
  EXPECT_EQ(calls.threads(), 2U);
  gate->open();
  EXPECT_EQ(calls.wait(first, in(kLong)), Outcome::done);
  EXPECT_EQ(calls.run(third, in(kLong)), Outcome::done);
  EXPECT_EQ(third->runs, 1);
}

TEST(Stallable, QueuesMoreCallsThanThereAreThreads) {
  Stallable calls(2);
  std::vector<std::shared_ptr<Counting>> jobs;
  for (int count = 0; count < 50; ++count) {
    jobs.push_back(std::make_shared<Counting>());
    ASSERT_TRUE(calls.start(jobs.back()));
  }
  for (const auto& job : jobs) EXPECT_EQ(calls.wait(job, in(kLong)), Outcome::done);
  for (const auto& job : jobs) EXPECT_EQ(job->runs, 1);
  EXPECT_LE(calls.threads(), 2U);
}

TEST(Stallable, EndsWhileACallIsStuck) {
  const auto gate = std::make_shared<Gate>();
  const auto job = std::make_shared<Blocking>(gate);
  std::weak_ptr<Blocking> alive = job;
  {
    Stallable calls;
    const auto other = std::make_shared<Counting>();
    ASSERT_EQ(calls.run(other, in(kLong)), Outcome::done);
    ASSERT_TRUE(calls.start(job));
    gate->wait_for_arrivals(1);
    ASSERT_EQ(calls.wait(job, in(kShort)), Outcome::late);
  }
  EXPECT_GE(alive.use_count(), 2);  // the thread still owns what it works on
  gate->open();
}

}  // namespace
}  // namespace mixnet
