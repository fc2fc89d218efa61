// SPDX-License-Identifier: Apache-2.0
#include "collectors/node/cgroup_files.h"

#include <algorithm>

#include "collectors/kit/text.h"

namespace mixnet {
namespace {

/// Where the values of `device` go: among the first `count` of `out`, which are those of this text, or behind them.
CgroupIo& io_of(std::string_view device, std::vector<CgroupIo>& out, std::size_t& count) {
  const auto end = out.begin() + static_cast<std::ptrdiff_t>(count);
  const auto found = std::find_if(out.begin(), end, [&](const CgroupIo& io) { return io.device == device; });
  if (found != end) return *found;
  if (count == out.size()) out.emplace_back();
  auto& io = out[count++];
  io.device = device;
  io.read_bytes = io.written_bytes = io.reads = io.writes = 0;
  return io;
}

std::uint64_t* value_of(std::string_view key, CgroupIo& io) {
  if (key == "rbytes") return &io.read_bytes;
  if (key == "wbytes") return &io.written_bytes;
  if (key == "rios") return &io.reads;
  if (key == "wios") return &io.writes;
  return nullptr;  // discards, and what an I/O controller adds
}

bool is_device(std::string_view field) {
  return !field.empty() && field.find(':') != std::string_view::npos &&
         field.find_first_not_of("0123456789:") == std::string_view::npos;
}

}  // namespace

// usage_usec 7812035524
// user_usec 6012035001
Result<void> parse_keyed(std::string_view text, std::span<const std::string_view> keys,
                         std::span<std::optional<std::uint64_t>> out) {
  std::fill(out.begin(), out.end(), std::nullopt);
  Lines lines(text);
  for (std::string_view line; lines.next(line);) {
    auto rest = line;
    const auto found = std::find(keys.begin(), keys.end(), take_field(rest));
    if (found == keys.end()) continue;
    out[static_cast<std::size_t>(found - keys.begin())] = TRY(lines.field<std::uint64_t>(trim(rest)));
  }
  return {};
}

// 1288490188
Result<std::optional<std::uint64_t>> parse_limit(std::string_view text) {
  const auto value = trim(text);
  if (value == "max") return std::nullopt;
  const auto limit = TRY(number<std::uint64_t>(value));
  return limit;
}

// 150000 100000
Result<std::optional<double>> parse_cpu_max(std::string_view text) {
  const Fields<2> fields(trim(text));
  if (fields.count() != 2) return fail(Fault::malformed, "a quota and a period expected in " + in_quotes(text));
  if (fields[0] == "max") return std::nullopt;
  const auto quota = TRY(number<std::uint64_t>(fields[0]));
  const auto period = TRY(number<std::uint64_t>(fields[1]));
  if (period == 0) return fail(Fault::malformed, "a period of no length in " + in_quotes(text));
  return static_cast<double>(quota) / static_cast<double>(period);
}

// 254:0 rbytes=90112 wbytes=4055040 rios=22 wios=312 dbytes=0 dios=0
// 7:1 7:0 254:16 rbytes=4096 wbytes=0 rios=1 wios=0 dbytes=0 dios=0
// Some kernels name devices that have no numbers, and leave out the line's end with them.
Result<void> parse_io_stat(std::string_view text, std::vector<CgroupIo>& out) {
  std::size_t count = 0;
  Lines lines(text);
  for (std::string_view line; lines.next(line);) {
    CgroupIo* io = nullptr;
    std::string_view device;
    auto rest = line;
    for (auto field = take_field(rest); !field.empty(); field = take_field(rest)) {
      if (is_device(field)) {
        device = field;
        io = nullptr;
        continue;
      }
      if (device.empty()) return lines.malformed("a device's numbers expected in " + in_quotes(line));
      if (io == nullptr) io = &io_of(device, out, count);
      auto value = field;
      auto* const at = value_of(take_until(value, '='), *io);
      if (at != nullptr) *at = TRY(lines.field<std::uint64_t>(value));
    }
  }
  out.resize(count);
  return {};
}

// 812
// 830
Result<std::size_t> parse_cgroup_procs(std::string_view text, std::vector<std::int32_t>& pids) {
  pids.clear();
  std::size_t count = 0;
  Lines lines(text);
  for (std::string_view line; lines.next(line); ++count) {
    const auto pid = TRY(lines.field<std::int32_t>(line));
    if (pid > 0) pids.push_back(pid);  // 0: a process of another PID namespace
  }
  return count;
}

}  // namespace mixnet
