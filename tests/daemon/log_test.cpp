// SPDX-License-Identifier: Apache-2.0
#include "daemon/log.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/host.h"

namespace mixnet {
namespace {

const auto kNoon = std::chrono::system_clock::time_point(std::chrono::milliseconds(1'767'268'800'007));

std::string line(LogStyle style, LogLevel level, std::string_view message, std::initializer_list<LogField> fields = {}) {
  return log_line(style, level, kNoon, message, {fields.begin(), fields.size()});
}

constexpr LogStyle kLogfmt{}, kJson{LogFormat::json, false};

TEST(Log, WritesLogfmt) {
  EXPECT_EQ(line(kLogfmt, LogLevel::info, "Listening", {{"address", "127.0.0.1:10087"}, {"tls", false}, {"count", 3}}),
            "time=2026-01-01T12:00:00.007Z level=INFO msg=Listening address=127.0.0.1:10087 tls=false count=3\n");
  EXPECT_EQ(
      line(kLogfmt, LogLevel::error, "It failed", {{"reason", ""}, {"a", "x=y"}, {"took", 0.25}, {"b", "ends>"}, {"c", 1}}),
      "time=2026-01-01T12:00:00.007Z level=ERROR msg=\"It failed\" reason=\"\" a=\"x=y\" took=0.25 b=ends> c=1\n");
}

TEST(Log, WritesJson) {
  EXPECT_EQ(
      line(kJson, LogLevel::warn, "It \"failed\"", {{"status", 404}, {"tls", true}, {"took", 1.0 / 0.0}, {"why", "a\\b"}}),
      "{\"time\":\"2026-01-01T12:00:00.007Z\",\"level\":\"WARN\",\"msg\":\"It \\\"failed\\\"\",\"status\":404,\"tls\":true,"
      "\"took\":\"inf\",\"why\":\"a\\\\b\"}\n");
}

TEST(Log, LetsNoInputForgeALine) {
  EXPECT_EQ(line(kLogfmt, LogLevel::debug, "a\nlevel=ERROR", {{"path", "\r\t\x1b[2J\x7f\xff\u2028\u0085 ä"}}),
            "time=2026-01-01T12:00:00.007Z level=DEBUG msg=\"a\\nlevel=ERROR\" "
            "path=\"\\r\\t\\u001b[2J\\u007f\ufffd\ufffd\ufffd ä\"\n");
  EXPECT_EQ(line(kJson, LogLevel::debug, std::string_view("a\n\0", 3), {{"path", "\",\"level\":\"ERROR"}}),
            "{\"time\":\"2026-01-01T12:00:00.007Z\",\"level\":\"DEBUG\",\"msg\":\"a\\n\\u0000\","
            "\"path\":\"\\\",\\\"level\\\":\\\"ERROR\"}\n");
}

TEST(Log, GivesTheJournalPrioritiesAndNoTime) {
  EXPECT_EQ(line({LogFormat::logfmt, true}, LogLevel::error, "a"), "<3>level=ERROR msg=a\n");
  EXPECT_EQ(line({LogFormat::logfmt, true}, LogLevel::warn, "a"), "<4>level=WARN msg=a\n");
  EXPECT_EQ(line({LogFormat::logfmt, true}, LogLevel::info, "a"), "<6>level=INFO msg=a\n");
  EXPECT_EQ(line({LogFormat::json, true}, LogLevel::debug, "a"), "<7>{\"level\":\"DEBUG\",\"msg\":\"a\"}\n");
}

TEST(Log, KnowsTheJournalByItsInode) {
  const test::TemporaryFolder folder;
  folder.write("stream", "");
  const int descriptor = ::open((folder.path() / "stream").c_str(), O_RDONLY | O_CLOEXEC);
  struct stat status {};
  ASSERT_EQ(::fstat(descriptor, &status), 0);
  const auto device = std::to_string(status.st_dev), inode = std::to_string(status.st_ino);
  EXPECT_TRUE(is_journal(descriptor, (device + ":" + inode).c_str()));
  EXPECT_FALSE(is_journal(descriptor, (device + ":" + inode + "1").c_str()));
  EXPECT_FALSE(is_journal(descriptor, device.c_str()));
  EXPECT_FALSE(is_journal(descriptor, ""));
  EXPECT_FALSE(is_journal(descriptor, nullptr));
  ::close(descriptor);
  EXPECT_FALSE(is_journal(descriptor, (device + ":" + inode).c_str()));
}

TEST(Log, WritesWhatIsSevereEnough) {
  log_open(LogLevel::warn, LogFormat::logfmt);
  ::testing::internal::CaptureStderr();
  log_debug("one");
  log_info("two");
  log_warn("three", {{"key", "value"}});
  log_error("four");
  const auto written = ::testing::internal::GetCapturedStderr();
  log_open(LogLevel::info, LogFormat::logfmt);
  EXPECT_EQ(written.find("one"), std::string::npos);
  EXPECT_EQ(written.find("two"), std::string::npos);
  EXPECT_NE(written.find("level=WARN msg=three key=value\n"), std::string::npos);
  EXPECT_NE(written.find("level=ERROR msg=four\n"), std::string::npos);
}

TEST(Log, NamesItsLevelsAndFormats) {
  for (const auto* name : {"debug", "info", "warn", "error"}) EXPECT_EQ(to_string(parse_log_level(name).value()), name);
  for (const auto* name : {"logfmt", "json"}) EXPECT_EQ(to_string(parse_log_format(name).value()), name);
  EXPECT_EQ(parse_log_level("warning").error().message, "\"warning\" is not one of debug, info, warn, error");
  EXPECT_EQ(parse_log_format("").error().message, "\"\" is not one of logfmt, json");
}

}  // namespace
}  // namespace mixnet
