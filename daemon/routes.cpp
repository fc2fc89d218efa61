// SPDX-License-Identifier: Apache-2.0
#include "daemon/routes.h"

#include <cstdio>

#include "daemon/negotiation.h"
#include "daemon/targets.h"
#include "daemon/version.h"

namespace mixnet {
namespace {

Selection selection_of(const web::Request& request) {
  Selection selection;
  for (const auto& [name, value] : request.query()) {
    if (name == "collect[]") selection.collect.push_back(value);
    if (name == "exclude[]") selection.exclude.push_back(value);
  }
  return selection;
}

}  // namespace

void Routes::handle(const web::Request& request, web::Responder responder) {
  const auto& path = request.path();
  if (path == telemetry_path_) {
    metrics(request, std::move(responder));
  } else if (path == "/") {
    scraper_.page({page_title_, telemetry_path_, std::move(responder)});
  } else if (path == "/-/healthy") {
    responder.answer(web::plain_response(200, "mixnet-exporter is healthy.\n"));
  } else if (path == "/-/ready") {
    responder.answer(leaving_ ? web::plain_response(503, "mixnet-exporter is shutting down.\n")
                              : web::plain_response(200, "mixnet-exporter is ready.\n"));
  } else if (path == "/sd/nodes" && network_) {
    responder.answer(nodes(request));
  } else if (path == "/health") {
    responder.answer(health());
  } else {
    responder.answer(web::plain_response(404));
  }
}

void Routes::metrics(const web::Request& request, web::Responder responder) {
  scraper_.scrape({.selection = selection_of(request),
                   .format = negotiate_format(request.header("Accept").value_or("")),
                   .gzip = accepts_gzip(request.header("Accept-Encoding").value_or("")),
                   .responder = std::move(responder)});
}

/// Prometheus keeps the targets that it has where the answer is not 200.
web::Response Routes::nodes(const web::Request& request) const {
  TargetOptions options;
  for (const auto& [name, value] : request.query()) {
    const auto taken = take_target_option(options, name, value);
    if (!taken) return web::plain_response(400, name + ": " + taken.error().message);
  }
  const auto known = network_->fleet();
  if (!known.fleet) return web::plain_response(503, "The network's nodes are not known yet.");
  const auto fleet = parse_fleet(*known.fleet);
  const TargetSource source{known.environment, &fleet};
  std::size_t left_out = 0;
  auto text = targets_text({&source, 1}, options, TargetFormat::json, left_out);
  return {.content_type = "application/json", .body = std::make_shared<const std::string>(std::move(text))};
}

web::Response Routes::health() const {
  const std::chrono::duration<double> uptime = std::chrono::steady_clock::now() - started_;
  char json[160];
  const std::string version(build_info().version);
  std::snprintf(json, sizeof json, "{\"status\":\"%s\",\"version\":\"%s\",\"uptime_seconds\":%.3f}\n",
                leaving_ ? "stopping" : "ok", version.c_str(), uptime.count());
  return {.content_type = "application/json", .body = std::make_shared<const std::string>(json)};
}

}  // namespace mixnet
