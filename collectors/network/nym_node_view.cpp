// SPDX-License-Identifier: Apache-2.0
#include "collectors/network/nym_node_view.h"

#include <string>

#include "collectors/network/nym_api_bodies.h"

namespace mixnet {
namespace {

using namespace std::chrono_literals;

// The server refreshes annotations every 305 s, and writes a day's values at 23:00 UTC.
constexpr ApiResourceKind kAnnotationKind{"annotation", 305s, 2h};
constexpr ApiResourceKind kPerformanceKind{"performance_history", 6h, 48h};
constexpr ApiResourceKind kUptimeKind{"uptime_history", 6h, 48h};

}  // namespace

NymNodeView::NymNodeView(FollowedNode node) : node_(std::move(node)) {
  facts_.node = node_.label;
  facts_.identity_key = node_.identity_key;
  facts_.node_id = node_.node_id;
}

bool NymNodeView::is_in(const NodeBond& bond) const {
  return node_.node_id ? bond.node_id == *node_.node_id : bond.identity_key == node_.identity_key;
}

bool NymNodeView::is_in(const NodeDescription& description) const {
  return facts_.node_id ? description.node_id == *facts_.node_id : description.identity_key == node_.identity_key;
}

void NymNodeView::take(const NodeBond* bond) {
  facts_.bonds_known = true;
  facts_.bond = bond == nullptr ? std::nullopt : std::optional(*bond);
  if (bond == nullptr) return;
  facts_.identity_key = bond->identity_key;
  if (facts_.node_id == bond->node_id) return;
  facts_.node_id = bond->node_id;
  facts_.annotation.reset();  // of another id, where there was one before
  facts_.performance_history.reset();
  facts_.uptime_history.reset();
}

void NymNodeView::list(std::vector<ApiResource*>& out, ApiSource& source) {
  if (!facts_.node_id) return;
  if (!annotation_ || resources_of_ != facts_.node_id) make_resources(source);
  for (auto* each : {annotation_.get(), performance_.get(), uptime_.get()}) out.push_back(each);
}

void NymNodeView::forget(std::chrono::system_clock::time_point now, const ApiResource& bonded, const ApiResource& described) {
  if (!bonded.holds(now)) facts_.bond.reset();
  if (!described.holds(now)) facts_.description.reset();
  facts_.bonds_known = bonded.holds(now) && (facts_.bond || !bonded.is_of_another_variant());
  facts_.descriptions_known = described.holds(now) && (facts_.description || !described.is_of_another_variant());
  if (!annotation_) return;
  if (!annotation_->holds(now)) facts_.annotation.reset();
  if (!performance_->holds(now)) facts_.performance_history.reset();
  if (!uptime_->holds(now)) facts_.uptime_history.reset();
}

void NymNodeView::complete() {
  const auto& seen = facts_.description;
  facts_.running_version = node_.version.empty() && seen ? seen->version : node_.version;
  facts_.key_rotation = !node_.key_rotation && seen ? seen->key_rotation : node_.key_rotation;
}

void NymNodeView::make_resources(ApiSource& source) {
  resources_of_ = facts_.node_id;
  const auto id = std::to_string(*facts_.node_id);
  const auto make = [&](const ApiResourceKind& kind, std::vector<std::string> paths, ApiResource::Read read) {
    auto resource = std::make_unique<ApiResource>(kind, std::move(paths), node_.label, std::move(read), nullptr, id);
    source.recall(*resource);
    return resource;
  };
  annotation_ = make(kAnnotationKind, {"/v1/nym-nodes/annotation/" + id, "/v2/nym-nodes/annotation/" + id},
                     into(facts_.annotation, read_annotation));
  performance_ = make(kPerformanceKind, {"/v1/nym-nodes/performance-history/" + id},
                      into(facts_.performance_history, read_performance_history));
  uptime_ = make(kUptimeKind, {"/v1/nym-nodes/uptime-history/" + id}, into(facts_.uptime_history, read_uptime_history));
}

}  // namespace mixnet
