// SPDX-License-Identifier: Apache-2.0
// docs/metrics.md lists every metric: compared with the constants beside the code that emits them.
#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "collectors/all_collectors.h"
#include "daemon/board.h"
#include "daemon/exporter_metrics.h"
#include "tests/daemon/generated_part.h"

namespace mixnet {
namespace {

std::string text(std::string_view view) { return std::string(view); }

std::string metrics_as_table(std::span<const Metric* const> metrics) {
  std::vector<const Metric*> sorted(metrics.begin(), metrics.end());
  std::sort(sorted.begin(), sorted.end(), [](const Metric* left, const Metric* right) { return left->name < right->name; });
  std::string out = "| Metric | Type | Help |\n|---|---|---|\n";
  for (const auto* metric : sorted) {
    out += "| `" + text(metric->name) + "` | " + text(to_string(metric->type)) + " | " + test::in_table(metric->help) + " |\n";
  }
  return out;
}

std::string collectors_as_table() {
  std::string out = "| Collector | By default | What it gives |\n|---|---|---|\n";
  for (const auto* collector : all_collectors()) {
    const auto name = text(collector->name);
    out += "| [`" + name + "`](#" + name + ") | " + (collector->on_by_default ? "on" : "off") + " | " +
           test::in_table(collector->help) + " |\n";
  }
  return out;
}

std::string all_metrics() {
  std::string out = "\n## Collectors\n\n" + collectors_as_table();
  for (const auto* collector : all_collectors()) {
    out += "\n### `" + text(collector->name) + "`\n\n" + metrics_as_table(collector->metrics);
  }
  return out + "\n## About the collectors\n\n" + metrics_as_table(board_metrics()) + "\n## About the exporter\n\n" +
         metrics_as_table(exporter_metrics()) + "\n";
}

TEST(MetricsDoc, ListsEveryMetric) { test::expect_generated_part("metrics.md", "metrics", all_metrics()); }

TEST(MetricsDoc, WritesWhatMarkdownWouldTakeForItsOwn) {
  EXPECT_EQ(test::in_table("a|b <c> *d* `e` [f] \\"), "a\\|b \\<c\\> \\*d\\* \\`e\\` \\[f\\] \\\\");
  EXPECT_EQ(test::code_in_table("^(a|b)$"), "`^(a\\|b)$`");
  EXPECT_EQ(test::code_in_table(""), "");
}

}  // namespace
}  // namespace mixnet
