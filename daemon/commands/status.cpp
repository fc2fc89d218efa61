// SPDX-License-Identifier: Apache-2.0
#include "daemon/commands/status.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <thread>
#include <vector>

#include "collectors/kit/text.h"
#include "daemon/check_data.h"
#include "daemon/history/history_file.h"
#include "daemon/page/charts.h"
#include "daemon/page/status_json.h"
#include "daemon/page/status_text.h"
#include "daemon/version.h"

namespace mixnet {
namespace {

constexpr std::chrono::seconds kWatchEvery{10};
constexpr UnixMs kMinute = 60'000;

struct Wanted {
  bool json = false, watch = false;
  const TimeRange* range = nullptr;
  TextStyle style;
};

/// What there is to show, whether it was recorded or looked at just now.
struct Known {
  std::unique_ptr<HistoryFile> history;
  std::string no_history;
  CheckData data;
  std::vector<Finding> findings;
  std::vector<Alarm> alarms;
};

Result<Wanted> wanted_by(const Flags& flags) {
  Wanted out;
  out.json = flags.own("json") == "true";
  out.watch = flags.own("watch") == "true";
  const auto range = flags.own("range");
  out.range = &range_named(range);
  if (!range.empty() && out.range->name != range) {
    return fail(Fault::malformed, "--range: " + in_quotes(range) + " is none of 1h, 24h and 7d");
  }
  out.style.colour = isatty(STDOUT_FILENO) == 1 && std::getenv("NO_COLOR") == nullptr;
  winsize size{};
  constexpr std::size_t kNarrowest = 40;
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
    out.style.width = std::max<std::size_t>(size.ws_col, kNarrowest);
  }
  return out;
}

/// Of what goes on the file knows since when.
Result<std::vector<Alarm>> alarms_in(HistoryFile& file, UnixMs now) {
  std::vector<Alarm> out;
  for (auto& event : TRY(file.events(now - kMinute, now))) {
    if (event.end != 0) continue;
    Alarm alarm;
    alarm.alert = std::move(event.alert);
    alarm.node = std::move(event.node);
    alarm.status = event.status;
    alarm.since = event.begin;
    alarm.message = std::move(event.message);
    out.push_back(std::move(alarm));
  }
  return out;
}

/// absent: there is no history, or the daemon does not write it any more.
Result<Known> recorded(const Config& config, UnixMs now) {
  const auto path = history_path(config.roots.state);
  Known out;
  out.history = TRY(HistoryFile::open_to_read(path));
  const auto newest = TRY(out.history->newest());
  if (now - newest > std::max<UnixMs>(kMinute, 4 * config.history.interval.count())) {
    return fail(Fault::absent, path + ": nothing has been recorded lately");
  }
  const auto back = std::max<UnixMs>(looks_back(config.checks).count(), 60 * kMinute) + 2 * kMinute;
  out.data = {TRY(out.history->window({}, now - back, now + 1)), now, ""};
  out.findings = evaluate_all(out.data.window, now, config.checks);
  out.alarms = TRY(alarms_in(*out.history, now));
  return out;
}

Known sampled(const Config& config, const std::string& no_history) {
  std::vector<ChosenCheck> checks;
  for (std::size_t index = 0; index < std::min(config.checks.size(), all_checks().size()); ++index) {
    if (config.checks[index].on) checks.push_back({&all_checks()[index], config.checks[index]});
  }
  Known out;
  out.no_history = no_history;
  out.data = sampled_data(config, checks, page_metrics());
  for (const auto& [check, limits] : checks) evaluate(*check, out.data.window, out.data.now, limits, out.findings);
  sort_by_gravity(out.findings);
  return out;
}

Known look_at(const Config& config) {
  auto known = recorded(config, unix_ms());
  return known ? *std::move(known) : sampled(config, known.error().message);
}

std::string text_of(const Config& config, const Wanted& wanted) {
  const auto known = look_at(config);
  StatusView view;
  view.title = config.web.page_title;
  view.version = build_info().version;
  view.revision = build_info().revision;
  view.now = known.data.now;
  view.findings = known.findings;
  view.alarms = known.alarms;
  view.window = &known.data.window;
  view.history = known.history.get();
  view.history_reason = known.no_history;
  view.range = wanted.range;
  return wanted.json ? status_json(view) : status_text(view, wanted.style);
}

bool print(const std::string& text) {
  return std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0;
}

}  // namespace

int run_status(const Flags& flags) {
  const auto config = load_config(flags);
  const auto wanted = wanted_by(flags);
  if (!config || !wanted) {
    std::fprintf(stderr, "%s\n", (config ? wanted.error() : config.error()).message.c_str());
    return 1;
  }
  constexpr std::string_view kClear = "\x1b[H\x1b[2J";
  const bool clears = wanted->watch && !wanted->json && isatty(STDOUT_FILENO) == 1;
  for (;;) {
    const auto text = text_of(*config, *wanted);
    if (!print(clears ? std::string(kClear) + text : text)) return 1;
    if (!wanted->watch) return 0;
    std::this_thread::sleep_for(kWatchEvery);
  }
}

}  // namespace mixnet
