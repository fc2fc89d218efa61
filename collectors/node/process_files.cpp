// SPDX-License-Identifier: Apache-2.0
#include "collectors/node/process_files.h"

#include <algorithm>

#include "collectors/kit/text.h"

namespace mixnet {

// VmRSS:	  412516 kB
// RssAnon:	  398204 kB
Result<void> parse_sizes(std::string_view text, std::span<const std::string_view> keys,
                         std::span<std::optional<std::uint64_t>> out) {
  constexpr std::uint64_t kKib = 1024;
  std::fill(out.begin(), out.end(), std::nullopt);
  Lines lines(text);
  for (std::string_view line; lines.next(line);) {
    auto rest = line;
    const auto found = std::find(keys.begin(), keys.end(), take_until(rest, ':'));
    if (found == keys.end()) continue;
    const Fields<2> fields(rest);
    if (fields.count() != 2 || fields[1] != "kB") return lines.malformed("a size in kB expected in " + in_quotes(line));
    const auto kibibytes = TRY(lines.field<std::uint64_t>(fields[0]));
    out[static_cast<std::size_t>(found - keys.begin())] = kibibytes * kKib;
  }
  return {};
}

// rchar: 323934931
// wchar: 323929600
// syscr: 632687
// syscw: 632675
// read_bytes: 4096
// write_bytes: 323932160
// cancelled_write_bytes: 0
Result<ProcessIo> parse_process_io(std::string_view text) {
  struct Key {
    std::string_view name;
    std::uint64_t ProcessIo::*field;
  };
  constexpr Key kKeys[] = {{"rchar", &ProcessIo::read_chars},
                           {"wchar", &ProcessIo::written_chars},
                           {"read_bytes", &ProcessIo::read_bytes},
                           {"write_bytes", &ProcessIo::written_bytes}};
  ProcessIo out{};
  std::size_t found = 0;
  Lines lines(text);
  for (std::string_view line; lines.next(line);) {
    auto rest = line;
    const auto name = take_until(rest, ':');
    for (const auto& key : kKeys) {
      if (key.name != name) continue;
      out.*key.field = TRY(lines.field<std::uint64_t>(trim(rest)));
      ++found;
    }
  }
  if (found < std::size(kKeys)) return fail(Fault::malformed, "rchar, wchar, read_bytes and write_bytes expected");
  return out;
}

// Limit                     Soft Limit           Hard Limit           Units
// Max open files            65536                524288               files
Result<std::optional<std::uint64_t>> parse_open_files_limit(std::string_view text) {
  constexpr std::string_view kKey = "Max open files ";
  Lines lines(text);
  for (std::string_view line; lines.next(line);) {
    if (!line.starts_with(kKey)) continue;
    auto rest = line.substr(kKey.size());
    const auto soft = take_field(rest);
    if (soft == "unlimited") return std::nullopt;
    const auto limit = TRY(lines.field<std::uint64_t>(soft));
    return limit;
  }
  return fail(Fault::malformed, "no line of open files");
}

// 7812035524 90122871 41022
Result<ThreadRuns> parse_thread_runs(std::string_view text) {
  const Fields<3> fields(trim(text));
  if (fields.count() < 3) return fail(Fault::malformed, "three numbers expected in " + in_quotes(text));
  const auto waited = TRY(number<std::uint64_t>(fields[1]));
  const auto runs = TRY(number<std::uint64_t>(fields[2]));
  return ThreadRuns{waited, runs};
}

}  // namespace mixnet
