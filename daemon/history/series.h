// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "collectors/kit/metric.h"

namespace mixnet {

/// A series as it is recorded: a metric with some of its labels, node_cpu_seconds_total{mode="user"} say.
struct Series {
  std::string metric;
  std::string labels;  ///< between the braces, as the text format has them: mode="user"
  Type type = Type::gauge;

  bool is_counter() const { return type == Type::counter; }

  /// "node_load1" or "node_cpu_seconds_total{mode="user"}".
  std::string text() const;

  /// The label's value as it is, without the text format's escapes; none where the series has no such label.
  std::optional<std::string> label(std::string_view name) const;

  bool operator==(const Series&) const = default;
};

/// One label of a text as the text format has them, the value still escaped. Takes it off the front of `labels`; both are empty
/// where there is none left, or what is there is no label.
struct EscapedLabel {
  std::string_view name, value;
};
EscapedLabel take_label(std::string_view& labels);

/// A label's value without the text format's escapes.
std::string unescaped_label(std::string_view value);

}  // namespace mixnet
