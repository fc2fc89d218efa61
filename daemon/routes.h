// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include "daemon/scraper.h"
#include "daemon/web/message.h"
#include "daemon/web/responder.h"

namespace mixnet {

/// Which path gives what: the landing page, the metrics, and whether the daemon is healthy and ready.
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

  /// From now on /-/ready answers 503, so that a load balancer sends nobody here any more.
  void leave() { leaving_ = true; }

 private:
  void metrics(const web::Request& request, web::Responder responder);
  web::Response health() const;
  web::Response nodes(const web::Request& request) const;

  const std::string page_title_, telemetry_path_;
  Scraper& scraper_;
  const std::shared_ptr<const NetworkDirectory> network_;
  const std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
  std::atomic<bool> leaving_{false};
};

}  // namespace mixnet
