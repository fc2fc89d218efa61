// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "daemon/commands/all_commands.h"

namespace mixnet {

int run_targets(const Flags& flags);

inline constexpr CommandFlag kTargetsFlags[] = {
    {"environment", "NAME", "Network to ask: mainnet, sandbox, canary, local; the configuration's, else mainnet.", true},
    {"networks-file", "FILE", "JSON file of networks to ask, [{\"nym_api\": URL, \"env\": LABEL}], as prom_targets.py had."},
    {"role", "ROLE", "Only nodes that declare this role: mixnode, entry_gateway, exit_gateway.", true},
    {"owner", "ACCOUNT", "Only nodes of this account.", true},
    {"identity", "KEY", "Only the node with this identity key or node id.", true},
    {"node-version", "VERSION", "Only nodes that run this version.", true},
    {"country", "CODE", "Only nodes that name this country, as CH.", true},
    {"bonded", "", "Without nodes that are leaving."},
    {"rewarded", "", "Only nodes in the rewarded set."},
    {"port", "PORT", "Port of exporters on the nodes' hosts, in place of the nodes' own metrics."},
    {"format", "FORMAT", "json or yaml; yaml where the file's name ends so."},
    {"output", "FILE", "File to write, replaced as a whole where it changes; the standard output where none is named."},
};

}  // namespace mixnet
