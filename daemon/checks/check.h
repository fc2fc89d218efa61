// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "collectors/kit/result.h"
#include "daemon/history/window.h"

namespace mixnet {

/// How something is, with the exit codes of the Monitoring Plugins.
enum class Status { ok = 0, warning = 1, critical = 2, unknown = 3 };

/// "OK", "WARNING", "CRITICAL" or "UNKNOWN".
std::string_view to_string(Status status);

/// Values that are fine, as the Monitoring Plugins guideline writes them: "80" is 0 to 80, "10:" from 10 on, "~:10" to 10,
/// "10:20" between, "@10:20" all but these.
struct Range {
  double from = 0, to = std::numeric_limits<double>::infinity();
  bool inverted = false;  ///< written with an @

  static Result<Range> parse(std::string_view text);
  /// As parse takes it.
  std::string text() const;

  constexpr bool is_fine(double value) const { return inverted != (value >= from && value <= to); }
  bool operator==(const Range&) const = default;
};

/// How far a check lets its value go, and over which time it looks at it.
struct CheckLimits {
  std::optional<Range> warning, critical;
  std::chrono::milliseconds over{0};  ///< --for
  bool on = true;

  bool operator==(const CheckLimits&) const = default;
};

/// A value that a check looked at, as perfdata has it: 'node a cpu'=23.4%;80;95;0;100
struct Measure {
  std::string label;
  double value = 0;
  std::string_view unit;  ///< "%", "s", "B", "c" or none
  std::optional<Range> warning, critical;
  std::optional<double> min, max;
};

/// What a check says of one condition: of one node, or of the host.
struct Finding {
  std::string_view check;  ///< "cpu"
  std::string_view alert;  ///< the name of the alert that it is: "MixnetNodeCpuHigh"
  std::string node;        ///< empty: it is about the host
  Status status = Status::ok;
  std::string message;  ///< "node a takes 97 % of 2 CPUs, over 10 min; 12 % of the time the hypervisor withheld them"
  std::string remedy;   ///< what to do about it, a sentence; empty where it is fine
  std::vector<Measure> measures;
};

/// What a check is given: the last while of a window, its limits, and where what it finds goes.
struct Look;

/// One thing to check: a row of the table that `check`, the status page and alerts are made of. Checks of one name belong
/// together: `check cpu` does all of them.
struct Check {
  /// What is found of a node that was started in the last ten minutes.
  enum class Young : std::uint8_t {
    judged,  ///< is found all the same
    spared,  ///< is no trouble yet
    held,    ///< neither begins an alarm nor ends one
  };

  std::string_view name;  ///< "cpu"
  std::string_view part;  ///< "steal"; empty: what the check is about first of all, which --warning and its like are for
  std::string_view alert;
  std::string_view help;                      ///< of the value that the limits are for, in a sentence
  CheckLimits limits;                         ///< where nothing is configured
  std::span<const std::string_view> metrics;  ///< that are looked at, kNodeMetrics beside them
  /// Adds a finding for each node, or one for the host; none where the host has not what it is about (no conntrack, no
  /// WireGuard). Status::unknown where it should have values and there are none, or too few.
  void (*evaluate)(const Look& look);
  Young young = Young::judged;
  bool tells_in_seconds = true;             ///< two looks some seconds apart tell it too, as far as they go
  std::chrono::milliseconds looks_back{0};  ///< where that is more than the limits' time

  /// "cpu" or "cpu.steal".
  std::string key() const;
};

/// Every check, in the order in which they are told.
std::span<const Check> all_checks();

/// What tells of every node whether it is there, runs, and since when.
std::span<const std::string_view> node_metrics();

/// The limits in force of each check, in the order of all_checks(): those of the table.
std::vector<CheckLimits> default_check_limits();

/// How much of the past the checks look at.
std::chrono::milliseconds looks_back(std::span<const CheckLimits> limits);

/// What one check makes of what was recorded until `now`.
void evaluate(const Check& check, const Window& window, UnixMs now, const CheckLimits& limits, std::vector<Finding>& out);

/// All checks that are on, each with its limits; the worst first.
std::vector<Finding> evaluate_all(const Window& window, UnixMs now, std::span<const CheckLimits> limits);

/// Puts the worst first: critical, warning, unknown, ok.
void sort_by_gravity(std::vector<Finding>& findings);

/// The worst of them, in that order.
Status worst_of(std::span<const Finding> findings);

}  // namespace mixnet
