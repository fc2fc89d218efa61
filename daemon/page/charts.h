// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/history/curve.h"
#include "daemon/page/unit.h"

namespace mixnet {

/// Which curves: those of a metric, of one node where they are of nodes, whose label is, or is not, one of some values.
struct Selector {
  std::string_view metric = {};
  std::string_view label = {};    ///< empty: whatever the labels
  std::string_view any_of = {};   ///< "egress", or several: "entry|exit"
  std::string_view none_of = {};  ///< the same

  bool matches(const Series& series, std::string_view node) const;
};

/// How a line is drawn.
enum class Stroke {
  above,  ///< up from zero
  below,  ///< down from zero, as the other half of one that is above: sent below received
  limit,  ///< thin, as what the others cannot go beyond
};

/// One line of a chart, made of curves: (the sum of `plus` less that of `minus`) / the sum of `over`.
struct Line {
  std::string_view name;
  std::string_view colour;  ///< a class of the style sheet
  std::array<Selector, 2> plus = {}, minus = {}, over = {};
  Stroke stroke = Stroke::above;
};

/// A line's values in each step; kGap where it has none.
struct LineValues {
  std::vector<double> min, mean, max;

  bool empty() const { return mean.empty(); }  ///< nothing of it is recorded
};

/// Of curves that have the same steps.
LineValues values_of(const Line& line, std::string_view node, std::span<const Curve> curves);

/// A chart of the page.
struct Chart {
  std::string_view id, title, about;  ///< about: what to make of it, a sentence
  Unit unit;
  std::span<const Line> lines;
  std::string_view alerts;  ///< which are marked in it, as in Selector::any_of
  double least_top = 0;     ///< the axis goes up to this at least
  bool from_zero = true;
  bool as_bars = false;  ///< each line is 1 or 0, a row of its own
};

/// All that the page draws, in its order: packets, CPU, memory, network, connections, score and role, disk.
std::span<const Chart> all_charts();

/// A number of the page's head, of the API and of `status`.
struct Figure {
  std::string_view name;   ///< in words: "Packets received"
  std::string_view label;  ///< in the API: "packets_received"
  Unit unit;
  Line line;
  bool of_host = false;
  double full = 0;  ///< what a bar of it is full at; 0: at the greatest shown
};

/// In their order: those of the host, then those of a node.
std::span<const Figure> all_figures();

/// A figure's value now; kGap where there is none. `newest` is of newest_curves.
double value_of(const Figure& figure, std::string_view node, std::span<const Curve> newest);

/// CPU: 23 %, Memory: 41 %, Disk: 12 %, Connections: 512. Of the host, and the connections of all its nodes.
std::string summary_line(std::span<const Curve> newest);

/// The role that the network has given the node: "exit gateway", "not in the rewarded set", or empty where it is not known.
std::string role_of(std::string_view node, std::span<const Curve> newest);

/// Every metric that a line, a figure, a role or a mark of the page is made of, each once.
std::span<const std::string_view> page_metrics();

/// When something began anew, as its start time tells.
struct Restart {
  UnixMs time = 0;
  bool of_host = false;  ///< else of the node
};

/// Those between two times, the oldest first.
std::vector<Restart> restarts(std::string_view node, std::span<const Curve> curves, UnixMs from, UnixMs to);

/// The names of the nodes of this host of which there are curves, sorted.
std::vector<std::string> nodes_of(std::span<const Curve> curves);

}  // namespace mixnet
