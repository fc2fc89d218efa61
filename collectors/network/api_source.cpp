// SPDX-License-Identifier: Apache-2.0
#include "collectors/network/api_source.h"

#include <algorithm>
#include <utility>

#include "collectors/kit/text.h"
#include "collectors/network/api_metrics.h"

namespace mixnet {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

constexpr milliseconds kAgainFirst = 30s;
constexpr milliseconds kAgainCeiling = 15min;
constexpr std::size_t kStateBytesMax = 8 << 20;
constexpr double kJitter = 0.1;  // of a period, by which a request is late

/// 30 s after the first failure, then twice that each time, up to a quarter of an hour.
milliseconds pause_after(std::uint32_t failures) {
  const auto doublings = std::min<std::uint32_t>(failures == 0 ? 0 : failures - 1, 10);
  return std::min(kAgainFirst * (1 << doublings), kAgainCeiling);
}

/// Would another base URL of the same API do better? Not where it has been asked too often: the server is the same.
bool is_of_the_base(HttpReason reason) { return reason != HttpReason::rate_limited; }

bool is_unanswered(HttpReason reason) {
  return reason == HttpReason::unreachable || reason == HttpReason::timeout || reason == HttpReason::broken_off ||
         reason == HttpReason::tls || reason == HttpReason::redirected;
}

double unix_seconds(std::chrono::system_clock::time_point time) {
  return std::chrono::duration<double>(time.time_since_epoch()).count();
}

/// What stands in front of a remembered answer: a line of JSON.
struct Heading {
  std::string base, path, variant, etag, last_modified;
};

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

// {"base":"https://validator.nymtech.net/api","path":"/v1/nym-nodes/bonded","variant":"1324","etag":"","last_modified":""}
std::string written(const Heading& heading) {
  return "{\"base\":" + quoted(heading.base) + ",\"path\":" + quoted(heading.path) + ",\"variant\":" + quoted(heading.variant) +
         ",\"etag\":" + quoted(heading.etag) + ",\"last_modified\":" + quoted(heading.last_modified) + "}\n";
}

Result<Heading> parse_heading(std::string_view line) {
  const auto json = TRY(Json::parse(line));
  const auto text = [&](const char* key) { return json[key].text().value_or(""); };
  return Heading{text("base"), text("path"), text("variant"), text("etag"), text("last_modified")};
}

}  // namespace

ApiResource::ApiResource(const ApiResourceKind& kind, std::vector<std::string> paths, std::string node, Read read, Keep keep,
                         std::string variant)
    : kind_(&kind),
      paths_(std::move(paths)),
      node_(std::move(node)),
      variant_(std::move(variant)),
      read_(std::move(read)),
      keep_(std::move(keep)) {}

void ApiResource::take_next_path() {
  path_ = (path_ + 1) % paths_.size();
  etag_.clear();
  last_modified_.clear();
}

/// "annotation-1324.json"; of a node what its name may have that a file's may not becomes its number.
std::string ApiResource::file_name() const {
  constexpr std::string_view kPlain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
  std::string out(kind_->name);
  if (!node_.empty()) out += '-';
  for (const char c : node_) {
    if (kPlain.find(c) != std::string_view::npos) {
      out += c;
    } else {
      out.append(".").append(std::to_string(static_cast<unsigned char>(c)));
    }
  }
  return out + ".json";
}

ApiSource::ApiSource(std::string name, StateFolder state, std::uint32_t random, Clock clock)
    : name_(std::move(name)), state_(std::move(state)), random_(random), clock_(std::move(clock)) {}

void ApiSource::follow(const Place& place) {
  if (place == place_) return;
  place_ = place;
  bases_ = ApiBases(place.bases);
  not_before_ = {};
  unreachable_ = 0;
}

void ApiSource::recall(ApiResource& resource) {
  const auto file = state_.read(resource.file_name(), kStateBytesMax);
  if (!file) return;
  std::string_view body = file->text;
  const auto heading = parse_heading(take_until(body, '\n'));
  if (!heading || std::find(place_.bases.begin(), place_.bases.end(), heading->base) == place_.bases.end()) return;
  const bool of_another = heading->variant != resource.variant_;
  if (of_another && !resource.keep_) return;  // it is another document
  const auto json = body.empty() ? Result<Json>(Json()) : Json::parse(body);
  resource.of_another_variant_ = of_another;
  if (!json || !resource.read_(*json)) return;
  const auto now = clock_();
  resource.got_ = std::min(file->written, now.system);
  if (of_another) return;  // it is due at once
  const auto path = std::find(resource.paths_.begin(), resource.paths_.end(), heading->path);
  if (path != resource.paths_.end()) {
    resource.path_ = static_cast<std::size_t>(path - resource.paths_.begin());
    resource.etag_ = heading->etag;
    resource.last_modified_ = heading->last_modified;
    resource.written_ = std::hash<std::string>{}(file->text);
  }
  const auto age = std::chrono::duration_cast<milliseconds>(now.system - *resource.got_);
  resource.due_ = now.steady + std::max<milliseconds>(with_jitter(resource.kind_->period) - age, 0ms);
}

void ApiSource::ask_due(std::span<ApiResource* const> resources, std::chrono::steady_clock::time_point until,
                        const std::stop_token& stop) {
  while (!stop.stop_requested() && bases_.size() > 0) {
    const auto now = clock_().steady;
    if (now >= until || now < not_before_) return;
    ApiResource* next = nullptr;
    for (auto* each : resources) {
      if (each->due_ <= now && (next == nullptr || each->due_ < next->due_)) next = each;
    }
    if (next == nullptr || !take_allowance(now)) return;
    ask(*next, stop);
  }
}

bool ApiSource::take_allowance(std::chrono::steady_clock::time_point now) {
  const std::chrono::duration<double> passed = now - allowed_at_;
  allowance_ = std::min(allowance_ + passed / kAllowanceEvery, kAllowanceMax);
  allowed_at_ = now;
  if (allowance_ < 1) return false;
  allowance_ -= 1;
  return true;
}

/// Asks one base after the other, each once, until one gives what is wanted; and under one path after the other.
void ApiSource::ask(ApiResource& resource, const std::stop_token& stop) {
  Answer answer;
  std::size_t bases = bases_.size(), paths = resource.paths_.size();
  while (bases > 0 && paths > 0) {
    const auto base = bases_.current(clock_().steady);
    answer = fetch(resource, base, stop);
    if (stop.stop_requested()) return;
    if (answer.ok) return succeed(resource, answer, base);
    ++failed_[static_cast<std::size_t>(answer.reason)];
    if (answer.reason == HttpReason::not_found) {
      resource.take_next_path();
      --paths;
    } else if (is_of_the_base(answer.reason)) {
      bases_.failed(clock_().steady);
      --bases;
    } else {
      break;
    }
  }
  fail_with(resource, answer);
}

ApiSource::Answer ApiSource::fetch(const ApiResource& resource, const std::string& base, const std::stop_token& stop) {
  HttpExchange exchange;
  auto& request = exchange.request;
  request.url = base + resource.path();
  request.timeout = resource.kind_->timeout;
  request.body_bytes_max = resource.kind_->body_bytes_max;
  request.in_pieces = true;
  request.proxy = place_.proxy;
  request.ca_file = place_.ca_file;
  if (resource.got_) {
    request.etag = resource.etag_;
    request.last_modified = resource.last_modified_;
  }
  ++requests_;
  http_.begin(exchange);
  http_.advance_body(exchange, stop);
  auto body = read_body(resource, exchange, stop);
  const bool cut_short = exchange.response.under_way;  // by us: the rest of it is of no use
  http_.cancel(exchange);
  exchange.response.body.clear();

  Answer out;
  auto& response = out.response = std::move(exchange.response);
  if (!cut_short && response.outcome != HttpOutcome::answered) {
    out.reason = reason_of(response.outcome);
    out.error = {Fault::unavailable, response.message};
  } else if (response.status == 304 && resource.got_) {
    out.ok = out.unchanged = true;
  } else if (response.status == resource.kind_->none_status) {
    out.ok = true;
  } else if (response.status != 200) {
    out.reason = reason_of_status(response.status);
    out.error = {Fault::unavailable, request.url + ": status " + std::to_string(response.status)};
  } else if (!body) {
    out.reason = HttpReason::malformed;
    out.error = {Fault::malformed, request.url + ": " + body.error().message};
  } else {
    out.ok = true;
    out.body = *std::move(body);
  }
  return out;
}

/// The whole document or, of a list, what is wanted of it. Of an answer other than 200 it is read no further than is here.
Result<Json> ApiSource::read_body(const ApiResource& resource, HttpExchange& exchange, const std::stop_token& stop) {
  if (exchange.response.status != 200) {
    while (exchange.response.under_way && !stop.stop_requested()) {
      exchange.response.body.clear();
      http_.advance_body(exchange, stop);
    }
    return Json();
  }
  std::string piece;
  const auto next = [&]() -> std::string_view {
    http_.advance_body(exchange, stop);
    piece.swap(exchange.response.body);
    exchange.response.body.clear();
    return piece;
  };
  if (!resource.keep_) return Json::parse_entries(next, {});
  if (resource.begin_) resource.begin_();
  Json::List kept;
  TRY(Json::parse_entries(next, [&](std::string_view path, const Json& entry) {
    if (path == "data" && resource.keep_(entry)) kept.push_back(entry);
  }));
  return Json::object_of("data", kept);
}

void ApiSource::succeed(ApiResource& resource, Answer& answer, const std::string& base) {
  unreachable_ = 0;
  const auto now = clock_();
  if (!answer.unchanged) {
    const bool before = std::exchange(resource.of_another_variant_, false);
    if (const auto read = resource.read_(answer.body); !read) {
      resource.of_another_variant_ = before;
      answer.reason = HttpReason::malformed;
      answer.error = {read.error().fault, base + resource.path() + ": " + read.error().message};
      ++failed_[static_cast<std::size_t>(answer.reason)];
      return fail_with(resource, answer);
    }
    resource.etag_ = answer.response.etag;
    resource.last_modified_ = answer.response.last_modified;
  }
  resource.asked_ = true;
  resource.took_s_ = answer.response.took.count();
  resource.got_ = now.system;
  resource.reason_.reset();
  resource.failures_ = 0;
  resource.due_ = now.steady + with_jitter(resource.kind_->period);
  if (answer.unchanged) {
    (void)state_.touch(resource.file_name());
  } else {
    remember(resource, answer.body, base);
  }
}

void ApiSource::fail_with(ApiResource& resource, Answer& answer) {
  const auto now = clock_().steady;
  resource.asked_ = true;
  resource.took_s_ = answer.response.took.count();
  resource.reason_ = answer.reason;
  resource.error_ = std::move(answer.error);
  ++resource.failures_;
  resource.due_ = now + with_jitter(pause_after(resource.failures_));
  if (is_unanswered(answer.reason)) {
    not_before_ = std::max(not_before_, now + with_jitter(pause_after(++unreachable_)));
  } else {
    unreachable_ = 0;
  }
  if (answer.response.retry_after) not_before_ = std::max(not_before_, now + *answer.response.retry_after);
}

/// What cannot be written is remembered as long as the exporter runs.
void ApiSource::remember(ApiResource& resource, const Json& body, const std::string& base) {
  auto text = written({base, resource.path(), resource.variant_, resource.etag_, resource.last_modified_}) + body.serialized();
  const auto digest = std::hash<std::string>{}(text);
  const auto name = resource.file_name();
  const bool same = digest == resource.written_ && state_.touch(name);
  const auto done = same ? Result<void>() : state_.write(name, text);
  resource.written_ = done ? digest : 0;
  state_error_ = done ? std::nullopt : std::optional(done.error());
}

milliseconds ApiSource::with_jitter(milliseconds time) {
  const auto late = std::uniform_real_distribution(0.0, kJitter)(random_);
  return time + std::chrono::duration_cast<milliseconds>(time * late);
}

void ApiSource::add_to(Samples& out, Remarks& remarks, std::span<ApiResource* const> resources) const {
  const auto api = out.labels({{"api", name_}});
  out.add(kNetworkApiRequests, static_cast<double>(requests_), api);
  for (std::size_t reason = 0; reason < kHttpReasons; ++reason) {
    out.add(kNetworkApiFailures, static_cast<double>(failed_[reason]),
            {{"api", name_}, {"reason", to_string(static_cast<HttpReason>(reason))}});
  }
  if (!bases_.current().empty()) out.add(kNetworkApiBase, 1, {{"api", name_}, {"url", bases_.current()}});
  for (const auto* each : resources) {
    const Label labels[] = {{"api", name_}, {"resource", each->kind_->name}, {"node", each->node_}};
    const std::span<const Label> given = std::span(labels).first(each->node_.empty() ? 2 : 3);
    const auto set = out.labels(given);
    if (each->got_) out.add(kNetworkApiLastSuccess, unix_seconds(*each->got_), set);
    if (!each->asked_) continue;
    out.add(kNetworkApiUp, each->reason_ ? 0 : 1, set);
    out.add(kNetworkApiDuration, each->took_s_, set);
    if (!each->reason_) continue;
    std::vector<Label> with_reason(given.begin(), given.end());
    with_reason.push_back({"reason", to_string(*each->reason_)});
    out.add(kNetworkApiFault, 1, out.labels(with_reason));
  }
  add_remarks(remarks, resources);
}

/// One where the API does not answer at all, else one for each resource.
void ApiSource::add_remarks(Remarks& remarks, std::span<ApiResource* const> resources) const {
  if (state_error_) remarks.add("what " + name_ + " says is not remembered", Error{Fault::absent, state_error_->message});
  for (const auto* each : resources) {
    if (!each->reason_) continue;
    if (unreachable_ > 0 && is_unanswered(*each->reason_)) {
      remarks.add(name_, Error{each->error_.fault, each->error_.message});
      return;
    }
  }
  for (const auto* each : resources) {
    if (!each->reason_) continue;
    const auto subject = std::string(each->kind_->name) + (each->node_.empty() ? "" : " of " + each->node_);
    remarks.add(name_ + ": " + subject, each->error_);
  }
}

}  // namespace mixnet
