// SPDX-License-Identifier: Apache-2.0
#include "collectors/kit/filter.h"

#include <gtest/gtest.h>

#include "collectors/settings.h"

namespace mixnet {
namespace {

Regex regex(std::string_view pattern) { return Regex::compile(pattern).value(); }

TEST(Filter, WithoutAnythingSetWantsAll) { EXPECT_TRUE(Filter().wants("eth0")); }

TEST(Filter, ExcludeBeatsInclude) {
  const Filter filter{.include = regex("^eth"), .exclude = regex("1$")};
  EXPECT_TRUE(filter.wants("eth0"));
  EXPECT_FALSE(filter.wants("eth1"));
  EXPECT_FALSE(filter.wants("lo"));
}

TEST(Regex, SaysWhatIsWrong) {
  const auto refused = Regex::compile("a(");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message, "bad regular expression: missing ): a(");
}

TEST(Settings, EachIsReadBackAsItWasSet) {
  for (const auto& setting : all_settings()) {
    if (setting.kind == Setting::Kind::text || setting.name == "gateway_probe.interval") continue;  // each has its own rules
    Settings settings;
    const auto text = setting.kind == Setting::Kind::boolean     ? "true"
                      : setting.kind == Setting::Kind::duration  ? "3600s"
                      : setting.kind == Setting::Kind::text_list ? "some.thing"
                                                                 : "^some.thing$";
    ASSERT_TRUE(setting.set(settings, text)) << setting.name;
    EXPECT_EQ(setting.get(settings), text) << setting.name;
  }
}

TEST(Settings, RefusesTextOfAnotherKind) {
  for (const auto& setting : all_settings()) {
    if (setting.kind == Setting::Kind::path_list || setting.name == "gateway_probe.mnemonic-file") continue;
    Settings settings;
    EXPECT_FALSE(setting.set(settings, "(")) << setting.name;
  }
}

/// What it is after having been set, or why it cannot be.
std::string after(std::string_view name, std::string_view text) {
  for (const auto& setting : all_settings()) {
    if (setting.name != name) continue;
    Settings settings;
    const auto set = setting.set(settings, text);
    return set ? setting.get(settings) : set.error().message;
  }
  return "no such setting";
}

TEST(Settings, OfReachabilityHaveTheirRules) {
  EXPECT_EQ(after("reachability.ntp-server", "[2001:db8::1]:123"), "[2001:db8::1]:123");
  EXPECT_EQ(after("reachability.ntp-server", "ntp.example.org:0"), "\"0\" is no port");
  EXPECT_EQ(after("reachability.ntp-server", "a b"), "\"a b\" is neither a host name nor an IP address");
  EXPECT_EQ(after("reachability.ca-file", "ca.pem"), "\"ca.pem\" is not an absolute path");
  EXPECT_EQ(after("reachability.target", "exit1=2001:db8::1"), "exit1=2001:db8::1");
  EXPECT_EQ(after("reachability.target", "exit1="), "\"\" is neither a host name nor an IP address");
  EXPECT_EQ(after("reachability.interval", "59s"), "\"59s\" is less than 1m");
}

TEST(Settings, OfTheProbeHaveTheirRules) {
  EXPECT_EQ(after("gateway_probe.interval", "1h"), "3600s");
  EXPECT_EQ(after("gateway_probe.interval", "59m"), "\"59m\" is less than 1h");
  EXPECT_EQ(after("gateway_probe.timeout", "2h"), "\"2h\" is more than 1h");
  EXPECT_EQ(after("gateway_probe.memory-max", "512M"), "512M");
  EXPECT_EQ(after("gateway_probe.memory-max", "2048M"), "2G");
  EXPECT_EQ(after("gateway_probe.memory-max", "67108865"), "67108865");
  EXPECT_EQ(after("gateway_probe.memory-max", "63M"), "\"63M\" is less than 64M");
  EXPECT_EQ(after("gateway_probe.memory-max", "1GB"), "\"1GB\" is not a size such as 512M or 2G");
  EXPECT_EQ(after("gateway_probe.program", "/opt/nym-gateway-probe"), "/opt/nym-gateway-probe");
  EXPECT_EQ(after("gateway_probe.program", "nym-gateway-probe"), "\"nym-gateway-probe\" is not an absolute path");
  EXPECT_EQ(after("gateway_probe.env-file", ""), "");
  EXPECT_EQ(after("gateway_probe.mnemonic-file", "probe.mnemonic"), "probe.mnemonic");
  EXPECT_EQ(after("gateway_probe.mnemonic-file", "one two three"),
            "neither an absolute path nor the name of a systemd credential; the secret itself is in a file");
  EXPECT_EQ(after("gateway_probe.test-mode", "all"), "all");
  EXPECT_EQ(after("gateway_probe.test-mode", "everything"),
            "\"everything\" is not one of core, wg-mix, wg-lp, lp-only, socks5-only, all");
}

TEST(Duration, IsWrittenAsPrometheusDoes) {
  EXPECT_EQ(parse_duration("15s").value().count(), 15000);
  EXPECT_EQ(parse_duration("7d").value().count(), 604800000);
  for (const auto* bad : {"", "15", "s", "1.5s", "-1s", "15 s", "99999999999s"}) EXPECT_FALSE(parse_duration(bad)) << bad;
}

}  // namespace
}  // namespace mixnet
