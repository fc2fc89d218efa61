// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "collectors/kit/http.h"
#include "daemon/doctor/findings.h"

namespace mixnet {

/// How the exporter is told from others among a Prometheus's targets.
struct OurTarget {
  std::optional<double> start_time;  ///< its process_start_time_seconds, which no other's is; nothing where it is not known
  std::vector<std::string> ports;    ///< "10087", of the addresses it listens on
  std::string path = "/metrics";     ///< its telemetry path
};

/// What a server answered to the requests of its `..._requests`, in their order.
using Answers = std::vector<HttpResponse>;

/// What a Prometheus at `base` is asked, and what is made of its answers: does it scrape us, since when and how often, with
/// what error; are our alerting rules loaded, and whom does it tell of alerts.
std::vector<std::string> prometheus_requests(const std::string& base, const OurTarget& us);
Diagnoses prometheus_findings(const std::string& base, const OurTarget& us, const Answers& answers);

/// The same of a Grafana: is it well, and has it our dashboards, where it tells strangers.
std::vector<std::string> grafana_requests(const std::string& base);
Diagnoses grafana_findings(const std::string& base, const Answers& answers);

/// The same of an Alertmanager: is it ready, to whom could it send, which of our alerts does it have.
std::vector<std::string> alertmanager_requests(const std::string& base);
Diagnoses alertmanager_findings(const std::string& base, const Answers& answers);

/// The value of a sample without labels in an exposition; nothing where it has none of that name.
std::optional<double> plain_sample(std::string_view exposition, std::string_view name);

}  // namespace mixnet
