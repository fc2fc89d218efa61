// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/checks/check.h"
#include "daemon/checks/past.h"

namespace mixnet {

/// A node as the window ends.
struct NodeNow {
  std::string name;
  bool runs = true;             ///< as far as is known
  bool has_process = false;     ///< one of this host, running or not
  std::optional<double> age_s;  ///< since it was started
};

/// How a value was.
struct Held {
  Status status = Status::ok;  ///< how it was all the time: one good value is enough
  double latest = 0;
  bool covers = false;  ///< the whole of the time looked at
};

struct Look {
  using Column = Window::Column;
  using Values = std::vector<double>;  ///< one for each of past.times(), kGap where there is none

  const Check& check;
  const Past& past;
  const CheckLimits& limits;
  std::vector<Finding>& findings;

  // What there is

  /// The nodes that there are, in the order of their names.
  std::vector<NodeNow> nodes() const;
  /// The columns of a metric of one node.
  std::vector<const Column*> of(std::string_view metric, const NodeNow& node) const;
  /// The first of them, or the first of the host's; null where there is none.
  const Column* first(std::string_view metric, const NodeNow& node) const;
  const Column* first(std::string_view metric) const;
  /// Has any column a value anywhere in the window? Otherwise the host has not what it is about.
  static bool any_seen(std::span<const Column* const> columns);

  // What to make of it

  /// ok, warning or critical.
  Status judge(double value) const;
  /// None where no value is fresh.
  std::optional<Held> held(std::span<const double> values) const;

  // What to say of it

  Finding finding(std::string_view node = {}) const;
  Measure measure(std::string label, double value, std::string_view unit = {}) const;
  /// Of a share, 0 to 100 %.
  Measure percentage(std::string label, double value) const;
  /// There should be a value.
  void missing(const NodeNow* node, std::string_view what) const;
  /// Adds the finding, after what is too little to tell, or too early, is taken into account. `node` may be null.
  void conclude(Finding finding, bool covers, const NodeNow* node = nullptr) const;
};

/// Values of two columns brought together at each time.
template <class Combine>
Look::Values combined(const Past& past, const Window::Column& a, const Window::Column& b, Combine combine) {
  Look::Values out;
  const auto of_a = past.values(a), of_b = past.values(b);
  out.reserve(of_a.size());
  for (std::size_t index = 0; index < of_a.size(); ++index) out.push_back(combine(of_a[index], of_b[index]));
  return out;
}

/// 100 * part / whole; kGap where there is no whole.
double share(double part, double whole);

/// What the network says of a node is looked at as it was when nym-api last answered: while it does not, nothing changes. None
/// where it has not answered in the time of the window. `resource` is what it was asked for.
std::optional<UnixMs> when_known(const Past& past, std::string_view resource, const NodeNow& node);

/// ", as nym-api said 20 min ago", or nothing where it answers.
std::string as_of(UnixMs known, UnixMs now);

}  // namespace mixnet
