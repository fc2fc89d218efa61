// SPDX-License-Identifier: Apache-2.0
#include "collectors/network/followed_nodes.h"

#include <algorithm>
#include <utility>

#include "collectors/kit/text.h"

namespace mixnet {
namespace {

constexpr std::string_view kFile = "node-keys";
constexpr std::size_t kFileBytesMax = 64 << 10;

}  // namespace

// A line for each node: its key, a blank, its name.
void NodeKeys::load() {
  loaded_ = true;
  const auto file = folder_.read(kFile, kFileBytesMax);
  if (!file) return;
  Lines lines(file->text);
  for (std::string_view line; lines.next(line);) {
    const auto key = take_until(line, ' ');
    if (!key.empty() && !line.empty()) keys_.emplace_back(line, key);
  }
}

std::string NodeKeys::key_of(const Node& node) {
  if (!loaded_) load();
  const auto known = std::find_if(keys_.begin(), keys_.end(), [&](const auto& each) { return each.first == node.name; });
  if (node.identity_key.empty()) return known == keys_.end() ? "" : known->second;
  if (known != keys_.end() && known->second == node.identity_key) return node.identity_key;
  if (known == keys_.end()) {
    keys_.emplace_back(node.name, node.identity_key);
  } else {
    known->second = node.identity_key;
  }
  std::string text;
  for (const auto& [name, key] : keys_) text.append(key).append(" ").append(name).append("\n");
  (void)folder_.write(kFile, text);  // where it cannot be written it is known until the next restart
  return node.identity_key;
}

std::vector<FollowedNode> followed_nodes(const NodeList& nodes, const std::vector<std::string>& watch, NodeKeys& keys) {
  std::vector<FollowedNode> out;
  for (const auto& node : nodes) {
    auto key = keys.key_of(node);
    if (key.empty()) continue;
    out.push_back({node.name, std::move(key), std::nullopt, node.version, node.key_rotation});
  }
  const auto own = out.size();
  for (const auto& text : watch) {
    const auto id = number<std::uint32_t>(text);
    const auto is_it = [&](const FollowedNode& each) { return each.identity_key == text; };
    if (!id && std::any_of(out.begin(), out.begin() + static_cast<std::ptrdiff_t>(own), is_it)) continue;
    FollowedNode node;
    node.label = text;
    if (id) {
      node.node_id = *id;
    } else {
      node.identity_key = text;
    }
    out.push_back(std::move(node));
  }
  return out;
}

std::string signature_of(const std::vector<FollowedNode>& nodes) {
  std::vector<std::string> texts;
  for (const auto& node : nodes) texts.push_back(node.node_id ? std::to_string(*node.node_id) : node.identity_key);
  std::sort(texts.begin(), texts.end());
  std::string out;
  for (const auto& text : texts) out.append(out.empty() ? "" : ",").append(text);
  return out;
}

}  // namespace mixnet
