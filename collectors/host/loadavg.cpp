// SPDX-License-Identifier: Apache-2.0
#include "collectors/host/loadavg.h"

namespace mixnet {
namespace {

constexpr Metric kLoad1 = gauge("node_load1", "1m load average.");
constexpr Metric kLoad5 = gauge("node_load5", "5m load average.");
constexpr Metric kLoad15 = gauge("node_load15", "15m load average.");
constexpr const Metric* kMetrics[] = {&kLoad1, &kLoad5, &kLoad15};

Result<void> collect(Context& context, Samples& out) {
  const auto load = TRY(context.proc.parse("loadavg", Shape::single, parse_loadavg));
  out.add(kLoad1, load.one);
  out.add(kLoad5, load.five);
  out.add(kLoad15, load.fifteen);
  return {};
}

}  // namespace

// 0.20 0.18 0.12 1/80 11206
Result<Loadavg> parse_loadavg(std::string_view text) {
  Lines lines(text);
  std::string_view line;
  if (!lines.next(line)) return fail(Fault::malformed, "the file is empty");
  const Fields<3> fields(line);
  if (fields.count() < 3) return lines.malformed("three averages expected in " + in_quotes(line));
  Loadavg load{};
  load.one = TRY(lines.field<double>(fields[0]));
  load.five = TRY(lines.field<double>(fields[1]));
  load.fifteen = TRY(lines.field<double>(fields[2]));
  return load;
}

constinit const Collector kLoadavg{"loadavg", "Load averages from /proc/loadavg.", true, Schedule::at_scrape, kMetrics,
                                   collect};

}  // namespace mixnet
