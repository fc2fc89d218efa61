// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "collectors/kit/filter.h"
#include "collectors/kit/metric.h"
#include "collectors/kit/result.h"

namespace mixnet {

/// What to record: the series of a metric, each by itself or several together as one, written as in PromQL:
///   node_load1
///   mixnet_node_port_listening{port="mix"}
///   sum by (mode) (node_cpu_seconds_total{mode!="guest"})
/// A regular expression (=~, !~) has to match the whole value. Together series keep the labels named after `by`, and the
/// metric.
struct Recording {
  enum class Together : std::uint8_t { no, sum, min, max };

  struct Matcher {
    std::string label;
    bool negated = false;
    std::string value;                ///< of = and !=
    std::optional<Regex> expression;  ///< of =~ and !~

    bool matches(std::string_view label_value) const;
  };

  std::string metric;
  std::vector<Matcher> matchers;
  Together together = Together::no;
  std::vector<std::string> by;
  std::optional<Type> type;  ///< in place of the metric's own, which the kernel's tables of counters do not have

  /// malformed: with what was expected and where.
  static Result<Recording> parse(std::string_view text);
};

/// What is recorded where nothing is configured, as `parse` takes it: what the status page, the checks and the alerts need.
std::span<const std::string_view> default_recordings();

}  // namespace mixnet
