// SPDX-License-Identifier: Apache-2.0
#include "daemon/alerts/notices.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/daemon/alerts/alarm.h"

namespace mixnet {
namespace {

using namespace std::chrono_literals;
using test::alarm;
using test::kAlarmTime;
using Kind = Notice::Kind;

constexpr UnixMs kHour = 3'600'000;

AlertReceiver webhook() {
  AlertReceiver out;
  out.kind = AlertReceiver::Kind::webhook;
  out.url = "http://h";
  return out;
}

std::vector<Kind> kinds(const Record& record) {
  std::vector<Kind> out;
  for (const auto& notice : record.pending) out.push_back(notice.kind);
  return out;
}

/// What is to be told where all before was.
std::vector<Notice> news(Record& record, const AlertReceiver& receiver, const std::vector<Alarm>& alarms, UnixMs now) {
  record.pending.clear();
  EXPECT_EQ(note_changes(record, receiver, alarms, now), 0u);
  return record.pending;
}

TEST(Notices, TellEachChangeOnce) {
  Record record;
  const auto receiver = webhook();
  EXPECT_TRUE(news(record, receiver, {}, 1).empty());
  const auto began = news(record, receiver, {alarm(Status::warning)}, 2);
  ASSERT_EQ(began.size(), 1u);
  EXPECT_EQ(began[0], (Notice{Kind::began, 2, alarm(Status::warning), Status::ok, 0}));
  EXPECT_TRUE(news(record, receiver, {alarm(Status::warning)}, 3).empty());
  const auto worse = news(record, receiver, {alarm(Status::critical, "exit1", kAlarmTime + 5)}, 4);
  ASSERT_EQ(worse.size(), 1u);
  EXPECT_EQ(worse[0].kind, Kind::changed);
  EXPECT_EQ(worse[0].before_status, Status::warning);
  EXPECT_EQ(worse[0].before_since, kAlarmTime);
  EXPECT_TRUE(news(record, receiver, {alarm(Status::critical, "exit1", kAlarmTime + 5)}, 5).empty());
  auto last = alarm(Status::critical, "exit1", kAlarmTime + 5);
  last.message = "takes 99 %";
  EXPECT_TRUE(news(record, receiver, {last}, 6).empty()) << "a number is no change";
  const auto over = news(record, receiver, {}, 7);
  ASSERT_EQ(over.size(), 1u);
  EXPECT_EQ(over[0], (Notice{Kind::over, 7, last, Status::ok, 0})) << "as it was last";
  EXPECT_TRUE(news(record, receiver, {}, 8).empty());
}

TEST(Notices, WaitUntilTheyAreTold) {
  Record record;
  (void)note_changes(record, webhook(), std::vector{alarm()}, 1);
  (void)note_changes(record, webhook(), {}, 2);
  (void)note_changes(record, webhook(), std::vector{alarm()}, 3);
  EXPECT_EQ(kinds(record), (std::vector{Kind::began, Kind::over, Kind::began}));
}

TEST(Notices, TellNodesApart) {
  Record record;
  EXPECT_EQ(news(record, webhook(), {alarm(), alarm(Status::warning, "exit2")}, 1).size(), 2u);
  const auto over = news(record, webhook(), {alarm()}, 2);
  ASSERT_EQ(over.size(), 1u);
  EXPECT_EQ(over[0].alarm.node, "exit2");
}

TEST(Notices, LeaveOutWhatIsOverWhereTold) {
  Record record;
  auto receiver = webhook();
  receiver.send_resolved = false;
  EXPECT_EQ(news(record, receiver, {alarm()}, 1).size(), 1u);
  EXPECT_TRUE(news(record, receiver, {}, 2).empty());
  EXPECT_EQ(news(record, receiver, {alarm()}, 3).size(), 1u) << "another one";
}

TEST(Notices, TellAgainWhatGoesOn) {
  Record record;
  auto receiver = webhook();
  receiver.repeat_interval = 4h;
  (void)news(record, receiver, {alarm()}, 0);
  EXPECT_TRUE(news(record, receiver, {alarm()}, 4 * kHour - 1).empty());
  const auto again = news(record, receiver, {alarm()}, 4 * kHour);
  ASSERT_EQ(again.size(), 1u);
  EXPECT_EQ(again[0].kind, Kind::goes_on);
  EXPECT_TRUE(news(record, receiver, {alarm()}, 8 * kHour - 1).empty());
  EXPECT_EQ(news(record, receiver, {alarm(Status::warning)}, 8 * kHour).at(0).kind, Kind::changed) << "which is news enough";
  EXPECT_TRUE(news(record, receiver, {alarm(Status::warning)}, 12 * kHour - 1).empty());
  EXPECT_TRUE(news(record, receiver, {alarm(Status::warning)}, 1).empty()) << "the clock was set back";
  EXPECT_EQ(news(record, receiver, {alarm(Status::warning)}, 1 + 4 * kHour).size(), 1u);
}

TEST(Notices, AreNotMadeOfAnotherBeginning) {
  Record record;
  (void)news(record, webhook(), {alarm()}, 1);
  EXPECT_TRUE(news(record, webhook(), {alarm(Status::critical, "exit1", kAlarmTime + kHour)}, 2).empty())
      << "found anew where its file was lost";
  EXPECT_EQ(record.told.at(0).alarm.since, kAlarmTime);
}

TEST(Notices, AreBounded) {
  Record record;
  std::vector<Alarm> alarms;
  alarms.reserve(Record::kPendingMax + 3);
  for (std::size_t i = 0; i < Record::kPendingMax + 3; ++i) alarms.push_back(alarm(Status::warning, "n" + std::to_string(i)));
  EXPECT_EQ(note_changes(record, webhook(), alarms, 1), 3u);
  EXPECT_EQ(record.pending.size(), Record::kPendingMax);
  EXPECT_EQ(record.pending.front().alarm.node, "n3") << "the oldest are given up";
  EXPECT_EQ(note_changes(record, webhook(), alarms, 2), 0u);
}

TEST(Ends, AreThoseOfWhatAnAlertmanagerWasTold) {
  Record record;
  record.told = {{alarm(Status::warning), 1}};
  EXPECT_EQ(note_ends(record, std::vector{alarm(Status::warning), alarm(Status::warning, "exit2")}, 2), 0u);
  EXPECT_TRUE(record.pending.empty());
  (void)note_ends(record, std::vector{alarm(Status::critical)}, 3);
  ASSERT_EQ(record.pending.size(), 1u) << "with its old severity it is another alert, which is over";
  EXPECT_EQ(record.pending[0].kind, Kind::over);
  EXPECT_EQ(record.pending[0].at, 3);
  EXPECT_EQ(record.pending[0].alarm.status, Status::warning);
  EXPECT_TRUE(record.told.empty());
  (void)note_ends(record, std::vector{alarm(Status::warning)}, 4);
  EXPECT_TRUE(record.pending.empty()) << "it is there again before that was told";
}

std::vector<Record> records() {
  Record webhook_record{"webhook http://h/a\tb", {{alarm(), 5}, {alarm(Status::warning, ""), 6}}, {}};
  webhook_record.pending = {{Kind::began, 1, alarm(Status::warning, "a\tb"), Status::ok, 0},
                            {Kind::changed, 2, alarm(), Status::warning, 77},
                            {Kind::over, 3, alarm(), Status::ok, 0},
                            {Kind::goes_on, 4, alarm(), Status::ok, 0}};
  return {webhook_record, {"alertmanager http://h", {}, {}}};
}

TEST(Records, OutliveARestart) {
  const auto text = serialized(records());
  const auto again = parse_records(text);
  ASSERT_TRUE(again) << again.error().message << text;
  EXPECT_EQ(*again, records());
  EXPECT_EQ(parse_records(serialized({})).value().size(), 0u);
}

TEST(Records, AreReadStrictly) {
  const auto refused = [](const std::string& text) {
    const auto parsed = parse_records(text);
    return parsed ? "accepted" : parsed.error().message;
  };
  const std::string head = "mixnet-exporter alerts 1\n", one = head + "receiver\ta\n",
                    fields = "A\tn\twarning\t1\t2\t2\tm\tr\n";
  EXPECT_EQ(refused(one + "told\t1\t" + fields + "pending\tover\t1\tok\t0\t" + fields), "accepted");
  EXPECT_EQ(refused(""), "the end is missing");
  EXPECT_EQ(refused("mixnet-exporter alerts 2\n"), "line 1: \"mixnet-exporter alerts 1\" expected");
  EXPECT_EQ(refused(head + "told\t1\t" + fields), "line 2: a receiver expected");
  EXPECT_EQ(refused(one + "receiver\ta\n"), "line 3: a receiver told twice");
  EXPECT_EQ(refused(one + "other\t1\t" + fields), "line 3: \"other\" is nothing that is known here");
  EXPECT_EQ(refused(one + "told\tx\t" + fields), "line 3: \"x\" is not a number of the kind expected");
  EXPECT_EQ(refused(one + "told\t1\tA\n"), "line 3: 8 fields expected");
  EXPECT_EQ(refused(one + "pending\tended\t1\tok\t0\t" + fields), "line 3: \"ended\" is nothing that is known here");
  EXPECT_EQ(refused(one + "pending\tover\t1\tunknown\t0\t" + fields), "line 3: \"unknown\" is nothing that is known here");
}

TEST(Receivers, AreToldApartByWhereTheyAre) {
  auto receiver = webhook();
  EXPECT_EQ(receiver_key(receiver), "webhook http://h");
  receiver.url.clear();
  receiver.url_file = "/f";
  EXPECT_EQ(receiver_key(receiver), "webhook /f");
  receiver.timeout = 1s;
  EXPECT_EQ(receiver_key(receiver), "webhook /f");
  receiver.kind = AlertReceiver::Kind::command;
  receiver.command = {"/bin/a", "b"};
  EXPECT_EQ(receiver_key(receiver), "command /bin/a b");
}

}  // namespace
}  // namespace mixnet
