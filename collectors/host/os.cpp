// SPDX-License-Identifier: Apache-2.0
#include "collectors/host/os.h"

#include <algorithm>
#include <chrono>

namespace mixnet {
namespace {

constexpr Metric kInfo = gauge(
    "node_os_info",
    "A metric with a constant '1' value labeled by build_id, id, id_like, image_id, image_version, name, pretty_name, variant, "
    "variant_id, version, version_codename, version_id.");
constexpr Metric kVersion = gauge("node_os_version", "Metric containing the major.minor part of the OS version.");
constexpr Metric kSupportEnd =
    gauge("node_os_support_end_timestamp_seconds", "Metric containing the end-of-life date timestamp of the OS.");
constexpr const Metric* kMetrics[] = {&kInfo, &kVersion, &kSupportEnd};

constexpr std::array<std::string_view, OsRelease::kKeys.size()> kLabels = {
    "build_id",    "id",      "id_like",    "image_id", "image_version",    "name",
    "pretty_name", "variant", "variant_id", "version",  "version_codename", "version_id"};

/// The file last parsed, which an upgrade of the system replaces.
struct KnownRelease {
  std::string_view file;
  std::optional<FileStamp> stamp;
  OsRelease release;
};

void emit(const OsRelease& release, Samples& out) {
  std::array<Label, kLabels.size()> labels;
  for (std::size_t at = 0; at < kLabels.size(); ++at) labels[at] = {kLabels[at], release.values[at]};
  out.add(kInfo, 1, out.labels(labels));
  if (release.version && *release.version > 0) {
    out.add(kVersion, *release.version, {{"id", release["ID"]}, {"id_like", release["ID_LIKE"]}, {"name", release["NAME"]}});
  }
  if (release.support_end) out.add(kSupportEnd, *release.support_end);
}

Result<void> collect(Context& context, Samples& out) {
  auto& known = context.memory.get<KnownRelease>();
  for (const std::string_view file : {"etc/os-release", "usr/lib/os-release"}) {
    const auto stamp = context.rootfs.stamp(file);
    if (!stamp) continue;
    if (known.file != file || known.stamp != stamp) {
      known.stamp.reset();  // a file that does not parse is not known
      const auto text = TRY(context.rootfs.read_once(file, Shape::records));
      TRY(context.rootfs.named(file, parse_os_release(text, known.release)));
      known.file = file;
      known.stamp = stamp;
    }
    emit(known.release, out);
    return {};
  }
  return fail(Fault::absent, "no os-release in " + context.rootfs.path("etc") + " nor " + context.rootfs.path("usr/lib"));
}

/// The value of an assignment as a shell would read it: "Debian GNU/Linux", 'Void', debian.
std::string unquoted(std::string_view text) {
  constexpr std::string_view kEscapable = "$\"\\`";  // between double quotes
  std::string out;
  char quote = '\0';
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (quote == '\0' && (c == '"' || c == '\'')) {
      quote = c;
    } else if (c == quote) {
      quote = '\0';
    } else if (c == '\\' && quote != '\'' && at + 1 < text.size()) {
      const char next = text[++at];
      if (quote == '"' && kEscapable.find(next) == std::string_view::npos) out += c;  // "\t" is no tab to a shell
      out += next;
    } else if (c == '#' && quote == '\0' && at > 0 && text[at - 1] == ' ') {
      out = trim(out);
      break;  // a comment stands behind the value
    } else {
      out += c;
    }
  }
  return out;
}

/// "22.04" of "22.04.1", "12" of "12 (bookworm)".
std::optional<double> major_minor(std::string_view version) {
  constexpr std::string_view kDigits = "0123456789";
  auto end = std::min(version.find_first_not_of(kDigits), version.size());
  if (end > 0 && end < version.size() && version[end] == '.') {
    end = std::min(version.find_first_not_of(kDigits, end + 1), version.size());
  }
  const auto value = number<double>(version.substr(0, end));
  return value ? std::optional(*value) : std::nullopt;
}

/// "2028-06-30", midnight in UTC.
Result<double> seconds_of_date(std::string_view text) {
  auto rest = text;
  const auto year = number<int>(take_until(rest, '-'));
  const auto month = number<unsigned>(take_until(rest, '-'));
  const auto day = number<unsigned>(rest);
  if (text.size() == 10 && year && month && day) {
    const std::chrono::year_month_day date{std::chrono::year(*year), std::chrono::month(*month), std::chrono::day(*day)};
    if (date.ok()) return std::chrono::duration<double>(std::chrono::sys_days(date).time_since_epoch()).count();
  }
  return fail(Fault::malformed, in_quotes(text) + " is not a date as 2028-06-30");
}

}  // namespace

std::string_view OsRelease::operator[](std::string_view key) const {
  const auto found = std::find(kKeys.begin(), kKeys.end(), key);
  return found == kKeys.end() ? std::string_view{} : values[static_cast<std::size_t>(found - kKeys.begin())];
}

// PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"
// ID=debian
// SUPPORT_END=2028-06-30
Result<void> parse_os_release(std::string_view text, OsRelease& out) {
  out = {};
  Lines lines(text);
  for (std::string_view line; lines.next(line);) {
    auto value = trim(line);
    if (value.empty() || value.front() == '#') continue;
    if (value.find('=') == std::string_view::npos) return lines.malformed("KEY=value expected in " + in_quotes(line));
    const auto key = trim(take_until(value, '='));
    value = trim(value);
    const auto found = std::find(OsRelease::kKeys.begin(), OsRelease::kKeys.end(), key);
    if (found != OsRelease::kKeys.end()) {
      out.values[static_cast<std::size_t>(found - OsRelease::kKeys.begin())] = unquoted(value);
    }
    if (key != "SUPPORT_END" || unquoted(value).empty()) continue;
    const auto end = seconds_of_date(unquoted(value));
    if (!end) return lines.malformed(end.error().message);
    out.support_end = *end;
  }
  out.version = major_minor(out["VERSION_ID"]);
  return {};
}

constinit const Collector kOs{"os",   "The operating system, as os-release names it.", true, Schedule::at_scrape, kMetrics,
                              collect};

}  // namespace mixnet
