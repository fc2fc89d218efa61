// SPDX-License-Identifier: Apache-2.0
#include "collectors/host/vmstat.h"

#include <string>

#include "collectors/kit/remembered.h"

namespace mixnet {
namespace {

constexpr Metric kField = untyped("node_vmstat_<field>", "/proc/vmstat information field <field>.");
constexpr const Metric* kMetrics[] = {&kField};

/// The name and help of a field's family, both empty where the operator does not want it.
struct WantedField {
  std::string name, help;
};

WantedField wanted_field(std::string_view key, const Regex& fields) {
  if (!fields.found_in(key)) return {};
  const std::string field(key);
  return {"node_vmstat_" + field, "/proc/vmstat information field " + field + "."};
}

Result<void> collect(Context& context, Samples& out) {
  auto& vmstat = context.memory.get<Vmstat>();
  auto& remembered = context.memory.get<Remembered<WantedField>>();
  TRY(context.proc.parse("vmstat", Shape::short_records, parse_vmstat, vmstat));
  const auto decide = [&context](std::string_view key) { return wanted_field(key, context.settings.vmstat.fields); };
  for (std::size_t at = 0; at < vmstat.lines.size(); ++at) {
    const auto& line = vmstat.lines[at];
    const auto& field = remembered.at(at, line.key, decide);
    if (field.name.empty()) continue;
    out.add_to(out.family(Type::untyped, field.name, field.help), static_cast<double>(line.value));
  }
  return {};
}

}  // namespace

// nr_free_pages 1258781
// pgpgin 254833
Result<void> parse_vmstat(std::string_view text, Vmstat& out) {
  out.lines.clear();
  Lines lines(text);
  for (std::string_view line; lines.next(line);) {
    const Fields<2> fields(line);
    if (fields.count() != 2 || !fits_in_a_name(fields[0])) {
      return lines.malformed("a field's name and a number expected in " + in_quotes(line));
    }
    const auto value = TRY(lines.field<std::uint64_t>(fields[1]));
    out.lines.push_back({fields[0], value});
  }
  if (out.lines.empty()) return fail(Fault::malformed, "the file is empty");
  return {};
}

constinit const Collector kVmstat{"vmstat", "Virtual memory events from /proc/vmstat.", true, Schedule::at_scrape, kMetrics,
                                  collect};

}  // namespace mixnet
