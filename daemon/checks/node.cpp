// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "daemon/checks/subjects.h"
#include "daemon/checks/words.h"

namespace mixnet {
namespace {

/// One column that is 1 or 0.
struct Truth {
  const Window::Column* column;
  const char* label;       ///< of the measure, after the node's name
  const char* what;        ///< that is not known where it is missing
  const char *good, *bad;  ///< how it is, after the node's name
  const char* remedy;
};

void tell_truth(const Look& look, const NodeNow& node, const Truth& truth) {
  if (truth.column == nullptr || !Look::any_seen({{truth.column}})) return;
  const auto held = look.held(look.past.values(*truth.column));
  if (!held) return look.missing(&node, truth.what);
  auto finding = look.finding(node.name);
  finding.status = held->status;
  finding.message = "node " + node.name + " " + (look.judge(held->latest) == Status::ok ? truth.good : truth.bad);
  finding.remedy = truth.remedy;
  finding.measures = {look.measure(node.name + " " + truth.label, held->latest)};
  look.conclude(std::move(finding), held->covers, &node);
}

}  // namespace

void check_down(const Look& look) {
  for (const auto& node : look.nodes()) {
    if (!node.has_process) continue;
    tell_truth(
        look, node,
        {look.first(kProcessUp, node), "up", "whether it runs", "runs", "does not run",
         "See `systemctl status` of its unit and the journal, and start it; its score falls by a point every 15 minutes."});
  }
}

void check_api(const Look& look) {
  for (const auto& node : look.nodes()) {
    if (!node.runs) continue;  // which is told already
    const auto columns = look.of(kApiUp, node);
    const Window::Column* health = nullptr;
    for (const auto* column : columns) {
      if (column->series.label("endpoint") == "/health") health = column;
    }
    tell_truth(
        look, node,
        {health, "api", "whether its HTTP API answers", "answers over HTTP",
         "runs, but its HTTP API does not say that it is up",
         "The network asks the same API. Ask it yourself with curl; where it hangs, see the journal and restart the node."});
  }
}

void check_unit(const Look& look) {
  for (const auto& node : look.nodes()) {
    const Window::Column* failed = nullptr;
    for (const auto* column : look.of(kUnitState, node)) {
      if (column->series.label("state") == "failed") failed = column;
    }
    if (!look.past.is_there(failed)) continue;  // no unit, or systemd is not asked any more
    tell_truth(look, node,
               {failed, "unit failed", "the state of its unit", "has a unit that has not failed", "has a unit that has failed",
                "See `systemctl status` and the journal for the reason, then `systemctl reset-failed` and start it."});
  }
}

void check_restarts(const Look& look) {
  for (const auto& node : look.nodes()) {
    std::optional<Rise> most;
    for (const auto metric : {kRestarts, kUnitRestarts}) {
      const auto rise = look.past.rise(look.of(metric, node));
      if (rise && (!most || rise->amount > most->amount)) most = rise;
    }
    if (!most) continue;  // just seen for the first time, or no process of this host
    auto finding = look.finding(node.name);
    finding.status = look.judge(most->amount);
    const auto times =
        most->amount == 0 ? "not restarted" : amount(most->amount) + (most->amount == 1 ? " restart" : " restarts");
    finding.message = "node " + node.name + ": " + times + " in " + time_span(most->seconds);
    finding.remedy =
        "Each restart cuts off its clients. The journal tells why it ends, mixnet_node_unit_result how it ended last.";
    finding.measures = {look.measure(node.name + " restarts", most->amount)};
    look.conclude(std::move(finding), true, &node);  // what was seen is the least that there were
  }
}

void check_fds(const Look& look) {
  for (const auto& node : look.nodes()) {
    const auto *open = look.first(kOpenFds, node), *most = look.first(kMaxFds, node);
    if (!node.runs || !Look::any_seen({{open}}) || !Look::any_seen({{most}})) continue;
    const auto held = look.held(combined(look.past, *open, *most, share));
    if (!held) {
      look.missing(&node, "how many file descriptors it has open");
      continue;
    }
    auto finding = look.finding(node.name);
    finding.status = held->status;
    finding.message = "node " + node.name + " has " + amount(look.past.latest(open).value_or(0)) + " of " +
                      amount(look.past.latest(most).value_or(0)) + " file descriptors open (" + percent(held->latest) + ")";
    finding.remedy =
        "Without any left it accepts nobody: set LimitNOFILE=65536 in its unit and restart it; growing for days it is a leak.";
    finding.measures = {look.percentage(node.name + " fds", held->latest)};
    look.conclude(std::move(finding), held->covers, &node);
  }
}

}  // namespace mixnet
