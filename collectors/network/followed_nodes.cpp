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
  keys_.clear();
  Lines lines(file->text);
  for (std::string_view line; lines.next(line);) {
    const auto key = take_until(line, ' ');
    if (!key.empty() && !line.empty()) keys_.emplace_back(line, key);
  }
}

const std::string* NodeKeys::find(std::string_view name) const {
  const auto at = std::find_if(keys_.begin(), keys_.end(), [&](const auto& each) { return each.first == name; });
  return at == keys_.end() ? nullptr : &at->second;
}

std::string NodeKeys::known(std::string_view name) {
  if (!loaded_ || (use_ == Use::read && find(name) == nullptr)) load();  // somebody else may have learned it by now
  const auto* key = find(name);
  return key == nullptr ? "" : *key;
}

std::string NodeKeys::key_of(const Node& node) {
  if (node.identity_key.empty()) return known(node.name);
  learn(node.name, node.identity_key);
  return node.identity_key;
}

/// Where it cannot be written it is known until the next restart.
void NodeKeys::learn(const std::string& name, const std::string& key) {
  if (use_ == Use::read || known(name) == key) return;
  std::erase_if(keys_, [&](const auto& each) { return each.first == name; });
  keys_.emplace_back(name, key);
  std::string text;
  for (const auto& [each, its_key] : keys_) text.append(its_key).append(" ").append(each).append("\n");
  (void)folder_.write(kFile, text);
}

std::vector<FollowedNode> followed_nodes(const NodeList& nodes, const std::vector<std::string>& watch, NodeKeys& keys) {
  std::vector<FollowedNode> out;
  for (const auto& node : nodes) {
    auto key = keys.key_of(node);
    if (key.empty()) continue;
    const auto gateway = node.modes ? std::optional(node.modes->entry || node.modes->exit) : std::nullopt;
    out.push_back({node.name, std::move(key), std::nullopt, node.version, node.key_rotation, gateway});
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
      node.identity_key = keys.known(text);
    } else {
      node.identity_key = text;
    }
    out.push_back(std::move(node));
  }
  return out;
}

std::string signature_of(const std::vector<FollowedNode>& nodes) {
  std::vector<std::string> texts;
  texts.reserve(nodes.size());
  for (const auto& node : nodes) texts.push_back(node.node_id ? std::to_string(*node.node_id) : node.identity_key);
  std::sort(texts.begin(), texts.end());
  std::string out;
  for (const auto& text : texts) out.append(out.empty() ? "" : ",").append(text);
  return out;
}

}  // namespace mixnet
