// SPDX-License-Identifier: Apache-2.0
#include "collectors/host/conntrack.h"

#include <array>

namespace mixnet {
namespace {

constexpr Metric kEntries =
    gauge("node_nf_conntrack_entries", "Number of currently allocated flow entries for connection tracking.");
constexpr Metric kLimit = gauge("node_nf_conntrack_entries_limit", "Maximum size of connection tracking table.");
constexpr Metric kFound = gauge("node_nf_conntrack_stat_found", "Number of searched entries which were successful.");
constexpr Metric kInvalid = gauge("node_nf_conntrack_stat_invalid", "Number of packets seen which can not be tracked.");
constexpr Metric kIgnore =
    gauge("node_nf_conntrack_stat_ignore", "Number of packets seen which are already connected to a conntrack entry.");
constexpr Metric kInsert = gauge("node_nf_conntrack_stat_insert", "Number of entries inserted into the list.");
constexpr Metric kInsertFailed =
    gauge("node_nf_conntrack_stat_insert_failed", "Number of entries for which list insertion was attempted but failed.");
constexpr Metric kDrop = gauge("node_nf_conntrack_stat_drop", "Number of packets dropped due to conntrack failure.");
constexpr Metric kEarlyDrop =
    gauge("node_nf_conntrack_stat_early_drop",
          "Number of dropped conntrack entries to make room for new ones, if maximum table size was reached.");
constexpr Metric kSearchRestart =
    gauge("node_nf_conntrack_stat_search_restart",
          "Number of conntrack table lookups which had to be restarted due to hashtable resizes.");
constexpr const Metric* kMetrics[] = {&kEntries, &kLimit,        &kFound, &kInvalid,   &kIgnore,
                                      &kInsert,  &kInsertFailed, &kDrop,  &kEarlyDrop, &kSearchRestart};

struct Column {
  std::string_view name;
  std::uint64_t ConntrackStat::*field;
  const Metric* metric;
};

constexpr Column kColumns[] = {
    {"found", &ConntrackStat::found, &kFound},
    {"invalid", &ConntrackStat::invalid, &kInvalid},
    {"ignore", &ConntrackStat::ignore, &kIgnore},
    {"insert", &ConntrackStat::insert, &kInsert},
    {"insert_failed", &ConntrackStat::insert_failed, &kInsertFailed},
    {"drop", &ConntrackStat::drop, &kDrop},
    {"early_drop", &ConntrackStat::early_drop, &kEarlyDrop},
    {"search_restart", &ConntrackStat::search_restart, &kSearchRestart},
};

constexpr std::size_t kColumnsMax = 32;  // 17 today
using Layout = std::array<std::uint64_t ConntrackStat::*, kColumnsMax>;

Layout layout_of(std::string_view header) {
  Layout out{};
  const Fields<kColumnsMax> names(header);
  for (std::size_t at = 0; at < std::min(names.count(), kColumnsMax); ++at) {
    for (const auto& column : kColumns) {
      if (column.name == names[at]) out[at] = column.field;
    }
  }
  return out;
}

Result<void> collect(Context& context, Samples& out) {
  const auto entries = context.proc.number_if_there<std::uint64_t>("sys/net/netfilter/nf_conntrack_count");
  const auto limit = context.proc.number_if_there<std::uint64_t>("sys/net/netfilter/nf_conntrack_max");
  if (!entries || !limit) return fail(Fault::absent, "connections are not tracked: nf_conntrack is not loaded");
  out.add(kEntries, static_cast<double>(*entries));
  out.add(kLimit, static_cast<double>(*limit));
  const auto stat = context.proc.parse("net/stat/nf_conntrack", Shape::short_records, parse_conntrack_stat);
  if (!stat && stat.error().fault == Fault::absent) return {};  // a kernel without CONFIG_NF_CONNTRACK_PROCFS
  if (!stat) return tl::unexpected<Error>(stat.error());
  for (const auto& column : kColumns) out.add(*column.metric, static_cast<double>((*stat).*column.field));
  return {};
}

}  // namespace

// entries  clashres found new invalid ignore delete chainlength insert insert_failed drop early_drop icmp_error  expect_new ...
// 00000021  00000000 00000000 00000000 00000003 0000588a 00000000 00000000 00000000 00000000 00000000 00000000 00000000  ...
Result<ConntrackStat> parse_conntrack_stat(std::string_view text) {
  constexpr std::size_t kColumnsMin = 16;  // without search_restart, before Linux 2.6.35
  ConntrackStat out{};
  Lines lines(text);
  std::string_view line;
  if (!lines.next(line)) return fail(Fault::malformed, "the file is empty");
  const auto layout = layout_of(line);
  while (lines.next(line)) {
    const Fields<kColumnsMax> fields(line);
    if (fields.count() < kColumnsMin) return lines.malformed("16 columns expected in " + in_quotes(line));
    for (std::size_t at = 0; at < std::min(fields.count(), kColumnsMax); ++at) {
      if (layout[at] != nullptr) out.*layout[at] += TRY(lines.field<std::uint64_t>(fields[at], 16));
    }
  }
  return out;
}

constinit const Collector kConntrack{"conntrack", "Connection tracking, from /proc/sys/net/netfilter and /proc/net/stat.",
                                     true,        Schedule::at_scrape,
                                     kMetrics,    collect};

}  // namespace mixnet
