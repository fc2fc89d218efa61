// SPDX-License-Identifier: Apache-2.0
#include "daemon/service.h"

#include <unistd.h>

#include <climits>

#include "collectors/kit/text.h"
#include "daemon/log.h"
#include "daemon/self_check.h"

namespace mixnet {
namespace {

constexpr std::chrono::seconds kSelfCheckTime{5};
constexpr std::chrono::seconds kRecorderTime{5};

double unix_time() { return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count(); }

std::unique_ptr<Board> board_of(const Config& config, const std::shared_ptr<NetworkDirectory>& network) {
  return std::make_unique<Board>(config.roots, config.settings, config.enabled_collectors(), Pace::daemon, network);
}

std::string host_name() {
  char name[HOST_NAME_MAX + 1] = "";
  return ::gethostname(name, sizeof name - 1) == 0 ? name : "localhost";
}

/// Is what is wrong to be worked out all the time, for a history or for who is to be told?
bool is_evaluated(const Config& config) { return config.history.enabled || !config.alerts.receivers.empty(); }

/// Is anything to be recorded as before, from the same collectors?
bool records_alike(const Config& before, const Config& after) {
  return before.history == after.history && before.checks == after.checks && is_evaluated(before) == is_evaluated(after) &&
         before.roots.state == after.roots.state && before.enabled_collectors() == after.enabled_collectors();
}

/// What a running daemon cannot change.
bool needs_restart(const Config& before, const Config& after) {
  return before.web.listen_addresses != after.web.listen_addresses || before.web.telemetry_path != after.web.telemetry_path ||
         before.web.page_title != after.web.page_title || before.web.config_file != after.web.config_file ||
         before.web.systemd_socket != after.web.systemd_socket ||
         before.web.disable_exporter_metrics != after.web.disable_exporter_metrics ||
         before.web.allow_unprotected != after.web.allow_unprotected ||
         before.settings.network.serve_nodes != after.settings.network.serve_nodes;
}

}  // namespace

Service::Service(const Flags& flags, const Config& config)
    : flags_(flags),
      config_(config),
      latest_config_(config),
      alerts_({.state = StateFolder(config.roots.state), .host = host_name()}),
      scraper_(board_of(config, network_), {.exporter_metrics = !config.web.disable_exporter_metrics, .state = &state_}),
      routes_(config.web.page_title, config.web.telemetry_path, scraper_,
              config.settings.network.serve_nodes ? network_ : nullptr) {
  state_.config_read_time = unix_time();
  state_.alerts = &alerts_;
  start_recorder();
}

void Service::start_recorder() {
  const auto& history = latest_config_.history;
  Recorder::Options options;
  options.recordings = recordings(history.record_defaults, history.record);
  options.checks = latest_config_.checks;
  options.state = latest_config_.roots.state;
  options.limits = history.limits;
  options.interval = is_evaluated(latest_config_) ? history.interval : std::chrono::milliseconds(0);
  if (history.enabled) options.file = history_path(latest_config_.roots.state);
  options.on_alarms = [this](std::span<const Alarm> alarms, std::span<const AlarmChange>, UnixMs now) {
    alerts_.update(alarms, now);
  };
  const auto collectors = latest_config_.enabled_collectors();
  recorder_ = std::make_unique<Recorder>(std::move(options), scraper_, collectors, state_.history);
  routes_.use(recorder_->inbox());
}

Service::~Service() = default;

Result<std::unique_ptr<Service>> Service::start(const Flags& flags, const Config& config) {
  std::unique_ptr<Service> service(new Service(flags, config));
  TRY(service->open_web());
  service->alerts_.use(config.alerts);
  return service;
}

Result<std::vector<web::Listener>> Service::listeners() const {
  if (config_.web.systemd_socket) return web::inherited_listeners();
  std::vector<web::Listener> out;
  for (const auto& text : config_.web.listen_addresses) {
    const auto address = TRY(parse_address(text));
    out.push_back(TRY(web::Listener::bind(address)));
  }
  return out;
}

Result<void> Service::open_web() {
  web::ServerOptions options{.listeners = TRY(listeners()), .protection = nullptr, .limits = {}};
  std::vector<std::string> exposed;
  for (const auto& listener : options.listeners) {
    if (!listener.is_local()) exposed.push_back(listener.address());
  }
  if (!config_.web.config_file.empty()) {
    const auto report = [this](const Result<void>& read) {
      state_.web_config_valid = read.has_value();
      if (read) {
        log_info("web configuration read again", {{"file", config_.web.config_file}});
      } else {
        log_error("web configuration refused, the old one stays in force", {{"err", read.error().message}});
      }
    };
    protection_ = TRY(web::ProtectionFile::open(
        config_.web.config_file,
        {.known_clients_only = !exposed.empty() && !config_.web.allow_unprotected, .on_reload = report}));
  }
  const auto protection = protection_ ? protection_->current() : nullptr;
  TRY(web::check_exposure(exposed, protection.get(), config_.web.allow_unprotected));
  options.protection = protection_;
  server_ = TRY(web::Server::start(std::move(options), [this](const web::Request& request, web::Responder responder) {
    routes_.handle(request, std::move(responder));
  }));
  state_.web = &server_->instruments();
  return {};
}

std::vector<std::string> Service::urls() const {
  const auto protection = protection_ ? protection_->current() : nullptr;
  const std::string scheme = protection && protection->tls ? "https://" : "http://";
  std::vector<std::string> out;
  for (const auto& address : server_->addresses()) {
    out.push_back(address.starts_with("unix:") ? address : scheme + address + config_.web.telemetry_path);
  }
  return out;
}

void Service::reload() {
  const auto config = load_config(flags_);
  state_.config_valid = config.has_value();
  if (!config) {
    std::string_view faults = config.error().message;
    while (!faults.empty()) {
      log_error("configuration refused, the old one stays in force", {{"err", take_until(faults, '\n')}});
    }
    return;
  }
  state_.config_read_time = unix_time();
  if (needs_restart(config_, *config)) log_warn("a change below web: takes effect at the next start only");
  const bool recorder_stays = records_alike(latest_config_, *config);
  log_open(config->log.level, config->log.format);
  scraper_.replace(board_of(*config, network_));
  latest_config_ = *config;
  alerts_.use(config->alerts);
  if (!recorder_stays) restart_recorder();
  if (protection_) (void)protection_->reload();  // reports by itself
  log_info("configuration read again", {{"collectors", config->enabled_collectors().size()}});
}

void Service::restart_recorder() {
  if (!recorder_->stop(kRecorderTime)) {
    log_warn("the history still waits for the disk; what is new of it takes effect at the next start");
    return;
  }
  recorder_.reset();
  start_recorder();
}

bool Service::works() { return scraper_.comes_round(kSelfCheckTime) && answers(server_->addresses().front(), kSelfCheckTime); }

bool Service::stop(std::chrono::milliseconds time) {
  const auto deadline = std::chrono::steady_clock::now() + time;
  routes_.leave();
  alerts_.request_stop();
  server_->drain(time * 3 / 4);
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
  const bool collected = scraper_.stop(std::max(left, std::chrono::milliseconds(50)));
  const bool recorded = recorder_->stop(std::max(left, std::chrono::milliseconds(50)));
  const bool told = alerts_.stop(std::max(left, std::chrono::milliseconds(50)));
  return collected && recorded && told;
}

}  // namespace mixnet
