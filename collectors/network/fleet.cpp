// SPDX-License-Identifier: Apache-2.0
#include "collectors/network/fleet.h"

#include <algorithm>
#include <utility>

#include "collectors/kit/text.h"

namespace mixnet {
namespace {

constexpr std::size_t kNodesMax = 20'000;
constexpr std::size_t kBytesMax = 8 << 20;
constexpr std::string_view kMixnode = "mixnode", kEntry = "entry_gateway", kExit = "exit_gateway";

bool is_among(std::string_view text, const std::vector<std::string>& list) {
  return list.empty() || std::find(list.begin(), list.end(), text) != list.end();
}

bool is_plain(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7f; });
}

// 1324 <tab> 2w5R… <tab> n1x0… <tab> 203.0.113.17 <tab> 0 <tab> 1.31.0 <tab> CH <tab> 00111
// the port that is bonded, 0 for none; unbonding, mixnode, entry, exit, rewarded
void append(std::string& out, const FleetNode& node) {
  const auto field = [&](std::string_view text) { out.append(is_plain(text) ? text : "").append(1, '\t'); };
  field(Decimal(node.node_id));
  field(node.identity_key);
  field(node.owner);
  field(node.host);
  field(Decimal(node.custom_http_port.value_or(0)));
  field(node.version);
  field(node.country);
  for (const bool is : {node.unbonding, node.mixnode, node.entry, node.exit, node.rewarded}) out += is ? '1' : '0';
  out += '\n';
}

}  // namespace

void FleetBuilder::add(const NodeBond& bond) {
  if (bonds_.size() >= kBytesMax) return;
  FleetNode node;
  node.node_id = bond.node_id;
  node.identity_key = bond.identity_key;
  node.owner = bond.owner;
  node.host = bond.host;
  node.custom_http_port = bond.custom_http_port;
  node.unbonding = bond.unbonding.value_or(false);
  append(bonds_, node);
}

void FleetBuilder::add(const NodeDescription& description) {
  if (descriptions_.size() >= kBytesMax) return;
  FleetNode node;
  node.node_id = description.node_id;
  node.version = description.version;
  node.country = description.location;
  node.mixnode = description.mixnode.value_or(false);
  node.entry = description.entry.value_or(false);
  node.exit = description.exit_nr.value_or(false) || description.exit_ipr.value_or(false);
  append(descriptions_, node);
}

Fleet FleetBuilder::fleet(const RewardedSet* rewarded) const {
  auto out = parse_fleet(bonds_);
  const auto by_id = [](const FleetNode& a, const FleetNode& b) { return a.node_id < b.node_id; };
  std::stable_sort(out.begin(), out.end(), by_id);
  const auto same = [](const FleetNode& a, const FleetNode& b) { return a.node_id == b.node_id; };
  out.erase(std::unique(out.begin(), out.end(), same), out.end());
  const auto find = [&](std::uint32_t id) -> FleetNode* {
    FleetNode wanted;
    wanted.node_id = id;
    const auto at = std::lower_bound(out.begin(), out.end(), wanted, by_id);
    return at != out.end() && at->node_id == id ? &*at : nullptr;
  };
  for (auto& each : parse_fleet(descriptions_)) {
    auto* node = find(each.node_id);
    if (node == nullptr) continue;
    node->version = std::move(each.version);
    node->country = std::move(each.country);
    node->mixnode = each.mixnode;
    node->entry = each.entry;
    node->exit = each.exit;
  }
  if (rewarded == nullptr) return out;
  for (const auto& [id, role] : rewarded->nodes) {
    if (auto* node = find(id)) node->rewarded = true;
  }
  return out;
}

bool FleetFilter::wants(const FleetNode& node) const {
  const auto declares = [&](const std::string& role) {
    return (role == kMixnode && node.mixnode) || (role == kEntry && node.entry) || (role == kExit && node.exit);
  };
  if (!roles.empty() && std::none_of(roles.begin(), roles.end(), declares)) return false;
  if (bonded_only && node.unbonding) return false;
  if (rewarded_only && !node.rewarded) return false;
  const bool named = is_among(node.identity_key, identities) || is_among(std::to_string(node.node_id), identities);
  return named && is_among(node.owner, owners) && is_among(node.version, versions) && is_among(node.country, countries);
}

Result<void> check_fleet_role(std::string_view role) {
  if (role == kMixnode || role == kEntry || role == kExit) return {};
  return fail(Fault::malformed, in_quotes(role) + " is none of mixnode, entry_gateway and exit_gateway");
}

std::string serialized(const Fleet& fleet) {
  std::string out;
  for (const auto& node : fleet) append(out, node);
  return out;
}

Fleet parse_fleet(std::string_view text) {
  Fleet out;
  Lines lines(text);
  for (std::string_view line; lines.next(line) && out.size() < kNodesMax;) {
    FleetNode node;
    const auto id = number<std::uint32_t>(take_until(line, '\t'));
    node.identity_key = take_until(line, '\t');
    node.owner = take_until(line, '\t');
    node.host = take_until(line, '\t');
    const auto port = number<std::uint16_t>(take_until(line, '\t'));
    node.version = take_until(line, '\t');
    node.country = take_until(line, '\t');
    if (!id || !port || line.size() != 5) continue;
    node.node_id = *id;
    if (*port != 0) node.custom_http_port = *port;
    node.unbonding = line[0] == '1';
    node.mixnode = line[1] == '1';
    node.entry = line[2] == '1';
    node.exit = line[3] == '1';
    node.rewarded = line[4] == '1';
    out.push_back(std::move(node));
  }
  return out;
}

}  // namespace mixnet
