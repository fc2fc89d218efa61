// SPDX-License-Identifier: Apache-2.0
#include "daemon/page/plot.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>

#include "daemon/page/escape.h"
#include "daemon/page/moment.h"

namespace mixnet {
namespace {

/// Pixels of what is drawn, and units of its coordinates, of which two are a pixel.
constexpr int kHeight = 150, kUnits = 2 * kHeight;
constexpr int kBarRow = 32, kBarTop = 17, kBarHeight = 10;
/// A band thinner than this is hidden by the line.
constexpr int kBandLeast = 3;
constexpr UnixMs kDay = 86'400'000;

void append(std::string& out, int value) {
  std::array<char, 12> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  out.append(text.data(), end);
}

void append_percent(std::string& out, double part) {
  std::array<char, 24> text{};
  const auto length = std::snprintf(text.data(), text.size(), "%.4g%%", part * 100);
  out.append(text.data(), static_cast<std::size_t>(std::clamp(length, 0, 23)));
}

/// The path of an SVG, in steps relative to where it is: a steady value costs two bytes.
class Path {
 public:
  explicit Path(std::string& out) : out_(out) {}

  void move_to(int x, int y) {
    out_ += 'M';
    append(out_, x);
    pair(y);
    at(x, y);
  }

  void line_to(int x, int y) {
    flush_unless_level(y);
    if (y == y_) {
      level_ += x - x_;
    } else {
      out_ += 'l';
      append(out_, x - x_);
      if (y >= y_) out_ += ' ';
      append(out_, y - y_);
    }
    at(x, y);
  }

  void close() {
    flush();
    out_ += 'z';
  }

  /// A value without neighbours: a dash as wide as its step.
  void dot() { out_ += "m-.4 0h.8"; }

  void flush() {
    if (level_ == 0) return;
    out_ += 'h';
    append(out_, level_);
    level_ = 0;
  }

 private:
  void pair(int y) {
    out_ += ' ';
    append(out_, y);
  }
  void at(int x, int y) {
    x_ = x;
    y_ = y;
  }
  void flush_unless_level(int y) {
    if (y != y_) flush();
  }

  std::string& out_;
  int x_ = 0, y_ = 0, level_ = 0;
};

/// From a value to where it is drawn.
class Vertical {
 public:
  explicit Vertical(const Axis& axis) : from_(axis.from), to_(axis.to) {}
  int operator()(double value) const {
    const double part = (to_ - value) / (to_ - from_);
    return static_cast<int>(std::lround(std::clamp(part, 0.0, 1.0) * kUnits));
  }

 private:
  double from_, to_;
};

double sign_of(const Line& line) { return line.stroke == Stroke::below ? -1 : 1; }

/// Calls draw(first, end) for each run of steps that have a value.
template <class Draw>
void for_each_run(const std::vector<double>& values, const Draw& draw) {
  for (std::size_t first = 0; first < values.size(); ++first) {
    if (std::isnan(values[first])) continue;
    auto end = first;
    while (end < values.size() && !std::isnan(values[end])) ++end;
    draw(first, end);
    first = end;
  }
}

void append_path(std::string_view kind, std::string_view colour, const std::string& path, std::string& out) {
  if (path.empty()) return;
  out.append("<path class=\"").append(kind).append(" ").append(colour).append("\" d=\"").append(path).append("\"/>");
}

std::string line_path(const Plot::DrawnLine& drawn, const Vertical& vertical) {
  std::string out;
  const double sign = sign_of(*drawn.line);
  for_each_run(drawn.values.mean, [&](std::size_t first, std::size_t end) {
    Path path(out);
    path.move_to(static_cast<int>(first), vertical(sign * drawn.values.mean[first]));
    if (end == first + 1) path.dot();
    for (auto step = first + 1; step < end; ++step)
      path.line_to(static_cast<int>(step), vertical(sign * drawn.values.mean[step]));
    path.flush();
  });
  return out;
}

std::string band_path(const Plot::DrawnLine& drawn, const Vertical& vertical) {
  std::string out;
  const double sign = sign_of(*drawn.line);
  const auto &least = drawn.values.min, &greatest = drawn.values.max;
  bool is_seen = false;
  for_each_run(drawn.values.mean, [&](std::size_t first, std::size_t end) {
    if (end == first + 1) return;
    Path path(out);
    path.move_to(static_cast<int>(first), vertical(sign * greatest[first]));
    for (auto step = first + 1; step < end; ++step) path.line_to(static_cast<int>(step), vertical(sign * greatest[step]));
    for (auto step = end; step-- > first;) {
      is_seen = is_seen || std::abs(vertical(greatest[step]) - vertical(least[step])) >= kBandLeast ||
                std::abs(vertical(-greatest[step]) - vertical(-least[step])) >= kBandLeast;
      path.line_to(static_cast<int>(step), vertical(sign * least[step]));
    }
    path.close();
  });
  return is_seen ? out : "";
}

Axis value_axis(const Plot& plot) {
  // Where it need not begin at zero it has a twentieth at least, so that a small wave does not look like a great one.
  double least = plot.chart->from_zero ? 0 : plot.chart->least_top * 0.95, greatest = plot.chart->least_top;
  for (const auto& drawn : plot.lines) {
    const double sign = sign_of(*drawn.line);
    for (const auto* part : {&drawn.values.min, &drawn.values.max}) {
      for (const double value : *part) {
        if (!std::isfinite(value)) continue;
        least = std::min(least, sign * value);
        greatest = std::max(greatest, sign * value);
      }
    }
  }
  return axis_of(least, greatest, plot.chart->unit);
}

double part_of(const Plot& plot, UnixMs time) {
  const auto clamped = std::clamp(time, plot.start, plot.end());
  return static_cast<double>(clamped - plot.start) / static_cast<double>(plot.end() - plot.start);
}

std::string moment_text(const Plot& plot, UnixMs time) {
  if (plot.mark_step >= kDay) return day_text(time).substr(0, 6);  // "Wed 25"
  return time % kDay == 0 ? day_text(time).substr(4) : clock_text(time);
}

void append_time_axis(const Plot& plot, int height, std::string& out) {
  const auto first = (plot.start + plot.mark_step - 1) / plot.mark_step * plot.mark_step;
  int number = 0;
  for (auto time = first; time <= plot.end(); time += plot.mark_step, ++number) {
    out += "<line class=\"tick\" x1=\"";
    append_percent(out, part_of(plot, time));
    out += "\" x2=\"";
    append_percent(out, part_of(plot, time));
    out += "\" y1=\"";
    append(out, height);
    out += "\" y2=\"";
    append(out, height + 4);
    // Every second one is left out where there is little room.
    out += number % 2 == 0 ? "\"/><text class=\"time\" x=\"" : "\"/><text class=\"time odd\" x=\"";
    append_percent(out, part_of(plot, time));
    out += "\" y=\"";
    append(out, height + 16);
    out.append("\">").append(moment_text(plot, time)).append("</text>");
  }
}

void append_value_axis(const Axis& axis, const Vertical& vertical, std::string& out) {
  for (std::size_t index = 0; index < axis.marks.size(); ++index) {
    out += "<text class=\"value\" x=\"-6\" y=\"";
    append(out, vertical(axis.marks[index]) / 2 + 4);
    out.append("\">").append(axis.texts[index]).append("</text>");
  }
}

void append_grid(const Axis& axis, const Vertical& vertical, std::size_t count, std::string& out) {
  std::string grid, zero;
  for (const double mark : axis.marks) {
    auto& path = mark == 0 ? zero : grid;
    path += "M-.5 ";
    append(path, vertical(mark));
    path += 'h';
    append(path, static_cast<int>(count));
  }
  append_path("grid", "", grid, out);
  append_path("zero", "", zero, out);
}

void open_stretched(const Plot& plot, int height, int units, std::string& out) {
  out += "<svg width=\"100%\" height=\"";
  append(out, height);
  out += "\" viewBox=\"-.5 0 ";
  append(out, static_cast<int>(plot.count));
  out += ' ';
  append(out, units);
  out += "\" preserveAspectRatio=\"none\">";
}

void append_spans(const Plot& plot, int height, std::string& out) {
  for (const auto& span : plot.spans) {
    const double from = part_of(plot, span.begin), to = part_of(plot, span.end);
    std::string where = " x=\"";
    append_percent(where, from);
    where += "\" width=\"";
    append_percent(where, std::max(to - from, 0.004));
    const std::string_view status = span.status == Status::critical ? "critical" : "warning";
    out.append("<rect class=\"span ").append(status).append("\"").append(where).append("\" height=\"");
    append(out, height);
    out.append("\"/><rect class=\"strip ").append(status).append("\"").append(where);
    out.append("\" y=\"-6\" height=\"5\"><title>").append(html_text(span.text)).append("</title></rect>");
  }
}

void append_marks(const Plot& plot, int height, std::string& out) {
  for (const auto& mark : plot.marks) {
    std::string where;
    append_percent(where, part_of(plot, mark.time));
    out.append("<line class=\"mark\" x1=\"").append(where).append("\" x2=\"").append(where).append("\" y1=\"-6\" y2=\"");
    append(out, height);
    out.append("\"><title>").append(html_text(mark.text)).append("</title></line>");
  }
}

void append_lines(const Plot& plot, std::string& out) {
  const auto axis = value_axis(plot);
  const Vertical vertical(axis);
  append_value_axis(axis, vertical, out);
  append_spans(plot, kHeight, out);
  open_stretched(plot, kHeight, kUnits, out);
  append_grid(axis, vertical, plot.count, out);
  for (const auto& drawn : plot.lines) {
    if (drawn.line->stroke != Stroke::limit) append_path("band", drawn.line->colour, band_path(drawn, vertical), out);
  }
  for (const auto& drawn : plot.lines) {
    append_path(drawn.line->stroke == Stroke::limit ? "limit" : "line", drawn.line->colour, line_path(drawn, vertical), out);
  }
  out += "</svg>";
  append_marks(plot, kHeight, out);
  append_time_axis(plot, kHeight, out);
}

/// Where the value is 1 a bar, where it is 0 a thin line, where there is none nothing.
void append_bar_row(const Plot::DrawnLine& drawn, int row, std::string& out) {
  std::string bars, level;
  for_each_run(drawn.values.mean, [&](std::size_t first, std::size_t end) {
    level.append("M").append(std::to_string(first)).append(" ").append(std::to_string(row * kBarRow + kBarTop + kBarHeight));
    level.append("h").append(std::to_string(end - first));
    for (auto step = first; step < end; ++step) {
      if (drawn.values.mean[step] <= 0.5) continue;
      auto last = step;
      while (last < end && drawn.values.mean[last] > 0.5) ++last;
      const auto width = std::to_string(last - step);
      bars.append("M").append(std::to_string(step)).append(" ").append(std::to_string(row * kBarRow + kBarTop));
      bars.append("h").append(width).append("v").append(std::to_string(kBarHeight)).append("h-").append(width).append("z");
      step = last;
    }
  });
  append_path("level", "", level, out);
  append_path("bar", drawn.line->colour, bars, out);
}

int bars_height(const Plot& plot) { return static_cast<int>(plot.lines.size()) * kBarRow; }

void append_bars(const Plot& plot, std::string& out) {
  const int height = bars_height(plot);
  for (std::size_t row = 0; row < plot.lines.size(); ++row) {
    out += "<text class=\"row\" y=\"";
    append(out, static_cast<int>(row) * kBarRow + 13);
    out.append("\">").append(plot.lines[row].line->name).append("</text>");
  }
  out += "<svg width=\"100%\" height=\"";
  append(out, height);
  out += "\" viewBox=\"0 0 ";
  append(out, static_cast<int>(plot.count));
  out += ' ';
  append(out, height);
  out += "\" preserveAspectRatio=\"none\">";
  for (std::size_t row = 0; row < plot.lines.size(); ++row) append_bar_row(plot.lines[row], static_cast<int>(row), out);
  out += "</svg>";
  append_marks(plot, height, out);
  append_time_axis(plot, height, out);
}

}  // namespace

void append_svg(const Plot& plot, std::string& out) {
  constexpr int kAroundIt = 32;  // the style sheet's padding: 10 above for marks, 22 below for the time
  const auto& chart = *plot.chart;
  const std::string id(chart.id);
  out.append("<svg class=\"plot\" role=\"img\" aria-labelledby=\"").append(id).append("-t\" aria-describedby=\"").append(id);
  out.append("-d\" width=\"100%\" height=\"");
  append(out, (chart.as_bars ? bars_height(plot) : kHeight) + kAroundIt);
  out.append("\"><title id=\"")
      .append(id)
      .append("-t\">")
      .append(html_text(chart.title))
      .append("</title><desc id=\"")
      .append(id);
  out.append("-d\">").append(html_text(plot.description)).append("</desc>");
  if (chart.as_bars) {
    append_bars(plot, out);
  } else {
    append_lines(plot, out);
  }
  out += "</svg>\n";
}

}  // namespace mixnet
