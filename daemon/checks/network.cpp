// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "daemon/checks/subjects.h"
#include "daemon/checks/words.h"

namespace mixnet {
namespace {

std::string two_decimals(double value) { return plain_number(std::round(value * 100) / 100); }

/// A ratio that nym-api tells of each node, or that is worked out of what it tells.
struct Ratio {
  std::string_view metric, resource;
  const char *label, *what, *says, *remedy;
};

void look_at(const Look& look, const NodeNow& node, const Ratio& ratio) {
  const auto* column = look.first(ratio.metric, node);
  if (!Look::any_seen({{column}})) return;
  const auto known = when_known(look.past, ratio.resource, node);
  if (!known) return look.missing(&node, std::string(ratio.what) + ", as nym-api does not answer,");
  const auto past = look.past.until(*known);
  const Look then{look.check, past, look.limits, look.findings};
  const auto held = then.held(past.values(*column));
  if (!held) return look.missing(&node, ratio.what);
  auto finding = look.finding(node.name);
  finding.status = held->status;
  finding.message = "node " + node.name + " " + ratio.says + " " + two_decimals(held->latest) + as_of(*known, look.past.now());
  finding.remedy = ratio.remedy;
  finding.measures = {look.measure(node.name + " " + ratio.label, held->latest)};
  finding.measures.back().min = 0;
  finding.measures.back().max = 1;
  look.conclude(std::move(finding), held->covers, &node);
}

/// 0 where nym-api could not ask the node, or does not have it among those that it could.
Look::Values described(const Look& look, const NodeNow& node) {
  Look::Values out(look.past.times().size(), kGap);
  for (const auto metric : {kSelfDescribed, kDescribed}) {
    const auto* column = look.first(metric, node);
    if (column == nullptr) continue;
    const auto values = look.past.values(*column);
    for (std::size_t index = 0; index < out.size(); ++index) out[index] = std::fmin(out[index], values[index]);
  }
  return out;
}

}  // namespace

void check_score(const Look& look) {
  for (const auto& node : look.nodes()) {
    look_at(look, node,
            {kPerformanceRatio, "annotation", "score", "its score in the network", "has a score of",
             "See which part is low, mixnet_network_node_routing_score_ratio or mixnet_network_node_config_score_ratio."});
  }
}

void check_version(const Look& look) {
  for (const auto& node : look.nodes()) {
    look_at(look, node,
            {kExpectedConfigScore, "config_score_details", "config score", "what its version is worth",
             "runs a version that is worth a config score of", "A newer release is on the chain: update the node."});
  }
}

void check_described(const Look& look) {
  for (const auto& node : look.nodes()) {
    if (!Look::any_seen({{look.first(kSelfDescribed, node), look.first(kDescribed, node)}})) continue;
    const auto known = when_known(look.past, "annotation", node);
    if (!known) {
      look.missing(&node, "whether nym-api has its description");
      continue;
    }
    const auto past = look.past.until(*known);
    if (past.latest(look.first(kBondedInNetwork, node)) == 0) continue;
    const Look then{look.check, past, look.limits, look.findings};
    const auto held = then.held(described(then, node));
    if (!held) {
      look.missing(&node, "whether nym-api has its description");
      continue;
    }
    auto finding = look.finding(node.name);
    finding.status = held->status;
    finding.message = "nym-api " + std::string(look.judge(held->latest) == Status::ok ? "has" : "could not get") +
                      " the description of node " + node.name +
                      (look.judge(held->latest) == Status::ok ? "" : ", so its score is 0") + as_of(*known, look.past.now());
    finding.remedy =
        "It asks the bonded host every 75 minutes. Mend what the collector self_description finds, then restart the node.";
    finding.measures = {look.measure(node.name + " described", held->latest)};
    look.conclude(std::move(finding), held->covers, &node);
  }
}

void check_certificate(const Look& look) {
  for (const auto& node : look.nodes()) {
    const auto* column = look.first(kCertificateExpiry, node);
    if (!Look::any_seen({{column}})) continue;
    Look::Values days;
    const auto values = look.past.values(*column);
    for (std::size_t index = 0; index < values.size(); ++index) {
      days.push_back((values[index] - static_cast<double>(look.past.times()[index]) / 1000) / 86'400);
    }
    const auto held = look.held(days);
    if (!held) {
      look.missing(&node, "when its certificate expires");
      continue;
    }
    auto finding = look.finding(node.name);
    finding.status = held->status;
    finding.message = "the certificate of node " + node.name +
                      (held->latest >= 0 ? " expires in " + time_span(held->latest * 86'400)
                                         : " expired " + time_span(-held->latest * 86'400) + " ago");
    finding.remedy = "Its renewal does not work: try `certbot renew --dry-run`, and see that the server takes the new one.";
    finding.measures = {look.measure(node.name + " certificate days", held->latest)};
    look.conclude(std::move(finding), held->covers, &node);
  }
}

}  // namespace mixnet
