// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <vector>

#include "daemon/history/curve.h"
#include "daemon/history/history_reader.h"
#include "daemon/web/target.h"

namespace mixnet {

/// What /api/v1/history is asked for: of which metrics (none: only which series there are), and over which time.
struct HistoryQuery {
  std::vector<std::string> metrics;
  UnixMs from = 0, to = 0, step = 0;
};

/// The most steps of a series, series by steps, and metrics that one answer has.
inline constexpr std::size_t kHistoryStepsMax = 11'000, kHistoryValuesMax = 200'000, kHistoryMetricsMax = 50;

/// Reads the query metric=NAME…, start= and end= (Unix seconds, or how long ago: "24h"), step= ("5m" or seconds). Without them
/// it is the last hour, in steps of which there are 240. malformed: with the parameter and the reason.
Result<HistoryQuery> parse_history_query(std::span<const web::Parameter> parameters, UnixMs now);

/// {"start":…,"end":…,"step":…,"series":[{"metric":…,"labels":{…},"type":…,"min":[…],"mean":[…],"max":[…]}]}, or without
/// metrics only what series there are. Times are Unix seconds, a step without a value is null.
Result<std::string> history_json(const HistoryQuery& query, HistoryReader& history);

}  // namespace mixnet
