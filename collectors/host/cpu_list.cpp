// SPDX-License-Identifier: Apache-2.0
#include "collectors/host/cpu_list.h"

#include <algorithm>

namespace mixnet {
namespace {

constexpr std::string_view kFolder = "devices/system/cpu";
constexpr std::uint32_t kCpusMax = 65536;  // eight times what any kernel is built for

Result<std::uint32_t> parse_cpu(std::string_view text) {
  const auto cpu = TRY(number<std::uint32_t>(text));
  if (cpu >= kCpusMax) return fail(Fault::malformed, in_quotes(text) + " is no CPU's number");
  return cpu;
}

/// cpu0, and not cpufreq, cpuidle …
void list_folders(Tree& sys, std::vector<std::uint32_t>& out) {
  out.clear();
  std::vector<std::string> names;
  if (!sys.list(kFolder, names)) return;
  for (const std::string_view name : names) {
    if (!name.starts_with("cpu")) continue;
    if (const auto cpu = parse_cpu(name.substr(3))) out.push_back(*cpu);
  }
  std::sort(out.begin(), out.end());
}

/// Has the list in `file` changed? Then it is in `known`.
bool changed(Tree& sys, std::string_view file, std::string& known) {
  const auto text = sys.read_if_there(Path(kFolder, "/", file)).value_or("");
  if (text == known) return false;
  known = text;
  return true;
}

}  // namespace

Result<void> parse_cpu_list(std::string_view text, std::vector<std::uint32_t>& out) {
  out.clear();
  auto rest = trim(text);
  while (!rest.empty()) {
    auto range = take_until(rest, ',');
    const auto first = TRY(parse_cpu(take_until(range, '-')));
    const auto last = range.empty() ? first : TRY(parse_cpu(range));
    if (last < first || (!out.empty() && first <= out.back())) return fail(Fault::malformed, "CPUs out of order");
    for (auto cpu = first; cpu <= last; ++cpu) out.push_back(cpu);
  }
  return {};
}

bool SystemCpus::is_online(std::uint32_t cpu) const { return std::binary_search(online.begin(), online.end(), cpu); }

Result<const SystemCpus*> read_system_cpus(Context& context) {
  auto& cpus = context.memory.get<SystemCpus>();
  if (cpus.collection == context.collection) return &cpus;
  cpus.collection.reset();
  const bool online_changed = changed(context.sys, "online", cpus.online_text);
  const bool present_changed = changed(context.sys, "present", cpus.present_text);
  if (online_changed || present_changed || cpus.generation == 0) {
    ++cpus.generation;
    list_folders(context.sys, cpus.present);
    TRY(context.sys.named(Path(kFolder, "/online"), parse_cpu_list(cpus.online_text, cpus.online)));
    if (cpus.online_text.empty()) cpus.online = cpus.present;
  }
  cpus.collection = context.collection;
  return &cpus;
}

}  // namespace mixnet
