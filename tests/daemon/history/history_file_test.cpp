// SPDX-License-Identifier: Apache-2.0
#include "daemon/history/history_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace mixnet {
namespace {

constexpr UnixMs kStart = 1'795'600'800'000;  // 2026-11-25 10:00:00 UTC
constexpr UnixMs kInterval = 15'000, kMinute = 60'000, kHour = 60 * kMinute;
constexpr const char* kLoad = "node_load1";
constexpr const char* kSent = "mixnet_node_packets_sent_total";

class HistoryFileTest : public testing::Test {
 protected:
  HistoryFileTest() {
    char name[] = "/tmp/history-test-XXXXXX";
    folder_ = ::mkdtemp(name);
    path_ = folder_ + "/history.sqlite";
  }
  ~HistoryFileTest() override { std::filesystem::remove_all(folder_); }

  std::unique_ptr<HistoryFile> open(HistoryLimits limits = {}) {
    auto file = HistoryFile::open(path_, limits);
    EXPECT_TRUE(file) << file.error().message;
    return file ? *std::move(file) : nullptr;
  }

  /// A gauge that is the number of the tick modulo 20, and a counter that grows by 30 a tick: 2 a second.
  Tick tick(std::int64_t number) const {
    return {kStart + number * kInterval, series_, {static_cast<double>(number % 20), static_cast<double>(30 * number)}};
  }

  /// Ticks from `first` until before `end`, a block's worth at a time, as the daemon adds and tidies them.
  void fill(HistoryFile& file, std::int64_t first, std::int64_t end, bool may_forget = true) {
    while (first < end) {
      std::vector<Tick> ticks;
      for (; first < end && ticks.size() < 100; ++first) ticks.push_back(tick(first));
      ASSERT_TRUE(file.add(ticks));
      const auto tidied = file.tidy(ticks.back().time, may_forget);
      ASSERT_TRUE(tidied) << tidied.error().message;
    }
  }

  std::string folder_, path_;
  std::shared_ptr<const std::vector<Series>> series_ = std::make_shared<std::vector<Series>>(
      std::vector<Series>{{kLoad, "", Type::gauge}, {kSent, "node=\"a\",type=\"forward\"", Type::counter}});
};

TEST_F(HistoryFileTest, GivesBackEachValueWhetherInABlockOrNot) {
  auto file = open();
  fill(*file, 0, 2500);  // two blocks and some
  const auto window = file->window({}, kStart, kStart + 2500 * kInterval);
  ASSERT_TRUE(window) << window.error().message;
  ASSERT_EQ(window->times().size(), 2500U);
  const auto* load = window->of(kLoad).at(0);
  const auto* sent = window->of(kSent, "type", "forward");
  ASSERT_NE(sent, nullptr);
  for (std::size_t number = 0; number < 2500; ++number) {
    ASSERT_EQ(window->times()[number], kStart + static_cast<UnixMs>(number) * kInterval);
    ASSERT_EQ(load->values[number], static_cast<double>(number % 20));
    ASSERT_EQ(sent->values[number], 30.0 * static_cast<double>(number));
  }
}

TEST_F(HistoryFileTest, IsTheSameOnceOpenedAgainAndForOneWhoOnlyReads) {
  fill(*open(), 0, 1200);
  for (int round = 0; round < 2; ++round) {
    auto file = round == 0 ? HistoryFile::open(path_, {}) : HistoryFile::open_to_read(path_);
    ASSERT_TRUE(file) << file.error().message;
    EXPECT_EQ((*file)->newest(), kStart + 1199 * kInterval);
    EXPECT_EQ((*file)->window({}, kStart, kStart + kHour)->times().size(), 240U);
    EXPECT_EQ((*file)->series()->size(), 2U);
  }
}

TEST_F(HistoryFileTest, ReadsWhileAnotherWrites) {
  auto writer = open();
  fill(*writer, 0, 10);
  auto reader = HistoryFile::open_to_read(path_);
  ASSERT_TRUE(reader) << reader.error().message;
  fill(*writer, 10, 20);
  EXPECT_EQ((*reader)->window({}, kStart, kStart + kHour)->times().size(), 20U);
}

TEST_F(HistoryFileTest, DrawsACounterAsItsIncreasePerSecond) {
  auto file = open();
  fill(*file, 0, 2500);
  const std::string_view metrics[] = {kSent, kLoad};
  for (const UnixMs step : {kMinute, 5 * kMinute, 30 * kMinute}) {
    const auto curves = file->curves(metrics, kStart, kStart + 10 * kHour, step);
    ASSERT_TRUE(curves) << curves.error().message;
    ASSERT_EQ(curves->size(), 2U);
    const auto& sent = curves->at(0).series.metric == kSent ? curves->at(0) : curves->at(1);
    ASSERT_EQ(sent.mean.size(), static_cast<std::size_t>(10 * kHour / step));
    for (std::size_t at = 0; at < sent.mean.size(); ++at) {
      ASSERT_NEAR(sent.mean[at], 2, 1e-6) << step << " " << at;
      ASSERT_NEAR(sent.min[at], 2, 1e-6);
      ASSERT_NEAR(sent.max[at], 2, 1e-6);
    }
  }
}

TEST_F(HistoryFileTest, DrawsAGaugeAsItsLeastMeanAndGreatest) {
  auto file = open();
  fill(*file, 0, 2500);
  const std::string_view metrics[] = {kLoad};
  const auto curve = file->curves(metrics, kStart, kStart + 10 * kHour, 5 * kMinute)->at(0);  // of 20 ticks
  ASSERT_EQ(curve.mean.size(), 120U);
  for (std::size_t at = 0; at < curve.mean.size(); ++at) {
    EXPECT_EQ(curve.min[at], 0) << at;
    EXPECT_NEAR(curve.mean[at], 9.5, 1e-4) << at;
    EXPECT_EQ(curve.max[at], 19) << at;
  }
}

TEST_F(HistoryFileTest, LeavesAGapWhereNothingWasRecorded) {
  auto file = open();
  fill(*file, 0, 40);
  fill(*file, 240, 280);  // fifty minutes later
  const std::string_view metrics[] = {kSent};
  const auto curve = file->curves(metrics, kStart, kStart + 70 * kMinute, 5 * kMinute)->at(0);
  ASSERT_EQ(curve.mean.size(), 14U);
  for (std::size_t at = 0; at < 14; ++at) {
    EXPECT_EQ(std::isnan(curve.mean[at]), at >= 2 && at < 12) << at;
    if (at == 12) {
      EXPECT_NEAR(curve.mean[at], 2, 1e-6) << "the increase over the gap is nobody's";
    }
  }
}

TEST_F(HistoryFileTest, TakesACounterThatFellToHaveBegunAnew) {
  auto file = open();
  std::vector<Tick> ticks;
  for (int number = 0; number < 20; ++number) {
    ticks.push_back(tick(number));
    if (number >= 10) ticks.back().values[1] = 30.0 * (number - 9);
  }
  ASSERT_TRUE(file->add(ticks));
  const std::string_view metrics[] = {kSent};
  const auto curve = file->curves(metrics, kStart, kStart + 5 * kMinute, 5 * kMinute)->at(0);
  EXPECT_NEAR(curve.mean.at(0), 2, 1e-6);
  EXPECT_NEAR(curve.min.at(0), 2, 1e-6);
}

TEST_F(HistoryFileTest, ForgetsWhatIsOlderThanItIsToKeep) {
  HistoryLimits limits;
  limits.full = std::chrono::hours(12);
  limits.coarse = std::chrono::hours(48);
  auto file = open(limits);
  fill(*file, 0, 4 * 24 * 240);
  const UnixMs end = kStart + 4 * 24 * kHour;
  const auto window = file->window({}, kStart, end);
  EXPECT_GE(window->times().front(), end - 16 * kHour - 5 * kMinute);
  EXPECT_LE(window->times().front(), end - 12 * kHour);
  const std::string_view metrics[] = {kLoad};
  const auto curve = file->curves(metrics, kStart, end, kHour)->at(0);
  std::size_t with_values = 0;
  for (const double mean : curve.mean) with_values += std::isnan(mean) ? 0 : 1;
  EXPECT_GE(with_values, 48U);
  EXPECT_LE(with_values, 73U) << "a day more at most";
}

TEST_F(HistoryFileTest, StaysWithinItsSizeAndTheOldestGoesFirst) {
  HistoryLimits limits;
  limits.bytes_max = 3 << 20;
  std::vector<Series> many;
  for (int index = 0; index < 60; ++index) many.push_back({"metric_" + std::to_string(index), "", Type::gauge});
  auto series = std::make_shared<const std::vector<Series>>(many);
  auto file = open(limits);
  std::srand(3);
  UnixMs time = kStart;
  for (int block = 0; block < 30; ++block) {
    std::vector<Tick> ticks;
    for (int number = 0; number < 1000; ++number, time += kInterval) {
      ticks.push_back({time, series, std::vector<double>(60)});
      for (auto& value : ticks.back().values) value = std::rand();
    }
    ASSERT_TRUE(file->add(ticks));
    ASSERT_TRUE(file->tidy(time, true));
    EXPECT_LE(*file->bytes(), limits.bytes_max) << block;
  }
  const auto window = file->window({}, kStart, time);
  EXPECT_GT(window->times().front(), kStart);
  EXPECT_EQ(window->times().back(), time - kInterval);
}

TEST_F(HistoryFileTest, RefusesToTouchWhatANewerVersionWrote) {
  { fill(*open(), 0, 10); }
  { ASSERT_TRUE(Sqlite::open(path_, Sqlite::Access::write)->run("PRAGMA user_version = 7")); }
  const auto file = HistoryFile::open(path_, {});
  ASSERT_FALSE(file);
  EXPECT_EQ(file.error().fault, Fault::unavailable);
  EXPECT_EQ(file.error().message, path_ + ": a newer version of mixnet-exporter wrote it (schema 7, this one knows 1)");
}

TEST_F(HistoryFileTest, SaysThatItIsDamaged) {
  { fill(*open(), 0, 2500); }
  const auto size = std::filesystem::file_size(path_);
  for (const std::streamoff at : {std::streamoff(3), std::streamoff(size / 2)}) {
    std::filesystem::copy_file(path_, path_ + ".whole", std::filesystem::copy_options::overwrite_existing);
    {
      std::fstream bytes(path_, std::ios::in | std::ios::out | std::ios::binary);
      bytes.seekp(at);
      bytes.write("\xff\xff\xff\xff\xff\xff\xff\xff", 8);
    }
    auto file = HistoryFile::open(path_, {});
    auto read = file ? (*file)->window({}, kStart, kStart + 2500 * kInterval) : tl::unexpected(file.error());
    ASSERT_FALSE(read) << at;
    EXPECT_EQ(read.error().fault, Fault::malformed) << read.error().message;
    std::filesystem::copy_file(path_ + ".whole", path_, std::filesystem::copy_options::overwrite_existing);
  }
  std::filesystem::resize_file(path_, size / 2);
  const auto cut = HistoryFile::open(path_, {});
  ASSERT_FALSE(cut);
  EXPECT_EQ(cut.error().fault, Fault::malformed) << cut.error().message;
}

TEST_F(HistoryFileTest, SaysThatItIsNotAHistory) {
  std::ofstream(path_) << "This is a text that somebody has put here by mistake, and long enough for a header of SQLite's.\n"
                       << std::string(200, 'x');
  const auto file = HistoryFile::open(path_, {});
  ASSERT_FALSE(file);
  EXPECT_EQ(file.error().fault, Fault::malformed) << file.error().message;
}

TEST_F(HistoryFileTest, WaitsForNobodyWhoHasTheLockForLong) {
  auto file = open();
  fill(*file, 0, 10);
  auto other = Sqlite::open(path_, Sqlite::Access::write);
  ASSERT_TRUE(other->run("BEGIN IMMEDIATE"));
  const auto added = file->add(std::vector{tick(10)});
  ASSERT_FALSE(added);
  EXPECT_EQ(added.error().fault, Fault::unavailable);
  ASSERT_TRUE(other->run("COMMIT"));
  ASSERT_TRUE(file->add(std::vector{tick(10)}));
  EXPECT_EQ(file->newest(), kStart + 10 * kInterval);
}

TEST_F(HistoryFileTest, ForgetsWhatWasRecordedUnderAWrongClock) {
  auto file = open();
  fill(*file, 0, 1100);
  fill(*file, 2'100'000, 2'102'000, false);  // a year later
  ASSERT_TRUE(file->forget_from(kStart + 1100 * kInterval + kMinute));
  EXPECT_EQ(file->newest(), kStart + 1099 * kInterval);
  EXPECT_EQ(file->window({}, kStart, kStart + kHour)->times().size(), 240U);
}

TEST_F(HistoryFileTest, KeepsAlarmsUntilTheyAreOver) {
  auto file = open();
  Alarm alarm;
  alarm.alert = "MixnetNodeDown";
  alarm.node = "a";
  alarm.status = Status::critical;
  alarm.since = kStart;
  alarm.message = "node a is down";
  ASSERT_TRUE(file->note_alarms({&alarm, 1}, kStart));
  ASSERT_TRUE(file->note_alarms({&alarm, 1}, kStart + kMinute));
  auto events = *file->events(kStart, kStart + kHour);
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].end, 0);
  EXPECT_EQ(events[0].message, "node a is down");
  ASSERT_TRUE(file->note_alarms({}, kStart + 2 * kMinute));
  events = *file->events(kStart, kStart + kHour);
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].end, kStart + 2 * kMinute);
  EXPECT_TRUE(file->events(kStart + kHour, kStart + 2 * kHour)->empty());
}

TEST_F(HistoryFileTest, IsForTheExporterAndItsGroup) {
  fill(*open(), 0, 3);
  struct stat status {};
  ASSERT_EQ(::stat(path_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0640U);
}

TEST_F(HistoryFileTest, SaysWhatItCannotOpen) {
  const auto nowhere = HistoryFile::open(folder_ + "/no/history.sqlite", {});
  ASSERT_FALSE(nowhere);
  EXPECT_EQ(nowhere.error().message, folder_ + "/no/history.sqlite: No such file or directory");
  EXPECT_EQ(HistoryFile::open_to_read(path_).error().fault, Fault::absent);
}

}  // namespace
}  // namespace mixnet
