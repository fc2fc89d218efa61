// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "daemon/checks/words.h"
#include "daemon/history/recording.h"
#include "tests/daemon/checks/made_window.h"

namespace mixnet {
namespace {

using namespace std::chrono_literals;
using test::MadeWindow;
using ::testing::Contains;

TEST(AllChecks, AreTheOnesThatAreAskedFor) {
  std::vector<std::string> names;
  for (const auto& check : all_checks()) {
    if (check.part.empty()) names.emplace_back(check.name);
  }
  for (const auto* name : {"cpu", "memory", "disk", "fds", "drops", "packets", "node", "clock", "conntrack", "certificate",
                           "score", "version", "peers"}) {
    EXPECT_THAT(names, Contains(name));
  }
  EXPECT_EQ(names.size(), 13u);
}

TEST(AllChecks, HaveEachAKeyAndAnAlertOfTheirOwn) {
  std::set<std::string> keys, alerts;
  std::string_view before;
  for (const auto& check : all_checks()) {
    EXPECT_TRUE(keys.insert(check.key()).second) << check.key();
    EXPECT_TRUE(alerts.insert(std::string(check.alert)).second) << check.alert;
    EXPECT_TRUE(check.part.empty() || check.name == before) << check.key() << " stands behind what it is a part of";
    EXPECT_TRUE(check.limits.warning || check.limits.critical) << check.key();
    EXPECT_NE(check.evaluate, nullptr);
    before = check.name;
  }
}

TEST(AllChecks, LookAtNothingThatIsNotRecorded) {
  std::set<std::string> recorded;
  for (const auto text : default_recordings()) recorded.insert(Recording::parse(text).value().metric);
  for (const auto& check : all_checks()) {
    for (const auto metric : check.metrics) EXPECT_TRUE(recorded.contains(std::string(metric))) << check.key() << " " << metric;
  }
  for (const auto metric : node_metrics()) EXPECT_TRUE(recorded.contains(std::string(metric))) << metric;
}

TEST(AllChecks, OfNothingSayNothingButWhatEveryHostHas) {
  const auto found = evaluate_all(Window(), test::kNow, default_check_limits());
  std::vector<std::string_view> alerts;
  for (const auto& finding : found) {
    EXPECT_EQ(finding.status, Status::unknown);
    alerts.push_back(finding.alert);
  }
  EXPECT_THAT(alerts, ::testing::UnorderedElementsAre("MixnetHostCpuHigh", "MixnetHostCpuSteal", "MixnetHostMemoryLow",
                                                      "MixnetDiskSpaceLow"));
}

TEST(AllChecks, TellTheWorstFirstAndNothingThatIsOff) {
  auto window = MadeWindow(1h);
  window.gauge("mixnet_node_process_up{node=\"a\"}", 0)
      .gauge("node_memory_MemTotal_bytes", 100)
      .gauge("node_memory_MemAvailable_bytes", 7)
      .gauge("node_nf_conntrack_entries", 1)
      .gauge("node_nf_conntrack_entries_limit", 10);
  auto limits = default_check_limits();
  auto found = evaluate_all(window.made(), test::kNow, limits);
  ASSERT_GE(found.size(), 4u);
  EXPECT_EQ(found[0].alert, "MixnetNodeDown");
  EXPECT_EQ(found[1].alert, "MixnetHostMemoryLow");
  EXPECT_EQ(found[2].status, Status::unknown);
  EXPECT_EQ(found.back().alert, "MixnetHostConntrackFull");
  EXPECT_EQ(worst_of(found), Status::critical);
  limits[0].on = false;
  found = evaluate_all(window.made(), test::kNow, limits);
  EXPECT_EQ(found[0].alert, "MixnetHostMemoryLow");
}

TEST(AllChecks, SayHowFarTheyLookBack) {
  auto limits = default_check_limits();
  EXPECT_EQ(looks_back(limits), 3h) << "the disk";
  limits[0].over = 5h;
  EXPECT_EQ(looks_back(limits), 5h);
}

TEST(Words, AreHowAnOperatorWritesThem) {
  EXPECT_EQ(percent(97.4), "97 %");
  EXPECT_EQ(percent(2.34), "2.3 %");
  EXPECT_EQ(percent(0), "0 %");
  EXPECT_EQ(bytes(0), "0 bytes");
  EXPECT_EQ(bytes(1536), "1.5 KiB");
  EXPECT_EQ(bytes(74.2 * 1024 * 1024 * 1024), "74 GiB");
  EXPECT_EQ(amount(1234.5), "1234");
  EXPECT_EQ(amount(-0.0001), "0");
  EXPECT_EQ(time_span(3), "3 s");
  EXPECT_EQ(time_span(600), "10 min");
  EXPECT_EQ(time_span(3600), "1 h");
  EXPECT_EQ(time_span(5400), "90 min");
  EXPECT_EQ(time_span(60.0 * 86'400), "60 days");
  EXPECT_EQ(plain_number(0.1), "0.1");
  EXPECT_EQ(plain_number(-1e6), "-1000000");
  EXPECT_EQ(duration_text(10min), "10m");
  EXPECT_EQ(duration_text(90s), "90s");
  EXPECT_EQ(duration_text(0s), "0s");
  EXPECT_EQ(duration_text(250ms), "250ms");
  EXPECT_EQ(duration_text(48h), "2d");
}

}  // namespace
}  // namespace mixnet
