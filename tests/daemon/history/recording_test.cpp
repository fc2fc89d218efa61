// SPDX-License-Identifier: Apache-2.0
#include "daemon/history/recording.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "collectors/all_collectors.h"
#include "daemon/history/picker.h"

namespace mixnet {
namespace {

std::string reason(std::string_view text) {
  const auto parsed = Recording::parse(text);
  return parsed ? "" : parsed.error().message;
}

TEST(Recording, IsWrittenAsInPromql) {
  const auto plain = *Recording::parse("node_load1");
  EXPECT_EQ(plain.metric, "node_load1");
  EXPECT_EQ(plain.together, Recording::Together::no);
  EXPECT_FALSE(plain.type);

  const auto sum = *Recording::parse(" sum by (node, hop) ( x_total{a=\"b\\\"c\", d!~\"e.*\",} ) ");
  EXPECT_EQ(sum.metric, "x_total");
  EXPECT_EQ(sum.together, Recording::Together::sum);
  EXPECT_EQ(sum.by, (std::vector<std::string>{"node", "hop"}));
  ASSERT_EQ(sum.matchers.size(), 2U);
  EXPECT_TRUE(sum.matchers[0].matches("b\"c"));
  EXPECT_FALSE(sum.matchers[1].matches("else"));
  EXPECT_TRUE(sum.matchers[1].matches("a else")) << "the whole value has to match";

  EXPECT_EQ(Recording::parse("max(up)")->together, Recording::Together::max);
  EXPECT_EQ(Recording::parse("sum_of_things")->metric, "sum_of_things");
  EXPECT_EQ(Recording::parse("node_netstat_Udp_RcvbufErrors")->type, Type::counter);
}

TEST(Recording, TellsWhatIsWrongAndWhere) {
  EXPECT_EQ(reason(""), "a name expected at the end of \"\"");
  EXPECT_EQ(reason("9lives"), "a name expected at \"9lives\" of \"9lives\"");
  EXPECT_EQ(reason("up{a=b}"), "a value in double quotes expected at \"b}\" of \"up{a=b}\"");
  EXPECT_EQ(reason("up{a=\"b}"), "a double quote that is not closed at \"\"b}\" of \"up{a=\"b}\"");
  EXPECT_EQ(reason("up{a=\"b\""), "\"}\" expected at the end of \"up{a=\"b\"\"");
  EXPECT_EQ(reason("sum by node (up)"), "\"(\" expected at \"node (up)\" of \"sum by node (up)\"");
  EXPECT_EQ(reason("sum (up"), "\")\" expected at the end of \"sum (up\"");
  EXPECT_EQ(reason("rate(up[5m])"), "the end expected at \"(up[5m])\" of \"rate(up[5m])\"");
  EXPECT_NE(reason("up{a=~\"(\"}"), "");
}

TEST(Recording, OfTheDefaultsEachIsOfAMetricThatSomeCollectorGives) {
  std::set<std::string_view> texts;
  for (const auto text : default_recordings()) {
    EXPECT_EQ(reason(text), "") << text;
    EXPECT_TRUE(texts.insert(text).second) << "twice: " << text;
    const Picker picker({*Recording::parse(text)});
    EXPECT_FALSE(picker.collectors_needed(all_collectors()).empty()) << text;
  }
}

TEST(Picker, MakesOneSeriesOfSeveral) {
  static constexpr Metric kCpu = counter("node_cpu_seconds_total", "Help.");
  static constexpr Metric kLoad = gauge("node_load1", "Help.");
  Samples samples;
  samples.add(kCpu, 1, {{"cpu", "0"}, {"mode", "user"}});
  samples.add(kCpu, 2, {{"cpu", "0"}, {"mode", "idle"}});
  samples.add(kCpu, 10, {{"cpu", "1"}, {"mode", "user"}});
  samples.add(kLoad, 0.5);
  const Samples* parts[] = {&samples};
  Picker picker({*Recording::parse("sum by (mode) (node_cpu_seconds_total{mode!=\"idle\"})"), *Recording::parse("node_load1"),
                 *Recording::parse("node_load5")});
  const auto tick = picker.pick(7, parts);
  EXPECT_EQ(tick.time, 7);
  EXPECT_EQ(*tick.series,
            (std::vector<Series>{{"node_cpu_seconds_total", "mode=\"user\"", Type::counter}, {"node_load1", "", Type::gauge}}));
  EXPECT_EQ(tick.values, (std::vector<double>{11, 0.5}));
  EXPECT_EQ(picker.pick(8, parts).series, tick.series) << "the same object while no series is new";
}

TEST(Picker, LeavesAGapWhereASeriesIsGone) {
  static constexpr Metric kUp = gauge("up", "Help.");
  Samples samples;
  samples.add(kUp, 1, {{"node", "a"}});
  samples.add(kUp, 1, {{"node", "b"}});
  const Samples* parts[] = {&samples};
  Picker picker({*Recording::parse("up")});
  (void)picker.pick(1, parts);
  samples.clear();
  samples.add(kUp, 0, {{"node", "b"}});
  const auto tick = picker.pick(2, parts);
  ASSERT_EQ(tick.values.size(), 2U);
  EXPECT_TRUE(std::isnan(tick.values[0]));
  EXPECT_EQ(tick.values[1], 0);
}

TEST(Picker, NeedsTheCollectorsThatGiveWhatItPicks) {
  const Picker picker({*Recording::parse("node_memory_MemTotal_bytes"), *Recording::parse("node_load1")});
  const auto needed = picker.collectors_needed(all_collectors());
  const std::set<std::string> names(needed.begin(), needed.end());
  EXPECT_TRUE(names.contains("meminfo"));
  EXPECT_TRUE(names.contains("loadavg"));
  EXPECT_FALSE(names.contains("cpu"));
}

}  // namespace
}  // namespace mixnet
