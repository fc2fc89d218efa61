// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "daemon/history/recorder.h"
#include "daemon/scraper.h"
#include "daemon/web/message.h"
#include "daemon/web/responder.h"

namespace mixnet {

struct StatusView;

/// Which path gives what: the page, the metrics, what was recorded, and whether the daemon is healthy and ready.
class Routes {
 public:
  /// `network` is what /sd/nodes is answered from; null: it is not served.
  Routes(std::string page_title, std::string telemetry_path, Scraper& scraper, std::shared_ptr<const NetworkDirectory> network)
      : page_title_(std::move(page_title)),
        telemetry_path_(std::move(telemetry_path)),
        scraper_(scraper),
        network_(std::move(network)) {}

  /// On the server's thread.
  void handle(const web::Request& request, web::Responder responder);

  /// Whom to ask for what was recorded, from now on; to be called before the first request.
  void use(std::shared_ptr<RecorderInbox> recorder);

  /// From now on /-/ready answers 503, so that a load balancer sends nobody here any more.
  void leave() { leaving_ = true; }

 private:
  void metrics(const web::Request& request, web::Responder responder);
  void status(const web::Request& request, web::Responder responder, web::Response (*answer)(const StatusView& view));
  void history(const web::Request& request, web::Responder responder);
  std::shared_ptr<RecorderInbox> recorder() const;
  web::Response health() const;
  web::Response nodes(const web::Request& request) const;

  const std::string page_title_, telemetry_path_;
  Scraper& scraper_;
  const std::shared_ptr<const NetworkDirectory> network_;
  const std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
  std::atomic<bool> leaving_{false};

  mutable std::mutex mutex_;
  std::shared_ptr<RecorderInbox> recorder_;  // guarded by mutex_
};

}  // namespace mixnet
