// SPDX-License-Identifier: Apache-2.0
#include "daemon/page/plot.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mixnet {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr Line kLine{.name = "A line", .colour = "c1"};
constexpr Line kBelow{.name = "Another", .colour = "c2", .plus = {}, .minus = {}, .over = {}, .stroke = Stroke::below};
constexpr Chart kChart{
    .id = "x", .title = "A <chart>", .about = "", .unit = Unit::count, .lines = {}, .alerts = "", .least_top = 10};
constexpr Chart kBars{.id = "y",
                      .title = "Bars",
                      .about = "",
                      .unit = Unit::count,
                      .lines = {},
                      .alerts = "",
                      .least_top = 0,
                      .from_zero = true,
                      .as_bars = true};

Plot plot(const Chart& chart, const Line& line, std::vector<double> values) {
  Plot out;
  out.chart = &chart;
  out.step = 60'000;
  out.count = values.size();
  out.mark_step = 60'000;
  out.lines.push_back({&line, {values, values, values}});
  return out;
}

std::string svg(const Plot& drawn) {
  std::string out;
  append_svg(drawn, out);
  return out;
}

// 10 is at 0 of 300 units, 0 at 300.
TEST(Plot, DrawsALineFromStepToStep) {
  EXPECT_THAT(svg(plot(kChart, kLine, {0, 10, 10, 10, 5})), HasSubstr("<path class=\"line c1\" d=\"M0 300l1-300h2l1 150\"/>"));
}

TEST(Plot, LeavesAGapWhereThereIsNoValue) {
  EXPECT_THAT(svg(plot(kChart, kLine, {0, 0, kGap, 10, 10})), HasSubstr("d=\"M0 300h1M3 0h1\""));
}

TEST(Plot, DrawsAValueWithoutNeighbours) {
  EXPECT_THAT(svg(plot(kChart, kLine, {kGap, 5, kGap})), HasSubstr("d=\"M1 150m-.4 0h.8\""));
}

TEST(Plot, DrawsTheOtherHalfBelowZero) {
  auto drawn = plot(kChart, kLine, {10, 10});
  drawn.lines.push_back({&kBelow, {{10, 10}, {10, 10}, {10, 10}}});
  const auto text = svg(drawn);
  EXPECT_THAT(text, HasSubstr("<path class=\"line c1\" d=\"M0 0h1\"/>"));
  EXPECT_THAT(text, HasSubstr("<path class=\"line c2\" d=\"M0 300h1\"/>"));
  EXPECT_THAT(text, HasSubstr("<path class=\"zero \" d=\"M-.5 150h2\"/>"));
}

TEST(Plot, DrawsTheBandBetweenTheLeastAndTheGreatest) {
  auto drawn = plot(kChart, kLine, {5, 5});
  drawn.lines[0].values.min = {0, 0};
  drawn.lines[0].values.max = {10, 10};
  EXPECT_THAT(svg(drawn), HasSubstr("<path class=\"band c1\" d=\"M0 0h1l0 300h-1z\"/>"));
  EXPECT_THAT(svg(plot(kChart, kLine, {5, 5})), Not(HasSubstr("band")));
}

TEST(Plot, MarksTheTimeInUtc) {
  auto drawn = plot(kChart, kLine, {1, 2, 3, 4});
  drawn.start = 1'764'079'500'000;  // 14:05
  EXPECT_THAT(svg(drawn), HasSubstr(">14:07</text>"));
  drawn.start = 1'764'028'680'000;  // 23:58 the day before
  EXPECT_THAT(svg(drawn), HasSubstr(">25 Nov</text>"));
}

TEST(Plot, MarksRestartsAndAlarms) {
  auto drawn = plot(kChart, kLine, {1, 2, 3, 4});
  drawn.marks.push_back({60'000, "The node started"});
  drawn.spans.push_back({120'000, 180'000, Status::critical, "Critical: <b>"});
  const auto text = svg(drawn);
  EXPECT_THAT(
      text,
      HasSubstr("<line class=\"mark\" x1=\"25%\" x2=\"25%\" y1=\"-6\" y2=\"150\"><title>The node started</title></line>"));
  EXPECT_THAT(text, HasSubstr("<rect class=\"span critical\" x=\"50%\" width=\"25%\" height=\"150\"/>"));
  EXPECT_THAT(text, HasSubstr("<title>Critical: &lt;b&gt;</title>"));
}

TEST(Plot, CutsAnAlarmToTheTimeShown) {
  auto drawn = plot(kChart, kLine, {1, 2, 3, 4});
  drawn.start = 240'000;
  drawn.spans.push_back({0, 9'000'000, Status::warning, ""});
  EXPECT_THAT(svg(drawn), HasSubstr("<rect class=\"span warning\" x=\"0%\" width=\"100%\""));
}

TEST(Plot, SaysWhatItIs) {
  auto drawn = plot(kChart, kLine, {1, 2});
  drawn.description = "one to two";
  const auto text = svg(drawn);
  EXPECT_THAT(text, HasSubstr("role=\"img\" aria-labelledby=\"x-t\" aria-describedby=\"x-d\""));
  EXPECT_THAT(text, HasSubstr("<title id=\"x-t\">A &lt;chart&gt;</title><desc id=\"x-d\">one to two</desc>"));
}

TEST(Plot, DrawsBarsWhereItIsOne) {
  const auto text = svg(plot(kBars, kLine, {0, 1, 1, kGap, 1}));
  EXPECT_THAT(text, HasSubstr("<path class=\"level \" d=\"M0 27h3M4 27h1\"/>"));
  EXPECT_THAT(text, HasSubstr("<path class=\"bar c1\" d=\"M1 17h2v10h-2zM4 17h1v10h-1z\"/>"));
}

TEST(Plot, StaysWithinTheChartWhateverTheValues) {
  const auto text = svg(plot(kChart, kLine, {1e300, -1e300, 1e-300, 0}));
  EXPECT_THAT(text, Not(HasSubstr("nan")));
  EXPECT_THAT(text, Not(HasSubstr("inf")));
}

}  // namespace
}  // namespace mixnet
