// SPDX-License-Identifier: Apache-2.0
#include "daemon/checks/plugin_output.h"

#include <gtest/gtest.h>

namespace mixnet {
namespace {

Finding finding(Status status, std::string message, std::string remedy = "", std::vector<Measure> measures = {}) {
  Finding out;
  out.check = "cpu";
  out.alert = "MixnetNodeCpuHigh";
  out.status = status;
  out.message = std::move(message);
  out.remedy = std::move(remedy);
  out.measures = std::move(measures);
  return out;
}

Measure cpu(std::string label, double value) { return {std::move(label), value, "%", Range{0, 80}, Range{0, 95}, 0, 100}; }

TEST(PluginOutput, IsALineWithPerfdata) {
  const Finding found[] = {finding(Status::ok, "node a takes 23 % of 2 CPUs", "", {cpu("a cpu", 23.4)})};
  EXPECT_EQ(plugin_line("cpu", found), "CPU OK: node a takes 23 % of 2 CPUs | 'a cpu'=23.4%;80;95;0;100\n");
}

TEST(PluginOutput, TellsWhatIsWrongAndTheRemedy) {
  const Finding found[] = {finding(Status::critical, "node a takes 97 % of 2 CPUs", "Do this.", {cpu("a cpu", 97)}),
                           finding(Status::warning, "node b takes 85 %", "", {cpu("b cpu", 85)}),
                           finding(Status::ok, "not told", "", {cpu("c cpu", 1)})};
  EXPECT_EQ(plugin_line("cpu", found),
            "CPU CRITICAL: node a takes 97 % of 2 CPUs. Do this.; node b takes 85 % | 'a cpu'=97%;80;95;0;100 'b "
            "cpu'=85%;80;95;0;100 "
            "'c cpu'=1%;80;95;0;100\n");
}

TEST(PluginOutput, WhatIsNotThereIsFine) {
  EXPECT_EQ(plugin_line("conntrack", {}), "CONNTRACK OK: this host has nothing of that kind\n");
  EXPECT_EQ(plugin_lines({}), "MIXNET OK: there is nothing to check\n");
}

TEST(PluginOutput, OpenBoundsAndUnitsAreAsTheGuidelineHasThem) {
  Measure offset{"clock offset", -0.0625, "s", Range{0, 0.5}, std::nullopt, std::nullopt, std::nullopt};
  Measure days{"days", 12, "", Range{14}, Range{3}, std::nullopt, std::nullopt};
  Measure odd{"it's=odd|", 1e15, "B", Range{-1, 1, true}, std::nullopt, std::nullopt, std::nullopt};
  Measure nothing{"nothing", kGap, "", std::nullopt, std::nullopt, std::nullopt, std::nullopt};
  const Finding found[] = {finding(Status::ok, "fine", "", {offset, days, odd, nothing})};
  EXPECT_EQ(plugin_line("clock", found),
            "CLOCK OK: fine | 'clock offset'=-0.063s;0.5;;; 'days'=12;14:;3:;; 'it''s_odd/'=1000000000000000B;@-1:1;;;\n");
}

TEST(PluginOutput, NoTextCanForgeAnother) {
  const Finding found[] = {finding(Status::warning, "node a|'x'=1\nOK")};
  EXPECT_EQ(plugin_line("cpu", found), "CPU WARNING: node a/'x'=1 OK\n");
}

TEST(PluginOutput, OfAllHasALineForEach) {
  const Finding found[] = {finding(Status::critical, "bad", "Do this."), finding(Status::unknown, "not known"),
                           finding(Status::ok, "fine", "", {cpu("a cpu", 5)})};
  EXPECT_EQ(plugin_lines(found),
            "MIXNET CRITICAL: 2 of 3 not fine: bad | 'a cpu'=5%;80;95;0;100\n"
            "[CRITICAL] cpu: bad. Do this.\n"
            "[UNKNOWN] cpu: not known\n"
            "[OK] cpu: fine\n");
  EXPECT_EQ(plugin_lines(std::span(found).last(1)), "MIXNET OK: all 1 are fine | 'a cpu'=5%;80;95;0;100\n[OK] cpu: fine\n");
}

}  // namespace
}  // namespace mixnet
