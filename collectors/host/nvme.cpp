// SPDX-License-Identifier: Apache-2.0
#include "collectors/host/nvme.h"

#include <algorithm>
#include <array>

#include <string>
#include <vector>

namespace mixnet {
namespace {

constexpr Metric kInfo = gauge("node_nvme_info", "Non-numeric data from /sys/class/nvme/<device>, value is always 1.");
constexpr Metric kNamespaceInfo = gauge("node_nvme_namespace_info", "Information about NVMe namespaces. Value is always 1");
constexpr Metric kCapacity =
    gauge("node_nvme_namespace_capacity_bytes",
          "Capacity of the NVMe namespace in bytes. Computed as namespace_size * namespace_logical_block_size");
constexpr Metric kSize = gauge("node_nvme_namespace_size_bytes",
                               "Size of the NVMe namespace in bytes. Available in /sys/class/nvme/<device>/<namespace>/size");
constexpr Metric kUsed =
    gauge("node_nvme_namespace_used_bytes",
          "Used space of the NVMe namespace in bytes. Available in /sys/class/nvme/<device>/<namespace>/nuse");
constexpr Metric kBlockSize = gauge("node_nvme_namespace_logical_block_size_bytes",
                                    "Logical block size of the NVMe namespace in bytes. Usually 4Kb. Available in "
                                    "/sys/class/nvme/<device>/<namespace>/queue/logical_block_size");
constexpr const Metric* kMetrics[] = {&kInfo, &kNamespaceInfo, &kCapacity, &kSize, &kUsed, &kBlockSize};

struct State {
  std::vector<std::string> controllers, entries;
  std::array<std::string, 5> texts;  ///< of the controller at hand
};

bool take_digits(std::string_view& text) {
  const auto digits = std::min(text.find_first_not_of("0123456789"), text.size());
  text.remove_prefix(digits);
  return digits > 0;
}

/// The number of the namespace whose directory is called `name` (1 for nvme0n1); empty for all else that a controller has.
std::string_view namespace_id(std::string_view name) {
  if (!name.starts_with("nvme")) return {};
  name.remove_prefix(4);
  if (!take_digits(name) || !name.starts_with('n')) return {};
  name.remove_prefix(1);
  auto rest = name;
  take_digits(rest);
  return name.substr(0, name.size() - rest.size());
}

/// An attribute as text, empty where it cannot be read.
std::string_view attribute(Tree& sys, std::string_view path) { return trim(sys.read_if_there(path).value_or("")); }

void collect_controller(Tree& sys, std::string_view name, State& state, Samples& out) {
  constexpr std::array<std::string_view, 5> kAttributes = {"cntlid", "firmware_rev", "model", "serial", "state"};
  auto& [id, firmware, model, serial, condition] = state.texts;
  for (std::size_t index = 0; index < kAttributes.size(); ++index) {
    state.texts[index] = attribute(sys, Path("class/nvme/", name, "/", kAttributes[index]));
  }
  out.add(kInfo, 1,
          {{"cntlid", id},
           {"device", name},
           {"firmware_revision", firmware},
           {"model", model},
           {"serial", serial},
           {"state", condition}});
}

void collect_namespace(Tree& sys, std::string_view controller, std::string_view entry, std::string_view id, Samples& out) {
  const Path base("class/nvme/", controller, "/", entry);
  const auto labels = out.labels({{"device", controller}, {"nsid", id}});
  const auto block = sys.number_if_there<std::uint64_t>(Path(base, "/queue/logical_block_size"));
  const auto size = sys.number_if_there<std::uint64_t>(Path(base, "/size"));
  const auto used = sys.number_if_there<std::uint64_t>(Path(base, "/nuse"));  // since Linux 6.8
  if (block) out.add(kBlockSize, static_cast<double>(*block), labels);
  if (block && size) {
    out.add(kSize, static_cast<double>(*size * *block), labels);
    out.add(kCapacity, static_cast<double>(*size * *block), labels);
  }
  if (block && used) out.add(kUsed, static_cast<double>(*used * *block), labels);
  // Only fabrics with several paths have it.
  const auto access = sys.read_if_there(Path(base, "/ana_state"));
  out.add(kNamespaceInfo, 1, {{"ana_state", access ? trim(*access) : "unknown"}, {"device", controller}, {"nsid", id}});
}

Result<void> collect(Context& context, Samples& out) {
  auto& state = context.memory.get<State>();
  auto& sys = context.sys;
  TRY(sys.list("class/nvme", state.controllers));
  for (const auto& controller : state.controllers) {
    if (!sys.list(Path("class/nvme/", controller), state.entries)) continue;  // gone since
    collect_controller(sys, controller, state, out);
    for (const auto& entry : state.entries) {
      const auto id = namespace_id(entry);
      if (!id.empty()) collect_namespace(sys, controller, entry, id, out);
    }
  }
  return {};
}

}  // namespace

constinit const Collector kNvme{
    "nvme", "NVMe controllers and namespaces from /sys/class/nvme.", true, Schedule::at_scrape, kMetrics, collect};

}  // namespace mixnet
