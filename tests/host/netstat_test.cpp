// SPDX-License-Identifier: Apache-2.0
#include "collectors/host/netstat.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/host.h"

namespace mixnet {
namespace {

using testing::HasSubstr;
using testing::Not;

Regex regex(std::string_view pattern) { return Regex::compile(pattern).value(); }

std::string told(std::string_view text, const Regex& fields, NetstatPlan& plan, decltype(parse_netstat) parse) {
  std::vector<NetstatValue> values;
  if (const auto done = parse(text, fields, plan, values); !done) return done.error().message;
  std::string out;
  for (const auto& value : values)
    out.append(value.name.substr(13)).append("=").append(std::to_string(value.value)).append(" ");
  return out;
}

TEST(Netstat, GivesTheFieldsThatAreWantedByDefault) {
  Context context(test::roots_below(test::fixtures() / "host"), {});
  const auto lines = test::collected(kNetstat, context);
  for (const auto* line : {
           "node_netstat_TcpExt_TCPTimeouts 2\n",
           "node_netstat_IpExt_InOctets 6810626260\n",
           "node_netstat_Ip_Forwarding 2\n",
           "node_netstat_Tcp_InSegs 192511\n",
           "node_netstat_Udp_InDatagrams 52\n",
           "node_netstat_UdpLite_InErrors 0\n",
           "node_netstat_Icmp6_InMsgs ",
           "node_netstat_Ip6_InOctets ",
           "node_netstat_UdpLite6_InErrors 0\n",
       }) {
    EXPECT_THAT(lines, HasSubstr(line));
  }
  EXPECT_THAT(lines, Not(HasSubstr("MPTcpExt")));
  EXPECT_THAT(lines, Not(HasSubstr("Tcp_MaxConn")));
  EXPECT_EQ(test::collected(kNetstat, context), lines);
  EXPECT_EQ(test::undeclared(kNetstat, context), "");
}

TEST(Netstat, TakesNegativeNumbersAndWritesItsHelpAsEver) {
  NetstatPlan plan;
  std::vector<NetstatValue> values;
  ASSERT_TRUE(parse_netstat("Tcp: RtoMin MaxConn\nTcp: 200 -1\n", regex("Tcp_MaxConn"), plan, values));
  ASSERT_EQ(values.size(), 1U);
  EXPECT_EQ(values[0].name, "node_netstat_Tcp_MaxConn");
  EXPECT_EQ(values[0].help, "Statistic TcpMaxConn.");
  EXPECT_EQ(values[0].value, -1);
}

TEST(Netstat, NoticesThatALineHasOtherNames) {
  NetstatPlan plan;
  const auto fields = regex("InType");
  EXPECT_EQ(told("IcmpMsg: InType3\nIcmpMsg: 4\n", fields, plan, parse_netstat), "IcmpMsg_InType3=4.000000 ");
  EXPECT_EQ(told("IcmpMsg: InType0 InType3\nIcmpMsg: 1 5\n", fields, plan, parse_netstat),
            "IcmpMsg_InType0=1.000000 IcmpMsg_InType3=5.000000 ");
  EXPECT_EQ(told("New: a\nNew: 1\nIcmpMsg: InType0\nIcmpMsg: 1\n", fields, plan, parse_netstat), "IcmpMsg_InType0=1.000000 ");
}

TEST(Netstat, DecidesAnewWhenTheSettingChanges) {
  Context context(test::roots_below(test::fixtures() / "host"), {});
  test::collected(kNetstat, context);
  context.settings.netstat.fields = regex("^Tcp_RtoMin$");
  EXPECT_EQ(test::collected(kNetstat, context), "node_netstat_Tcp_RtoMin 200\n");
}

TEST(Netstat, PassesOverNamesThatNoMetricCanHave) {
  NetstatPlan plan;
  EXPECT_EQ(told("A\"b: c d-e f\nA\"b: 1 2 3\n", regex(""), plan, parse_netstat), "");
  EXPECT_EQ(told("X: c d-e f\nX: 1 2 3\n", regex(""), plan, parse_netstat), "X_c=1.000000 X_f=3.000000 ");
}

TEST(Netstat, RefusesWhatIsBroken) {
  NetstatPlan plan;
  const auto all = regex("");
  EXPECT_EQ(told("", all, plan, parse_netstat), "");
  EXPECT_EQ(told("Tcp a\n", all, plan, parse_netstat), "line 1: no protocol in \"Tcp a\"");
  EXPECT_EQ(told("Tcp: a\n", all, plan, parse_netstat), "line 1: names without values: \"Tcp: a\"");
  EXPECT_EQ(told("Tcp: a\nUdp: 1\n", all, plan, parse_netstat), "line 2: values of another protocol than \"Tcp\"");
  EXPECT_EQ(told("Tcp: a b\nTcp: 1\n", all, plan, parse_netstat), "line 2: more or fewer values than names of \"Tcp\"");
  EXPECT_EQ(told("Tcp: a\nTcp: 1 2\n", all, plan, parse_netstat), "line 2: more or fewer values than names of \"Tcp\"");
  EXPECT_EQ(told("Tcp: a\nTcp: x\n", all, plan, parse_netstat), "line 2: \"x\" is not a number of the kind expected");
}

TEST(Snmp6, TakesNamesWithASixInThem) {
  NetstatPlan plan;
  EXPECT_EQ(told("Ip6InReceives \t7\nNone 1\nUdpLite6InErrors 18446744073709551615\n", regex(""), plan, parse_snmp6),
            "Ip6_InReceives=7.000000 UdpLite6_InErrors=18446744073709551616.000000 ");
  EXPECT_EQ(told("Ip6InReceives\n", regex(""), plan, parse_snmp6), "line 1: no value of \"Ip6InReceives\"");
  EXPECT_EQ(told("Ip6InReceives x\n", regex(""), plan, parse_snmp6), "line 1: \"x\" is not a number of the kind expected");
}

TEST(Netstat, DoesWithoutIpv6ButNotWithoutItsFiles) {
  const test::TemporaryFolder host;
  host.write("proc/net/netstat", "");
  EXPECT_EQ(test::collected(kNetstat, host.path()),
            "error: " + (host.path() / "proc/net/snmp").string() + ": No such file or directory\n");
  host.write("proc/net/snmp", "Tcp: InSegs\nTcp: 1\n");
  EXPECT_EQ(test::collected(kNetstat, host.path()), "node_netstat_Tcp_InSegs 1\n");
}

}  // namespace
}  // namespace mixnet
