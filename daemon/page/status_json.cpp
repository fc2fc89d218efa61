// SPDX-License-Identifier: Apache-2.0
#include "daemon/page/status_json.h"

#include "daemon/json_text.h"
#include "daemon/page/charts.h"
#include "daemon/page/health.h"
#include "daemon/page/timeline.h"

namespace mixnet {
namespace {

std::string seconds_text(UnixMs time) { return json_number(static_cast<double>(time) / 1000); }

std::string_view word_for_programs(Status status) {
  switch (status) {
    case Status::ok: return "ok";
    case Status::warning: return "warning";
    case Status::critical: return "critical";
    case Status::unknown: return "unknown";
  }
  return "unknown";
}

/// Members of one object, in braces when it is taken.
class Object {
 public:
  Object& add(std::string_view name, std::string_view json) {
    text_.append(text_.empty() ? "{" : ", ").append(json_quoted(name)).append(": ").append(json);
    return *this;
  }
  Object& add_text(std::string_view name, std::string_view text) { return add(name, json_quoted(text)); }
  std::string take() { return text_.empty() ? "{}" : text_ + "}"; }

 private:
  std::string text_;
};

template <class Entries, class Write>
std::string list_of(const Entries& entries, const Write& write) {
  std::string out;
  for (const auto& entry : entries) out.append(out.empty() ? "\n    " : ",\n    ").append(write(entry));
  return out.empty() ? "[]" : "[" + out + "\n  ]";
}

/// What a finding, an alarm and a problem have in common.
template <class Condition>
Object condition(const Condition& of) {
  Object out;
  out.add_text("alert", of.alert).add_text("node", of.node).add_text("status", word_for_programs(of.status));
  out.add_text("message", of.message).add_text("remedy", of.remedy);
  return out;
}

std::string problem_json(const Problem& problem) {
  auto out = condition(problem);
  out.add("since", problem.since ? seconds_text(*problem.since) : "null").add("over", problem.is_over ? "true" : "false");
  return out.take();
}

std::string measure_json(const Measure& measure) {
  Object out;
  return out.add_text("label", measure.label).add("value", json_number(measure.value)).add_text("unit", measure.unit).take();
}

std::string finding_json(const Finding& finding) {
  auto out = condition(finding);
  std::string measures;
  for (const auto& measure : finding.measures) measures.append(measures.empty() ? "" : ", ").append(measure_json(measure));
  return out.add_text("check", finding.check).add("measures", "[" + measures + "]").take();
}

std::string alarm_json(const Alarm& alarm) {
  auto out = condition(alarm);
  return out.add("since", seconds_text(alarm.since)).add("last_seen", seconds_text(alarm.last_seen)).take();
}

std::string figures_json(bool of_host, std::string_view node, std::span<const Curve> newest) {
  std::string out;
  for (const auto& figure : all_figures()) {
    if (figure.of_host != of_host) continue;
    Object object;
    object.add_text("name", figure.label).add_text("unit", word_of(figure.unit));
    object.add("value", json_number(value_of(figure, node, newest)));
    out.append(out.empty() ? "" : ", ").append(object.take());
  }
  return "[" + out + "]";
}

std::string node_json(const std::string& node, std::span<const Curve> newest) {
  Object out;
  return out.add_text("name", node)
      .add_text("role", role_of(node, newest))
      .add("values", figures_json(false, node, newest))
      .take();
}

}  // namespace

std::string status_json(const StatusView& view) {
  const auto health = health_of(view);
  const auto newest = newest_of(view);
  std::string out = "{\n";
  const auto add = [&](std::string_view name, const std::string& json, bool is_last = false) {
    out.append("  ").append(json_quoted(name)).append(": ").append(json).append(is_last ? "\n" : ",\n");
  };
  add("status", json_quoted(word_for_programs(health.status)));
  add("summary", json_quoted(health.sentence));
  add("line", json_quoted(summary_line(newest)));
  add("time", seconds_text(view.now));
  add("version", json_quoted(view.version));
  add("problems", list_of(health.problems, problem_json));
  add("findings", list_of(view.findings, finding_json));
  add("alarms", list_of(view.alarms, alarm_json));
  add("nodes", list_of(nodes_of(view), [&](const std::string& node) { return node_json(node, newest); }));
  add("host", figures_json(true, {}, newest));
  add("history", json_quoted(view.history != nullptr ? "on" : view.history_reason.empty() ? "off" : view.history_reason), true);
  return out + "}\n";
}

}  // namespace mixnet
