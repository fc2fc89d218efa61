// SPDX-License-Identifier: Apache-2.0
#include "collectors/host/mdadm.h"

#include <algorithm>
#include <optional>
#include <string>

namespace mixnet {
namespace {

constexpr Metric kState = gauge("node_md_state", "Indicates the state of md-device.");
constexpr Metric kDisks = gauge("node_md_disks", "Number of active/failed/spare disks of device.");
constexpr Metric kDisksRequired = gauge("node_md_disks_required", "Total number of disks of device.");
constexpr Metric kBlocks = gauge("node_md_blocks", "Total number of blocks on device.");
constexpr Metric kBlocksSynced = gauge("node_md_blocks_synced", "Number of blocks synced on device.");
constexpr Metric kRaidDisks = gauge("node_md_raid_disks", "Number of raid disks on device.");
constexpr Metric kDegraded = gauge("node_md_degraded", "Number of degraded disks on device.");
constexpr const Metric* kMetrics[] = {&kState, &kDisks, &kDisksRequired, &kBlocks, &kBlocksSynced, &kRaidDisks, &kDegraded};

struct State {
  std::vector<MdArray> arrays;
  std::vector<std::string> block_devices;
};

bool contains(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

std::int64_t count(std::string_view text, std::string_view part) {
  std::int64_t times = 0;
  for (auto at = text.find(part); at != std::string_view::npos; at = text.find(part, at + 1)) ++times;
  return times;
}

/// What stands between `before` and the next `after`; empty where they do not.
std::string_view between(std::string_view text, std::string_view before, std::string_view after) {
  const auto begin = text.find(before);
  if (begin == std::string_view::npos) return {};
  text.remove_prefix(begin + before.size());
  const auto end = text.find(after);
  return end == std::string_view::npos ? std::string_view{} : text.substr(0, end);
}

// md1 : active (auto-read-only) raid1 sdb2[2](S) sda2[0](F)
Result<MdArray> parse_head(const Lines& lines, std::string_view line, bool& striped) {
  MdArray array{};
  const auto whole = line;
  array.name = take_field(line);
  take_field(line);  // the colon
  array.state = take_field(line);
  if (array.state.empty()) return lines.malformed("name, colon and state expected in " + in_quotes(whole));
  auto level = take_field(line);
  if (level.starts_with('(')) level = take_field(line);
  striped = level == "raid0" || level == "linear";
  array.disks_failed = count(whole, "(F)");
  array.disks_spare = count(whole, "(S)");
  if (striped) array.disks_required = array.disks_active = count(whole, "[");
  return array;
}

//       195310144 blocks super 1.2 [2/1] [U_]
Result<void> parse_status(const Lines& lines, std::string_view line, bool striped, MdArray& array) {
  const auto whole = line;
  array.blocks = array.blocks_synced = TRY(lines.field<std::int64_t>(take_field(line)));
  if (striped || array.state == "inactive") return {};
  // The numbers in brackets are not the only ones: "level 5, 512k chunk, algorithm 2 [3/3] [UUU]".
  for (auto at = line.find('['); at != std::string_view::npos; at = line.find('[', at + 1)) {
    auto numbers = between(line.substr(at), "[", "]");
    if (!contains(numbers, "/")) continue;
    array.disks_required = TRY(lines.field<std::int64_t>(take_until(numbers, '/')));
    array.disks_active = TRY(lines.field<std::int64_t>(numbers));
    return {};
  }
  return lines.malformed("[required/active] expected in " + in_quotes(whole));
}

//       [=>...................]  recovery =  8.5% (16775552/195310144) finish=17.0min speed=259783K/sec
//         resync=DELAYED
Result<void> parse_progress(const Lines& lines, std::string_view line, MdArray& array) {
  constexpr struct {
    std::string_view word, state;
  } kActions[] = {{"recovery", "recovering"}, {"reshape", "reshaping"}, {"check", "checking"}, {"resync", "resyncing"}};
  const auto action = std::find_if(std::begin(kActions), std::end(kActions),
                                   [&](const auto& candidate) { return contains(line, candidate.word); });
  if (action == std::end(kActions) || contains(line, "bitmap")) return {};
  array.state = action->state;
  array.blocks_synced = 0;
  if (contains(line, "PENDING") || contains(line, "DELAYED") || contains(line, "REMOTE")) return {};
  auto blocks = between(line, "(", ")");
  if (blocks.empty()) return lines.malformed("(done/all) expected in " + in_quotes(line));
  array.blocks_synced = TRY(lines.field<std::int64_t>(take_until(blocks, '/')));
  return {};
}

void emit(const MdArray& array, Samples& out) {
  const auto device = out.labels({{"device", array.name}});
  out.add(kDisksRequired, static_cast<double>(array.disks_required), device);
  out.add(kDisks, static_cast<double>(array.disks_active), {{"device", array.name}, {"state", "active"}});
  out.add(kDisks, static_cast<double>(array.disks_failed), {{"device", array.name}, {"state", "failed"}});
  out.add(kDisks, static_cast<double>(array.disks_spare), {{"device", array.name}, {"state", "spare"}});
  constexpr struct {
    std::string_view state, label;
  } kStates[] = {{"active", "active"},
                 {"checking", "check"},
                 {"inactive", "inactive"},
                 {"recovering", "recovering"},
                 {"resyncing", "resync"}};
  for (const auto& [state, label] : kStates) {
    out.add(kState, array.state == state ? 1 : 0, {{"device", array.name}, {"state", label}});
  }
  out.add(kBlocks, static_cast<double>(array.blocks), device);
  out.add(kBlocksSynced, static_cast<double>(array.blocks_synced), device);
}

/// /sys/block/md0/md, Documentation/admin-guide/md.rst of the kernel. Containers of other arrays have no disks of their own.
void collect_attributes(Tree& sys, std::string_view name, Samples& out) {
  const auto level = sys.read_if_there(Path("block/", name, "/md/level"));
  if (!level) return;
  const auto kind = trim(*level);
  const bool has_disks = !kind.empty() && kind != "container" && kind != "imsm" && kind != "ddf";
  const auto device = out.labels({{"device", name}});
  if (const auto disks = has_disks ? sys.read_if_there(Path("block/", name, "/md/raid_disks")) : std::nullopt) {
    auto text = *disks;  // "11 (10)" while it grows
    if (const auto value = number<std::uint64_t>(trim(take_until(text, ' ')))) {
      out.add(kRaidDisks, static_cast<double>(*value), device);
    }
  }
  // Levels without redundancy have no such file, and nothing that could be degraded.
  const auto degraded = sys.number_if_there<std::uint64_t>(Path("block/", name, "/md/degraded"));
  out.add(kDegraded, static_cast<double>(degraded.value_or(0)), device);
}

Result<void> collect(Context& context, Samples& out) {
  auto& state = context.memory.get<State>();
  TRY(context.proc.parse("mdstat", Shape::records, parse_mdstat, state.arrays));
  for (const auto& array : state.arrays) emit(array, out);
  if (!context.sys.list("block", state.block_devices)) return {};
  for (const auto& device : state.block_devices) {
    if (device.starts_with("md")) collect_attributes(context.sys, device, out);
  }
  return {};
}

}  // namespace

// Personalities : [raid1] [raid0]
// md0 : active raid1 sdb1[1] sda1[0]
//       195310144 blocks super 1.2 [2/2] [UU]
//       bitmap: 0/2 pages [0KB], 65536KB chunk
//
// unused devices: <none>
Result<void> parse_mdstat(std::string_view text, std::vector<MdArray>& arrays) {
  arrays.clear();
  Lines lines(text);
  std::string_view line;
  bool striped = false, status_due = false, in_array = false;
  while (lines.next(line)) {
    const bool continues = line.starts_with(' ') || line.starts_with('\t');
    if (trim(line).empty() || (!continues && (line.starts_with("Personalities") || line.starts_with("unused")))) {
      if (status_due) return lines.malformed("the blocks of the array are missing");
      in_array = false;
    } else if (!continues) {
      if (status_due) return lines.malformed("the blocks of the array are missing");
      const auto array = TRY(parse_head(lines, line, striped));
      arrays.push_back(array);
      in_array = status_due = true;
    } else if (status_due) {
      TRY(parse_status(lines, line, striped, arrays.back()));
      status_due = false;
    } else if (in_array) {
      TRY(parse_progress(lines, line, arrays.back()));
    }
  }
  if (status_due) return lines.malformed("the blocks of the array are missing");
  return {};
}

constinit const Collector kMdadm{
    "mdadm", "Software RAID from /proc/mdstat and /sys/block/md*/md.", true, Schedule::at_scrape, kMetrics, collect};

}  // namespace mixnet
