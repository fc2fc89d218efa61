// SPDX-License-Identifier: Apache-2.0
#include "collectors/host/meminfo.h"

#include <limits>
#include <string>

#include "collectors/kit/remembered.h"

namespace mixnet {
namespace {

constexpr Metric kField = gauge("node_memory_<field>", "Memory information field <field>.");
constexpr const Metric* kMetrics[] = {&kField};

/// The name and help of the family that a key's line goes to.
struct FieldFamily {
  std::string name, help;
};

/// Active(anon) is node_memory_Active_anon_bytes, HugePages_Total is node_memory_HugePages_Total.
FieldFamily family_of(std::string_view key, bool in_bytes) {
  std::string field(take_until(key, '('));
  if (!key.empty()) field.append("_").append(take_until(key, ')'));
  if (in_bytes) field += "_bytes";
  return {"node_memory_" + field, "Memory information field " + field + "."};
}

Result<void> collect(Context& context, Samples& out) {
  auto& meminfo = context.memory.get<Meminfo>();
  auto& families = context.memory.get<Remembered<FieldFamily>>();
  TRY(context.proc.parse("meminfo", Shape::single, parse_meminfo, meminfo));
  for (std::size_t at = 0; at < meminfo.lines.size(); ++at) {
    const auto& line = meminfo.lines[at];
    const auto& family = families.at(at, line.key, [&line](std::string_view key) { return family_of(key, line.in_bytes); });
    out.add_to(out.family(Type::gauge, family.name, family.help), static_cast<double>(line.value));
  }
  return {};
}

/// Does `key` make a name once its parentheses are gone?
bool is_key(std::string_view key) {
  const auto open = key.find('(');
  if (open == std::string_view::npos) return fits_in_a_name(key);
  if (key.back() != ')') return false;
  return fits_in_a_name(key.substr(0, open)) && fits_in_a_name(key.substr(open + 1, key.size() - open - 2));
}

}  // namespace

// MemTotal:       24684084 kB
// Active(anon):       1644 kB
// HugePages_Total:       0
Result<void> parse_meminfo(std::string_view text, Meminfo& out) {
  constexpr std::uint64_t kMost = std::numeric_limits<std::uint64_t>::max() / 1024;
  out.lines.clear();
  Lines lines(text);
  for (std::string_view line; lines.next(line);) {
    auto rest = line;
    const auto key = take_until(rest, ':');
    const Fields<2> fields(rest);
    if (!is_key(key)) return lines.malformed("a field's name and a colon expected in " + in_quotes(line));
    const bool in_bytes = fields.count() == 2 && fields[1] == "kB";
    if (fields.count() != 1 && !in_bytes) return lines.malformed("a number, or one of kB, expected in " + in_quotes(line));
    const auto value = TRY(lines.field<std::uint64_t>(fields[0]));
    if (in_bytes && value > kMost) return lines.malformed("too many kB in " + in_quotes(line));
    out.lines.push_back({key, in_bytes ? value * 1024 : value, in_bytes});
  }
  if (out.lines.empty()) return fail(Fault::malformed, "the file is empty");
  return {};
}

constinit const Collector kMeminfo{
    "meminfo", "Memory of the host, every line of /proc/meminfo.", true, Schedule::at_scrape, kMetrics, collect};

}  // namespace mixnet
