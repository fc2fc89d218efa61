// SPDX-License-Identifier: Apache-2.0
#include "daemon/targets.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "collectors/kit/text.h"
#include "daemon/address.h"
#include "daemon/json_text.h"

namespace mixnet {
namespace {

constexpr std::uint16_t kNodePort = 8080, kHttpsPort = 443;

/// HOST:PORT with an IPv6 address in brackets; empty where the host is none.
std::string address_of(const std::string& host, std::uint16_t port) {
  const bool bare_ipv6 = host.find(':') != std::string::npos && !host.starts_with('[');
  auto out = (bare_ipv6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
  const auto parsed = parse_address(out);
  return parsed && !parsed->host.empty() ? out : "";
}

/// The most that the node declares: an exit is an entry too, as a rule.
std::string_view role_of(const FleetNode& node) {
  if (node.exit) return "exit_gateway";
  if (node.entry) return "entry_gateway";
  return node.mixnode ? "mixnode" : "";
}

using Labels = std::vector<std::pair<std::string_view, std::string>>;

/// Those without a value are left out: Prometheus refuses a whole file for a null.
Labels labels_of(const FleetNode& node, const std::string& environment, std::uint16_t port, bool own_metrics) {
  Labels out;
  const auto add = [&](std::string_view name, std::string value) {
    if (!value.empty()) out.emplace_back(name, std::move(value));
  };
  if (own_metrics) {
    add("__metrics_path__", "/api/v1/metrics/prometheus");
    add("__scheme__", port == kHttpsPort ? "https" : "http");
  }
  add("node_id", std::to_string(node.node_id));
  add("identity_key", node.identity_key);
  add("role", std::string(role_of(node)));
  add("version", node.version);
  add("country", node.country);
  add("environment", environment);
  return out;
}

void append(std::string& out, const std::string& address, const Labels& labels, TargetFormat format) {
  const bool json = format == TargetFormat::json;
  if (json) {
    out.append(out.empty() ? "" : ",\n").append("  {\"targets\": [").append(json_quoted(address)).append("], \"labels\": {");
  } else {
    out.append("- targets: [").append(json_quoted(address)).append("]\n  labels:\n");
  }
  for (const auto& [name, value] : labels) {
    if (json) {
      out.append(&name == &labels.front().first ? "" : ", ").append(json_quoted(name)).append(": ").append(json_quoted(value));
    } else {
      out.append("    ").append(name).append(": ").append(json_quoted(value)).append("\n");
    }
  }
  if (json) out += "}}";
}

Result<void> take_boolean(bool& to, std::string_view value) {
  if (value != "true" && value != "false") return fail(Fault::malformed, in_quotes(value) + " is neither true nor false");
  to = value == "true";
  return {};
}

}  // namespace

Result<void> take_target_option(TargetOptions& options, std::string_view name, std::string_view value) {
  auto& filter = options.filter;
  if (name == "bonded") return take_boolean(filter.bonded_only, value);
  if (name == "rewarded") return take_boolean(filter.rewarded_only, value);
  if (name == "port") {
    const auto port = number<std::uint16_t>(value);
    if (!port || *port == 0) return fail(Fault::malformed, in_quotes(value) + " is not a port from 1 to 65535");
    options.port = *port;
    return {};
  }
  if (name == "role") {
    TRY(check_fleet_role(value));
    filter.roles.emplace_back(value);
  } else if (name == "owner") {
    filter.owners.emplace_back(value);
  } else if (name == "identity") {
    filter.identities.emplace_back(value);
  } else if (name == "version") {
    filter.versions.emplace_back(value);
  } else if (name == "country") {
    filter.countries.emplace_back(value);
  } else {
    return fail(Fault::absent, "no filter " + in_quotes(name));
  }
  return {};
}

std::string targets_text(std::span<const TargetSource> sources, const TargetOptions& options, TargetFormat format,
                         std::size_t& left_out) {
  std::vector<TargetSource> sorted(sources.begin(), sources.end());
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const TargetSource& a, const TargetSource& b) { return a.environment < b.environment; });
  std::string out;
  for (const auto& [environment, fleet] : sorted) {
    for (const auto& node : *fleet) {
      if (!options.filter.wants(node)) continue;
      const auto port = options.port.value_or(node.custom_http_port.value_or(kNodePort));
      const auto address = address_of(node.host, port);
      if (address.empty()) {
        ++left_out;
        continue;
      }
      append(out, address, labels_of(node, environment, port, !options.port), format);
    }
  }
  if (format == TargetFormat::json) return out.empty() ? "[]\n" : "[\n" + out + "\n]\n";
  return out.empty() ? "[]\n" : out;
}

}  // namespace mixnet
