// SPDX-License-Identifier: Apache-2.0
#include "daemon/alerts/alarms.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mixnet {
namespace {

using namespace std::chrono_literals;
using Kind = AlarmChange::Kind;

constexpr UnixMs kStart = 1'790'000'000'000;
constexpr UnixMs kMinute = 60'000;

Finding finding(Status status, std::string message = "takes 90 %") {
  Finding out;
  out.check = "cpu";
  out.alert = "MixnetNodeCpuHigh";
  out.node = "exit1";
  out.status = status;
  out.message = std::move(message);
  out.remedy = status == Status::ok ? "" : "Look for what takes it.";
  return out;
}

/// One condition, evaluated a number of minutes after the start.
struct Course {
  Alarms alarms;

  std::vector<AlarmChange> at(double minute, Status status, std::string message = "takes 90 %") {
    const Finding found = finding(status, std::move(message));
    return alarms.update({&found, 1}, time(minute));
  }
  static UnixMs time(double minute) { return kStart + static_cast<UnixMs>(minute * kMinute); }

  Status status() const { return alarms.all().empty() ? Status::ok : alarms.all().front().status; }
  UnixMs since() const { return alarms.all().front().since; }
};

TEST(Alarms, BeginsAtOnceAndIsOverAfterAWhile) {
  Course course;
  EXPECT_TRUE(course.at(0, Status::ok).empty());
  const auto began = course.at(1, Status::warning);
  ASSERT_EQ(began.size(), 1u);
  EXPECT_EQ(began[0].kind, Kind::began);
  const Alarm expected{"MixnetNodeCpuHigh", "exit1",         Status::warning, Course::time(1),
                       Course::time(1),     Course::time(1), "takes 90 %",    "Look for what takes it."};
  EXPECT_EQ(began[0].alarm, expected);
  EXPECT_TRUE(course.at(2, Status::warning, "takes 91 %").empty());
  EXPECT_EQ(course.alarms.all().front().message, "takes 91 %") << "as found last";
  EXPECT_TRUE(course.at(3, Status::ok, "takes 10 %").empty());
  EXPECT_TRUE(course.at(6.9, Status::ok).empty()) << "4.9 minutes after it was last found so";
  EXPECT_EQ(course.status(), Status::warning);
  const auto over = course.at(7, Status::ok);
  ASSERT_EQ(over.size(), 1u);
  EXPECT_EQ(over[0].kind, Kind::over);
  EXPECT_EQ(over[0].alarm.message, "takes 91 %") << "as it was last, not that it is fine";
  EXPECT_EQ(over[0].alarm.since, Course::time(1));
  EXPECT_TRUE(course.alarms.all().empty());
  EXPECT_TRUE(course.at(8, Status::ok).empty());
}

TEST(Alarms, ThatFlapsIsOne) {
  Course course;
  EXPECT_EQ(course.at(0, Status::warning).size(), 1u);
  for (int minute = 1; minute < 60; ++minute) {
    EXPECT_TRUE(course.at(minute, minute % 5 == 0 ? Status::warning : Status::ok).empty()) << minute;
  }
  EXPECT_EQ(course.since(), kStart);
}

TEST(Alarms, GetsWorseAtOnceAndBetterAfterAWhile) {
  Course course;
  (void)course.at(0, Status::warning);
  const auto worse = course.at(1, Status::critical);
  ASSERT_EQ(worse.size(), 1u);
  EXPECT_EQ(worse[0].kind, Kind::changed);
  EXPECT_EQ(worse[0].alarm.status, Status::critical);
  EXPECT_EQ(worse[0].alarm.since, Course::time(1)) << "with this status";
  for (int minute = 2; minute < 6; ++minute) EXPECT_TRUE(course.at(minute, Status::warning).empty()) << minute;
  EXPECT_EQ(course.status(), Status::critical);
  const auto better = course.at(6, Status::warning);
  ASSERT_EQ(better.size(), 1u);
  EXPECT_EQ(better[0].kind, Kind::changed);
  EXPECT_EQ(better[0].alarm.status, Status::warning);
  EXPECT_EQ(course.since(), Course::time(6));
  EXPECT_TRUE(course.at(10, Status::ok).empty());
  EXPECT_EQ(course.at(11, Status::ok).at(0).kind, Kind::over);
}

TEST(Alarms, IsAWarningFirstWhereItWasOneOnTheWayToFine) {
  Course course;
  (void)course.at(0, Status::critical);
  (void)course.at(3, Status::warning);
  (void)course.at(4, Status::ok);
  const auto better = course.at(5, Status::ok);
  ASSERT_EQ(better.size(), 1u);
  EXPECT_EQ(better[0].kind, Kind::changed);
  EXPECT_EQ(course.status(), Status::warning);
  EXPECT_TRUE(course.at(7.9, Status::ok).empty());
  EXPECT_EQ(course.at(8, Status::ok).at(0).kind, Kind::over) << "5 minutes after it was last a warning";
}

TEST(Alarms, FromCriticalIsOverAtOnceWhereItWasFineAllTheWhile) {
  Course course;
  (void)course.at(0, Status::critical);
  EXPECT_TRUE(course.at(1, Status::ok).empty());
  EXPECT_EQ(course.at(5, Status::ok).at(0).kind, Kind::over);
}

TEST(Alarms, GoesOnWhileItIsUnknown) {
  Course course;
  EXPECT_TRUE(course.at(0, Status::unknown).empty()) << "nothing begins of it";
  (void)course.at(1, Status::critical);
  EXPECT_TRUE(course.at(30, Status::unknown, "no values").empty());
  EXPECT_EQ(course.alarms.all().front().message, "takes 90 %");
  EXPECT_TRUE(course.at(31, Status::ok).empty()) << "fine for one minute, not for 30";
  EXPECT_EQ(course.at(35, Status::ok).at(0).kind, Kind::over);
}

TEST(Alarms, IsOverWhereItsSubjectIsGone) {
  Course course;
  (void)course.at(0, Status::critical);
  EXPECT_TRUE(course.alarms.update({}, Course::time(4)).empty());
  EXPECT_EQ(course.alarms.update({}, Course::time(5)).at(0).kind, Kind::over);
}

TEST(Alarms, TellsNodesAndAlertsApart) {
  std::vector<Finding> found(4, finding(Status::warning));
  found[1].node = "exit2";
  found[2].node.clear();
  found[2].alert = "MixnetHostCpuHigh";
  found[3].status = Status::critical;  // of exit1 again: the worse of the two counts
  Alarms alarms;
  EXPECT_EQ(alarms.update(found, kStart).size(), 3u);
  ASSERT_EQ(alarms.all().size(), 3u);
  EXPECT_EQ(alarms.all()[0].status, Status::critical) << "the gravest first";
  EXPECT_EQ(alarms.all()[0].node, "exit1");
  EXPECT_EQ(alarms.all()[1].alert, "MixnetHostCpuHigh");
  EXPECT_EQ(alarms.all()[2].node, "exit2");
}

TEST(Alarms, TheOldestComesFirstOfThoseAsGrave) {
  std::vector<Finding> found(2, finding(Status::warning));
  found[0].node = "b";
  found[1].node = "a";
  Alarms alarms;
  (void)alarms.update({found.data(), 1}, kStart);
  (void)alarms.update(found, kStart + 1);
  EXPECT_EQ(alarms.all()[0].node, "b");
  EXPECT_EQ(alarms.all()[1].node, "a");
}

TEST(Alarms, OutliveAClockThatIsSet) {
  Course course;
  (void)course.at(0, Status::warning);
  EXPECT_TRUE(course.at(-1000, Status::ok).empty());
  EXPECT_EQ(course.since(), Course::time(-1000)) << "not in the future";
  EXPECT_TRUE(course.at(-996, Status::ok).empty());
  EXPECT_EQ(course.at(-995, Status::ok).at(0).kind, Kind::over) << "not a thousand minutes later";
}

TEST(Alarms, HoldAsLongAsTold) {
  const Finding bad = finding(Status::warning), good = finding(Status::ok);
  Alarms alarms;
  (void)alarms.update({&bad, 1}, kStart, 0ms);
  EXPECT_TRUE(alarms.update({&bad, 1}, kStart, 0ms).empty()) << "it goes on";
  EXPECT_EQ(alarms.update({&good, 1}, kStart + 1, 0ms).size(), 1u);
}

TEST(Alarms, OutliveARestart) {
  std::vector<Finding> found(2, finding(Status::critical, "tab\there, newline\nthere, back\\slash, ü"));
  found[1].node = "a\tb\\n";
  found[1].status = Status::warning;
  found[1].remedy.clear();
  Alarms alarms;
  (void)alarms.update(found, kStart);
  const auto text = alarms.serialized();
  auto again = Alarms::parse(text);
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(*again, alarms);
  EXPECT_EQ(again->serialized(), text);
  EXPECT_EQ(again->all()[1].node, "a\tb\\n");
  EXPECT_TRUE(again->update(found, kStart + 90 * kMinute).empty()) << "nothing begins a second time";
  EXPECT_EQ(again->all()[0].since, kStart);
}

TEST(Alarms, AreNotOverTheMomentItIsStartedAgain) {
  Course course;
  (void)course.at(0, Status::warning);
  course.alarms = Alarms::parse(course.alarms.serialized()).value();
  EXPECT_TRUE(course.alarms.update({}, Course::time(100)).empty()) << "the node is not found yet";
  EXPECT_TRUE(course.at(101, Status::warning).empty());
  EXPECT_EQ(course.since(), kStart);
}

TEST(Alarms, AreBounded) {
  std::vector<Finding> found(Alarms::kMax + 10, finding(Status::warning, std::string(5000, 'x')));
  for (std::size_t i = 0; i < found.size(); ++i) found[i].node = "node" + std::to_string(i);
  std::string umlauts;  // of which the thousandth byte is the first half of one
  while (umlauts.size() < 2000) umlauts += umlauts.empty() ? "a" : "ü";
  found[0].message = umlauts;
  Alarms alarms;
  EXPECT_EQ(alarms.update(found, kStart).size(), Alarms::kMax);
  EXPECT_TRUE(alarms.update(found, kStart + 1).empty());
  for (const auto& alarm : alarms.all()) EXPECT_LE(alarm.message.size(), Alarms::kTextBytesMax);
  EXPECT_EQ(alarms.all()[0].node, "node0");
  EXPECT_EQ(alarms.all()[0].message, umlauts.substr(0, 999)) << "no half of a character";
  EXPECT_EQ(Alarms::parse(alarms.serialized()).value(), alarms);
}

TEST(Alarms, KeepALongNodesNameApartFromNone) {
  Finding found = finding(Status::warning);
  found.node = std::string(5000, 'n');
  Alarms alarms;
  EXPECT_EQ(alarms.update({&found, 1}, kStart).size(), 1u);
  EXPECT_TRUE(alarms.update({&found, 1}, kStart + 1).empty()) << "the same as before";
}

constexpr const char* kHead = "mixnet-exporter alarms 1\n";

std::string refused(const std::string& text) {
  const auto alarms = Alarms::parse(text);
  return alarms ? "accepted" : alarms.error().message;
}

TEST(Alarms, AreReadStrictly) {
  EXPECT_EQ(refused(kHead), "accepted");
  EXPECT_EQ(refused(""), "the end is missing");
  EXPECT_EQ(refused("mixnet-exporter alarms 2\n"), "line 1: \"mixnet-exporter alarms 1\" expected");
  const auto line = [](const std::string& text) { return refused(kHead + text); };
  EXPECT_EQ(line("A\tn\twarning\t1\t2\t2\tm\tr\n"), "accepted");
  EXPECT_EQ(line("A\tn\twarning\t1\t2\t2\tm\tr"), "the end is missing");
  EXPECT_EQ(line("A\tn\twarning\t1\t2\t2\tm\n"), "line 2: 8 fields expected");
  EXPECT_EQ(line("A\tn\twarning\t1\t2\t2\tm\tr\ts\n"), "line 2: 8 fields expected");
  EXPECT_EQ(line("\n"), "line 2: 8 fields expected");
  EXPECT_EQ(line("\tn\twarning\t1\t2\t2\tm\tr\n"), "line 2: \"\" is not an alert's name");
  EXPECT_EQ(line("A\"\tn\twarning\t1\t2\t2\tm\tr\n"), "line 2: \"A\"\" is not an alert's name");
  EXPECT_EQ(line("A\tn\tok\t1\t2\t2\tm\tr\n"), "line 2: \"ok\" is no severity");
  EXPECT_EQ(line("A\tn\twarning\tx\t2\t2\tm\tr\n"), "line 2: \"x\" is not a number of the kind expected");
  EXPECT_EQ(line("A\tn\twarning\t-1\t2\t2\tm\tr\n"), "line 2: \"-1\" is no time");
  EXPECT_EQ(line("A\tn\twarning\t1\t999999999999999999\t2\tm\tr\n"), "line 2: \"999999999999999999\" is no time");
  EXPECT_EQ(line("A\tn\twarning\t1\t2\t2\tm\\x\tr\n"), "line 2: an escape that is none in \"m\\x\"");
  EXPECT_EQ(line("A\tn\twarning\t1\t2\t2\tm\tr\\\n"), "line 2: an escape that is none in \"r\\\"");
  EXPECT_EQ(line("A\tn\twarning\t1\t2\t2\tm\tr\nA\tn\tcritical\t1\t2\t2\tm\tr\n"), "line 3: an alarm told twice");
  EXPECT_EQ(line("A\tn\twarning\t1\t2\t2\t" + std::string(1001, 'm') + "\tr\n"), "line 2: a text that is too long");
}

}  // namespace
}  // namespace mixnet
