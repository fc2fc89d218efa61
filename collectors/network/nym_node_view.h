// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "collectors/network/api_source.h"
#include "collectors/network/followed_nodes.h"
#include "collectors/network/nym_api_facts.h"

namespace mixnet {

/// Reads a document into where the facts are.
template <class Facts>
ApiResource::Read into(std::optional<Facts>& to, Result<Facts> (*read)(const Json&)) {
  return [&to, read](const Json& body) -> Result<void> {
    to = TRY(read(body));
    return {};
  };
}

/// One node in nym-api: what is known of it, and the documents that only it has.
class NymNodeView {
 public:
  explicit NymNodeView(FollowedNode node);
  NymNodeView(const NymNodeView&) = delete;
  NymNodeView& operator=(const NymNodeView&) = delete;

  const FollowedNode& node() const { return node_; }
  NetworkNodeFacts& facts() { return facts_; }

  /// The same node as it is now.
  void follow(const FollowedNode& node) { node_ = node; }

  bool is_in(const NodeBond& bond) const;
  bool is_in(const NodeDescription& description) const;

  /// Its entry in the list of bonded nodes, which tells its id; null: it is not in there.
  void take(const NodeBond* bond);

  /// Its own documents, from when its id is known on; `source` remembers what they said before a restart.
  void list(std::vector<ApiResource*>& out, ApiSource& source);

  /// Drops what is too old.
  void forget(std::chrono::system_clock::time_point now, const ApiResource& bonded, const ApiResource& described);

  /// What is compared with the network's view: of a node elsewhere, what the network itself has seen.
  void complete();

 private:
  void make_resources(ApiSource& source);

  FollowedNode node_;
  NetworkNodeFacts facts_;
  std::optional<std::uint32_t> resources_of_;  ///< the id
  std::unique_ptr<ApiResource> annotation_, performance_, uptime_;
};

}  // namespace mixnet
