// SPDX-License-Identifier: Apache-2.0
#include "daemon/history/history_json.h"

#include <algorithm>

#include "collectors/kit/text.h"
#include "collectors/settings.h"
#include "daemon/json_text.h"

namespace mixnet {
namespace {

constexpr UnixMs kHour = 60 * 60 * 1000;
constexpr UnixMs kDefaultSteps = 240;

/// "1795600800" or "24h", which is that long ago.
Result<UnixMs> parse_time(std::string_view text, UnixMs now) {
  if (const auto seconds = number<double>(text); seconds && *seconds >= 0 && *seconds < 1e11) {
    return static_cast<UnixMs>(*seconds * 1000);
  }
  const auto ago = parse_duration(text);
  if (!ago) return fail(Fault::malformed, in_quotes(text) + " is neither Unix time in seconds nor how long ago, such as 24h");
  return now - ago->count();
}

Result<UnixMs> parse_step(std::string_view text) {
  if (const auto seconds = number<double>(text); seconds && *seconds >= 0.001 && *seconds < 1e9) {
    return static_cast<UnixMs>(*seconds * 1000);
  }
  const auto duration = parse_duration(text);
  if (!duration || duration->count() <= 0) return fail(Fault::malformed, in_quotes(text) + " is no step such as 60 or 5m");
  return duration->count();
}

Result<void> take_parameter(HistoryQuery& query, std::string_view name, std::string_view value, UnixMs now) {
  if (name == "metric") {
    if (query.metrics.size() >= kHistoryMetricsMax) return fail(Fault::malformed, "more than 50 metrics");
    query.metrics.emplace_back(value);
  } else if (name == "start") {
    query.from = TRY(parse_time(value, now));
  } else if (name == "end") {
    query.to = TRY(parse_time(value, now));
  } else if (name == "step") {
    query.step = TRY(parse_step(value));
  } else {
    return fail(Fault::malformed, "there is no such parameter");
  }
  return {};
}

/// {"metric":...,"labels":{...},"type":..., still without the closing brace.
void append_json(const Series& series, std::string& out) {
  out.append("{\"metric\":").append(json_quoted(series.metric)).append(",\"labels\":{");
  bool first = true;
  for (std::string_view rest = series.labels; !rest.empty();) {
    const auto label = take_label(rest);
    out.append(first ? "" : ",").append(json_quoted(label.name)).append(":").append(json_quoted(unescaped_label(label.value)));
    first = false;
  }
  out.append("},\"type\":\"").append(to_string(series.type)).append("\"");
}

void append_values(std::string_view name, std::span<const double> values, std::string& out) {
  out.append(",\"").append(name).append("\":[");
  for (std::size_t index = 0; index < values.size(); ++index) {
    if (index > 0) out += ',';
    out += json_number(values[index]);
  }
  out += ']';
}

std::string series_json(std::span<const Series> all) {
  std::string out = "{\"series\":[";
  for (std::size_t index = 0; index < all.size(); ++index) {
    out += index > 0 ? ",\n" : "\n";
    append_json(all[index], out);
    out += '}';
  }
  return out + "\n]}\n";
}

}  // namespace

Result<HistoryQuery> parse_history_query(std::span<const web::Parameter> parameters, UnixMs now) {
  HistoryQuery query{{}, now - kHour, now, 0};
  for (const auto& [name, value] : parameters) {
    const auto taken = take_parameter(query, name, value, now);
    if (!taken) return fail(Fault::malformed, name + ": " + taken.error().message);
  }
  if (query.to <= query.from) return fail(Fault::malformed, "the end is not after the start");
  if (query.step == 0) query.step = std::max<UnixMs>((query.to - query.from) / kDefaultSteps, 1000);
  if ((query.to - query.from) / query.step > static_cast<UnixMs>(kHistoryStepsMax)) {
    return fail(Fault::malformed, "more than 11000 steps; a longer step or a shorter time is needed");
  }
  return query;
}

Result<std::string> history_json(const HistoryQuery& query, HistoryReader& history) {
  const auto all = TRY(history.series());
  if (query.metrics.empty()) return series_json(all);
  const std::vector<std::string_view> metrics(query.metrics.begin(), query.metrics.end());
  const auto count = std::count_if(all.begin(), all.end(), [&](const Series& series) {
    return std::find(metrics.begin(), metrics.end(), series.metric) != metrics.end();
  });
  const auto steps = (query.to - query.from) / query.step + 1;
  if (count * steps > static_cast<std::int64_t>(kHistoryValuesMax)) {
    return fail(Fault::absent, "more than 200000 values; fewer metrics, a longer step or a shorter time is needed");
  }
  const auto curves = TRY(history.curves(metrics, query.from, query.to, query.step));
  const auto start = curves.empty() ? query.from : curves.front().start;
  const auto step = curves.empty() ? query.step : curves.front().step;
  std::string out = "{\"start\":" + json_number(static_cast<double>(start) / 1000);
  out += ",\"step\":" + json_number(static_cast<double>(step) / 1000) + ",\"series\":[";
  for (const auto& curve : curves) {
    out += &curve == &curves.front() ? "\n" : ",\n";
    append_json(curve.series, out);
    append_values("min", curve.min, out);
    append_values("mean", curve.mean, out);
    append_values("max", curve.max, out);
    out += '}';
  }
  return out + "\n]}\n";
}

}  // namespace mixnet
