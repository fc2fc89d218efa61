// SPDX-License-Identifier: Apache-2.0
#include "daemon/commands/run.h"

#include <malloc.h>
#include <pthread.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>

#include "daemon/log.h"
#include "daemon/service.h"
#include "daemon/service_manager.h"
#include "daemon/start_memory.h"
#include "daemon/version.h"

namespace mixnet {
namespace {

constexpr std::chrono::milliseconds kStopTime{1800};  // of the two seconds a SIGTERM is given

/// Blocks the signals that are waited for, before the first thread, so that no other thread is interrupted by them.
sigset_t block_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&signals, signal);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  return signals;
}

/// One arena for all threads: they seldom allocate, and what each keeps of its own is memory that no other can use.
void share_memory() { ::mallopt(M_ARENA_MAX, 1); }

/// The next signal, or 0 when the watchdog is due.
int wait_for_signal(const sigset_t& signals, std::optional<std::chrono::microseconds> watchdog) {
  for (;;) {
    timespec time{};
    if (watchdog) {
      time.tv_sec = watchdog->count() / 1'000'000;
      time.tv_nsec = watchdog->count() % 1'000'000 * 1'000;
    }
    const int signal = ::sigtimedwait(&signals, nullptr, watchdog ? &time : nullptr);
    if (signal > 0) return signal;
    if (errno == EAGAIN) return 0;
  }
}

void serve(Service& service, const sigset_t& signals) {
  const auto status = "serving " + service.urls().front();
  const auto watchdog = watchdog_interval();
  notify_ready(status);
  give_back_start_memory();
  for (;;) {
    switch (wait_for_signal(signals, watchdog)) {
      case 0:
        if (service.works()) {
          notify_watchdog();
        } else {
          log_error("the self-check of the scrape path failed, so the watchdog is not told that all is well");
        }
        break;
      case SIGHUP:
        notify_reloading();
        service.reload();
        notify_ready(status);
        break;
      default: return;
    }
  }
}

}  // namespace

int run_run(const Flags& flags) {
  share_memory();
  const auto signals = block_signals();
  const auto config = load_config(flags);
  if (!config) {
    std::fprintf(stderr, "%s\n", config.error().message.c_str());
    return 1;
  }
  log_open(config->log.level, config->log.format);
  auto service = Service::start(flags, *config);
  if (!service) {
    log_error("cannot start", {{"err", service.error().message}});
    return 1;
  }
  log_info("mixnet-exporter started", {{"version", build_info().version}, {"collectors", config->enabled_collectors().size()}});
  if (config->web.page_title != Config().web.page_title) log_info(config->web.page_title);
  for (const auto& url : (*service)->urls()) log_info("listening", {{"url", url}});
  serve(**service, signals);
  notify_stopping();
  log_info("stopping");
  if (!(*service)->stop(kStopTime)) {
    log_warn("a collector still hangs, it is left behind");
    std::_Exit(0);
  }
  return 0;
}

}  // namespace mixnet
