// SPDX-License-Identifier: Apache-2.0
#include "daemon/commands/doctor.h"

#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include "collectors/kit/http.h"
#include "collectors/kit/regular_file.h"
#include "collectors/kit/text.h"
#include "daemon/address.h"
#include "daemon/board.h"
#include "daemon/commands/config_check.h"
#include "daemon/doctor/collector_findings.h"
#include "daemon/doctor/host_findings.h"
#include "daemon/doctor/monitoring_findings.h"
#include "daemon/flags.h"
#include "daemon/url.h"
#include "daemon/version.h"

namespace mixnet {
namespace {

constexpr std::size_t kAnswerBytesMax = 32 << 20;  // a large Prometheus has thousands of targets and rules

/// The flags of the running service, where none were given to us: what it is looked at with is what it runs with.
Flags in_force(const Flags& flags, const ServiceUnit& unit) {
  if (unit.main_pid == 0 || !flags.options.empty() || !flags.config_file.empty()) return flags;
  Tree proc("/proc");
  const auto text = proc.read_once(Path(Decimal(static_cast<std::uint64_t>(unit.main_pid)), "/cmdline"), Shape::single);
  if (!text) return flags;
  std::vector<std::string> words;
  for (std::string_view rest = *text; !rest.empty();) words.emplace_back(take_until(rest, '\0'));
  std::vector<const char*> arguments;
  for (std::size_t i = 1; i < words.size(); ++i) arguments.push_back(words[i].c_str());
  auto line = parse_command_line(arguments, all_commands());
  if (!line) return flags;
  line->flags.of_command = flags.of_command;
  return line->flags;
}

Diagnoses configuration_findings(const Flags& flags, const Result<Config>& config) {
  Diagnoses out{"Configuration", {}};
  const std::string file = flags.config_file.empty() ? kDefaultConfigFile : flags.config_file;
  if (!config) {
    for (std::string_view rest = config.error().message; !rest.empty();) {
      out.add(Verdict::bad, "configuration", std::string(take_until(rest, '\n')),
              "mend it, then `mixnet-exporter config check`");
    }
    return out;
  }
  out.add(Verdict::good, "configuration", file + (flags.options.empty() ? "" : ", and flags of the service"));
  if (const auto web = check_web(config->web); !web) {
    out.add(Verdict::bad, "web", web.error().message, "`mixnet-exporter config check` until it is good");
  } else {
    out.add(Verdict::good, "web", config->web.config_file.empty() ? "plain HTTP" : config->web.config_file);
  }
  return out;
}

Answers ask(const std::vector<std::string>& urls, const Config& config) {
  std::vector<HttpExchange> exchanges(urls.size());
  for (std::size_t i = 0; i < urls.size(); ++i) {
    exchanges[i].request.url = urls[i];
    exchanges[i].request.body_bytes_max = kAnswerBytesMax;
    exchanges[i].request.ca_file = config.settings.network.ca_file;
  }
  Http().exchange(exchanges);
  Answers out;
  for (auto& exchange : exchanges) out.push_back(std::move(exchange.response));
  return out;
}

/// How Prometheus would see us: by what our own page says, where it can be read from here.
OurTarget our_target(const Config& config) {
  OurTarget out;
  out.path = config.web.telemetry_path;
  const std::string scheme = config.web.config_file.empty() ? "http://" : "https://";
  for (const auto& text : config.web.listen_addresses) {
    const auto address = parse_address(text);
    if (!address) continue;
    out.ports.push_back(std::to_string(address->port));
    const bool any = address->host.empty() || address->host == "0.0.0.0" || address->host == "::";
    const auto host = any                                            ? "127.0.0.1"
                      : address->host.find(':') == std::string::npos ? address->host
                                                                     : "[" + address->host + "]";
    const auto answers = ask({scheme + host + ":" + out.ports.back() + out.path + "?collect[]=time"}, config);
    if (!out.start_time) out.start_time = plain_sample(answers.front().body, "process_start_time_seconds");
  }
  return out;
}

std::string value_of(const Flags& flags, std::string_view name) {
  for (const auto& [flag, value] : flags.of_command) {
    if (flag == name) return value.ends_with('/') ? value.substr(0, value.size() - 1) : value;
  }
  return "";
}

void add_monitoring(const Flags& flags, const Config& config, std::vector<Diagnoses>& out) {
  if (const auto base = value_of(flags, "prometheus"); !base.empty()) {
    const auto us = our_target(config);
    out.push_back(prometheus_findings(base, us, ask(prometheus_requests(base, us), config)));
  }
  if (const auto base = value_of(flags, "grafana"); !base.empty()) {
    out.push_back(grafana_findings(base, ask(grafana_requests(base), config)));
  }
  if (const auto base = value_of(flags, "alertmanager"); !base.empty()) {
    out.push_back(alertmanager_findings(base, ask(alertmanager_requests(base), config)));
  }
}

int refused(const std::string& message) {
  std::fprintf(stderr, "%s\n", message.c_str());
  return 1;
}

}  // namespace

int run_doctor(const Flags& given) {
  for (const auto& [flag, value] : given.of_command) {
    if (const auto good = check_url(value); !good) return refused("--" + flag + ": " + good.error().message);
  }
  const auto unit = service_unit();
  const auto flags = in_force(given, unit);
  const auto whom = become_service_user(unit);
  if (!whom) return refused(whom.error().message);
  std::printf("mixnet-exporter %s looks around %s. Nothing is changed.\n\n", std::string(build_info().version).c_str(),
              whom->c_str());
  const auto config = load_config(flags);
  std::vector<Diagnoses> sections{configuration_findings(flags, config)};
  if (config) {
    Board board(config->roots, config->settings, config->enabled_collectors(), Pace::once);
    board.collect({});
    sections.push_back(service_findings(*config, unit));
    sections.push_back(node_findings(*config, board));
    sections.push_back(collector_findings(board));
    sections.push_back(host_findings(*config, board));
    add_monitoring(flags, *config, sections);
  }
  std::fputs(findings_text(sections).c_str(), stdout);
  return any_bad(sections) ? 1 : 0;
}

}  // namespace mixnet
