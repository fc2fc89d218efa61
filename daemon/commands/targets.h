// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "daemon/commands/all_commands.h"

namespace mixnet {

int run_targets(const Flags& flags);

inline constexpr CommandFlag kTargetsFlags[] = {
    {"environment", "Network to ask: mainnet, sandbox, canary, local; the configuration's, else mainnet.", false, true},
    {"networks-file", "JSON file of networks to ask, [{\"nym_api\": URL, \"env\": LABEL}], as prom_targets.py had.", false},
    {"role", "Only nodes that declare this role: mixnode, entry_gateway, exit_gateway.", false, true},
    {"owner", "Only nodes of this account.", false, true},
    {"identity", "Only the node with this identity key or node id.", false, true},
    {"node-version", "Only nodes that run this version.", false, true},
    {"country", "Only nodes that name this country, as CH.", false, true},
    {"bonded", "Without nodes that are leaving.", true},
    {"rewarded", "Only nodes in the rewarded set.", true},
    {"port", "Port of exporters on the nodes' hosts, in place of the nodes' own metrics.", false},
    {"format", "json or yaml; yaml where the file's name ends so.", false},
    {"output", "File to write, replaced as a whole where it changes; the standard output where none is named.", false},
};

}  // namespace mixnet
