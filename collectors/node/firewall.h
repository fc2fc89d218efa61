// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "collectors/collector.h"

namespace mixnet {

/// A rule of the firewall, as far as it is looked at.
struct FirewallRule {
  std::string_view table, chain;
  std::string_view jumps_to;  ///< the chain that it goes on in; empty where it does not
  bool refuses = false;       ///< reject or drop
  bool always = true;         ///< it has no condition
};

/// One message of an NFT_MSG_GETRULE dump, struct nfgenmsg and attributes, see linux/netfilter/nf_tables.h; views into it.
Result<FirewallRule> parse_nft_rule(std::string_view message);

/// One message of an NFT_MSG_GETCHAIN dump: the names of a chain and its table.
struct FirewallChain {
  std::string_view table, name;
};
Result<FirewallChain> parse_nft_chain(std::string_view message);

extern const Collector kNodeFirewall;

}  // namespace mixnet
