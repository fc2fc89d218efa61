// SPDX-License-Identifier: Apache-2.0
#include "collectors/node/node_matching.h"

#include "collectors/node/nym_options.h"

namespace mixnet {
namespace {

/// "nym-node" is "nym-node.service", as with systemctl.
std::string full_unit(const std::string& unit) { return unit.find('.') == std::string::npos ? unit + ".service" : unit; }

/// How sure it is that they are the same, the surest 4; 0: nothing says so; nothing at all where something speaks against it.
std::optional<int> likeness(const NodeSettings& entry, const NodeTraits& process) {
  const bool same_unit = !entry.unit.empty() && full_unit(entry.unit) == process.unit;
  if (!entry.unit.empty() && !same_unit) return std::nullopt;
  if (same_unit) return 4;
  if (!entry.config_file.empty() && !process.config_file.empty()) {
    if (entry.config_file == process.config_file) return 3;
    if (!process.config_is_supposed) return std::nullopt;
  }
  if (!entry.name.empty() && entry.name == process.id) return 2;
  auto port = entry.ports[PortRole::http];
  if (port == 0) port = url_port(entry.http_url);
  if (port != 0 && process.http_port != 0) return port == process.http_port ? std::optional(1) : std::nullopt;
  return 0;
}

}  // namespace

std::vector<std::optional<std::size_t>> matched(std::span<const NodeSettings> entries, std::span<const NodeTraits> processes) {
  std::vector<std::optional<std::size_t>> out(entries.size());
  std::vector<bool> taken(processes.size());
  const bool only_one = entries.size() == 1 && processes.size() == 1;
  for (int sure = 4; sure >= (only_one ? 0 : 1); --sure) {
    for (std::size_t entry = 0; entry < entries.size(); ++entry) {
      for (std::size_t process = 0; process < processes.size() && !out[entry]; ++process) {
        if (taken[process] || likeness(entries[entry], processes[process]) != sure) continue;
        out[entry] = process;
        taken[process] = true;
      }
    }
  }
  return out;
}

}  // namespace mixnet
