// SPDX-License-Identifier: Apache-2.0
#include "daemon/history/history_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <ctime>
#include <utility>
#include <vector>

#include "collectors/kit/text.h"
#include "daemon/json_text.h"

namespace mixnet {
namespace {

/// Columns of numbers, one row a time: what a table and CSV are made of.
struct Sheet {
  std::vector<std::string> names;
  std::vector<UnixMs> times;
  std::vector<std::span<const double>> columns;
};

std::string number_text(double value) {
  if (std::isnan(value)) return "";
  char digits[32];
  return {digits, std::to_chars(digits, digits + sizeof digits, value).ptr};
}

/// Unix seconds, with as many decimals as there are.
std::string seconds_text(UnixMs time) { return number_text(static_cast<double>(time) / 1000); }

/// "2026-11-25 10:15:00"
std::string utc_text(UnixMs time) {
  const auto seconds = static_cast<std::time_t>(time / 1000);
  std::tm utc{};
  ::gmtime_r(&seconds, &utc);
  std::array<char, 32> text;
  return {text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%S", &utc)};
}

std::string csv_quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) out.append(c == '"' ? 2 : 1, c);
  return out + '"';
}

std::string csv(const Sheet& sheet) {
  std::string out = "time";
  for (const auto& name : sheet.names) out.append(",").append(csv_quoted(name));
  out += '\n';
  for (std::size_t at = 0; at < sheet.times.size(); ++at) {
    out += seconds_text(sheet.times[at]);
    for (const auto column : sheet.columns) out.append(",").append(number_text(column[at]));
    out += '\n';
  }
  return out;
}

/// Names are long, so each has a line of its own above, and a letter.
std::string table(const Sheet& sheet) {
  std::vector<std::vector<std::string>> cells{{"time (UTC)"}};
  std::string out;
  for (std::size_t index = 0; index < sheet.names.size(); ++index) {
    const auto column = "[" + std::to_string(index + 1) + "]";
    out.append(column).append(" ").append(sheet.names[index]).append("\n");
    cells.front().push_back(column);
  }
  for (std::size_t at = 0; at < sheet.times.size(); ++at) {
    cells.push_back({utc_text(sheet.times[at])});
    for (const auto column : sheet.columns) cells.back().push_back(std::isnan(column[at]) ? "-" : number_text(column[at]));
  }
  std::vector<std::size_t> widths(cells.front().size());
  for (const auto& row : cells) {
    for (std::size_t index = 0; index < row.size(); ++index) widths[index] = std::max(widths[index], row[index].size());
  }
  for (const auto& row : cells) {
    for (std::size_t index = 0; index < row.size(); ++index) {
      const std::string padding(widths[index] - row[index].size(), ' ');
      out += index == 0 ? row[index] + padding : "  " + padding + row[index];
    }
    out += '\n';
  }
  return out;
}

void append_json(const Series& series, std::string& out) {
  out.append(out.ends_with('[') ? "\n" : ",\n")
      .append("{\"metric\":")
      .append(json_quoted(series.metric))
      .append(",\"labels\":{");
  bool first = true;
  for (std::string_view rest = series.labels; !rest.empty();) {
    const auto label = take_label(rest);
    out.append(std::exchange(first, false) ? "" : ",").append(json_quoted(label.name)).append(":");
    out.append(json_quoted(unescaped_label(label.value)));
  }
  out.append("},\"type\":\"").append(to_string(series.type)).append("\",\"values\":[");
}

void append_json_row(UnixMs time, std::initializer_list<double> values, std::string& out) {
  out.append(out.ends_with('[') ? "[" : ",[").append(seconds_text(time));
  for (const double value : values) out.append(",").append(json_number(value));
  out += ']';
}

/// Whole families one after another, each series in the order of its times, as promtool wants them.
std::string openmetrics(std::span<const Window::Column* const> columns, std::span<const UnixMs> times) {
  std::string out;
  std::string_view family;
  for (const auto* column : columns) {
    const auto& [metric, labels, type] = column->series;
    const bool counter = column->series.is_counter() && metric.ends_with("_total");
    if (metric != family) {
      const std::string_view name = std::string_view(metric).substr(0, metric.size() - (counter ? 6 : 0));
      out.append("# TYPE ").append(name).append(counter                       ? " counter\n"
                                                : column->series.is_counter() ? " unknown\n"
                                                                              : " gauge\n");
      family = metric;
    }
    for (std::size_t at = 0; at < times.size(); ++at) {
      if (std::isnan(column->values[at])) continue;
      out.append(column->series.text()).append(" ").append(number_text(column->values[at]));
      out.append(" ").append(seconds_text(times[at])).append("\n");
    }
  }
  return out + "# EOF\n";
}

}  // namespace

Result<HistoryFormat> parse_history_format(std::string_view text) {
  constexpr std::pair<std::string_view, HistoryFormat> kFormats[] = {{"table", HistoryFormat::table},
                                                                     {"csv", HistoryFormat::csv},
                                                                     {"json", HistoryFormat::json},
                                                                     {"openmetrics", HistoryFormat::openmetrics}};
  for (const auto& [name, format] : kFormats) {
    if (name == text) return format;
  }
  return fail(Fault::malformed, "--format: " + in_quotes(text) + " is none of table, csv, json and openmetrics");
}

std::string history_text(const Window& window, const WantsSeries& wants, HistoryFormat format) {
  std::vector<const Window::Column*> columns;
  for (const auto& column : window.columns()) {
    if (wants(column.series)) columns.push_back(&column);
  }
  if (format == HistoryFormat::openmetrics) return openmetrics(columns, window.times());
  if (format == HistoryFormat::json) {
    std::string out = "{\"series\":[";
    for (const auto* column : columns) {
      append_json(column->series, out);
      for (std::size_t at = 0; at < window.times().size(); ++at) append_json_row(window.times()[at], {column->values[at]}, out);
      out += "]}";
    }
    return out + "\n]}\n";
  }
  Sheet sheet{{}, {window.times().begin(), window.times().end()}, {}};
  for (const auto* column : columns) {
    sheet.names.push_back(column->series.text());
    sheet.columns.emplace_back(column->values);
  }
  return format == HistoryFormat::csv ? csv(sheet) : table(sheet);
}

std::string history_text(std::span<const Curve> curves, const WantsSeries& wants, HistoryFormat format) {
  std::string json = "{\"series\":[";
  Sheet sheet;
  for (const auto& curve : curves) {
    if (!wants(curve.series)) continue;
    if (sheet.times.empty()) {
      for (std::size_t at = 0; at < curve.mean.size(); ++at)
        sheet.times.push_back(curve.start + static_cast<UnixMs>(at) * curve.step);
    }
    const std::string unit = curve.series.is_counter() ? " per second" : "";
    for (const auto& [kind, values] : {std::pair{"min ", &curve.min}, {"mean ", &curve.mean}, {"max ", &curve.max}}) {
      sheet.names.push_back(kind + curve.series.text() + unit);
      sheet.columns.emplace_back(*values);
    }
    append_json(curve.series, json);
    for (std::size_t at = 0; at < curve.mean.size(); ++at) {
      append_json_row(sheet.times[at], {curve.min[at], curve.mean[at], curve.max[at]}, json);
    }
    json += "]}";
  }
  if (format == HistoryFormat::json) return json + "\n]}\n";
  return format == HistoryFormat::csv ? csv(sheet) : table(sheet);
}

}  // namespace mixnet
