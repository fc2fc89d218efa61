// SPDX-License-Identifier: Apache-2.0
#include "collectors/network/probe_turns.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "tests/support/host.h"

namespace mixnet {
namespace {

using namespace std::chrono_literals;
using Use = ProbeTurns::Use;

constexpr ProbeTurns::Times kTimes{.interval = 1h, .start_delay = 10min};

class ProbeTurnsTest : public testing::Test {
 protected:
  ProbeTurns turns(std::uint32_t random = 1, ProbeTurns::Times times = kTimes) {
    return {folder(), times, random, [this] { return now_; }};
  }
  /// Of another process, later.
  ProbeTurns loaded(std::uint32_t random = 1) {
    auto out = turns(random);
    EXPECT_TRUE(out.load(Use::write));
    return out;
  }
  StateFolder folder() const { return StateFolder(folder_.path().string() + "/gateway_probe"); }
  void pass(std::chrono::seconds time) {
    now_.steady += time;
    now_.system += time;
  }

  const std::vector<std::string> keys_{"A", "B"};
  const test::TemporaryFolder folder_;
  ProbeTurns::Moment now_{std::chrono::steady_clock::time_point(100h),
                          std::chrono::system_clock::time_point(std::chrono::seconds(1'780'000'000))};
};

TEST_F(ProbeTurnsTest, TheFirstIsSomeTimeAfterTheStart) {
  for (std::uint32_t random = 1; random < 50; ++random) {
    const auto out = loaded(random);
    EXPECT_GE(out.due() - now_.system, 5min);
    EXPECT_LE(out.due() - now_.system, 15min);
    EXPECT_FALSE(out.next(keys_));
  }
  EXPECT_NE(loaded(1).due(), loaded(2).due());
}

TEST_F(ProbeTurnsTest, AreAnIntervalApartAndTaken) {
  auto out = loaded();
  pass(15min);
  EXPECT_EQ(out.next(keys_), "A");
  EXPECT_EQ(out.next({}), std::nullopt);
  ASSERT_TRUE(out.begin("A"));
  EXPECT_FALSE(out.next(keys_));
  pass(59min);
  EXPECT_FALSE(out.next(keys_));
  pass(4min);  // the interval, and a twentieth of it by chance at most
  EXPECT_EQ(out.next(keys_), "B") << "who never had one";
  ASSERT_TRUE(out.begin("B"));
  pass(64min);
  EXPECT_EQ(out.next(keys_), "A");
}

TEST_F(ProbeTurnsTest, AreRememberedOverRestarts) {
  auto first = loaded();
  pass(15min);
  ASSERT_TRUE(first.begin("A"));
  for (int restart = 0; restart < 30; ++restart) {  // a crash loop, for an hour
    auto again = loaded(static_cast<std::uint32_t>(restart + 1));
    pass(119s);
    EXPECT_FALSE(again.next(keys_)) << restart;
  }
  auto again = loaded();
  EXPECT_FALSE(again.next(keys_)) << "the delay after the start holds too";
  pass(15min);
  EXPECT_EQ(again.next(keys_), "B");
}

TEST_F(ProbeTurnsTest, AreNotTakenWhereTheyCannotBeWrittenDown) {
  folder_.write("gateway_probe", "no folder");
  auto out = turns();
  EXPECT_TRUE(out.load(Use::read));
  EXPECT_FALSE(out.load(Use::write));
  pass(15min);
  EXPECT_TRUE(out.next(keys_));
  EXPECT_FALSE(out.begin("A"));
  EXPECT_EQ(out.next(keys_), "A") << "it has not begun";
}

TEST_F(ProbeTurnsTest, AreNotTakenWhereWhatWasWrittenCannotBeRead) {
  std::filesystem::create_directories(folder().path() + "/started");
  EXPECT_FALSE(turns().load(Use::read));
}

TEST_F(ProbeTurnsTest, DoNotTrustTheClock) {
  ASSERT_TRUE(folder().write("started", "A 4000000000\n"));  // in 2096
  auto out = loaded();
  pass(59min);
  EXPECT_FALSE(out.next(keys_));
  pass(4min);
  EXPECT_TRUE(out.next(keys_));

  ASSERT_TRUE(out.begin("A"));
  now_.system += 24h;  // somebody sets it
  EXPECT_FALSE(out.next(keys_));
}

TEST_F(ProbeTurnsTest, TakeNonsenseForARunThatHasJustBegun) {
  ASSERT_TRUE(folder().write("started", "A yesterday\n"));
  auto out = loaded();
  pass(59min);
  EXPECT_FALSE(out.next(keys_));
  pass(4min);
  EXPECT_TRUE(out.next(keys_));
}

TEST_F(ProbeTurnsTest, ForgetGatewaysThatAreLongGone) {
  ASSERT_TRUE(folder().write("started", "A 1700000000\nB 1779999000\n"));
  (void)loaded();
  EXPECT_EQ(folder().read("started", 100)->text, "B 1779999000\n");
}

}  // namespace
}  // namespace mixnet
