// SPDX-License-Identifier: Apache-2.0
#include "daemon/landing_page.h"

#include <algorithm>
#include <cstdio>
#include <string>

#include "collectors/all_collectors.h"
#include "daemon/version.h"

namespace mixnet {
namespace {

constexpr std::string_view kHead = R"(<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; }
caption { text-align: left; font-weight: 600; padding: .5rem 0; }
th, td { text-align: left; vertical-align: top; padding: .25rem .75rem .25rem 0; border-bottom: 1px solid #8884; overflow-wrap: anywhere; }
th { white-space: nowrap; }
td.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.failing { color: #c33; font-weight: 600; }
.absent, .off { opacity: .65; }
</style>
)";

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      default: out += c;
    }
  }
  return out;
}

struct State {
  std::string_view word;
  std::string reason;
};

State state_of(const Run* run) {
  if (run == nullptr) return {"off", ""};
  const auto* outcome = run->outcome();
  if (outcome == nullptr) return {"starting", ""};
  if (outcome->failing()) return {"failing", outcome->error->message};
  if (outcome->absent()) return {"absent", outcome->error->message};
  return {"ok", ""};
}

/// A source that the collector of the row above lacks.
std::string remark_row(const Remark& remark) {
  const std::string_view word = remark.error.fault == Fault::absent ? "absent" : "failing";
  std::string out = "<tr><td></td><td>";
  out.append(escaped(remark.subject)).append("</td><td class=\"").append(word).append("\">").append(word);
  return out.append(": ").append(escaped(remark.error.message)).append("</td><td></td></tr>\n");
}

std::string row(const Collector& collector, const Run* run) {
  const auto state = state_of(run);
  char took[32] = "";
  if (state.word == "ok") std::snprintf(took, sizeof took, "%.0f µs", run->outcome()->took.count() * 1e6);
  std::string out = "<tr><th scope=\"row\">";
  out.append(collector.name).append("</th><td>").append(escaped(collector.help)).append("</td><td class=\"");
  out.append(state.word).append("\">").append(state.word);
  if (!state.reason.empty()) out.append(": ").append(escaped(state.reason));
  out.append("</td><td class=\"number\">").append(took).append("</td></tr>\n");
  if (run == nullptr || run->outcome() == nullptr) return out;
  for (const auto& remark : run->outcome()->remarks.all()) out += remark_row(remark);
  return out;
}

}  // namespace

web::Response landing_page(std::string_view title, std::string_view telemetry_path, std::span<const Run> runs) {
  std::string page(kHead);
  page.append("<title>").append(escaped(title)).append("</title>\n</head>\n<body>\n<main>\n<h1>").append(escaped(title));
  page.append("</h1>\n<p>mixnet-exporter, version ").append(build_info().version).append(", revision ");
  page.append(build_info().revision).append("</p>\n<nav><ul>\n<li><a href=\"").append(escaped(telemetry_path));
  page.append("\">Metrics</a></li>\n<li><a href=\"/health\">Health</a></li>\n</ul></nav>\n");
  page.append("<table>\n<caption>Collectors</caption>\n");
  page.append(
      "<tr><th scope=\"col\">Name</th><th scope=\"col\">What</th><th scope=\"col\">State</th><th "
      "scope=\"col\">Took</th></tr>\n");
  for (const Collector* collector : all_collectors()) {
    const auto run = std::find_if(runs.begin(), runs.end(), [&](const Run& each) { return each.collector == collector; });
    page += row(*collector, run == runs.end() ? nullptr : &*run);
  }
  page.append("</table>\n</main>\n</body>\n</html>\n");
  return {.content_type = "text/html; charset=utf-8",
          .headers = {{"Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"},
                      {"X-Content-Type-Options", "nosniff"}},
          .body = std::make_shared<const std::string>(std::move(page))};
}

}  // namespace mixnet
