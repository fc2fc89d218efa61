// SPDX-License-Identifier: Apache-2.0
#include "collectors/host/proc_stat.h"

#include <algorithm>

namespace mixnet {
namespace {

struct KnownProcStat {
  ProcStat stat;
  std::optional<std::uint64_t> collection;
};

/// "12345 …", the fields of a line behind its key, of which the first is wanted.
Result<void> parse_first(const Lines& lines, std::string_view rest, std::optional<std::uint64_t>& out) {
  out = TRY(lines.field<std::uint64_t>(take_field(rest)));
  return {};
}

/// The numbers behind a line's key, as many of them as `out` takes; how many there were.
template <std::size_t N>
Result<std::size_t> parse_numbers(const Lines& lines, std::string_view rest, std::array<std::uint64_t, N>& out) {
  out.fill(0);
  std::size_t count = 0;
  for (auto field = take_field(rest); !field.empty() && count < N; field = take_field(rest)) {
    out[count++] = TRY(lines.field<std::uint64_t>(field));
  }
  return count;
}

Result<void> parse_cpu(const Lines& lines, std::string_view number, std::string_view rest, std::vector<CpuTimes>& out) {
  constexpr std::size_t kFewest = CpuTimes::idle + 1;  // what Linux 2.4 had
  CpuTimes times{};
  times.cpu = TRY(lines.field<std::uint32_t>(number));
  if (!out.empty() && out.back().cpu >= times.cpu) return lines.malformed("CPUs out of order");
  const auto count = TRY(parse_numbers(lines, rest, times.ticks));
  if (count < kFewest) return lines.malformed("at least four times of a CPU expected");
  out.push_back(times);
  return {};
}

Result<void> parse_softirqs(const Lines& lines, std::string_view rest, ProcStat& out) {
  take_field(rest);  // their sum
  out.softirq_count = TRY(parse_numbers(lines, rest, out.softirqs));
  return {};
}

Result<void> parse_line(const Lines& lines, std::string_view line, ProcStat& out) {
  auto rest = line;
  const auto key = take_field(rest);
  if (key == "cpu") return {};  // the sum of those that follow
  if (key.starts_with("cpu")) return parse_cpu(lines, key.substr(3), rest, out.cpus);
  if (key == "intr") return parse_first(lines, rest, out.interrupts);
  if (key == "ctxt") return parse_first(lines, rest, out.context_switches);
  if (key == "btime") return parse_first(lines, rest, out.boot_time);
  if (key == "processes") return parse_first(lines, rest, out.forks);
  if (key == "procs_running") return parse_first(lines, rest, out.running);
  if (key == "procs_blocked") return parse_first(lines, rest, out.blocked);
  if (key == "softirq") return parse_softirqs(lines, rest, out);
  return {};
}

}  // namespace

// cpu  13882 0 4848 223484 603 0 114 432 0 0
// cpu0 5738 0 2010 113698 28 0 8 198 0 0
// intr 239459 0 0 1 …
// ctxt 431768
// softirq 174674 0 21857 4 2849 73234 0 6 40036 0 36688
Result<void> parse_proc_stat(std::string_view text, ProcStat& out) {
  out.cpus.clear();
  out.interrupts = out.context_switches = out.boot_time = out.forks = out.running = out.blocked = std::nullopt;
  out.softirq_count = 0;
  Lines lines(text);
  for (std::string_view line; lines.next(line);) TRY(parse_line(lines, line, out));
  if (out.cpus.empty()) return fail(Fault::malformed, "no line of a CPU");
  return {};
}

Result<const ProcStat*> read_proc_stat(Context& context) {
  auto& known = context.memory.get<KnownProcStat>();
  if (known.collection == context.collection) return &known.stat;
  known.collection.reset();
  TRY(context.proc.parse("stat", Shape::single, parse_proc_stat, known.stat));
  known.collection = context.collection;
  return &known.stat;
}

}  // namespace mixnet
