// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

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

  bool is_fine(double value) const { return inverted != (value >= from && value <= to); }
};

/// How far a check lets its value go, and over which time it looks at it.
struct CheckLimits {
  std::optional<Range> warning, critical;
  std::chrono::milliseconds over{0};  ///< --for
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

/// One thing to check: a row of the table that `check`, the status page and alerts are made of.
struct Check {
  std::string_view name, help;
  CheckLimits (*default_limits)();
  /// Looks at what was recorded until `now`. It adds a finding for each node, or one for the host; none where the host has not
  /// what it is about (no conntrack, no WireGuard). Status::unknown where it should have values and there are none, or too few.
  void (*evaluate)(const Window& window, UnixMs now, const CheckLimits& limits, std::vector<Finding>& out);
};

/// Every check, in the order in which they are told.
std::span<const Check> all_checks();

/// The limits in force of each check, in the order of all_checks(); those set in place of the defaults.
std::vector<CheckLimits> default_check_limits();

/// All checks, each with its limits; the worst first.
std::vector<Finding> evaluate_all(const Window& window, UnixMs now, std::span<const CheckLimits> limits);

}  // namespace mixnet
