// SPDX-License-Identifier: Apache-2.0
#include "daemon/exporter_metrics.h"

#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <charconv>
#include <filesystem>
#include <optional>

#include "collectors/kit/text.h"
#include "daemon/version.h"

namespace mixnet {
namespace {

constexpr Metric kBuildInfo = gauge("mixnet_exporter_build_info", "What this exporter was built from and with; always 1.");
constexpr Metric kCollections =
    counter("mixnet_exporter_collections_total", "Runs of the collectors; scrapes that come together share one.");
constexpr Metric kConfigValid = gauge("mixnet_exporter_config_last_reload_successful",
                                      "Whether the configuration file read last was valid; the one before serves if not.");
constexpr Metric kConfigTime = gauge("mixnet_exporter_config_last_reload_success_timestamp_seconds",
                                     "Unix time at which a valid configuration was read last.");
constexpr Metric kWebConfigValid =
    gauge("mixnet_exporter_web_config_last_reload_successful",
          "Whether the web configuration was valid when it changed last; the old one serves if not.");
constexpr Metric kResponses = counter("mixnet_exporter_http_responses_total", "HTTP responses begun, by status code.");
constexpr Metric kResponseBytes = counter("mixnet_exporter_http_response_bytes_total", "Bytes of response bodies sent whole.");
constexpr Metric kCutOff = counter("mixnet_exporter_http_responses_cut_off_total",
                                   "Responses begun that the client did not take: it left or was too slow.");
constexpr Metric kInFlight = gauge("mixnet_exporter_http_requests_in_flight", "HTTP requests asked and not yet answered.");
constexpr Metric kAccepted = counter("mixnet_exporter_http_connections_accepted_total", "Connections accepted.");
constexpr Metric kOpen = gauge("mixnet_exporter_http_connections_open", "Connections open now.");
constexpr Metric kRefused =
    counter("mixnet_exporter_http_connections_refused_total", "Connections refused at the limit, as none could give way.");
constexpr Metric kEvicted =
    counter("mixnet_exporter_http_connections_evicted_total", "Connections without a request that gave way to newer ones.");
constexpr Metric kTimedOut =
    counter("mixnet_exporter_http_connections_timed_out_total",
            "Connections closed as a request or a reply took too long, or none was under way for long.");
constexpr Metric kAcceptErrors =
    counter("mixnet_exporter_http_accept_errors_total", "Connections the kernel could not hand over.");
constexpr Metric kPasswordFailures =
    counter("mixnet_exporter_http_password_failures_total", "Requests with wrong or missing credentials.");
constexpr Metric kTlsFailures =
    counter("mixnet_exporter_http_tls_failures_total", "TLS connections that ended before their first request.");

constexpr Metric kAlertsFiring = gauge("mixnet_exporter_alerts_firing",
                                       "Alerts that the exporter itself finds, by severity; absent where it checks nothing.");
constexpr Metric kNotifications =
    counter("mixnet_exporter_alert_notifications_total", "Attempts to tell a receiver of alerts, by receiver of alerts:.");
constexpr Metric kNotificationsFailed =
    counter("mixnet_exporter_alert_notifications_failed_total", "Attempts to tell a receiver of alerts that failed.");
constexpr Metric kNotificationsLost =
    counter("mixnet_exporter_alert_notifications_lost_total",
            "Notifications given up: refused, too old, or too many while the receiver failed.");
constexpr Metric kNotificationTime = gauge("mixnet_exporter_alert_notification_last_success_timestamp_seconds",
                                           "Unix time at which a receiver of alerts took something last; 0: not yet.");

constexpr Metric kHistoryUp = gauge("mixnet_exporter_history_up", "Whether the history could be written to disk last.");
constexpr Metric kHistoryTicks = counter("mixnet_exporter_history_ticks_total", "Recordings written to the history.");
constexpr Metric kHistoryDropped = counter("mixnet_exporter_history_dropped_ticks_total",
                                           "Recordings lost, as the disk or the clock did not let them be written.");
constexpr Metric kHistorySetAside =
    counter("mixnet_exporter_history_files_set_aside_total", "Damaged files of the history set aside for new ones.");
constexpr Metric kHistoryBytes = gauge("mixnet_exporter_history_bytes", "Size of the history's file, without its journal.");
constexpr Metric kHistorySeries = gauge("mixnet_exporter_history_series", "Series recorded at a time.");
constexpr Metric kHistoryWriting =
    counter("mixnet_exporter_history_write_seconds_total", "Time spent on writing the history, the disk's included.");
constexpr Metric kHistoryWritten =
    gauge("mixnet_exporter_history_last_write_timestamp_seconds", "Unix time at which the history was written last.");

constexpr Metric kCpu = counter("process_cpu_seconds_total", "Total user and system CPU time spent in seconds.");
constexpr Metric kOpenFds = gauge("process_open_fds", "Number of open file descriptors.");
constexpr Metric kMaxFds = gauge("process_max_fds", "Maximum number of open file descriptors.");
constexpr Metric kResident = gauge("process_resident_memory_bytes", "Resident memory size in bytes.");
constexpr Metric kVirtual = gauge("process_virtual_memory_bytes", "Virtual memory size in bytes.");
constexpr Metric kVirtualMax =
    gauge("process_virtual_memory_max_bytes", "Maximum amount of virtual memory available in bytes.");
constexpr Metric kStart = gauge("process_start_time_seconds", "Start time of the process since unix epoch in seconds.");
constexpr Metric kThreads = gauge("process_threads", "Number of threads, from /proc/self/stat.");

constexpr const Metric* kMetrics[] = {
    &kBuildInfo,         &kCollections,      &kConfigValid,   &kConfigTime,
    &kWebConfigValid,    &kResponses,        &kResponseBytes, &kCutOff,
    &kInFlight,          &kAccepted,         &kOpen,          &kRefused,
    &kEvicted,           &kTimedOut,         &kCpu,           &kAcceptErrors,
    &kOpenFds,           &kMaxFds,           &kResident,      &kPasswordFailures,
    &kTlsFailures,       &kVirtual,          &kVirtualMax,    &kStart,
    &kThreads,           &kHistoryUp,        &kHistoryTicks,  &kHistoryDropped,
    &kHistorySetAside,   &kHistoryBytes,     &kHistorySeries, &kHistoryWriting,
    &kHistoryWritten,    &kAlertsFiring,     &kNotifications, &kNotificationsFailed,
    &kNotificationsLost, &kNotificationTime,
};

template <class Atomic>
void add_value(const Metric& metric, const Atomic& value, Samples& out) {
  out.add(metric, static_cast<double>(value.load()));
}

void add_responses(const web::Instruments& web, Samples& out) {
  for (std::size_t place = 0; place < web.responses.size(); ++place) {
    char digits[8];
    std::string_view code = "other";
    if (place < web::Instruments::kStatuses.size()) {
      const auto end = std::to_chars(digits, digits + sizeof digits, web::Instruments::kStatuses[place]).ptr;
      code = {digits, end};
    }
    out.add(kResponses, static_cast<double>(web.responses[place]), {{"code", code}});
  }
}

void add_server(const web::Instruments& web, Samples& out) {
  add_responses(web, out);
  add_value(kResponseBytes, web.response_bytes, out);
  add_value(kCutOff, web.responses_cut_off, out);
  add_value(kInFlight, web.requests_in_flight, out);
  add_value(kAccepted, web.connections_accepted, out);
  add_value(kOpen, web.connections_open, out);
  add_value(kRefused, web.connections_refused, out);
  add_value(kEvicted, web.connections_evicted, out);
  add_value(kTimedOut, web.connections_timed_out, out);
  add_value(kAcceptErrors, web.accept_errors, out);
  add_value(kPasswordFailures, web.password_failures, out);
  add_value(kTlsFailures, web.tls_failures, out);
}

void add_alerts(const AlertReport& report, Samples& out) {
  if (report.evaluated) {
    out.add(kAlertsFiring, static_cast<double>(report.critical), {{"severity", "critical"}});
    out.add(kAlertsFiring, static_cast<double>(report.warning), {{"severity", "warning"}});
  }
  for (const auto& [name, counts] : report.receivers) {
    const auto receiver = out.labels({{"receiver", name}});
    out.add(kNotifications, static_cast<double>(counts.attempts), receiver);
    out.add(kNotificationsFailed, static_cast<double>(counts.failures), receiver);
    out.add(kNotificationsLost, static_cast<double>(counts.lost), receiver);
    out.add(kNotificationTime, counts.last_success_time, receiver);
  }
}

void add_history(const HistoryInstruments& history, Samples& out) {
  add_value(kHistoryUp, history.up, out);
  add_value(kHistoryTicks, history.ticks, out);
  add_value(kHistoryDropped, history.dropped, out);
  add_value(kHistorySetAside, history.set_aside, out);
  add_value(kHistoryBytes, history.bytes, out);
  add_value(kHistorySeries, history.series, out);
  add_value(kHistoryWriting, history.write_seconds, out);
  add_value(kHistoryWritten, history.last_write_time, out);
}

/// The fields of /proc/self/stat behind the command's name, which may hold blanks and brackets itself (proc(5)).
///     4242 (mixnet-exporter) S 1 4242 … 17:utime=12 18:stime=7 … 24:threads=3 … 26:starttime=8171 27:vsize=… 28:rss=…
struct ProcessStat {
  double cpu_ticks, threads, start_ticks, virtual_bytes, resident_pages;
};

std::optional<ProcessStat> parse_process_stat(std::string_view text) {
  const auto name_end = text.rfind(')');
  if (name_end == std::string_view::npos) return std::nullopt;
  const Fields<24> fields(text.substr(name_end + 1));  // the first is the third of proc(5)
  const auto at = [&fields](std::size_t proc5) { return number<double>(fields[proc5 - 3]).value_or(0); };
  if (fields.count() < 22) return std::nullopt;
  return ProcessStat{at(14) + at(15), at(20), at(22), at(23), at(24)};
}

/// btime of /proc/stat: Unix time in seconds.
std::optional<double> boot_time(std::string_view text) {
  Lines lines(text);
  std::string_view line;
  while (lines.next(line)) {
    if (!line.starts_with("btime ")) continue;
    const auto value = number<double>(line.substr(6));
    return value ? std::optional(*value) : std::nullopt;
  }
  return std::nullopt;
}

double open_descriptors() {
  struct stat status {};
  if (::stat("/proc/self/fd", &status) == 0 && status.st_size > 0) return static_cast<double>(status.st_size);  // since 6.2
  double count = 0;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd", ignored)) count += entry.path().empty() ? 0 : 1;
  return count;
}

/// RLIM_INFINITY is 2^64-1, as client libraries give it.
double limit_of(__rlimit_resource resource) {
  rlimit limit{};
  return ::getrlimit(resource, &limit) == 0 ? static_cast<double>(limit.rlim_cur) : 0;
}

}  // namespace

std::span<const Metric* const> exporter_metrics() { return kMetrics; }

void add_build_info(Samples& out) {
  const auto& build = build_info();
  out.add(
      kBuildInfo, 1,
      {{"version", build.version}, {"revision", build.revision}, {"compiler", build.compiler}, {"platform", build.platform}});
}

void ExporterMetrics::add(const ExporterState& state, Samples& out) {
  add_value(kCollections, state.collections, out);
  add_value(kConfigValid, state.config_valid, out);
  add_value(kConfigTime, state.config_read_time, out);
  add_value(kWebConfigValid, state.web_config_valid, out);
  if (const auto* web = state.web.load()) add_server(*web, out);
  if (const auto* alerts = state.alerts.load()) add_alerts(alerts->report(), out);
  if (state.history.on) add_history(state.history, out);
  add_process(out);
}

void ExporterMetrics::add_process(Samples& out) {
  static const auto kTicks = static_cast<double>(::sysconf(_SC_CLK_TCK));
  static const auto kPage = static_cast<double>(::sysconf(_SC_PAGESIZE));
  static const auto kMaxFdsValue = limit_of(RLIMIT_NOFILE);  // the server has raised it by the first scrape, for good
  static const auto kVirtualMaxValue = limit_of(RLIMIT_AS);
  static const auto kBoot = boot_time(Tree("/proc").read("stat", Shape::single).value_or(std::string_view{}));
  const auto text = proc_.read_if_there("self/stat", Shape::single);
  const auto stat = text ? parse_process_stat(*text) : std::nullopt;
  if (stat) {
    out.add(kCpu, stat->cpu_ticks / kTicks);
    out.add(kResident, stat->resident_pages * kPage);
    out.add(kVirtual, stat->virtual_bytes);
    out.add(kThreads, stat->threads);
    if (kBoot) out.add(kStart, *kBoot + stat->start_ticks / kTicks);
  }
  out.add(kOpenFds, open_descriptors());
  out.add(kMaxFds, kMaxFdsValue);
  out.add(kVirtualMax, kVirtualMaxValue);
}

}  // namespace mixnet
