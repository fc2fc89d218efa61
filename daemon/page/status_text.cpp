// SPDX-License-Identifier: Apache-2.0
#include "daemon/page/status_text.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "daemon/page/charts.h"
#include "daemon/page/escape.h"
#include "daemon/page/health.h"
#include "daemon/page/moment.h"
#include "daemon/page/timeline.h"

namespace mixnet {
namespace {

constexpr std::size_t kNameWidth = 18, kValueWidth = 12, kSparkMax = 60;
constexpr std::string_view kNormal = "\x1b[0m", kBold = "\x1b[1m", kFaint = "\x1b[2m";

std::string_view colour_of(Status status) {
  switch (status) {
    case Status::ok: return "\x1b[32m";
    case Status::warning: return "\x1b[33m";
    case Status::critical: return "\x1b[31m";
    case Status::unknown: return kFaint;
  }
  return "";
}

std::string painted(std::string_view text, std::string_view code, const TextStyle& style) {
  return style.colour ? std::string(code) + std::string(text) + std::string(kNormal) : std::string(text);
}

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (c & '\xc0') != '\x80'; }));
}

std::string padded(std::string text, std::size_t width) {
  const auto length = characters(text);
  return length < width ? text.append(width - length, ' ') : text;
}

/// Broken at blanks, each line but the first moved in.
std::string folded(std::string_view text, std::size_t indent, std::size_t width) {
  std::string out;
  std::size_t column = indent;
  while (!text.empty()) {
    const auto blank = std::min(text.find(' '), text.size());
    const auto word = text.substr(0, blank);
    text.remove_prefix(std::min(blank + 1, text.size()));
    if (column > indent && column + 1 + characters(word) > width) {
      out.append("\n").append(indent, ' ');
      column = indent;
    } else if (column > indent) {
      out += ' ';
      ++column;
    }
    out += word;
    column += characters(word);
  }
  return out;
}

void append_problem(const Problem& problem, UnixMs now, const TextStyle& style, std::string& out) {
  constexpr std::size_t kIndent = 10;
  const std::string word(problem.is_over ? "OVER" : to_string(problem.status));
  out += painted(padded(word, kIndent), problem.is_over ? kFaint : colour_of(problem.status), style);
  auto message = terminal_text(problem.message);
  if (problem.since && *problem.since <= now) {
    message += " (since " + clock_text(*problem.since) + " UTC, " + length_text(now - *problem.since) + ")";
  }
  out.append(folded(message, kIndent, style.width)).append("\n");
  if (problem.remedy.empty() || problem.is_over) return;
  out.append(kIndent, ' ').append(folded("-> " + terminal_text(problem.remedy), kIndent, style.width)).append("\n");
}

void append_row(std::string_view name, const std::string& value, const std::string& spark, const TextStyle& style,
                std::string& out) {
  out.append("  ").append(padded(std::string(name), kNameWidth));
  if (spark.empty()) {
    out.append(value).append("\n");
  } else {
    out.append(padded(value, kValueWidth)).append(painted(spark, kFaint, style)).append("\n");
  }
}

void append_figures(bool of_host, const std::string& node, std::span<const Curve> newest, const Timeline& timeline,
                    const TextStyle& style, std::string& out) {
  const auto room = style.width > kNameWidth + kValueWidth + 4 ? style.width - kNameWidth - kValueWidth - 4 : 0;
  for (const auto& figure : all_figures()) {
    if (figure.of_host != of_host) continue;
    const double value = value_of(figure, node, newest);
    if (std::isnan(value)) continue;
    const auto values = values_of(figure.line, node, timeline.curves);
    append_row(figure.name, value_text(value, figure.unit), sparkline(values.mean, std::min(room, kSparkMax), figure.full),
               style, out);
  }
}

}  // namespace

std::string sparkline(std::span<const double> values, std::size_t width, double full) {
  constexpr std::array<std::string_view, 8> kBlocks = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  if (values.empty() || width == 0) return "";
  const auto count = std::min(width, values.size());
  std::vector<double> columns;
  for (std::size_t column = 0; column < count; ++column) {
    double greatest = kGap;
    for (auto at = column * values.size() / count; at < (column + 1) * values.size() / count; ++at) {
      if (!std::isnan(values[at])) greatest = std::isnan(greatest) ? values[at] : std::max(greatest, values[at]);
    }
    columns.push_back(greatest);
  }
  double top = full;
  for (const double value : columns) top = std::isnan(value) ? top : std::max(top, value);
  std::string out;
  std::size_t known = 0;
  for (const double value : columns) {
    if (std::isnan(value)) {
      out += ' ';
      continue;
    }
    ++known;
    const double part = top > 0 ? std::clamp(value / top, 0.0, 1.0) : 0;
    out += kBlocks[static_cast<std::size_t>(std::lround(part * 7))];
  }
  return known > 1 ? out : "";  // of one value there is nothing to see
}

std::string status_text(const StatusView& view, const TextStyle& style) {
  const auto health = health_of(view);
  const auto newest = newest_of(view);
  const auto& range = view.range == nullptr ? all_ranges().front() : *view.range;
  const auto nodes = nodes_of(view);
  const auto timeline = timeline_of(view, range, node_looked_at(view, nodes));
  std::string out = style.colour ? std::string(kBold) + std::string(colour_of(health.status)) : "";
  out.append(health.sentence).append(style.colour ? kNormal : "").append("\n");
  for (const auto& problem : health.problems) append_problem(problem, view.now, style, out);
  out.append("\n").append(summary_line(newest)).append("\n");
  for (const auto& node : nodes) {
    out.append("\n").append(painted("Node " + terminal_text(node), kBold, style)).append("\n");
    if (const auto role = role_of(node, newest); !role.empty()) append_row("Role", role, "", style, out);
    append_figures(false, node, newest, timeline, style, out);
  }
  if (nodes.empty()) out += "\nNo node is found on this host; `mixnet-exporter discover` tells what was looked for.\n";
  out.append("\n").append(painted("Host", kBold, style)).append("\n");
  append_figures(true, "", newest, timeline, style, out);
  const auto foot = rfc3339_text(view.now) + ", drawn: " + std::string(range.text) + ". " + terminal_text(timeline.remark);
  return out.append("\n").append(painted(folded(foot, 0, style.width), kFaint, style)).append("\n");
}

}  // namespace mixnet
