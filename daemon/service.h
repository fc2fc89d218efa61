// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "daemon/alerts/alert_sender.h"
#include "daemon/config.h"
#include "daemon/exporter_metrics.h"
#include "daemon/history/recorder.h"
#include "daemon/routes.h"
#include "daemon/scraper.h"
#include "daemon/web/protection_file.h"
#include "daemon/web/server.h"

namespace mixnet {

/// The running daemon: the thread that collects and the web server, put together from a configuration.
class Service {
 public:
  /// Serves at once. `flags` are read again with the file at each reload.
  static Result<std::unique_ptr<Service>> start(const Flags& flags, const Config& config);
  ~Service();

  /// Where it is served: "http://127.0.0.1:10087/metrics" and so on.
  std::vector<std::string> urls() const;

  /// Reads the configuration again. A bad one is refused in the log and in a metric, and the old one stays in force.
  void reload();

  /// Does the way of a scrape work: does the server answer, and does the collecting thread come round?
  bool works();

  /// Lets requests under way be answered and ends; false where a collector, or the disk, still hangs after `time`.
  bool stop(std::chrono::milliseconds time);

 private:
  Service(const Flags& flags, const Config& config);
  Result<void> open_web();
  void start_recorder();
  void restart_recorder();
  Result<std::vector<web::Listener>> listeners() const;

  const Flags flags_;
  const Config config_;   ///< it was started with
  Config latest_config_;  ///< the one read last
  ExporterState state_;
  AlertSender alerts_;
  const std::shared_ptr<NetworkDirectory> network_ = std::make_shared<NetworkDirectory>();
  Scraper scraper_;
  Routes routes_;
  std::unique_ptr<Recorder> recorder_;
  std::shared_ptr<web::ProtectionFile> protection_;  // none without --web.config.file
  std::unique_ptr<web::Server> server_;
};

}  // namespace mixnet
