// SPDX-License-Identifier: Apache-2.0
#include "collectors/node/firewall.h"

#include <arpa/inet.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nf_tables_compat.h>
#include <linux/netfilter/nfnetlink.h>

#include <algorithm>

#include "collectors/kit/netlink.h"

namespace mixnet {
namespace {

constexpr Metric kPresent =
    gauge("mixnet_host_exit_firewall_present",
          "Whether the exit policy's chain NYM-EXIT is in table filter (1 = yes, 0 = no), from nf_tables.");
constexpr Metric kRules = gauge("mixnet_host_exit_firewall_rules", "Rules in the chain NYM-EXIT, from nf_tables.");
constexpr Metric kJumps =
    gauge("mixnet_host_exit_firewall_jumps", "Rules in the chain FORWARD that lead to the chain NYM-EXIT, from nf_tables.");
constexpr Metric kRefusesRest =
    gauge("mixnet_host_exit_firewall_refuses_rest",
          "Whether the last rule of the chain NYM-EXIT refuses the rest (1 = yes, 0 = no), from nf_tables.");
constexpr const Metric* kMetrics[] = {&kPresent, &kRules, &kJumps, &kRefusesRest};

constexpr std::chrono::seconds kEvery{60};
constexpr std::string_view kTable = "filter", kChain = "NYM-EXIT", kForward = "FORWARD";

struct NetfilterNetlink : Netlink {
  NetfilterNetlink() : Netlink(NETLINK_NETFILTER) {}
};

struct ExitFirewall {
  bool present = false, refuses_rest = false;
  std::uint64_t rules = 0, jumps = 0;
  bool changed = false;  ///< while it was read
};

constexpr std::uint16_t message_type(std::uint16_t message) { return NFNL_SUBSYS_NFTABLES << 8 | message; }

nfgenmsg header(std::uint8_t family) { return {.nfgen_family = family, .version = NFNETLINK_V0, .res_id = 0}; }

Result<void> ask_chains(Netlink& netlink, std::uint8_t family, ExitFirewall& out) {
  Result<void> parsed;
  const auto take = [&](std::string_view message) {
    const auto chain = parse_nft_chain(message);
    if (!chain) parsed = tl::unexpected<Error>(chain.error());
    out.present |= chain && chain->table == kTable && chain->name == kChain;
  };
  const auto state = TRY(netlink.dump(message_type(NFT_MSG_GETCHAIN), NetlinkRequest(header(family)), take));
  out.changed |= state == Netlink::Dump::interrupted;
  return parsed;
}

/// Newer kernels send the rules of that chain only, older ones perhaps more.
template <class Take>
Result<void> ask_rules(Netlink& netlink, std::uint8_t family, std::string_view chain, ExitFirewall& out, Take&& take_rule) {
  Result<void> parsed;
  NetlinkRequest request(header(family));
  request.add(NFTA_RULE_TABLE, kTable).add(NFTA_RULE_CHAIN, chain);
  const auto state = TRY(netlink.dump(message_type(NFT_MSG_GETRULE), request, [&](std::string_view message) {
    const auto rule = parse_nft_rule(message);
    if (!rule) parsed = tl::unexpected<Error>(rule.error());
    if (rule && rule->table == kTable && rule->chain == chain) take_rule(*rule);
  }));
  out.changed |= state == Netlink::Dump::interrupted;
  return parsed;
}

Result<ExitFirewall> ask_once(Netlink& netlink, std::uint8_t family) {
  ExitFirewall out;
  TRY(ask_chains(netlink, family, out));
  if (!out.present) return out;
  TRY(ask_rules(netlink, family, kChain, out, [&](const FirewallRule& rule) {
    ++out.rules;
    out.refuses_rest = rule.refuses && rule.always;
  }));
  TRY(ask_rules(netlink, family, kForward, out,
                [&](const FirewallRule& rule) { out.jumps += rule.jumps_to == kChain ? 1 : 0; }));
  return out;
}

Result<ExitFirewall> ask(Netlink& netlink, std::uint8_t family) {
  const auto first = TRY(ask_once(netlink, family));
  if (!first.changed) return first;
  return ask_once(netlink, family);  // where rules change all the time, the second answer has to do
}

void emit(const ExitFirewall& firewall, std::string_view family, Samples& out) {
  const auto labels = out.labels({{"family", family}});
  out.add(kPresent, firewall.present ? 1 : 0, labels);
  out.add(kRules, static_cast<double>(firewall.rules), labels);
  out.add(kJumps, static_cast<double>(firewall.jumps), labels);
  out.add(kRefusesRest, firewall.refuses_rest ? 1 : 0, labels);
}

/// Is the older iptables in use, whose rules are kept elsewhere?
bool has_legacy_tables(Context& context) {
  return context.sys.exists("module/iptable_filter") || context.sys.exists("module/ip6table_filter");
}

bool forwards_for_clients(const Node& node) { return !node.modes || node.modes->exit || node.modes->wireguard; }

Result<void> collect(Context& context, Samples& out) {
  const auto& nodes = *context.nodes.nodes;
  if (nodes.empty()) return fail(Fault::absent, "no node is known on this host");
  if (std::none_of(nodes.begin(), nodes.end(), forwards_for_clients)) {
    return fail(Fault::absent, "no node on this host is an exit or has WireGuard");
  }
  if (!context.roots.is_this_host()) return fail(Fault::absent, "the firewall can be asked on this host only");
  auto& netlink = context.memory.get<NetfilterNetlink>();
  const auto v4 = ask(netlink, NFPROTO_IPV4), v6 = ask(netlink, NFPROTO_IPV6);
  for (const auto* one : {&v4, &v6}) {
    if (*one) continue;
    if (one->error().fault != Fault::denied) return tl::unexpected<Error>(one->error());
    return fail(Fault::absent, "the firewall may not be read: that takes CAP_NET_ADMIN, see AmbientCapabilities= of the unit");
  }
  if (!v4->present && !v6->present && has_legacy_tables(context)) {
    return fail(Fault::absent, "the firewall is that of iptables-legacy, which is not read");
  }
  emit(*v4, "ipv4", out);
  emit(*v6, "ipv6", out);
  return {};
}

/// The verdict of the expression "immediate": what a rule ends in when it accepts, drops or goes on in another chain.
void parse_immediate(std::string_view data, FirewallRule& out) {
  auto attributes = Attributes::within(data);
  while (attributes.next()) {
    if (attributes.type() != NFTA_IMMEDIATE_DATA) continue;
    auto values = Attributes::within(attributes.value());
    while (values.next()) {
      if (values.type() != NFTA_DATA_VERDICT) continue;
      auto verdict = Attributes::within(values.value());
      while (verdict.next()) {
        if (verdict.type() == NFTA_VERDICT_CHAIN) out.jumps_to = verdict.text();
        const auto code = front_as<std::uint32_t>(verdict.value());
        if (verdict.type() == NFTA_VERDICT_CODE && code) out.refuses |= ntohl(*code) == NF_DROP;
      }
    }
  }
}

/// The name of one of iptables' own targets or matches.
std::string_view extension_name(std::string_view data, std::uint16_t attribute) {
  auto attributes = Attributes::within(data);
  while (attributes.next()) {
    if (attributes.type() == attribute) return attributes.text();
  }
  return {};
}

void parse_expression(std::string_view expression, FirewallRule& out) {
  std::string_view name, data;
  auto attributes = Attributes::within(expression);
  while (attributes.next()) {
    if (attributes.type() == NFTA_EXPR_NAME) name = attributes.text();
    if (attributes.type() == NFTA_EXPR_DATA) data = attributes.value();
  }
  if (name == "immediate") {
    parse_immediate(data, out);
  } else if (name == "reject") {
    out.refuses = true;
  } else if (name == "target") {
    const auto target = extension_name(data, NFTA_TARGET_NAME);
    out.refuses |= target == "REJECT" || target == "DROP";
  } else if (name == "match") {
    out.always &= extension_name(data, NFTA_MATCH_NAME) == "comment";
  } else if (name != "counter") {
    out.always = false;
  }
}

Result<nfgenmsg> header_of(std::string_view message) {
  const auto header = front_as<nfgenmsg>(message);
  if (!header) return fail(Fault::malformed, "a message about the firewall that is too short");
  return *header;
}

}  // namespace

Result<FirewallRule> parse_nft_rule(std::string_view message) {
  TRY(header_of(message));
  FirewallRule out;
  auto attributes = Attributes::after<nfgenmsg>(message);
  while (attributes.next()) {
    if (attributes.type() == NFTA_RULE_TABLE) out.table = attributes.text();
    if (attributes.type() == NFTA_RULE_CHAIN) out.chain = attributes.text();
    if (attributes.type() != NFTA_RULE_EXPRESSIONS) continue;
    auto expressions = Attributes::within(attributes.value());
    while (expressions.next()) parse_expression(expressions.value(), out);
  }
  return out;
}

Result<FirewallChain> parse_nft_chain(std::string_view message) {
  TRY(header_of(message));
  FirewallChain out;
  auto attributes = Attributes::after<nfgenmsg>(message);
  while (attributes.next()) {
    if (attributes.type() == NFTA_CHAIN_TABLE) out.table = attributes.text();
    if (attributes.type() == NFTA_CHAIN_NAME) out.name = attributes.text();
  }
  return out;
}

constinit const Collector kNodeFirewall{"node_firewall",
                                        "The chain with an exit's policy, from nf_tables; takes CAP_NET_ADMIN.",
                                        true,
                                        Schedule::background,
                                        kMetrics,
                                        collect,
                                        kEvery};

}  // namespace mixnet
