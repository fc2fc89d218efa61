// SPDX-License-Identifier: Apache-2.0
#include "daemon/page/charts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "collectors/kit/text.h"
#include "daemon/checks/check.h"
#include "daemon/history/recording.h"
#include "daemon/page/window_reader.h"

namespace mixnet {
namespace {

using testing::ElementsAre;

Curve curve(std::string metric, std::string labels, std::vector<double> values) {
  return {{std::move(metric), std::move(labels), Type::gauge}, 0, 1000, values, values, values};
}

TEST(Selector, TakesOneNodeAndWhatIsOfNone) {
  const Selector selector{.metric = "m"};
  EXPECT_TRUE(selector.matches({"m", "node=\"a\"", Type::gauge}, "a"));
  EXPECT_FALSE(selector.matches({"m", "node=\"b\"", Type::gauge}, "a"));
  EXPECT_TRUE(selector.matches({"m", "mode=\"idle\"", Type::gauge}, "a"));
  EXPECT_TRUE(selector.matches({"m", "node=\"b\"", Type::gauge}, ""));
  EXPECT_FALSE(selector.matches({"mm", "", Type::gauge}, ""));
}

TEST(Selector, LooksAtALabel) {
  const Selector any{.metric = "m", .label = "mode", .any_of = "user|system"};
  EXPECT_TRUE(any.matches({"m", "mode=\"system\"", Type::gauge}, ""));
  EXPECT_FALSE(any.matches({"m", "mode=\"sys\"", Type::gauge}, ""));
  EXPECT_FALSE(any.matches({"m", "", Type::gauge}, ""));
  const Selector none{.metric = "m", .label = "mode", .none_of = "idle|iowait"};
  EXPECT_TRUE(none.matches({"m", "mode=\"user\"", Type::gauge}, ""));
  EXPECT_FALSE(none.matches({"m", "mode=\"iowait\"", Type::gauge}, ""));
}

TEST(Line, IsTheSumLessWhatIsTakenAwayOverAllOfIt) {
  const Line line{
      .name = "", .colour = "", .plus = {Selector{"total"}}, .minus = {Selector{"free"}}, .over = {Selector{"total"}}};
  const std::vector<Curve> curves = {curve("total", "", {100, 200}), curve("free", "", {25, 150})};
  EXPECT_THAT(values_of(line, "", curves).mean, ElementsAre(0.75, 0.25));
}

TEST(Line, SumsTheSeriesOfAMetric) {
  const Line line{.name = "", .colour = "", .plus = {Selector{"m"}}};
  const std::vector<Curve> curves = {curve("m", "hop=\"a\"", {1, kGap, kGap}), curve("m", "hop=\"b\"", {2, 3, kGap})};
  const auto values = values_of(line, "", curves);
  EXPECT_EQ(values.mean[0], 3);
  EXPECT_EQ(values.mean[1], 3);
  EXPECT_TRUE(std::isnan(values.mean[2]));
}

TEST(Line, IsAGapWhereItCannotBeDivided) {
  const Line line{.name = "", .colour = "", .plus = {Selector{"part"}}, .over = {Selector{"all"}}};
  const std::vector<Curve> curves = {curve("part", "", {1, 1}), curve("all", "", {0, kGap})};
  for (const double value : values_of(line, "", curves).mean) EXPECT_TRUE(std::isnan(value));
}

TEST(Line, IsNothingWhereSomeOfItIsNotRecorded) {
  const Line line{.name = "", .colour = "", .plus = {Selector{"part"}}, .over = {Selector{"all"}}};
  EXPECT_TRUE(values_of(line, "", std::vector{curve("part", "", {1})}).empty());
  EXPECT_TRUE(values_of(line, "", {}).empty());
}

TEST(Line, HasTheLeastAndTheGreatest) {
  const Line line{.name = "", .colour = "", .plus = {Selector{"total"}}, .minus = {Selector{"free"}}};
  Curve total = curve("total", "", {10}), free = curve("free", "", {4});
  free.min = {3};
  free.max = {6};
  const auto values = values_of(line, "", std::vector{total, free});
  EXPECT_EQ(values.min[0], 4);  // when the most was free
  EXPECT_EQ(values.mean[0], 6);
  EXPECT_EQ(values.max[0], 7);
}

/// A tick that came late makes the next interval look busy: what was done is divided by too short a time.
TEST(Line, IsAShareOfWhatIsAsUneven) {
  const Line line{.name = "", .colour = "", .plus = {Selector{"part"}}, .over = {Selector{"all"}}};
  Curve part = curve("part", "", {0.9}), all = curve("all", "", {1});
  part.min = {0.81}, part.max = {0.99};
  all.min = {0.9}, all.max = {1.1};
  const auto values = values_of(line, "", std::vector{part, all});
  EXPECT_NEAR(values.min[0], 0.9, 1e-9);
  EXPECT_NEAR(values.mean[0], 0.9, 1e-9);
  EXPECT_NEAR(values.max[0], 0.9, 1e-9);
}

/// What is drawn must be recorded where nothing is configured.
TEST(Charts, AreOfWhatIsRecordedByDefault) {
  std::set<std::string> recorded;
  for (const auto text : default_recordings()) recorded.insert(Recording::parse(text).value().metric);
  for (const auto metric : page_metrics()) EXPECT_TRUE(recorded.contains(std::string(metric))) << metric;
}

TEST(Charts, MarkAlertsThatThereAre) {
  std::set<std::string_view> alerts;
  for (const auto& check : all_checks()) alerts.insert(check.alert);
  for (const auto& chart : all_charts()) {
    for (auto rest = chart.alerts; !rest.empty();) {
      const auto alert = take_until(rest, '|');
      EXPECT_TRUE(alerts.contains(alert)) << alert;
    }
  }
}

TEST(Charts, HaveIdsAndTextsOfTheirOwn) {
  std::set<std::string_view> ids;
  for (const auto& chart : all_charts()) {
    EXPECT_TRUE(ids.insert(chart.id).second) << chart.id;
    EXPECT_FALSE(chart.title.empty());
    EXPECT_TRUE(chart.about.ends_with('.')) << chart.about;
  }
}

std::vector<Curve> newest() {
  return {curve("node_cpu_seconds_total", "mode=\"user\"", {0.4}),
          curve("node_cpu_seconds_total", "mode=\"idle\"", {1.5}),
          curve("node_cpu_seconds_total", "mode=\"iowait\"", {0.05}),
          curve("node_cpu_seconds_total", "mode=\"steal\"", {0.05}),
          curve("node_memory_MemTotal_bytes", "", {4e9}),
          curve("node_memory_MemAvailable_bytes", "", {3e9}),
          curve("node_filesystem_size_bytes", "mountpoint=\"/\"", {100}),
          curve("node_filesystem_avail_bytes", "mountpoint=\"/\"", {88}),
          curve("mixnet_node_connections", "node=\"a\",port=\"mix\",state=\"established\"", {400}),
          curve("mixnet_node_connections", "node=\"b\",port=\"mix\",state=\"established\"", {112})};
}

TEST(SummaryLine, HasTheHostAndTheConnectionsOfAllNodes) {
  EXPECT_EQ(summary_line(newest()), "CPU: 20%, Memory: 25%, Disk: 12%, Connections: 512");
}

TEST(SummaryLine, SaysWhatIsNotKnown) { EXPECT_EQ(summary_line({}), "CPU: –, Memory: –, Disk: –, Connections: –"); }

TEST(SummaryLine, HasTheConnectionsOfTheHostWhereThereIsNoNode) {
  EXPECT_EQ(summary_line(std::vector{curve("node_netstat_Tcp_CurrEstab", "", {23})}),
            "CPU: –, Memory: –, Disk: –, Connections: 23");
}

TEST(Role, IsWhatTheNetworkHasGiven) {
  const auto role = [](double rewarded, double exit) {
    return role_of("a", std::vector{curve("mixnet_network_node_in_rewarded_set", "node=\"a\"", {rewarded}),
                                    curve("mixnet_network_node_role", "node=\"a\",role=\"exit_gateway\"", {exit})});
  };
  EXPECT_EQ(role(1, 1), "exit gateway");
  EXPECT_EQ(role(1, 0), "in the rewarded set");
  EXPECT_EQ(role(0, 0), "not in the rewarded set");
  EXPECT_EQ(role(kGap, kGap), "");
  EXPECT_EQ(role_of("a", {}), "");
}

TEST(Restarts, AreTheStartTimesWithinTheTime) {
  const std::vector<Curve> curves = {curve("mixnet_node_process_start_time_seconds", "node=\"a\"", {50, 50, kGap, 130, 130.4}),
                                     curve("mixnet_node_process_start_time_seconds", "node=\"b\"", {120}),
                                     curve("node_boot_time_seconds", "", {140.1, 140.4})};
  const auto found = restarts("a", curves, 100'000, 200'000);
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].time, 130'000);
  EXPECT_FALSE(found[0].of_host);
  EXPECT_EQ(found[1].time, 140'100);
  EXPECT_TRUE(found[1].of_host);
}

TEST(Nodes, AreThoseOfThisHost) {
  const std::vector<Curve> curves = {curve("mixnet_node_process_up", "node=\"b\"", {1}),
                                     curve("mixnet_node_process_up", "node=\"a\"", {1}),
                                     curve("mixnet_network_node_bonded", "node=\"elsewhere\"", {1})};
  EXPECT_THAT(nodes_of(curves), ElementsAre("a", "b"));
}

class WindowOfOneMetric {
 public:
  explicit WindowOfOneMetric(Type type) { series_->push_back({"m", "", type}); }
  void add(UnixMs time, double value) { window_.add({time, series_, {value}}); }
  const Window& window() const { return window_; }

 private:
  std::shared_ptr<std::vector<Series>> series_ = std::make_shared<std::vector<Series>>();
  Window window_;
};

TEST(NewestCurves, HaveTheNewestValueOfAGauge) {
  WindowOfOneMetric made(Type::gauge);
  made.add(1000, 5);
  made.add(2000, 7);
  made.add(3000, kGap);
  EXPECT_EQ(newest_curves(made.window(), 4000, 60'000).front().mean.front(), 7);
  EXPECT_TRUE(std::isnan(newest_curves(made.window(), 63'000, 60'000).front().mean.front()));
}

TEST(NewestCurves, HaveTheRateOfACounterOverTheLastMinute) {
  WindowOfOneMetric made(Type::counter);
  for (int tick = 0; tick <= 8; ++tick) made.add(15'000 * tick, tick < 4 ? 0 : 150 * (tick - 4));
  EXPECT_EQ(newest_curves(made.window(), 120'000, 60'000).front().mean.front(), 10);  // 600 in the last 60 s
}

TEST(NewestCurves, KnowNoRateOfOneValue) {
  WindowOfOneMetric made(Type::counter);
  made.add(1000, 5);
  EXPECT_TRUE(std::isnan(newest_curves(made.window(), 2000, 60'000).front().mean.front()));
}

TEST(WindowReader, GivesCurvesInStepsOfUnixTime) {
  WindowOfOneMetric made(Type::gauge);
  for (const UnixMs time : {29'000, 31'000, 45'000, 95'000}) made.add(time, static_cast<double>(time));
  constexpr std::string_view kNames[] = {"m"};
  const auto curves = WindowReader(made.window()).curves(kNames, 35'000, 125'000, 30'000).value();
  ASSERT_EQ(curves.size(), 1U);
  EXPECT_EQ(curves[0].start, 30'000);
  ASSERT_EQ(curves[0].mean.size(), 3U);
  EXPECT_EQ(curves[0].min[0], 31'000);
  EXPECT_EQ(curves[0].mean[0], 38'000);
  EXPECT_EQ(curves[0].max[0], 45'000);
  EXPECT_TRUE(std::isnan(curves[0].mean[1]));
  EXPECT_EQ(curves[0].mean[2], 95'000);
  constexpr std::string_view kOthers[] = {"other"};
  EXPECT_TRUE(WindowReader(made.window()).curves(kOthers, 0, 60'000, 30'000).value().empty());
}

TEST(WindowReader, GivesAPartOfTheWindow) {
  WindowOfOneMetric made(Type::gauge);
  for (const UnixMs time : {1000, 2000, 3000}) made.add(time, 1);
  const auto part = WindowReader(made.window()).window({}, 2000, 3000).value();
  ASSERT_EQ(part.times().size(), 1U);
  EXPECT_EQ(part.times()[0], 2000);
}

}  // namespace
}  // namespace mixnet
