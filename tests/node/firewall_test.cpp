// SPDX-License-Identifier: Apache-2.0
#include "collectors/node/firewall.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nf_tables_compat.h>
#include <linux/netfilter/nfnetlink.h>

#include "tests/support/host.h"
#include "tests/support/netlink.h"

namespace mixnet {
namespace {

using test::attribute;
using test::attribute_of;

const std::string kHeader = test::bytes_of(nfgenmsg{NFPROTO_IPV4, NFNETLINK_V0, 0});

std::string text(std::uint16_t type, std::string_view value) { return attribute(type, std::string(value) + '\0'); }

std::string expression(std::string_view name, const std::string& data = {}) {
  return attribute(NFTA_LIST_ELEM | NLA_F_NESTED, text(NFTA_EXPR_NAME, name) + attribute(NFTA_EXPR_DATA | NLA_F_NESTED, data));
}

std::string verdict(int code, std::string_view chain = {}) {
  auto inner = attribute_of<std::uint32_t>(NFTA_VERDICT_CODE, htonl(static_cast<std::uint32_t>(code)));
  if (!chain.empty()) inner += text(NFTA_VERDICT_CHAIN, chain);
  return expression("immediate", attribute_of<std::uint32_t>(NFTA_IMMEDIATE_DREG, 0) +
                                     attribute(NFTA_IMMEDIATE_DATA, attribute(NFTA_DATA_VERDICT, inner)));
}

std::string rule(const std::string& expressions) {
  return kHeader + text(NFTA_RULE_TABLE, "filter") + text(NFTA_RULE_CHAIN, "FORWARD") +
         attribute(NFTA_RULE_EXPRESSIONS | NLA_F_NESTED, expressions);
}

FirewallRule parsed(const std::string& message) {
  // Views point into the message, which the caller keeps.
  return parse_nft_rule(message).value();
}

TEST(NftRule, TellsWhereItLeads) {
  const auto message = rule(expression("meta") + expression("cmp") + expression("counter") + verdict(NFT_JUMP, "NYM-EXIT"));
  const auto jump = parsed(message);
  EXPECT_EQ(jump.table, "filter");
  EXPECT_EQ(jump.chain, "FORWARD");
  EXPECT_EQ(jump.jumps_to, "NYM-EXIT");
  EXPECT_FALSE(jump.refuses);
  EXPECT_FALSE(jump.always);
}

TEST(NftRule, TellsWhatIsRefused) {
  struct Case {
    std::string what, expressions;
    bool refuses, always;
  };
  const auto reject = text(NFTA_TARGET_NAME, "REJECT");
  const Case cases[] = {
      {"iptables-nft's REJECT", expression("counter") + expression("target", reject), true, true},
      {"nft's own", expression("reject"), true, true},
      {"DROP", expression("counter") + verdict(NF_DROP), true, true},
      {"ACCEPT", verdict(NF_ACCEPT), false, true},
      {"of one address only", expression("payload") + expression("cmp") + expression("target", reject), true, false},
      {"with a comment", expression("match", text(NFTA_MATCH_NAME, "comment")) + expression("target", reject), true, true},
      {"limited", expression("match", text(NFTA_MATCH_NAME, "hashlimit")) + expression("target", reject), true, false},
      {"another target", expression("target", text(NFTA_TARGET_NAME, "LOG")), false, true},
      {"nothing", "", false, true},
  };
  for (const auto& one : cases) {
    const auto message = rule(one.expressions);
    EXPECT_EQ(parsed(message).refuses, one.refuses) << one.what;
    EXPECT_EQ(parsed(message).always, one.always) << one.what;
  }
}

TEST(NftRule, SurvivesMessagesCutAnywhere) {
  const auto whole = rule(expression("counter") + verdict(NFT_GOTO, "NYM-EXIT"));
  EXPECT_EQ(parse_nft_rule("abc").error().message, "a message about the firewall that is too short");
  for (std::size_t length = sizeof(nfgenmsg); length < whole.size(); ++length) {
    EXPECT_TRUE(parse_nft_rule(whole.substr(0, length)));
  }
}

TEST(NftChain, HasANameAndATable) {
  const auto message = kHeader + text(NFTA_CHAIN_TABLE, "filter") + text(NFTA_CHAIN_NAME, "NYM-EXIT");
  const auto chain = parse_nft_chain(message).value();
  EXPECT_EQ(chain.table, "filter");
  EXPECT_EQ(chain.name, "NYM-EXIT");
  EXPECT_FALSE(parse_nft_chain(""));
}

TEST(NodeFirewall, IsOfNoInterestWithoutNodesThatForward) {
  Context context(Roots{}, {});
  EXPECT_EQ(test::collected(kNodeFirewall, context), "error: no node is known on this host\n");
  Node node;
  node.modes = NodeModes{.mixnode = true};
  context.directory->publish({node});
  EXPECT_EQ(test::collected(kNodeFirewall, context), "error: no node on this host is an exit or has WireGuard\n");
}

}  // namespace
}  // namespace mixnet
