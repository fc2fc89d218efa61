// SPDX-License-Identifier: Apache-2.0
#include "daemon/page/status_page.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "daemon/page/charts.h"
#include "daemon/page/escape.h"
#include "daemon/page/health.h"
#include "daemon/page/moment.h"
#include "daemon/page/plot.h"
#include "daemon/page/timeline.h"

namespace mixnet {
namespace {

constexpr std::size_t kProblemsMax = 30, kFineMax = 60, kNodesMax = 16, kHappenedMax = 20, kMarksMax = 40;

/// All that is worked out of the view, once.
struct Page {
  const StatusView& view;
  const TimeRange& range;
  std::vector<std::string> nodes;
  std::string node;
  Health health;
  std::vector<Curve> newest;
  Timeline timeline;
};

/// A value of a query: letters and digits as they are, all else as %XX.
std::string query_text(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    char code[4];
    std::snprintf(code, sizeof code, "%%%02X", static_cast<unsigned>(static_cast<unsigned char>(c)));
    out += plain ? std::string(1, c) : code;
  }
  return out;
}

std::string address_of(std::string_view range, std::string_view node) {
  std::string out = "/?range=" + std::string(range);
  return node.empty() ? out : out + "&amp;node=" + query_text(node);
}

std::string_view class_of(Status status) {
  switch (status) {
    case Status::ok: return "ok";
    case Status::warning: return "warning";
    case Status::critical: return "critical";
    case Status::unknown: return "unknown";
  }
  return "";
}

/// A dot in the colour of how all is, for the browser's tab.
std::string icon_of(Status status) {
  const std::string_view colour = status == Status::ok         ? "0a7d5a"
                                  : status == Status::warning  ? "e69f00"
                                  : status == Status::critical ? "c0272d"
                                                               : "8a8f98";
  return "<link rel=\"icon\" href=\"data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 8 8'%3E%3Ccircle "
         "cx='4' cy='4' r='4' fill='%23" +
         std::string(colour) + "'/%3E%3C/svg%3E\">\n";
}

std::string head_of(const Page& page) {
  std::size_t open = 0;
  for (const auto& problem : page.health.problems) open += problem.is_over ? 0U : 1U;
  const auto title = html_text(page.view.title);
  std::string out = "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>";
  if (open > 0) out.append("(").append(std::to_string(open)).append(") ");
  out.append(title).append("</title>\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
  out.append("<meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"referrer\" content=\"no-referrer\">\n");
  out += icon_of(page.health.status);
  out.append("<style>")
      .append(status_style())
      .append("</style>\n<script src=\"")
      .append(kScriptPath)
      .append("\" defer></script>\n");
  out.append("<noscript><meta http-equiv=\"refresh\" content=\"60\"></noscript>\n</head>\n<body>\n");
  out.append("<a class=\"skip\" href=\"#charts\">To the charts</a>\n<header>\n<h1>").append(title).append("</h1>\n");
  return out.append(
      "<p id=\"refreshing\" hidden><button type=\"button\"></button> <span role=\"status\"></span></p>\n</header>\n");
}

std::string problem_item(const Page& page, const Problem& problem) {
  std::string out = "<li class=\"";
  out.append(problem.is_over ? "unknown" : class_of(problem.status)).append("\"><p><strong>");
  out.append(problem.is_over ? "Until just now" : word_of(problem.status))
      .append("</strong> ")
      .append(html_text(problem.message));
  if (problem.since && *problem.since <= page.view.now) {
    out.append(" <span class=\"since\">since ").append(clock_text(*problem.since)).append(" UTC, ");
    out.append(length_text(page.view.now - *problem.since)).append("</span>");
  }
  out += "</p>";
  if (!problem.remedy.empty() && !problem.is_over) {
    out.append("<p class=\"remedy\">").append(html_text(problem.remedy)).append("</p>");
  }
  return out + "</li>\n";
}

std::string findings_list(std::span<const Finding* const> findings, std::string_view title) {
  if (findings.empty()) return "";
  std::string out = "<details id=\"";
  out.append(findings.front()->status == Status::ok ? "fine" : "not-known").append("\"><summary>").append(title).append(": ");
  out.append(std::to_string(findings.size())).append("</summary>\n<ul class=\"plain\">\n");
  for (const auto* finding : findings.first(std::min(findings.size(), kFineMax))) {
    out.append("<li>").append(html_text(finding->message)).append("</li>\n");
  }
  if (findings.size() > kFineMax) {
    out.append("<li>and ").append(std::to_string(findings.size() - kFineMax)).append(" more</li>\n");
  }
  return out + "</ul></details>\n";
}

std::string health_section(const Page& page) {
  const auto& health = page.health;
  std::string out = "<section class=\"health ";
  out.append(class_of(health.status)).append("\" aria-labelledby=\"verdict\">\n<h2 id=\"verdict\">");
  out.append(html_text(health.sentence)).append("</h2>\n<p class=\"as-of\">As of <time datetime=\"");
  out.append(rfc3339_text(page.view.now)).append("\">").append(rfc3339_text(page.view.now).substr(11, 8));
  out += " UTC</time>; all times are UTC.</p>\n";
  if (page.nodes.empty()) {
    out += "<p>No node is found on this host; <code>mixnet-exporter discover</code> tells what was looked for.</p>\n";
  }
  if (!health.problems.empty()) {
    out += "<ol class=\"problems\">\n";
    for (std::size_t index = 0; index < health.problems.size() && index < kProblemsMax; ++index) {
      out += problem_item(page, health.problems[index]);
    }
    if (health.problems.size() > kProblemsMax) {
      out.append("<li>and ").append(std::to_string(health.problems.size() - kProblemsMax)).append(" more</li>\n");
    }
    out += "</ol>\n";
  }
  out += findings_list(health.fine, "Checks that are fine");
  out += findings_list(health.unknown, "Checks without values to go by");
  return out + "</section>\n";
}

std::string figure_item(std::string_view name, const std::string& value) {
  return "<div><dt>" + std::string(name) + "</dt><dd>" + html_text(value) + "</dd></div>\n";
}

/// Those that have a value: of what is not here nothing is said.
std::string figures_list(const Page& page, bool of_host, std::string_view node) {
  std::string items;
  if (!of_host) {
    if (const auto role = role_of(node, page.newest); !role.empty()) items += figure_item("Role", role);
  }
  for (const auto& figure : all_figures()) {
    if (figure.of_host != of_host) continue;
    const double value = value_of(figure, node, page.newest);
    if (!std::isnan(value)) items += figure_item(figure.name, value_text(value, figure.unit));
  }
  return items.empty() ? "<p>No values yet.</p>\n" : "<dl class=\"figures\">\n" + items + "</dl>\n";
}

std::string now_section(const Page& page) {
  std::string out = "<section aria-labelledby=\"now\">\n<h2 id=\"now\">Now</h2>\n<p class=\"one-line\">";
  out.append(summary_line(page.newest)).append("</p>\n");
  for (std::size_t index = 0; index < page.nodes.size() && index < kNodesMax; ++index) {
    const auto& node = page.nodes[index];
    out += "<h3>Node ";
    if (page.nodes.size() > 1) {
      out.append("<a href=\"").append(address_of(page.range.name, node)).append("\"");
      if (node == page.node) out += " aria-current=\"true\"";
      out.append(">").append(html_text(node)).append("</a>");
    } else {
      out += html_text(node);
    }
    out.append("</h3>\n").append(figures_list(page, false, node));
  }
  if (page.nodes.size() > kNodesMax) {
    out.append("<p>And ").append(std::to_string(page.nodes.size() - kNodesMax)).append(" more nodes: ");
    out += "<a href=\"/api/v1/status\">all of them</a>.</p>\n";
  }
  return out.append("<h3>Host</h3>\n").append(figures_list(page, true, {})).append("</section>\n");
}

std::string range_links(const Page& page) {
  std::string out = "<nav aria-label=\"Time shown\"><ul>\n";
  for (const auto& range : all_ranges()) {
    out.append("<li><a href=\"").append(address_of(range.name, page.node)).append("#charts\"");
    if (&range == &page.range) out += " aria-current=\"page\"";
    out.append(" aria-label=\"").append(range.text).append("\">").append(range.name).append("</a></li>\n");
  }
  return out + "</ul></nav>\n";
}

/// What a line was like over the time shown.
struct Digest {
  double now = kGap, least = kGap, mean = kGap, greatest = kGap;
  bool has_any() const { return !std::isnan(mean); }
};

Digest digest_of(const LineValues& values) {
  Digest out;
  double sum = 0, count = 0;
  for (std::size_t step = 0; step < values.mean.size(); ++step) {
    if (std::isnan(values.mean[step])) continue;
    sum += values.mean[step];
    ++count;
    out.least = std::isnan(out.least) ? values.min[step] : std::min(out.least, values.min[step]);
    out.greatest = std::isnan(out.greatest) ? values.max[step] : std::max(out.greatest, values.max[step]);
  }
  if (count > 0) out.mean = sum / count;
  // The last step has just begun, so it need not have one.
  for (auto step = values.mean.size(); step > 0 && values.mean.size() - step < 3 && std::isnan(out.now); --step) {
    out.now = values.mean[step - 1];
  }
  return out;
}

std::string swatch(const Line& line) {
  const std::string_view kind = line.stroke == Stroke::limit ? "limit" : "line";
  std::string out = "<svg class=\"swatch\" aria-hidden=\"true\"><path class=\"";
  return out.append(kind).append(" ").append(line.colour).append("\" d=\"M0 6h22\"/></svg>");
}

void append_legend(const Plot& plot, std::string& out) {
  const auto unit = plot.chart->unit;
  out +=
      "<table class=\"legend\"><thead><tr><th scope=\"col\">Line</th><th scope=\"col\">Last</th><th scope=\"col\">Least</th>"
      "<th scope=\"col\">Mean</th><th scope=\"col\">Greatest</th></tr></thead><tbody>\n";
  for (const auto& drawn : plot.lines) {
    const auto digest = digest_of(drawn.values);
    out.append("<tr><th scope=\"row\">").append(swatch(*drawn.line)).append(drawn.line->name).append("</th>");
    for (const double value : {digest.now, digest.least, digest.mean, digest.greatest}) {
      out.append("<td>").append(value_text(value, unit)).append("</td>");
    }
    out += "</tr>\n";
  }
  out += "</tbody></table>\n";
}

bool is_bar_seen(const Plot::DrawnLine& drawn) {
  return std::any_of(drawn.values.mean.begin(), drawn.values.mean.end(), [](double value) { return value > 0.5; });
}

std::string description_of(const Plot& plot, const Page& page) {
  std::string out = plot.chart->as_bars ? "When the node was what, " : "Line chart, ";
  out.append(page.range.text).append(". ");
  for (const auto& drawn : plot.lines) {
    const auto digest = digest_of(drawn.values);
    out.append(drawn.line->name).append(": ");
    if (!digest.has_any()) {
      out += "no values. ";
    } else if (plot.chart->as_bars) {
      out.append(value_text(digest.mean, Unit::ratio)).append(" of the time. ");
    } else {
      out.append("mean ").append(value_text(digest.mean, plot.chart->unit)).append(", from ");
      out.append(value_text(digest.least, plot.chart->unit)).append(" to ");
      out.append(value_text(digest.greatest, plot.chart->unit)).append(". ");
    }
  }
  if (!plot.marks.empty()) out.append(std::to_string(plot.marks.size())).append(" restarts marked. ");
  if (!plot.spans.empty()) out.append(std::to_string(plot.spans.size())).append(" alarms marked. ");
  return out;
}

std::string text_of(const Restart& restart) {
  return (restart.of_host ? "The host started at " : "The node started at ") + clock_text(restart.time) + " UTC";
}

void add_marks(const Page& page, Plot& plot) {
  for (const auto& restart : page.timeline.restarts) {
    if (plot.marks.size() < kMarksMax) plot.marks.push_back({restart.time, text_of(restart)});
  }
  for (const auto& event : page.timeline.events) {
    const Selector of_chart{.metric = "alert", .label = "alert", .any_of = plot.chart->alerts};
    const bool is_here = event.node.empty() || event.node == page.node;
    if (plot.chart->alerts.empty() || !is_here || plot.spans.size() >= kMarksMax) continue;
    if (!of_chart.matches({"alert", "alert=\"" + event.alert + "\"", Type::gauge}, {})) continue;
    const auto end = event.end == 0 ? page.view.now : event.end;
    plot.spans.push_back({event.begin, end, event.status, mixnet::text_of(event)});
  }
}

Plot plot_of(const Page& page, const Chart& chart) {
  Plot plot;
  plot.chart = &chart;
  plot.start = page.timeline.start;
  plot.step = page.timeline.step;
  plot.count = page.timeline.count;
  plot.mark_step = page.range.mark;
  for (const auto& line : chart.lines) {
    Plot::DrawnLine drawn{&line, values_of(line, page.node, page.timeline.curves)};
    for (auto* part : {&drawn.values.min, &drawn.values.mean, &drawn.values.max}) {
      if (!drawn.values.empty()) part->resize(plot.count, kGap);
    }
    const bool is_first = &line == &chart.lines.front();
    if (!drawn.values.empty() && (!chart.as_bars || is_first || is_bar_seen(drawn))) plot.lines.push_back(std::move(drawn));
  }
  add_marks(page, plot);
  return plot;
}

std::string figure_of(const Page& page, Plot& plot) {
  plot.description = description_of(plot, page);
  const auto& chart = *plot.chart;
  std::string out = "<figure id=\"";
  out.append(chart.id).append("\">\n<figcaption><h3>").append(chart.title);
  if (!chart.as_bars) out.append(" <small>").append(to_string(chart.unit)).append("</small>");
  out.append("</h3><p>").append(chart.about).append("</p></figcaption>\n");
  append_svg(plot, out);
  if (!chart.as_bars) append_legend(plot, out);
  return out + "</figure>\n";
}

std::string charts_section(const Page& page) {
  std::string out =
      "<section id=\"charts\" tabindex=\"-1\" aria-labelledby=\"charts-title\">\n<div class=\"bar\"><h2 "
      "id=\"charts-title\">Charts of ";
  out.append(page.range.text);
  if (page.nodes.size() > 1) out.append(", node ").append(html_text(page.node));
  out.append("</h2>").append(range_links(page)).append("</div>\n");
  if (!page.timeline.remark.empty()) {
    out.append("<p class=\"note\">").append(html_text(page.timeline.remark));
    out += " The charts have what this process has seen, of the last hour at most.</p>\n";
  }
  std::string missing;
  out += "<div class=\"charts\">\n";
  for (const auto& chart : all_charts()) {
    auto plot = plot_of(page, chart);
    if (plot.lines.empty()) {
      missing.append(missing.empty() ? "" : ", ").append(chart.title);
    } else {
      out += figure_of(page, plot);
    }
  }
  out += "</div>\n";
  if (!missing.empty()) out.append("<p class=\"note\">Nothing is recorded here of: ").append(missing).append(".</p>\n");
  return out + "</section>\n";
}

struct Happened {
  UnixMs time;
  std::string html;
};

std::string time_text(const Page& page, UnixMs time) {
  const bool is_today = time / 86'400'000 == page.view.now / 86'400'000;
  return "<time datetime=\"" + rfc3339_text(time) + "\">" + (is_today ? "" : day_text(time) + " ") + clock_text(time) +
         "</time>";
}

std::string happened_section(const Page& page) {
  std::vector<Happened> all;
  for (const auto& restart : page.timeline.restarts) {
    const auto what = restart.of_host ? std::string("The host started") : "Node " + html_text(page.node) + " started";
    all.push_back({restart.time, time_text(page, restart.time) + " " + what});
  }
  for (const auto& event : page.timeline.events) {
    const auto until = event.end == 0 ? std::string(" until now") : " to " + time_text(page, event.end);
    all.push_back({event.begin, time_text(page, event.begin) + until + " " + html_text(mixnet::text_of(event))});
  }
  std::stable_sort(all.begin(), all.end(), [](const Happened& a, const Happened& b) { return a.time > b.time; });
  std::string out = "<section aria-labelledby=\"happened\">\n<h2 id=\"happened\">What happened in ";
  out.append(page.range.text).append("</h2>\n");
  if (all.empty()) return out + "<p>No restart and no alarm.</p>\n</section>\n";
  out += "<ul class=\"plain\">\n";
  for (std::size_t index = 0; index < all.size() && index < kHappenedMax; ++index) {
    out.append("<li>").append(all[index].html).append("</li>\n");
  }
  if (all.size() > kHappenedMax)
    out.append("<li>and ").append(std::to_string(all.size() - kHappenedMax)).append(" more</li>\n");
  return out + "</ul>\n</section>\n";
}

void append_state(std::string_view state, std::string_view reason, std::string& out) {
  out.append("<td class=\"").append(state).append("\">").append(state);
  if (!reason.empty()) out.append(": ").append(html_text(reason));
  out += "</td>";
}

std::string collectors_section(const Page& page) {
  if (page.view.collectors.empty()) return "";
  const auto failing = std::count_if(page.view.collectors.begin(), page.view.collectors.end(),
                                     [](const CollectorState& collector) { return collector.state == "failing"; });
  std::string out = "<details id=\"collectors\"><summary>Collectors: ";
  out.append(std::to_string(page.view.collectors.size())).append(", ").append(std::to_string(failing));
  out +=
      " failing</summary>\n<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"Collectors\"><table>\n<thead><tr>"
      "<th scope=\"col\">Name</th><th scope=\"col\">What</th><th scope=\"col\">State</th><th scope=\"col\">Took</th></tr>"
      "</thead><tbody>\n";
  for (const auto& collector : page.view.collectors) {
    out.append("<tr><th scope=\"row\">").append(collector.name).append("</th><td>").append(html_text(collector.help));
    out += "</td>";
    append_state(collector.state, collector.reason, out);
    out += "<td class=\"number\">";
    if (collector.took) out.append(std::to_string(std::lround(*collector.took * 1e6))).append(" µs");
    out += "</td></tr>\n";
    for (const auto& part : collector.lacking) {
      out.append("<tr><td></td><td>").append(html_text(part.subject)).append("</td>");
      append_state(part.state, part.reason, out);
      out += "<td></td></tr>\n";
    }
  }
  return out + "</tbody></table></div></details>\n";
}

std::string foot_of(const Page& page) {
  std::string out = "</main>\n<footer><ul>\n<li><a href=\"";
  out.append(html_text(page.view.telemetry_path)).append("\">Metrics</a></li>\n");
  out += "<li><a href=\"/api/v1/status\">This as JSON</a></li>\n<li><a href=\"/health\">Health of the exporter</a></li>\n";
  out.append("</ul>\n<p>mixnet-exporter ").append(html_text(page.view.version));
  if (!page.view.revision.empty()) out.append(", revision ").append(html_text(page.view.revision));
  return out + "</p></footer>\n</body>\n</html>\n";
}

}  // namespace

std::string status_page(const StatusView& view) {
  const auto& range = view.range == nullptr ? all_ranges().front() : *view.range;
  auto nodes = mixnet::nodes_of(view);
  auto node = node_looked_at(view, nodes);
  auto timeline = timeline_of(view, range, node);
  const Page page{view, range, std::move(nodes), std::move(node), health_of(view), newest_of(view), std::move(timeline)};
  std::string out = head_of(page);
  constexpr std::size_t kUsual = 128 * 1024;
  out.reserve(kUsual);
  out += "<main id=\"status\">\n";
  out += health_section(page);
  out += now_section(page);
  out += charts_section(page);
  out += happened_section(page);
  out += collectors_section(page);
  out += foot_of(page);
  return out;
}

std::string_view status_page_policy() {
  static const std::string kPolicy = "default-src 'none'; style-src 'sha256-" + std::string(status_style_digest()) +
                                     "'; script-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; "
                                     "form-action 'none'; frame-ancestors 'none'";
  return kPolicy;
}

}  // namespace mixnet
