// SPDX-License-Identifier: Apache-2.0
#include "daemon/commands/discover.h"

#include <cstdio>
#include <vector>

#include "daemon/discovered.h"
#include "daemon/table.h"

namespace mixnet {
namespace {

constexpr const char* kNothingFound =
    "{reason}.\n\n"
    "A node is a process named nym-node whose command is `run`. Where yours runs on this host and is not seen, look whether\n"
    "/proc shows it to this user (ps -e). Where it runs elsewhere, or in a container, describe it in the configuration:\n\n"
    "nodes:\n"
    "  - name: my-node\n"
    "    http_url: http://127.0.0.1:8080\n";

std::string nothing_found(const std::string& reason) {
  std::string out = kNothingFound;
  constexpr std::string_view kPlace = "{reason}";
  return out.replace(out.find(kPlace), kPlace.size(), reason);
}

void add_node(const Node& node, std::vector<TableRow>& rows) {
  auto name = node.name;
  for (const auto& finding : node.findings) {
    rows.push_back({name, finding.what, finding.known ? finding.value : "?", finding.source});
    name.clear();  // once for each node
  }
}

/// The rows of the findings say it already, but of what no node has.
void append_remarks(const Discovered& discovered, std::string& out) {
  if (discovered.remarks.empty()) return;
  out += "\nTo note:\n";
  for (const auto& remark : discovered.remarks)
    out.append("  ").append(remark.subject).append(": ").append(remark.error.message).append("\n");
}

}  // namespace

std::string discover_text(const Config& config) {
  const auto discovered = discover(config);
  if (discovered.nodes->empty()) return nothing_found(discovered.none_because);
  std::vector<TableRow> rows{{"NODE", "FACT", "VALUE", "SOURCE, OR WHY IT IS NOT KNOWN"}};
  for (const auto& node : *discovered.nodes) add_node(node, rows);
  auto out = aligned(rows);
  append_remarks(discovered, out);
  return out;
}

int run_discover(const Flags& flags) {
  const auto config = load_config(flags);
  if (!config) {
    std::fprintf(stderr, "%s\n", config.error().message.c_str());
    return 1;
  }
  std::fputs(discover_text(*config).c_str(), stdout);
  return 0;
}

}  // namespace mixnet
