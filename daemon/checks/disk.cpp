// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "daemon/checks/subjects.h"
#include "daemon/checks/words.h"

namespace mixnet {
namespace {

using Column = Window::Column;

constexpr double kHoursWarned = 48;
constexpr double kUsedBeforeTrend = 60;  // percent; below it there is time enough to see
constexpr std::size_t kParts = 6;
constexpr double kCoveredMin = 0.8;  // of the time looked back

/// A file system, as two columns.
struct Disk {
  const Column* available;
  const Column* size;
};

double used(double available, double size) { return 100 - share(available, size); }

/// The value at the time, or the last before it.
double at(const Past& past, std::span<const double> values, UnixMs time) {
  double out = kGap;
  for (std::size_t index = 0; index < values.size() && (past.times()[index] <= time || std::isnan(out)); ++index) {
    if (!std::isnan(values[index])) out = values[index];
  }
  return out;
}

/// How many hours it takes until nothing is available. It goes by the median of six parts of the time, so that one large file,
/// or an update, does not make a trend. None where it does not fill, or too little is known.
std::optional<double> hours_until_full(const Past& past, const Column& available) {
  const auto values = past.values(available);
  const auto known = std::find_if(values.begin(), values.end(), [](double value) { return !std::isnan(value); });
  if (known == values.end() || past.times().size() < 2 * kParts) return std::nullopt;
  const auto first = past.times()[static_cast<std::size_t>(known - values.begin())], last = past.times().back();
  const double hours = static_cast<double>(last - first) / 3'600'000;
  if (hours < kCoveredMin * std::chrono::duration<double, std::ratio<3600>>(kDiskLooksBack).count()) return std::nullopt;
  std::vector<double> lost;
  for (std::size_t part = 0; part < kParts; ++part) {
    const auto begin = first + (last - first) * static_cast<UnixMs>(part) / static_cast<UnixMs>(kParts);
    const auto end = first + (last - first) * static_cast<UnixMs>(part + 1) / static_cast<UnixMs>(kParts);
    lost.push_back((at(past, values, begin) - at(past, values, end)) / (hours / kParts));
  }
  std::sort(lost.begin(), lost.end());
  const double per_hour = (lost[kParts / 2 - 1] + lost[kParts / 2]) / 2;
  const auto left = past.latest(&available);
  return left && per_hour > 0 ? std::optional(*left / per_hour) : std::nullopt;
}

void look_at(const Look& look, const Disk& disk, const std::string& what, const std::string& label, const NodeNow* node) {
  std::optional<Held> held;
  if (disk.available != nullptr && disk.size != nullptr)
    held = look.held(combined(look.past, *disk.available, *disk.size, used));
  if (!held) return look.missing(node, what);
  auto finding = look.finding(node == nullptr ? std::string_view() : node->name);
  finding.status = held->status;
  finding.message =
      what + " is " + percent(held->latest) + " full, " + bytes(look.past.latest(disk.available).value_or(0)) + " are left";
  const auto hours = hours_until_full(look.past.over(kDiskLooksBack), *disk.available);
  if (hours && *hours < kHoursWarned && held->latest > kUsedBeforeTrend) {
    finding.message += "; it fills, and is full in " + time_span(*hours * 3600);
    if (finding.status == Status::ok && look.limits.warning) finding.status = Status::warning;
  }
  finding.remedy = "Look at the journal first (journalctl --disk-usage), then at logs and at the node's databases.";
  finding.measures = {look.percentage(label, held->latest)};
  look.conclude(std::move(finding), held->covers, node);
}

/// Two names of one: of a size to the byte, and as full but for what was written between two looks.
bool is_same(const Past& past, const Disk& a, const Disk& b) {
  const auto size = past.latest(a.size), size_of_b = past.latest(b.size);
  const auto available = past.latest(a.available), available_of_b = past.latest(b.available);
  return size && size == size_of_b && available && available_of_b && std::abs(*available - *available_of_b) < *size / 100;
}

}  // namespace

void check_disk(const Look& look) {
  const Disk root{look.past.window().of(kAvail, "mountpoint", "/"), look.past.window().of(kSize, "mountpoint", "/")};
  look_at(look, root, "the file system /", "disk /", nullptr);
  for (const auto& node : look.nodes()) {
    const Disk data{look.first(kDataAvail, node), look.first(kDataSize, node)};
    if (!Look::any_seen({{data.available}}) || is_same(look.past, root, data)) continue;
    look_at(look, data, "the file system of node " + node.name + "'s data", node.name + " data disk", &node);
  }
}

}  // namespace mixnet
