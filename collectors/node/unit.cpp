// SPDX-License-Identifier: Apache-2.0
#include "collectors/node/unit.h"

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "collectors/node/system_bus.h"

namespace mixnet {
namespace {

constexpr Metric kState = gauge("mixnet_node_unit_state",
                                "1 for the state that the node's unit is in, 0 for the others, from systemd's ActiveState.");
constexpr Metric kSubState =
    gauge("mixnet_node_unit_sub_state",
          "1 for the node's service's state in more detail, 0 for the others, from systemd's SubState.");
constexpr Metric kResult =
    gauge("mixnet_node_unit_result", "1 for how the node's service ended last, 0 for the others, from systemd's Result.");
constexpr Metric kRestarts =
    counter("mixnet_node_unit_restarts_total", "How often systemd restarted the node's service by itself, NRestarts.");
constexpr Metric kMainStart =
    gauge("mixnet_node_unit_main_start_time_seconds",
          "Unix time at which systemd started the service's main process last, ExecMainStartTimestamp.");
constexpr const Metric* kMetrics[] = {&kState, &kSubState, &kResult, &kRestarts, &kMainStart};

constexpr const char* kUnit = "org.freedesktop.systemd1.Unit";
constexpr const char* kService = "org.freedesktop.systemd1.Service";
constexpr auto kDeadline = std::chrono::milliseconds(200);

// All that systemd 252 to 257 can say, so that each is there from the start. A state it learns later is added when it comes.
constexpr std::string_view kStates[] = {"active",     "reloading",    "inactive",    "failed",
                                        "activating", "deactivating", "maintenance", "refreshing"};
constexpr std::string_view kSubStates[] = {"dead",
                                           "condition",
                                           "start-pre",
                                           "start",
                                           "start-post",
                                           "running",
                                           "exited",
                                           "reload",
                                           "reload-signal",
                                           "reload-notify",
                                           "reload-post",
                                           "mounting",
                                           "stop",
                                           "stop-watchdog",
                                           "stop-sigterm",
                                           "stop-sigkill",
                                           "stop-post",
                                           "final-watchdog",
                                           "final-sigterm",
                                           "final-sigkill",
                                           "failed",
                                           "dead-before-auto-restart",
                                           "failed-before-auto-restart",
                                           "dead-resources-pinned",
                                           "auto-restart",
                                           "auto-restart-queued",
                                           "cleaning"};
constexpr std::string_view kResults[] = {"success",   "resources", "protocol",        "timeout",  "exit-code",     "signal",
                                         "core-dump", "watchdog",  "start-limit-hit", "oom-kill", "exec-condition"};

void add_states(const Metric& metric, std::string_view label, std::span<const std::string_view> states, std::string_view is,
                const Node& node, Samples& out) {
  for (const auto state : states) out.add(metric, state == is ? 1 : 0, {{"node", node.name}, {label, state}});
  const bool is_known = std::find(states.begin(), states.end(), is) != states.end();
  if (!is_known) out.add(metric, 1, {{"node", node.name}, {label, is}});
}

/// What only services have.
struct ServiceState {
  std::string result;
  std::uint32_t restarts = 0;
  std::uint64_t started_us = 0;  ///< since the epoch; 0: it never was
};

Result<ServiceState> service_state(SystemBus& bus, const std::string& path, SystemBus::Clock::time_point deadline) {
  ServiceState out;
  out.result = TRY(bus.text(path, kService, "Result", deadline));
  out.restarts = TRY(bus.number32(path, kService, "NRestarts", deadline));
  out.started_us = TRY(bus.number64(path, kService, "ExecMainStartTimestamp", deadline));
  return out;
}

void add_service(const ServiceState& service, const Node& node, Samples& out) {
  add_states(kResult, "result", kResults, service.result, node, out);
  const auto labels = out.labels({{"node", node.name}});
  out.add(kRestarts, service.restarts, labels);
  if (service.started_us != 0) out.add(kMainStart, static_cast<double>(service.started_us) / 1e6, labels);
}

/// All of a unit or nothing, so that no old state stands beside an error.
Result<void> add_unit(SystemBus& bus, const Node& node, SystemBus::Clock::time_point deadline, Samples& out) {
  const auto path = TRY(SystemBus::unit_path(node.unit));
  const auto load = TRY(bus.text(path, kUnit, "LoadState", deadline));
  if (load == "not-found") return fail(Fault::absent, "systemd has no unit " + node.unit);
  const auto state = TRY(bus.text(path, kUnit, "ActiveState", deadline));
  const auto sub_state = TRY(bus.text(path, kUnit, "SubState", deadline));
  const bool is_service = node.unit.ends_with(".service");  // a container's is a scope
  const auto service = is_service ? TRY(service_state(bus, path, deadline)) : ServiceState{};
  add_states(kState, "state", kStates, state, node, out);
  add_states(kSubState, "state", kSubStates, sub_state, node, out);
  if (is_service) add_service(service, node, out);
  return {};
}

Result<void> collect(Context& context, Samples& out) {
  if (!context.roots.is_this_host()) return fail(Fault::absent, "systemd answers for the host it runs on only");
  const auto& nodes = *context.nodes.nodes;
  const bool any = std::any_of(nodes.begin(), nodes.end(), [](const Node& node) { return !node.unit.empty(); });
  if (!any) return fail(Fault::absent, "no node is known that a unit of systemd runs");
  auto& bus = context.memory.get<SystemBus>();
  const auto deadline = SystemBus::Clock::now() + kDeadline;
  Result<void> last;
  for (const auto& node : nodes) {
    if (node.unit.empty()) continue;
    last = add_unit(bus, node, deadline, out);
    if (!last) context.remarks.add(node.name + ": " + node.unit, last.error());
  }
  return out.size() == 0 ? last : Result<void>{};
}

}  // namespace

constinit const Collector kNodeUnit{"node_unit",
                                    "The unit of systemd that runs each node, over D-Bus.",
                                    true,
                                    Schedule::background,
                                    kMetrics,
                                    collect,
                                    std::chrono::seconds(15)};

}  // namespace mixnet
