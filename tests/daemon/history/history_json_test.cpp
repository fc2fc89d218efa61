// SPDX-License-Identifier: Apache-2.0
#include "daemon/history/history_json.h"

#include <gtest/gtest.h>

namespace mixnet {
namespace {

constexpr UnixMs kNow = 1'795'600'800'000, kHour = 60 * 60 * 1000;

/// The query as "METRIC... FROM TO STEP" with times before now in seconds, or the error.
std::string query(std::vector<web::Parameter> parameters) {
  const auto parsed = parse_history_query(parameters, kNow);
  if (!parsed) return parsed.error().message;
  std::string out;
  for (const auto& metric : parsed->metrics) out += metric + " ";
  return out + std::to_string((kNow - parsed->from) / 1000) + " " + std::to_string((kNow - parsed->to) / 1000) + " " +
         std::to_string(parsed->step);
}

TEST(HistoryQuery, IsTheLastHourWhereNothingIsSaid) { EXPECT_EQ(query({}), "3600 0 15000"); }

TEST(HistoryQuery, TakesTimesInBothForms) {
  EXPECT_EQ(query({{"metric", "a"}, {"metric", "b"}, {"start", "24h"}}), "a b 86400 0 360000");
  EXPECT_EQ(query({{"start", "1795600000"}, {"end", "1795600400.5"}, {"step", "10"}}), "800 399 10000");
  EXPECT_EQ(query({{"start", "2h"}, {"end", "1h"}, {"step", "5m"}}), "7200 3600 300000");
}

TEST(HistoryQuery, RefusesWhatItDoesNotKnowAndWhatIsTooMuch) {
  EXPECT_EQ(query({{"since", "1h"}}), "since: there is no such parameter");
  EXPECT_EQ(query({{"step", "fast"}}), "step: \"fast\" is no step such as 60 or 5m");
  EXPECT_EQ(query({{"step", "0s"}}), "step: \"0s\" is no step such as 60 or 5m");
  EXPECT_EQ(query({{"start", "-5"}}), "start: \"-5\" is neither Unix time in seconds nor how long ago, such as 24h");
  EXPECT_EQ(query({{"start", "1h"}, {"end", "1h"}}), "the end is not after the start");
  EXPECT_EQ(query({{"start", "365d"}, {"step", "1s"}}), "more than 11000 steps; a longer step or a shorter time is needed");
  EXPECT_EQ(query(std::vector<web::Parameter>(51, {"metric", "a"})), "metric: more than 50 metrics");
}

class Reader : public HistoryReader {
 public:
  Result<std::vector<Series>> series() override { return all; }
  Result<std::vector<Curve>> curves(std::span<const std::string_view>, UnixMs from, UnixMs, UnixMs step) override {
    std::vector<Curve> out;
    for (const auto& each : all) out.push_back({each, from, step, {1, kGap}, {1.5, kGap}, {2, kGap}});
    return out;
  }
  Result<Window> window(std::span<const std::string_view>, UnixMs, UnixMs) override { return Window(); }
  Result<std::vector<HistoryEvent>> events(UnixMs, UnixMs) override { return std::vector<HistoryEvent>(); }

  std::vector<Series> all{{"up", "node=\"a \\\"b\\\"\"", Type::gauge}};
};

TEST(HistoryJson, HasNullForAGap) {
  Reader reader;
  EXPECT_EQ(history_json({{"up"}, kNow, kNow + kHour, 60'000}, reader),
            "{\"start\":1795600800,\"step\":60,\"series\":[\n"
            "{\"metric\":\"up\",\"labels\":{\"node\":\"a "
            "\\\"b\\\"\"},\"type\":\"gauge\",\"min\":[1,null],\"mean\":[1.5,null],\"max\":[2,null]}"
            "\n]}\n");
  EXPECT_EQ(history_json({}, reader),
            "{\"series\":[\n{\"metric\":\"up\",\"labels\":{\"node\":\"a \\\"b\\\"\"},\"type\":\"gauge\"}\n]}\n");
}

TEST(HistoryJson, IsNoLongerThanItMayBe) {
  Reader reader;
  reader.all.assign(100, {"up", "", Type::gauge});
  const auto refused = history_json({{"up"}, kNow, kNow + 5000 * 1000, 1000}, reader);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message, "more than 200000 values; fewer metrics, a longer step or a shorter time is needed");
}

}  // namespace
}  // namespace mixnet
