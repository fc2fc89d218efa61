// SPDX-License-Identifier: Apache-2.0
#include "daemon/alerts/channel.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "collectors/kit/json.h"
#include "tests/daemon/alerts/alarm.h"

namespace mixnet {
namespace {

using namespace std::chrono_literals;
using test::alarm;
using test::kAlarmTime;
using Clock = Channel::Clock;
using Kind = AlertReceiver::Kind;

constexpr auto kNothing = Clock::time_point::max();
constexpr auto kResend = 60s;
const Delivery kDelivered = {};
const Delivery kFailed = {Delivery::Kind::failed, "no answer in time", {}};

AlertReceiver receiver(Kind kind) {
  AlertReceiver out;
  out.kind = kind;
  out.url = "http://h";
  return out;
}

/// A channel, and time that passes as a test has it.
struct Course {
  Channel channel;
  std::chrono::milliseconds time{0};

  explicit Course(Kind kind, Record record = {})
      : channel(receiver(kind), "receiver1", std::move(record), {.first_retry = 5s, .last_retry = 40s}, kResend) {}

  Clock::time_point now() const { return Clock::time_point(1h) + time; }
  UnixMs unix_now() const { return kAlarmTime + time.count(); }
  bool note(const std::vector<Alarm>& alarms) { return channel.note(alarms, unix_now()); }
  bool is_due() const { return channel.due(now()) <= now(); }

  /// What is sent, which has to be due.
  Json sent(const Delivery& delivery = kDelivered) {
    EXPECT_TRUE(is_due());
    const auto body = channel.begin(now(), unix_now(), {}, "");
    EXPECT_EQ(channel.due(now()), kNothing) << "one at a time";
    channel.end(delivery, now(), unix_now());
    auto json = Json::parse(body);
    EXPECT_TRUE(json) << body;
    return json.value_or(Json());
  }
};

/// "exit1 warning until 14:17:20", one for each alert.
std::vector<std::string> told(const Json& body) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < body.size(); ++i) {
    const auto alert = body.at(i);
    out.push_back(alert["labels"]["node"].text().value_or("") + " " + alert["labels"]["severity"].text().value_or("") +
                  " until " + alert["endsAt"].text().value_or("").substr(11, 8));
  }
  return out;
}

TEST(AlertmanagerChannel, TellsAgainBeforeItsAlertsExpire) {
  Course course(Kind::alertmanager);
  EXPECT_EQ(course.channel.due(course.now()), kNothing);
  EXPECT_FALSE(course.note({}));
  EXPECT_EQ(course.channel.due(course.now()), kNothing);
  (void)course.note({alarm(Status::warning)});
  EXPECT_THAT(told(course.sent()), testing::ElementsAre("exit1 warning until 14:17:20")) << "four resend delays";
  (void)course.note({alarm(Status::warning)});
  EXPECT_EQ(course.channel.due(course.now()), course.now() + kResend);
  course.time = 60s;
  EXPECT_THAT(told(course.sent()), testing::ElementsAre("exit1 warning until 14:18:20"));
  course.time = 90s;
  EXPECT_TRUE(course.note({}));
  EXPECT_THAT(told(course.sent()), testing::ElementsAre("exit1 warning until 14:14:50")) << "over";
  EXPECT_EQ(course.channel.due(course.now()), kNothing);
  EXPECT_TRUE(course.channel.record().told.empty());
}

TEST(AlertmanagerChannel, TellsAtOnceOfWhatIsNew) {
  Course course(Kind::alertmanager);
  (void)course.note({alarm(Status::warning)});
  (void)course.sent();
  course.time = 10s;
  (void)course.note({alarm(Status::warning), alarm(Status::warning, "exit2")});
  EXPECT_THAT(told(course.sent()), testing::ElementsAre("exit2 warning until 14:17:30"));
  course.time = 20s;
  (void)course.note({alarm(Status::critical), alarm(Status::warning, "exit2")});
  EXPECT_THAT(told(course.sent()), testing::ElementsAre("exit1 warning until 14:13:40", "exit1 critical until 14:17:40"))
      << "another severity is another alert, and the one before is over";
}

TEST(AlertmanagerChannel, TriesAgainWithPatience) {
  Course course(Kind::alertmanager);
  (void)course.note({alarm()});
  for (const auto wait : {5s, 10s, 20s, 40s, 40s}) {
    (void)course.sent(kFailed);
    EXPECT_EQ(course.channel.due(course.now()), course.now() + wait);
    course.time += wait;
  }
  EXPECT_EQ(course.channel.counts.attempts, 5u);
  EXPECT_EQ(course.channel.counts.failures, 5u);
  EXPECT_EQ(course.channel.counts.last_success_time, 0);
  (void)course.sent();
  EXPECT_EQ(course.channel.counts.last_success_time, static_cast<double>(course.unix_now()) / 1000);
  course.time += kResend;
  (void)course.sent(kFailed);
  EXPECT_EQ(course.channel.due(course.now()), course.now() + 5s) << "patience begins anew";
}

TEST(AlertmanagerChannel, LeavesItAloneAsLongAsItWants) {
  Course course(Kind::alertmanager);
  (void)course.note({alarm()});
  (void)course.sent({Delivery::Kind::failed, "", 33s});
  EXPECT_EQ(course.channel.due(course.now()), course.now() + 33s);
  course.time = 33s;
  (void)course.sent({Delivery::Kind::failed, "", std::chrono::hours(1000)});
  EXPECT_EQ(course.channel.due(course.now()), course.now() + 1h) << "within limits";
}

TEST(AlertmanagerChannel, TellsTheEndOfWhatItMayHaveHeard) {
  Course course(Kind::alertmanager);
  (void)course.note({alarm()});
  (void)course.sent(kFailed);
  course.time = 5s;
  (void)course.note({});
  EXPECT_THAT(told(course.sent()), testing::ElementsAre("exit1 critical until 14:13:25")) << "the answer may have been lost";
}

TEST(AlertmanagerChannel, TellsNothingOfWhatCameAndWentUnseen) {
  Course course(Kind::alertmanager);
  (void)course.note({alarm()});
  (void)course.note({});
  EXPECT_EQ(course.channel.due(course.now()), kNothing);
}

TEST(AlertmanagerChannel, GoesOnAfterARestart) {
  Course before(Kind::alertmanager);
  (void)before.note({alarm(), alarm(Status::warning, "exit2")});
  (void)before.sent();
  Course after(Kind::alertmanager, parse_records(serialized(std::vector{before.channel.record()})).value().at(0));
  EXPECT_EQ(after.channel.due(after.now()), kNothing) << "before the first evaluation nothing is known";
  after.time = 30s;
  (void)after.note({alarm()});
  EXPECT_THAT(told(after.sent()), testing::ElementsAre("exit2 warning until 14:13:50", "exit1 critical until 14:17:50"))
      << "it has not heard of what goes on for a while, and of what ended in between not at all";
}

TEST(AlertmanagerChannel, TellsManyInPieces) {
  Course course(Kind::alertmanager);
  std::vector<Alarm> alarms;
  alarms.reserve(150);
  for (int i = 0; i < 150; ++i) alarms.push_back(alarm(Status::warning, std::to_string(i)));
  (void)course.note(alarms);
  std::set<std::string> all;
  for (const std::size_t count : {64u, 64u, 22u}) {
    const auto some = told(course.sent());
    EXPECT_EQ(some.size(), count);
    all.insert(some.begin(), some.end());
  }
  EXPECT_EQ(all.size(), 150u);
  EXPECT_EQ(course.channel.due(course.now()), course.now() + kResend);
  (void)course.note({});
  for (const std::size_t count : {64u, 64u, 22u}) EXPECT_EQ(told(course.sent()).size(), count);
  EXPECT_EQ(course.channel.due(course.now()), kNothing);
}

TEST(WebhookChannel, TellsOneChangeAfterTheOther) {
  Course course(Kind::webhook);
  EXPECT_TRUE(course.note({alarm(), alarm(Status::warning, "exit2")}));
  EXPECT_FALSE(course.note({alarm(), alarm(Status::warning, "exit2")}));
  EXPECT_EQ(course.sent()["commonLabels"]["node"].text(), "exit1");
  const auto second = course.sent();
  EXPECT_EQ(second["commonLabels"]["node"].text(), "exit2");
  EXPECT_EQ(second["change"].text(), "began");
  EXPECT_EQ(course.channel.due(course.now()), kNothing) << "nothing is told again";
  EXPECT_TRUE(course.note({alarm()}));
  EXPECT_EQ(course.sent()["change"].text(), "over");
}

TEST(WebhookChannel, TellsAllThatHappenedWhileItWasAway) {
  Course course(Kind::webhook);
  (void)course.note({alarm()});
  const auto first = course.sent(kFailed);
  (void)course.note({});
  EXPECT_FALSE(course.is_due()) << "it is waited with";
  course.time = 5s;
  EXPECT_EQ(course.sent().serialized(), first.serialized()) << "the same again, its id included";
  EXPECT_EQ(course.sent()["change"].text(), "over");
}

TEST(WebhookChannel, DoesNotTryAgainWhatIsRefused) {
  Course course(Kind::webhook);
  (void)course.note({alarm(), alarm(Status::warning, "exit2")});
  (void)course.sent({Delivery::Kind::refused, "status 400", {}});
  EXPECT_EQ(course.channel.counts.lost, 1u);
  course.time = 5s;
  EXPECT_EQ(course.sent()["commonLabels"]["node"].text(), "exit2");
}

TEST(WebhookChannel, GivesUpAfterADay) {
  Course course(Kind::webhook);
  (void)course.note({alarm()});
  (void)course.sent(kFailed);
  course.time = Channel::kGiveUp;
  EXPECT_FALSE(course.note({alarm()}));
  EXPECT_TRUE(course.is_due());
  course.time += 1ms;
  EXPECT_TRUE(course.note({alarm()}));
  EXPECT_EQ(course.channel.due(course.now()), kNothing);
  EXPECT_EQ(course.channel.counts.lost, 1u);
}

TEST(WebhookChannel, TellsNothingTwiceAfterARestart) {
  Course before(Kind::webhook);
  (void)before.note({alarm(), alarm(Status::warning, "exit2")});
  (void)before.sent();
  Course after(Kind::webhook, parse_records(serialized(std::vector{before.channel.record()})).value().at(0));
  EXPECT_EQ(after.sent()["commonLabels"]["node"].text(), "exit2") << "which was not told yet";
  EXPECT_FALSE(after.note({alarm(), alarm(Status::warning, "exit2")}));
  EXPECT_EQ(after.channel.due(after.now()), kNothing);
}

TEST(WebhookChannel, TakesChangesWhileOneIsUnderWay) {
  Course course(Kind::webhook);
  (void)course.note({alarm()});
  (void)course.channel.begin(course.now(), course.unix_now(), {}, "");
  (void)course.note({});
  course.channel.end(kDelivered, course.now(), course.unix_now());
  EXPECT_EQ(course.sent()["change"].text(), "over");
  EXPECT_EQ(course.channel.due(course.now()), kNothing);
}

}  // namespace
}  // namespace mixnet
