// SPDX-License-Identifier: Apache-2.0
#include "daemon/alerts/alert_sender.h"

#include <algorithm>
#include <utility>

#include "collectors/kit/secret.h"
#include "collectors/kit/text.h"
#include "daemon/alerts/alerts_config.h"
#include "daemon/log.h"

namespace mixnet {
namespace {

using namespace std::chrono_literals;
using Clock = Channel::Clock;
using Kind = AlertReceiver::Kind;

constexpr const char* kFile = "alerts";
constexpr std::size_t kFileBytesMax = 64 << 20;
constexpr auto kGlance = 1s;         // how late news are seen while an attempt is under way,
constexpr auto kShortGlance = 50ms;  // and where there is a command and a request, each of them
constexpr auto kLongest = 1h;        // that it waits at once
constexpr auto kGrace = 800ms;       // that attempts have when it is to stop
constexpr std::size_t kOutputBytesMax = 64 << 10;
constexpr std::uint64_t kMemoryBytesMax = 512U << 20;

std::string_view name_of(Kind kind) {
  switch (kind) {
    case Kind::alertmanager: return "alertmanager";
    case Kind::webhook: return "webhook";
    case Kind::command: break;
  }
  return "command";
}

Result<std::string> url_of(const AlertReceiver& receiver) {
  if (receiver.kind == Kind::alertmanager) return receiver.url + "/api/v2/alerts";
  if (receiver.url_file.empty()) return receiver.url;
  auto url = TRY(read_secret(receiver.url_file));
  if (const auto checked = check_webhook_url(url); !checked) {
    return fail(Fault::malformed, receiver.url_file + ": " + checked.error().message);
  }
  return url;
}

/// Secrets are read each time: they may change, and need not stay in memory.
Result<HttpRequest> request_to(const AlertReceiver& receiver, std::string body) {
  HttpRequest out;
  out.url = TRY(url_of(receiver));
  out.content_type = "application/json";
  out.body = std::move(body);
  if (!receiver.credentials_file.empty()) out.bearer_token = TRY(read_secret(receiver.credentials_file));
  if (!receiver.password_file.empty()) out.password = TRY(read_secret(receiver.password_file));
  out.user = receiver.username;
  out.timeout = receiver.timeout;
  out.proxy = receiver.proxy_url;
  out.ca_file = receiver.ca_file;
  return out;
}

/// Without the URL, which may be a secret.
std::string reason_of(const HttpExchange& exchange) {
  std::string_view reason = exchange.response.message;
  const auto prefix = exchange.request.url + ": ";
  if (reason.starts_with(prefix)) reason.remove_prefix(prefix.size());
  return std::string(reason);
}

Delivery delivery_of(const HttpExchange& exchange) {
  const auto& response = exchange.response;
  if (response.outcome != HttpOutcome::answered) return {Delivery::Kind::failed, reason_of(exchange), {}};
  if (response.status / 100 == 2) return {};
  auto reason = "answered with status " + std::to_string(response.status);
  if (const auto text = trim(response.body); !text.empty()) reason += ": " + in_quotes(text);
  const bool is_refused = response.status == 400 || response.status == 413 || response.status == 422;
  return {is_refused ? Delivery::Kind::refused : Delivery::Kind::failed, std::move(reason), response.retry_after};
}

ChildOptions command_of(const AlertReceiver& receiver, std::string body) {
  ChildOptions out;
  out.arguments = receiver.command;
  out.environment = {"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C.UTF-8"};
  out.input = std::move(body);
  out.memory_bytes_max = kMemoryBytesMax;
  out.output_bytes_max = kOutputBytesMax;
  out.time_max = receiver.timeout;
  return out;
}

Delivery delivery_of(const ChildProcess& child) {
  const auto end = child.end().value_or(ChildEnd{ChildEnd::Kind::stopped, 0});
  std::string reason;
  switch (end.kind) {
    case ChildEnd::Kind::exited:
      if (end.status == 0) return {};
      reason = "ended with status " + std::to_string(end.status);
      break;
    case ChildEnd::Kind::signalled: reason = "ended by signal " + std::to_string(end.status); break;
    case ChildEnd::Kind::timed_out: reason = "took too long"; break;
    case ChildEnd::Kind::flooded: reason = "wrote too much"; break;
    case ChildEnd::Kind::stopped: reason = "was stopped with the exporter"; break;
  }
  if (const auto text = trim(child.complaint()); !text.empty()) reason += ": " + in_quotes(text);
  return {Delivery::Kind::failed, std::move(reason), {}};
}

Record take_record(std::vector<Record>& records, const std::string& key) {
  const auto at = std::find_if(records.begin(), records.end(), [&](const Record& each) { return each.receiver == key; });
  return at == records.end() ? Record{} : std::move(*at);
}

}  // namespace

void AlertSender::use(const AlertSettings& settings) {
  if (settings == settings_) return;
  end();
  const auto before = report();
  const std::lock_guard lock(mutex_);
  auto records = lines_.empty() ? load() : records_of_lines();
  settings_ = settings;
  labels_ = common_labels(settings, options_.host);
  lines_.clear();
  for (const auto& receiver : settings.receivers) {
    const auto is_like = [&](const auto& line) { return line->channel.receiver().kind == receiver.kind; };
    const auto number = 1 + std::count_if(lines_.begin(), lines_.end(), is_like);
    auto name = std::string(name_of(receiver.kind)) + std::to_string(number);
    Channel channel(receiver, name, take_record(records, receiver_key(receiver)), options_.pace, settings.resend_delay);
    for (const auto& each : before.receivers) {
      if (each.name == name) channel.counts = each.counts;  // counters do not go back
    }
    if (evaluated_) (void)channel.note(alarms_, *evaluated_);
    lines_.push_back(std::make_unique<Line>(Line{std::move(channel)}));
  }
  is_saved_ = false;
  if (lines_.empty()) return;
  is_working_ = true;
  thread_ = std::jthread([this](const std::stop_token& stop) { work(stop); });
}

void AlertSender::update(std::span<const Alarm> alarms, UnixMs now) {
  {
    const std::lock_guard lock(mutex_);
    alarms_.assign(alarms.begin(), alarms.end());
    evaluated_ = now;
    for (const auto& line : lines_) {
      if (line->channel.note(alarms, now)) is_saved_ = false;
    }
    is_news_ = true;
  }
  changed_.notify_all();
}

AlertReport AlertSender::report() const {
  const std::lock_guard lock(mutex_);
  AlertReport out;
  out.evaluated = evaluated_.has_value();
  for (const auto& alarm : alarms_) ++(alarm.status == Status::critical ? out.critical : out.warning);
  for (const auto& line : lines_) out.receivers.push_back({line->channel.name(), line->channel.counts});
  return out;
}

bool AlertSender::stop(std::chrono::milliseconds time) {
  request_stop();
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, time, [this] { return !is_working_; });
}

void AlertSender::end() {
  request_stop();
  if (thread_.joinable()) thread_.join();
}

void AlertSender::work(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    auto next = Clock::time_point::max();
    auto tasks = begin_due(next);
    save();  // first, so that what is told is known to have been
    for (auto& task : tasks) begin(std::move(task));
    if (settle()) continue;
    if (is_under_way()) {
      advance(Clock::now() + kGlance, stop);
    } else {
      wait(next, stop);
    }
  }
  finish();
}

std::vector<AlertSender::Task> AlertSender::begin_due(Clock::time_point& next) {
  const std::lock_guard lock(mutex_);
  const auto now = Clock::now();
  std::vector<Task> out;
  is_news_ = false;
  for (const auto& line : lines_) {
    const auto due = line->under_way || line->delivery ? Clock::time_point::max() : line->channel.due(now);
    if (due > now) {
      next = std::min(next, due);
      continue;
    }
    out.push_back({line.get(), line->channel.begin(now, unix_ms(), labels_, settings_.external_url)});
    is_saved_ = false;
  }
  return out;
}

void AlertSender::wait(Clock::time_point until, const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  changed_.wait_until(lock, stop, std::min(until, Clock::now() + kLongest), [this] { return is_news_; });
}

void AlertSender::begin(Task task) {
  auto& line = *task.line;
  if (line.channel.receiver().kind == Kind::command) return begin_command(line, std::move(task.body));
  auto request = request_to(line.channel.receiver(), std::move(task.body));
  if (!request) {
    line.delivery = Delivery{Delivery::Kind::failed, request.error().message, {}};
    return;
  }
  line.exchange.request = *std::move(request);
  line.under_way = true;
  http_.begin(line.exchange);
}

void AlertSender::begin_command(Line& line, std::string body) {
  auto child = ChildProcess::start(command_of(line.channel.receiver(), std::move(body)));
  if (!child) {
    line.delivery = Delivery{Delivery::Kind::failed, child.error().message, {}};
    return;
  }
  line.child = *std::move(child);
  line.under_way = true;
}

bool AlertSender::is_under_way() const {
  return std::any_of(lines_.begin(), lines_.end(), [](const auto& line) { return line->under_way; });
}

/// Until one has ended, `until` has come or, for requests, `stop` is asked for.
void AlertSender::advance(Clock::time_point until, const std::stop_token& stop) {
  const auto is_command = [](const auto& line) { return line->child.has_value(); };
  const bool is_mixed = std::any_of(lines_.begin(), lines_.end(), is_command);
  do {
    const auto soon = is_mixed ? std::min(until, Clock::now() + kShortGlance) : until;
    http_.advance(soon, stop);
    for (const auto& line : lines_) {
      if (line->child && !line->child->end()) (void)line->child->advance(soon, {});
    }
  } while (!settle() && is_under_way() && Clock::now() < until && !stop.stop_requested());
}

/// Takes note of the attempts that have ended; false where none has.
bool AlertSender::settle() {
  const std::lock_guard lock(mutex_);
  bool has_ended = false;
  for (const auto& line : lines_) {
    if (line->under_way && line->child && line->child->end()) {
      line->delivery = delivery_of(*line->child);
      line->child.reset();
    } else if (line->under_way && !line->child && !line->exchange.response.under_way) {
      line->delivery = delivery_of(line->exchange);
      line->exchange = {};
    }
    if (!line->delivery) continue;
    line->under_way = false;
    line->channel.end(*std::exchange(line->delivery, std::nullopt), Clock::now(), unix_ms());
    has_ended = true;
    is_saved_ = false;
  }
  return has_ended;
}

/// What is under way may end still; what does not is tried again after the next start.
void AlertSender::finish() {
  const auto until = Clock::now() + kGrace;
  while (is_under_way() && Clock::now() < until) advance(until, {});
  for (const auto& line : lines_) {
    if (line->under_way && !line->child) http_.cancel(line->exchange);
    line->child.reset();
    line->under_way = false;
  }
  save();
  const std::lock_guard lock(mutex_);
  is_working_ = false;
  changed_.notify_all();
}

std::vector<Record> AlertSender::load() {
  auto file = options_.state.read(kFile, kFileBytesMax);
  if (!file && file.error().fault == Fault::absent) return {};
  auto records = file ? parse_records(file->text) : tl::unexpected<Error>(file.error());
  if (records) return *std::move(records);
  log_error("what alert receivers were told is not known any more, they may be told again", {{"err", records.error().message}});
  return {};
}

std::vector<Record> AlertSender::records_of_lines() const {
  std::vector<Record> out;
  out.reserve(lines_.size());
  for (const auto& line : lines_) out.push_back(line->channel.record());
  return out;
}

void AlertSender::save() {
  std::string text;
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(is_saved_, true)) return;
    text = serialized(records_of_lines());
  }
  const auto written = options_.state.write(kFile, text);
  if (!written && !save_fails_) {
    log_error("what alert receivers are told cannot be kept over a restart", {{"err", written.error().message}});
  }
  save_fails_ = !written;
}

}  // namespace mixnet
