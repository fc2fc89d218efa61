// SPDX-License-Identifier: Apache-2.0
#include "daemon/checks/look.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>

#include "daemon/checks/words.h"

namespace mixnet {
namespace {

constexpr double kYoungSeconds = 600;
constexpr UnixMs kSilentFor = 600'000;  // before it is said; what is asked for seldom is not asked more often than that

constexpr std::string_view kUp = "mixnet_node_process_up";
constexpr std::string_view kStart = "mixnet_node_process_start_time_seconds";
constexpr std::string_view kUptime = "mixnet_node_uptime_seconds";
constexpr std::string_view kApiUp = "mixnet_node_api_up";
constexpr std::string_view kPerformance = "mixnet_network_node_performance_ratio";
constexpr std::string_view kBonded = "mixnet_network_node_bonded";
constexpr std::string_view kNetworkUp = "mixnet_network_api_up";
constexpr std::string_view kMetrics[] = {kUp, kStart, kUptime, kApiUp, kPerformance, kBonded};

/// What tells of a node that it is there. Nodes that are only watched are known to the network alone.
constexpr std::string_view kPresence[] = {kUp, kApiUp, kPerformance, kBonded};

double as_seconds(UnixMs time) { return static_cast<double>(time) / 1000; }

std::optional<double> age(const Look& look, const NodeNow& node) {
  if (const auto start = look.past.latest(look.first(kStart, node))) return as_seconds(look.past.now()) - *start;
  return look.past.latest(look.first(kUptime, node));
}

/// How grave, where unknown is between warning and ok.
int gravity(Status status) {
  switch (status) {
    case Status::critical: return 3;
    case Status::warning: return 2;
    case Status::unknown: return 1;
    case Status::ok: break;
  }
  return 0;
}

}  // namespace

std::span<const std::string_view> node_metrics() { return kMetrics; }

std::vector<NodeNow> Look::nodes() const {
  std::map<std::string, NodeNow> found;
  for (const auto metric : kPresence) {
    for (const auto* column : past.window().of(metric)) {
      const auto name = column->series.label("node");
      if (name && past.is_there(column)) found[*name].name = *name;
    }
  }
  std::vector<NodeNow> out;
  for (auto& [name, node] : found) {
    const auto* up = first(kUp, node);
    node.has_process = past.is_there(up);
    node.runs = past.latest(up).value_or(1) != 0;
    node.age_s = age(*this, node);
    out.push_back(std::move(node));
  }
  return out;
}

std::vector<const Look::Column*> Look::of(std::string_view metric, const NodeNow& node) const {
  auto columns = past.window().of(metric);
  std::erase_if(columns, [&](const Column* column) { return column->series.label("node") != node.name; });
  return columns;
}

const Look::Column* Look::first(std::string_view metric, const NodeNow& node) const {
  return past.window().of(metric, "node", node.name);
}

const Look::Column* Look::first(std::string_view metric) const {
  const auto columns = past.window().of(metric);
  return columns.empty() ? nullptr : columns.front();
}

bool Look::any_seen(std::span<const Column* const> columns) {
  return std::any_of(columns.begin(), columns.end(), [](const Column* column) {
    return column != nullptr &&
           std::any_of(column->values.begin(), column->values.end(), [](double value) { return !std::isnan(value); });
  });
}

Status Look::judge(double value) const {
  if (limits.critical && !limits.critical->is_fine(value)) return Status::critical;
  return limits.warning && !limits.warning->is_fine(value) ? Status::warning : Status::ok;
}

std::optional<Held> Look::held(std::span<const double> values) const {
  const auto latest = past.latest(values);
  if (!latest) return std::nullopt;
  Held out{Status::critical, *latest, true};
  if (limits.over.count() == 0) {
    out.status = judge(*latest);
    return out;
  }
  std::optional<UnixMs> first_time, last_time;
  UnixMs hole = 0;
  for (std::size_t index = 0; index < values.size(); ++index) {
    if (std::isnan(values[index])) continue;
    const auto time = past.times()[index];
    if (last_time) hole = std::max(hole, time - *last_time);
    if (!first_time) first_time = time;
    last_time = time;
    const auto status = judge(values[index]);
    if (gravity(status) < gravity(out.status)) out.status = status;
  }
  out.covers = past.covers(*first_time, *last_time, hole);
  return out;
}

Finding Look::finding(std::string_view node) const {
  Finding out;
  out.check = check.name;
  out.alert = check.alert;
  out.node = node;
  return out;
}

Measure Look::measure(std::string label, double value, std::string_view unit) const {
  return {std::move(label), value, unit, limits.warning, limits.critical, std::nullopt, std::nullopt};
}

Measure Look::percentage(std::string label, double value) const {
  auto out = measure(std::move(label), value, "%");
  out.min = 0;
  out.max = 100;
  return out;
}

void Look::missing(const NodeNow* node, std::string_view what) const {
  auto found = finding(node == nullptr ? std::string_view() : node->name);
  found.status = Status::unknown;
  found.message = node == nullptr ? "" : "node " + node->name + ": ";
  found.message.append(what).append(" is not known now");
  found.remedy = "See what `mixnet-exporter collectors` says of it, and whether the exporter runs.";
  findings.push_back(std::move(found));
}

void Look::conclude(Finding found, bool covers, const NodeNow* node) const {
  const bool young = node != nullptr && node->age_s && *node->age_s < kYoungSeconds && check.young != Check::Young::judged;
  if (found.status != Status::ok && young) {
    found.status = check.young == Check::Young::spared ? Status::ok : Status::unknown;
    found.message += "; it was started " + time_span(std::max(*node->age_s, 0.0)) + " ago, and is judged after 10 min";
  } else if ((found.status == Status::warning || found.status == Status::critical) && !covers) {
    found.status = Status::unknown;
    found.message += "; less than the last " + time_span(static_cast<double>(limits.over.count()) / 1000) +
                     " is recorded, which is too short to tell";
  }
  if (found.status == Status::ok) found.remedy.clear();
  findings.push_back(std::move(found));
}

double share(double part, double whole) { return whole > 0 ? 100 * part / whole : kGap; }

std::optional<UnixMs> when_known(const Past& past, std::string_view resource, const NodeNow& node) {
  const Window::Column* answered = nullptr;
  for (const auto* column : past.window().of(kNetworkUp)) {
    const auto of_node = column->series.label("node");
    if (column->series.label("resource") == resource && (!of_node || *of_node == node.name)) answered = column;
  }
  if (answered == nullptr) return past.now();
  const auto times = past.window().times();
  for (std::size_t index = times.size(); index-- > 0;) {
    if (times[index] <= past.now() && answered->values[index] == 1) {
      // While it answers it is now, so that a value's age counts.
      return past.is_fresh(times[index]) ? past.now() : times[index];
    }
  }
  return std::nullopt;
}

std::string as_of(UnixMs known, UnixMs now) {
  return now - known < kSilentFor / 10 ? "" : ", as nym-api said " + time_span(as_seconds(now - known)) + " ago";
}

// The table's own

std::string Check::key() const {
  std::string out(name);
  if (!part.empty()) out.append(".").append(part);
  return out;
}

std::vector<CheckLimits> default_check_limits() {
  std::vector<CheckLimits> out;
  for (const auto& check : all_checks()) out.push_back(check.limits);
  return out;
}

std::chrono::milliseconds looks_back(std::span<const CheckLimits> limits) {
  std::chrono::milliseconds longest{0};
  for (std::size_t index = 0; index < std::min(limits.size(), all_checks().size()); ++index) {
    longest = std::max({longest, limits[index].over, all_checks()[index].looks_back});
  }
  return longest;
}

void evaluate(const Check& check, const Window& window, UnixMs now, const CheckLimits& limits, std::vector<Finding>& out) {
  const Past past(window, now, limits.over);
  check.evaluate({check, past, limits, out});
}

std::vector<Finding> evaluate_all(const Window& window, UnixMs now, std::span<const CheckLimits> limits) {
  std::vector<Finding> out;
  for (std::size_t index = 0; index < std::min(limits.size(), all_checks().size()); ++index) {
    if (limits[index].on) evaluate(all_checks()[index], window, now, limits[index], out);
  }
  sort_by_gravity(out);
  return out;
}

void sort_by_gravity(std::vector<Finding>& findings) {
  std::stable_sort(findings.begin(), findings.end(),
                   [](const Finding& a, const Finding& b) { return gravity(a.status) > gravity(b.status); });
}

Status worst_of(std::span<const Finding> findings) {
  auto worst = Status::ok;
  for (const auto& finding : findings) {
    if (gravity(finding.status) > gravity(worst)) worst = finding.status;
  }
  return worst;
}

std::string_view to_string(Status status) {
  switch (status) {
    case Status::ok: return "OK";
    case Status::warning: return "WARNING";
    case Status::critical: return "CRITICAL";
    case Status::unknown: break;
  }
  return "UNKNOWN";
}

}  // namespace mixnet
