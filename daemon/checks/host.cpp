// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "daemon/checks/subjects.h"
#include "daemon/checks/words.h"

namespace mixnet {
namespace {

/// The largest offset at each time, whoever tells of it.
Look::Values offsets(const Look& look) {
  Look::Values out(look.past.times().size(), kGap);
  for (const auto metric : {kClockOffset, kServerOffset}) {
    for (const auto* column : look.past.window().of(metric)) {
      const auto values = look.past.values(*column);
      for (std::size_t index = 0; index < out.size(); ++index) out[index] = std::fmax(out[index], std::abs(values[index]));
    }
  }
  return out;
}

/// 0 where the clock was not kept all the time looked at; 1 where it is not known.
double synchronised(const Look& look, bool& covers) {
  const auto* column = look.first(kClockSynchronised);
  if (column == nullptr) return 1;
  const CheckLimits kept{Range{1}, std::nullopt, look.limits.over};
  const auto held = Look{look.check, look.past, kept, look.findings}.held(look.past.values(*column));
  if (!held || held->status == Status::ok) return 1;
  covers = held->covers;
  return 0;
}

}  // namespace

void check_clock(const Look& look) {
  if (!Look::any_seen(look.past.window().of(kClockOffset)) && !Look::any_seen(look.past.window().of(kServerOffset))) return;
  const auto held = look.held(offsets(look));
  if (!held) return look.missing(nullptr, "whether the clock is right");
  auto finding = look.finding();
  finding.status = held->status;
  finding.message = "the clock is off by " + amount(held->latest) + " s";
  bool covers = held->covers;
  if (synchronised(look, covers) == 0) {
    finding.message = "no time service keeps the clock";
    if (finding.status == Status::ok && look.limits.warning) finding.status = Status::warning;
  }
  finding.remedy =
      "Start chrony or systemd-timesyncd: from 30 s on clients are refused, and packets and keys are taken for old.";
  finding.measures = {look.measure("clock offset", held->latest, "s")};
  look.conclude(std::move(finding), covers);
}

void check_conntrack(const Look& look) {
  const auto *entries = look.first(kConntrackEntries), *limit = look.first(kConntrackLimit);
  if (!Look::any_seen({{entries}}) || limit == nullptr) return;
  const auto held = look.held(combined(look.past, *entries, *limit, share));
  if (!held) return look.missing(nullptr, "how full the table of connections is");
  auto finding = look.finding();
  finding.status = held->status;
  finding.message = "the table of connections is " + percent(held->latest) + " full";
  finding.remedy = "When it is full new connections are dropped, whatever the node does: raise net.netfilter.nf_conntrack_max.";
  finding.measures = {look.percentage("conntrack", held->latest)};
  look.conclude(std::move(finding), held->covers);
}

}  // namespace mixnet
