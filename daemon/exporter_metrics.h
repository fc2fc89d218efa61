// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <span>

#include "collectors/kit/samples.h"
#include "collectors/kit/tree.h"
#include "daemon/alerts/alert_sender.h"
#include "daemon/history/history_instruments.h"
#include "daemon/web/instruments.h"

namespace mixnet {

/// What the daemon counts of itself beside the web server's instruments. Written by several threads, read by the scrape's.
struct ExporterState {
  std::atomic<std::uint64_t> collections{0};          ///< fewer than scrapes where scrapes came together and shared one
  std::atomic<bool> config_valid{true};               ///< did the file read last hold a valid configuration?
  std::atomic<double> config_read_time{0};            ///< when a valid one was read last, Unix time in seconds
  std::atomic<bool> web_config_valid{true};           ///< the same for the file of --web.config.file
  std::atomic<const web::Instruments*> web{nullptr};  ///< the server's, once there is one
  std::atomic<const AlertSender*> alerts{nullptr};    ///< who is told of alarms, once that is known
  HistoryInstruments history;
};

/// mixnet_exporter_build_info, which --web.disable-exporter-metrics leaves in.
void add_build_info(Samples& out);

/// The families about the exporter itself: mixnet_exporter_… from its instruments, and process_… as every Prometheus client
/// library names them, from /proc/self.
class ExporterMetrics {
 public:
  void add(const ExporterState& state, Samples& out);

 private:
  void add_process(Samples& out);

  Tree proc_{"/proc"};  // this process is in the real one, whatever --path.procfs says
};

/// All that is added here, for the documentation.
std::span<const Metric* const> exporter_metrics();

}  // namespace mixnet
