// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "daemon/checks/subjects.h"
#include "daemon/checks/words.h"

namespace mixnet {
namespace {

constexpr double kWorthNaming = 10;  // percent of the time withheld or held back, from which on it is given as the cause

/// The machine's CPU time by what became of it. Together it is what there is: as many seconds a second as CPUs.
struct Machine {
  double cpus = 0;  ///< how many there are
  double busy_percent = 0, stolen_percent = 0;
  double seconds = 0;
  bool covers = false;
};

std::optional<Machine> machine(const Look& look) {
  const auto columns = look.past.window().of(kHostCpu);
  const auto all = look.past.rise(columns);
  if (!all || all->amount <= 0) return std::nullopt;
  Machine out;
  out.cpus = all->per_second();
  out.seconds = all->seconds;
  out.covers = all->covers;
  out.busy_percent = 100;
  for (const auto* column : columns) {
    const auto mode = column->series.label("mode");
    const bool stolen = mode == "steal";
    if (!stolen && mode != "idle" && mode != "iowait") continue;
    const auto part = look.past.rise({{column}});
    const double percent = part ? share(part->amount, all->amount) : 0;
    out.busy_percent -= percent;
    if (stolen) out.stolen_percent = percent;
  }
  out.busy_percent = std::max(out.busy_percent, 0.0);  // what subtracting leaves
  return out;
}

/// How often the node's quota held it back, in percent of the periods in which it had work.
std::optional<Rise> throttled(const Look& look, const NodeNow& node, double& percent) {
  const auto periods = look.past.rise(look.of(kPeriods, node));
  const auto held_back = look.past.rise(look.of(kThrottledPeriods, node));
  if (!periods || !held_back) return std::nullopt;
  percent = periods->amount > 0 ? share(held_back->amount, periods->amount) : 0;
  return periods;
}

std::string cpus(double count) {
  const auto text = amount(std::abs(count - std::round(count)) < 0.1 ? std::round(count) : count);
  return text == "1" ? "1 CPU" : text + " CPUs";
}

/// "97 % of 2 CPUs", or of the limit where that is nearer.
std::string how_much(double used, const Machine& host, std::optional<double> quota, double percent_of_it) {
  if (!quota || *quota >= host.cpus) return percent(percent_of_it) + " of " + cpus(host.cpus);
  return percent(percent_of_it) + " of its limit of " + cpus(*quota) + " (" + percent(share(used, host.cpus)) +
         " of the machine)";
}

/// What keeps a node from CPU time that it could use, and what helps; nothing of either where it is only the load.
void name_causes(const Look& look, const NodeNow& node, const Machine& host, Finding& finding) {
  double held_back = 0;
  finding.remedy = "See with top what else takes CPU time, or give it more CPUs; packets are delayed and dropped next.";
  if (throttled(look, node, held_back) && held_back > kWorthNaming) {
    finding.message += "; its CPU quota held it back in " + percent(held_back) + " of the periods";
    finding.remedy = "Raise CPUQuota= of its unit, or its container's limit.";
  }
  if (host.stolen_percent > kWorthNaming) {
    finding.message += "; the hypervisor withheld " + percent(host.stolen_percent) + " of the CPU time";
    finding.remedy = "The provider has sold more CPUs than there are: ask for another machine, or for dedicated CPUs.";
  }
}

}  // namespace

void check_node_cpu(const Look& look) {
  const auto host = machine(look);
  for (const auto& node : look.nodes()) {
    const auto columns = look.of(kProcessCpu, node);
    if (!node.runs || !Look::any_seen(columns)) continue;
    const auto rise = look.past.rise(columns);
    if (!rise || !host) {
      look.missing(&node, "its CPU time");
      continue;
    }
    const auto quota = look.past.latest(look.first(kQuota, node));
    const double used = rise->per_second();
    const double percent = share(used, std::min(host->cpus, quota.value_or(host->cpus)));
    auto finding = look.finding(node.name);
    finding.status = look.judge(percent);
    finding.message =
        "node " + node.name + " takes " + how_much(used, *host, quota, percent) + ", over " + time_span(rise->seconds);
    name_causes(look, node, *host, finding);
    finding.measures = {look.percentage(node.name + " cpu", percent)};
    look.conclude(std::move(finding), rise->covers, &node);
  }
}

void check_host_cpu(const Look& look) {
  const auto host = machine(look);
  if (!host) return look.missing(nullptr, "the host's CPU time");
  auto finding = look.finding();
  finding.status = look.judge(host->busy_percent);
  finding.message = "the host's " + cpus(host->cpus) + (std::round(host->cpus) == 1 ? " is" : " are") + " busy " +
                    percent(host->busy_percent) + " of the time, over " + time_span(host->seconds);
  finding.remedy = "See with top what takes the CPU time; move it elsewhere, or get more CPUs.";
  finding.measures = {look.percentage("host cpu", host->busy_percent)};
  look.conclude(std::move(finding), host->covers);
}

void check_steal(const Look& look) {
  const auto host = machine(look);
  if (!host) return look.missing(nullptr, "the host's CPU time");
  auto finding = look.finding();
  finding.status = look.judge(host->stolen_percent);
  finding.message =
      "the hypervisor withheld " + percent(host->stolen_percent) + " of the CPU time, over " + time_span(host->seconds);
  finding.remedy = "The provider has sold more CPUs than there are: ask for another machine, or for dedicated CPUs.";
  finding.measures = {look.percentage("host steal", host->stolen_percent)};
  look.conclude(std::move(finding), host->covers);
}

void check_throttling(const Look& look) {
  for (const auto& node : look.nodes()) {
    if (!node.runs || !look.past.latest(look.first(kQuota, node))) continue;  // without a limit nothing is held back
    double percent_held_back = 0;
    const auto periods = throttled(look, node, percent_held_back);
    if (!periods) {
      look.missing(&node, "how often its CPU quota holds it back");
      continue;
    }
    auto finding = look.finding(node.name);
    finding.status = look.judge(percent_held_back);
    finding.message = "the CPU quota of node " + node.name + " held it back in " + percent(percent_held_back) +
                      " of the periods, over " + time_span(periods->seconds);
    finding.remedy = "Raise CPUQuota= of its unit, or its container's limit.";
    finding.measures = {look.percentage(node.name + " throttled", percent_held_back)};
    look.conclude(std::move(finding), periods->covers, &node);
  }
}

}  // namespace mixnet
