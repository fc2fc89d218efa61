// SPDX-License-Identifier: Apache-2.0
#include "daemon/routes.h"

#include <cstdio>
#include <optional>
#include <utility>

#include "daemon/gzip.h"
#include "daemon/history/history_json.h"
#include "daemon/negotiation.h"
#include "daemon/page/status_json.h"
#include "daemon/page/status_page.h"
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

web::Response json_response(std::string text) {
  return {.content_type = "application/json", .body = std::make_shared<const std::string>(std::move(text))};
}

web::Response page_response(const StatusView& view) {
  return {.content_type = "text/html; charset=utf-8",
          .headers = {{"Content-Security-Policy", std::string(status_page_policy())},
                      {"X-Content-Type-Options", "nosniff"},
                      {"Referrer-Policy", "no-referrer"},
                      {"Cache-Control", "no-store"}},
          .body = std::make_shared<const std::string>(status_page(view))};
}

web::Response script_response() {
  static const auto kBody = std::make_shared<const std::string>(status_script());
  return {.content_type = "text/javascript; charset=utf-8",
          .headers = {{"X-Content-Type-Options", "nosniff"}, {"Cache-Control", "no-cache"}},
          .body = kBody};
}

void compress(web::Response& response) {
  Gzip gzip;
  std::string small;
  gzip.compress(*response.body, small);
  response.body = std::make_shared<const std::string>(std::move(small));
  response.headers.push_back({"Content-Encoding", "gzip"});
}

/// A history that remembers the error that it had, which the page only shows.
class WatchedHistory : public HistoryReader {
 public:
  explicit WatchedHistory(HistoryReader& history) : history_(history) {}

  Result<std::vector<Series>> series() override { return watched(history_.series()); }
  Result<std::vector<Curve>> curves(std::span<const std::string_view> metrics, UnixMs from, UnixMs to, UnixMs step) override {
    return watched(history_.curves(metrics, from, to, step));
  }
  Result<Window> window(std::span<const std::string_view> metrics, UnixMs from, UnixMs to) override {
    return watched(history_.window(metrics, from, to));
  }
  Result<std::vector<HistoryEvent>> events(UnixMs from, UnixMs to) override { return watched(history_.events(from, to)); }

  Result<void> outcome() const {
    if (error_) return tl::unexpected(*error_);
    return {};
  }

 private:
  template <class T>
  Result<T> watched(Result<T> result) {
    if (!result) error_ = result.error();
    return result;
  }

  HistoryReader& history_;
  std::optional<Error> error_;
};

/// What the scraper's thread knows and the page shows, copied for the recorder's.
struct Seen {
  std::vector<CollectorState> collectors;
  std::vector<std::string> nodes;

  explicit Seen(const Board& board) : collectors(collector_states(board.runs())) {
    for (const auto& node : *board.nodes()) nodes.push_back(node.name);
  }
};

/// Has a request answered on the recorder's thread.
void ask(RecorderInbox& recorder, web::Responder responder, std::function<Result<web::Response>(const RecorderView&)> answer) {
  auto to = std::make_shared<web::Responder>(std::move(responder));
  const bool taken = recorder.ask([to, answer = std::move(answer)](const RecorderView& view) -> Result<void> {
    auto response = answer(view);
    if (!response) {
      to->answer(web::plain_response(503, response.error().message + "\n"));
      return tl::unexpected(response.error());
    }
    to->answer(*std::move(response));
    return {};
  });
  if (!taken) to->answer(web::plain_response(503, "Too many wait for the history already.\n"));
}

}  // namespace

void Routes::handle(const web::Request& request, web::Responder responder) {
  const auto& path = request.path();
  if (path == telemetry_path_) {
    metrics(request, std::move(responder));
  } else if (path == "/") {
    status(request, std::move(responder), page_response);
  } else if (path == kScriptPath) {
    responder.answer(script_response());
  } else if (path == "/api/v1/status") {
    status(request, std::move(responder), [](const StatusView& view) { return json_response(status_json(view)); });
  } else if (path == "/api/v1/history") {
    history(request, std::move(responder));
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

void Routes::use(std::shared_ptr<RecorderInbox> recorder) {
  const std::lock_guard lock(mutex_);
  recorder_ = std::move(recorder);
}

std::shared_ptr<RecorderInbox> Routes::recorder() const {
  const std::lock_guard lock(mutex_);
  return recorder_;
}

/// The scraper's thread tells of the collectors, then the recorder's of all else.
void Routes::status(const web::Request& request, web::Responder responder, web::Response (*answer)(const StatusView& view)) {
  auto to = std::make_shared<web::Responder>(std::move(responder));
  StatusView wish;
  wish.title = page_title_;
  wish.telemetry_path = telemetry_path_;
  wish.version = build_info().version;
  wish.revision = build_info().revision;
  for (const auto& [name, value] : request.query()) {
    if (name == "range") wish.range = &range_named(value);
    if (name == "node") wish.node = value;
  }
  const bool gzip = accepts_gzip(request.header("Accept-Encoding").value_or(""));
  const auto make = [to, wish, gzip, answer](const Seen& seen, const RecorderView& recorded) -> Result<void> {
    auto view = wish;
    view.now = unix_ms();
    view.collectors = seen.collectors;
    view.nodes = seen.nodes;
    view.findings = recorded.findings;
    view.alarms = recorded.alarms;
    view.window = &recorded.window;
    view.history_reason = recorded.history_error;
    std::optional<WatchedHistory> history;
    if (recorded.history != nullptr) view.history = &history.emplace(*recorded.history);
    auto response = answer(view);
    if (gzip) compress(response);
    to->answer(std::move(response));
    return history ? history->outcome() : Result<void>();
  };
  scraper_.look({{}, [to, make, recorder = recorder()](const Board& board) {
                   if (!recorder->periodic()) recorder->record(board);
                   const bool taken =
                       recorder->ask([make, seen = Seen(board)](const RecorderView& recorded) { return make(seen, recorded); });
                   if (!taken) to->answer(web::plain_response(503, "Too many wait for the page already.\n"));
                 }});
}

void Routes::history(const web::Request& request, web::Responder responder) {
  const auto query = parse_history_query(request.query(), unix_ms());
  if (!query) return responder.answer(web::plain_response(400, query.error().message + "\n"));
  ask(*recorder(), std::move(responder), [query = *query](const RecorderView& view) -> Result<web::Response> {
    if (view.history == nullptr) return web::plain_response(503, view.history_error + "\n");
    auto json = history_json(query, *view.history);
    if (!json && json.error().fault == Fault::absent) return web::plain_response(400, json.error().message + "\n");
    if (!json) return tl::unexpected(json.error());
    return json_response(*std::move(json));
  });
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
  return json_response(std::move(text));
}

web::Response Routes::health() const {
  const std::chrono::duration<double> uptime = std::chrono::steady_clock::now() - started_;
  char json[160];
  const std::string version(build_info().version);
  std::snprintf(json, sizeof json, "{\"status\":\"%s\",\"version\":\"%s\",\"uptime_seconds\":%.3f}\n",
                leaving_ ? "stopping" : "ok", version.c_str(), uptime.count());
  return json_response(json);
}

}  // namespace mixnet
