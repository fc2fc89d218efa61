// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "collectors/kit/exposition.h"
#include "collectors/kit/samples.h"
#include "collectors/node/nym_bodies.h"

namespace mixnet::nym {

/// A family of the node's exposition that we know, and what becomes of it.
struct KnownFamily;

/// What a Nym node exposes on /api/v1/metrics/prometheus, put in order: what is known under our names, what is known to be
/// wrong nowhere, and the rest as it stands.
struct NodeExposition {
  std::vector<std::optional<double>> values;  ///< of the known families with one value, in the order of their table
  std::vector<std::pair<const KnownFamily*, Exposition::Series>> histograms;
  std::vector<std::pair<std::string, double>> versions;  ///< packets by version, "sphinx_1"
  std::array<std::optional<Exposition::Series>, kSessionTypes.size()> sessions;
  double epoch_verifications = 0;
  PacketsStats packets;  ///< up to 30 s old; for nodes that have no /metrics/packets-stats

  std::vector<Exposition::Family> unknown;  ///< to be passed on, with the label `node`; empty unless asked for
  std::size_t unknown_samples = 0;
  std::size_t dropped_samples = 0;  ///< that would have been passed on, but are too many or of a name that others have
};

/// What is not known is kept where `pass_on_as` is the node's name, and gets it as label `node`; a sample that has such a label
/// itself keeps it as `exported_node`. Fault::malformed where the text is not whole, with the line.
Result<NodeExposition> parse_node_exposition(std::string_view body, std::string_view pass_on_as = {});

/// Adds what is known under our names.
void add_known(const NodeExposition& exposition, std::string_view node, Samples& out);

/// Adds the rest under its own names. Gives how many series had to be left out as another node has the family with another
/// type.
std::size_t add_unknown(const NodeExposition& exposition, Samples& out, std::vector<Label>& scratch);

}  // namespace mixnet::nym
