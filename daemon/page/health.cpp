// SPDX-License-Identifier: Apache-2.0
#include "daemon/page/health.h"

#include <algorithm>

namespace mixnet {
namespace {

bool is_bad(Status status) { return status == Status::warning || status == Status::critical; }

std::string counted(std::size_t count, std::string_view one, std::string_view many) {
  return std::to_string(count) + " " + std::string(count == 1 ? one : many);
}

bool is_about(const Alarm& alarm, const Finding& finding) { return alarm.alert == finding.alert && alarm.node == finding.node; }

void add_problem(const Finding& finding, std::span<const Alarm> alarms, std::vector<Problem>& out) {
  Problem problem{finding.status, finding.alert, finding.node, finding.message, finding.remedy, std::nullopt};
  const auto alarm = std::find_if(alarms.begin(), alarms.end(), [&](const Alarm& each) { return is_about(each, finding); });
  if (alarm != alarms.end()) problem.since = alarm->since;
  out.push_back(problem);
}

/// An alarm goes on for a while after all is fine again, and while nothing is known.
void add_if_over(const Alarm& alarm, std::span<const Finding> findings, std::vector<Problem>& out) {
  const auto is_told = [&](const Finding& finding) { return is_about(alarm, finding) && is_bad(finding.status); };
  if (std::any_of(findings.begin(), findings.end(), is_told)) return;
  out.push_back({alarm.status, alarm.alert, alarm.node, alarm.message, alarm.remedy, alarm.since, true});
}

std::string sentence_of(const Health& health) {
  const auto count = [&](Status status) {
    return static_cast<std::size_t>(std::count_if(health.problems.begin(), health.problems.end(), [&](const Problem& problem) {
      return problem.status == status && !problem.is_over;
    }));
  };
  const auto critical = count(Status::critical), warnings = count(Status::warning);
  const auto of_warnings = counted(warnings, "warning", "warnings");
  if (critical > 0) {
    return "Not healthy: " + counted(critical, "critical problem", "critical problems") +
           (warnings > 0 ? " and " + of_warnings : "") + ".";
  }
  if (warnings > 0) return "Needs attention: " + of_warnings + ".";
  if (!health.problems.empty()) return "Recovering: what was wrong is found no longer.";
  const auto fine = counted(health.fine.size(), "check is", "checks are");
  if (!health.unknown.empty()) {
    return health.fine.empty() ? "Not known: no check has values to go by yet."
                               : "Healthy as far as is known: " + fine + " fine, " + std::to_string(health.unknown.size()) +
                                     " had no values to go by.";
  }
  return health.fine.empty() ? "Not known: nothing has been checked yet." : "Healthy: " + fine + " fine.";
}

Status status_of(const Health& health) {
  auto worst = health.fine.empty() ? Status::unknown : Status::ok;
  for (const auto& problem : health.problems) {
    if (worst != Status::critical) worst = problem.is_over ? Status::warning : problem.status;
  }
  return worst;
}

}  // namespace

Health health_of(const StatusView& view) {
  Health health;
  for (const auto& finding : view.findings) {
    if (is_bad(finding.status)) {
      add_problem(finding, view.alarms, health.problems);
    } else {
      (finding.status == Status::ok ? health.fine : health.unknown).push_back(&finding);
    }
  }
  for (const auto& alarm : view.alarms) add_if_over(alarm, view.findings, health.problems);
  const auto rank = [](const Problem& problem) { return problem.is_over ? 2 : problem.status == Status::critical ? 0 : 1; };
  std::stable_sort(health.problems.begin(), health.problems.end(),
                   [&](const Problem& a, const Problem& b) { return rank(a) < rank(b); });
  health.status = status_of(health);
  health.sentence = sentence_of(health);
  return health;
}

std::string_view word_of(Status status) {
  switch (status) {
    case Status::ok: return "Fine";
    case Status::warning: return "Warning";
    case Status::critical: return "Critical";
    case Status::unknown: return "Not known";
  }
  return "";
}

}  // namespace mixnet
