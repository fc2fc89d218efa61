// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "collectors/kit/result.h"
#include "daemon/history/curve.h"

namespace mixnet {

/// The form in which recorded values are printed.
enum class HistoryFormat {
  table,        ///< for people: a row for each time, times in UTC
  csv,          ///< with a header, times as Unix seconds
  json,         ///< {"series":[{"metric":…,"labels":{…},"type":…,"values":[[time,value],…]}]}
  openmetrics,  ///< with time stamps, as `promtool tsdb create-blocks-from openmetrics` reads it
};

Result<HistoryFormat> parse_history_format(std::string_view text);

using WantsSeries = std::function<bool(const Series&)>;

/// Values as they were recorded, of the series that are wanted. A gap is an empty cell, or is left out.
std::string history_text(const Window& window, const WantsSeries& wants, HistoryFormat format);

/// Least, mean and greatest of each step; there is no such text in OpenMetrics.
std::string history_text(std::span<const Curve> curves, const WantsSeries& wants, HistoryFormat format);

}  // namespace mixnet
