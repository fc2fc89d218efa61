// SPDX-License-Identifier: Apache-2.0
#include "daemon/checks_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "daemon/config.h"

namespace mixnet {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

Result<Config> read(std::string_view text) { return read_config({}, "c.yml", text); }

CheckLimits limits_of(const Config& config, std::string_view key) {
  for (std::size_t index = 0; index < all_checks().size(); ++index) {
    if (all_checks()[index].key() == key) return config.checks[index];
  }
  return {};
}

std::string refused(std::string_view checks) {
  const auto config = read("checks:\n  " + std::string(checks) + "\n");
  return config ? "accepted" : config.error().message;
}

TEST(ChecksConfig, IsTheDefaultsWhereNothingIsSaid) {
  for (const auto* text : {"", "checks:\n", "checks: {}\n"})
    EXPECT_EQ(read(text).value().checks, default_check_limits()) << text;
}

TEST(ChecksConfig, TakesLimitsForTheirCheckAlone) {
  const auto config = read(
      "checks:\n"
      "  cpu: {warning: 70, critical: '@90:100', for: 5m, steal: {critical: none}}\n"
      "  certificate: {warning: '30:'}\n"
      "  peers: false\n"
      "  clock:\n"
      "    enabled: false\n");
  ASSERT_TRUE(config) << config.error().message;
  const auto cpu = limits_of(*config, "cpu");
  EXPECT_EQ(cpu.warning, Range::parse("70").value());
  EXPECT_EQ(cpu.critical, Range::parse("@90:100").value());
  EXPECT_EQ(cpu.over, 5min);
  EXPECT_TRUE(cpu.on);
  EXPECT_FALSE(limits_of(*config, "cpu.steal").critical);
  EXPECT_EQ(limits_of(*config, "cpu.steal").warning, Range::parse("10").value());
  EXPECT_EQ(limits_of(*config, "cpu.host").over, 15min);
  EXPECT_EQ(limits_of(*config, "certificate").warning, Range::parse("30:").value());
  EXPECT_EQ(limits_of(*config, "certificate").critical, Range::parse("3:").value());
  EXPECT_FALSE(limits_of(*config, "peers").on);
  EXPECT_FALSE(limits_of(*config, "clock").on);
  EXPECT_EQ(limits_of(*config, "memory"), default_check_limits()[12]);
}

TEST(ChecksConfig, APartIsOffWithItsCheckUnlessItSaysSo) {
  const auto off = read("checks: {cpu: false}\n").value();
  EXPECT_FALSE(limits_of(off, "cpu").on);
  EXPECT_FALSE(limits_of(off, "cpu.host").on);
  const auto one = read("checks: {cpu: {enabled: false, steal: true}}\n").value();
  EXPECT_FALSE(limits_of(one, "cpu.host").on);
  EXPECT_TRUE(limits_of(one, "cpu.steal").on);
  const auto without = read("checks: {cpu: {steal: false}}\n").value();
  EXPECT_TRUE(limits_of(without, "cpu").on);
  EXPECT_FALSE(limits_of(without, "cpu.steal").on);
}

TEST(ChecksConfig, ShownIsReadBackAsTheSame) {
  const auto config = read("checks: {cpu: {warning: '@~:70', for: 90s}, drops: {udp: {warning: none}}, node: false}\n").value();
  const auto shown = to_yaml(config);
  EXPECT_THAT(shown, HasSubstr("  cpu:\n    enabled: true\n    warning: "));
  EXPECT_THAT(shown, HasSubstr("    for: 90s\n"));
  EXPECT_THAT(shown, HasSubstr("    udp: {enabled: true, warning: none, critical: none, for: 10m}\n"));
  const auto again = read(shown);
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(again->checks, config.checks);
  EXPECT_EQ(to_yaml(*again), shown);
}

TEST(ChecksConfig, TellsWhatIsWrongAndWhere) {
  EXPECT_EQ(read("checks: all\n").error().message, "c.yml:1:9: expected a mapping, found \"all\"");
  EXPECT_EQ(refused("cpuu: true"), "c.yml:2:3: unknown key \"cpuu\"; did you mean \"cpu\"?");
  EXPECT_EQ(refused("cpu: {warnign: 5}"), "c.yml:2:9: unknown key \"warnign\"; did you mean \"warning\"?");
  EXPECT_EQ(refused("cpu: {steel: {warning: 5}}"), "c.yml:2:9: unknown key \"steel\"; did you mean \"steal\"?");
  EXPECT_EQ(refused("memory: {steal: {warning: 5}}"), "c.yml:2:12: unknown key \"steal\"");
  EXPECT_EQ(refused("cpu: {warning: 80%}"), "c.yml:2:18: \"80%\" is not a range such as 80, 10:, ~:10, 10:20 or @10:20");
  EXPECT_EQ(refused("cpu: {warning: [80]}"), "c.yml:2:18: expected text, found a list");
  EXPECT_EQ(refused("cpu: {for: 10}"), "c.yml:2:14: \"10\" is not a duration such as 500ms, 15s, 5m, 2h or 7d");
  EXPECT_EQ(refused("cpu: {for: 25h}"), "c.yml:2:14: \"25h\" is more than 1d");
  EXPECT_EQ(refused("cpu: 5"), "c.yml:2:8: expected true or false, found \"5\"");
  EXPECT_EQ(refused("cpu: {host: 5}"), "c.yml:2:15: expected true or false, found \"5\"");
}

}  // namespace
}  // namespace mixnet
