// SPDX-License-Identifier: Apache-2.0
#include "daemon/history/history_keeper.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <random>

namespace mixnet {
namespace {

namespace fs = std::filesystem;

constexpr UnixMs kStart = 1'795'600'800'000;
constexpr int kKills = 200;

class HistoryKeeperTest : public testing::Test {
 protected:
  HistoryKeeperTest() {
    char name[] = "/tmp/history-keeper-test-XXXXXX";
    folder_ = ::mkdtemp(name);
  }
  ~HistoryKeeperTest() override { fs::remove_all(folder_); }

  std::string path() const { return folder_ / "state" / "history.sqlite"; }
  Tick tick(std::int64_t number) const { return {kStart + 15'000 * number, series_, {static_cast<double>(number)}}; }

  fs::path folder_;
  HistoryInstruments instruments_;
  std::shared_ptr<const std::vector<Series>> series_ =
      std::make_shared<std::vector<Series>>(std::vector<Series>{{"node_load1", "", Type::gauge}});
};

TEST_F(HistoryKeeperTest, MakesTheFolderAndWritesAtOnceAndThenInBatches) {
  HistoryKeeper keeper(path(), {}, instruments_);
  EXPECT_TRUE(instruments_.on);
  keeper.take(tick(0));
  EXPECT_TRUE(instruments_.up);
  EXPECT_EQ(instruments_.ticks, 1U);
  keeper.take(tick(1));
  EXPECT_EQ(instruments_.ticks, 1U) << "the disk is not asked more often than each ten seconds";
  keeper.flush();
  EXPECT_EQ(instruments_.ticks, 2U);
  EXPECT_EQ((fs::status(path()).permissions() & fs::perms::mask), fs::perms(0640));
  EXPECT_EQ((fs::status(folder_ / "state").permissions() & fs::perms::mask), fs::perms(0750));
}

TEST_F(HistoryKeeperTest, KeepsWhatItCannotWriteAndCountsWhatIsTooMuch) {
  fs::create_directories(fs::path(path()) / "a folder where the file is to be");
  HistoryKeeper keeper(path(), {}, instruments_);
  EXPECT_FALSE(instruments_.up);
  EXPECT_EQ(keeper.reader(), nullptr);
  EXPECT_NE(keeper.error(), "");
  const auto more = static_cast<std::int64_t>(HistoryKeeper::kWaitingMax) + 7;
  for (std::int64_t number = 0; number < more; ++number) keeper.take(tick(number));
  EXPECT_EQ(instruments_.dropped, 7U);
  EXPECT_EQ(instruments_.ticks, 0U);
}

TEST_F(HistoryKeeperTest, TakesNothingFromAClockThatIsBehind) {
  HistoryKeeper keeper(path(), {}, instruments_);
  keeper.take(tick(1000));
  keeper.take(tick(10));
  keeper.take(tick(11));
  keeper.flush();
  EXPECT_EQ(instruments_.dropped, 2U);
  keeper.take(tick(1001));
  keeper.flush();
  EXPECT_EQ(instruments_.ticks, 2U);
}

TEST_F(HistoryKeeperTest, FollowsTheAlarms) {
  HistoryKeeper keeper(path(), {}, instruments_);
  Alarm alarm;
  alarm.alert = "MixnetNodeDown";
  alarm.since = kStart;
  keeper.note_alarms({alarm}, kStart);
  keeper.take(tick(0));
  EXPECT_EQ(keeper.reader()->events(kStart - 1, kStart + 1)->size(), 1U);
}

/// Writes without end, a block every few commits, until it is killed; every commit is told to the parent.
[[noreturn]] void write_until_killed(const std::string& path, UnixMs first, const Tick& like, int tell) {
  auto file = HistoryFile::open(path, {});
  if (!file) ::_exit(2);
  for (auto time = first;; time += 15'000 * 200) {
    std::vector<Tick> ticks(200, like);
    for (std::size_t index = 0; index < ticks.size(); ++index) ticks[index].time = time + 15'000 * static_cast<UnixMs>(index);
    if (!(*file)->add(ticks)) ::_exit(3);
    if (::write(tell, &ticks.back().time, sizeof(UnixMs)) != sizeof(UnixMs)) ::_exit(4);
    if (!(*file)->tidy(ticks.back().time, true)) ::_exit(5);
  }
}

/// The newest time that was told before the end.
UnixMs last_told(int from) {
  UnixMs newest = 0, next = 0;
  while (::read(from, &next, sizeof next) == sizeof next) newest = next;
  return newest;
}

TEST_F(HistoryKeeperTest, LosesNothingThatWasCommittedWhenKilledInTheMiddleOfWriting) {
  fs::create_directories(folder_ / "state");
  std::mt19937 random(23);
  UnixMs newest = kStart - 15'000;
  for (int kill = 0; kill < kKills; ++kill) {
    int pipe[2];
    ASSERT_EQ(::pipe(pipe), 0);
    const auto first = newest + 15'000;
    const auto pid = ::fork();
    if (pid == 0) write_until_killed(path(), first, tick(0), pipe[1]);
    ::close(pipe[1]);
    ::usleep(static_cast<useconds_t>(1000 + random() % 20'000));
    ::kill(pid, SIGKILL);
    int status = 0;
    ::waitpid(pid, &status, 0);
    ASSERT_TRUE(WIFSIGNALED(status)) << "it ended by itself with " << WEXITSTATUS(status);
    const auto told = last_told(pipe[0]);
    ::close(pipe[0]);
    auto file = HistoryFile::open(path(), {});  // which checks the whole file
    ASSERT_TRUE(file) << kill << ": " << file.error().message;
    newest = std::max(*(*file)->newest(), first - 15'000);
    EXPECT_GE(newest, told) << kill;
    const auto window = (*file)->window({}, newest - 15'000 * 300, newest + 1);
    ASSERT_TRUE(window) << window.error().message;
    for (std::size_t at = 1; at < window->times().size(); ++at)
      ASSERT_EQ(window->times()[at] - window->times()[at - 1], 15'000);
  }
  EXPECT_GT(newest, kStart + 15'000 * 1000) << "there have been blocks";
}

}  // namespace
}  // namespace mixnet
