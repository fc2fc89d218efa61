// SPDX-License-Identifier: Apache-2.0
#include "tests/simulator/network/network_site.h"

#include <unistd.h>

#include <algorithm>
#include <ctime>

#include "tests/simulator/gzip.h"
#include "tests/simulator/keys.h"
#include "tests/simulator/network/network_control.h"
#include "tests/simulator/network/node_status_api.h"
#include "tests/simulator/network/nym_api.h"

namespace mixnet::simulator {
namespace {

/// As tower-http's layer does: what is tiny would not become any smaller.
constexpr std::size_t kLeastCompressed = 32;
constexpr std::size_t kMostTags = 1000;

bool wants_gzip(const Request& request) {
  if (request.spoiled) return false;
  const auto accepted = request.headers.find("accept-encoding");
  return accepted != request.headers.end() && accepted->second.find("gzip") != std::string::npos &&
         accepted->second.find("gzip;q=0") == std::string::npos;
}

Answer compressed_answer(Answer answer, std::string body) {
  answer.body = std::move(body);
  answer.headers.emplace_back("content-encoding", "gzip");
  return answer;
}

std::string http_date(Time time) {
  const auto seconds = std::chrono::system_clock::to_time_t(time);
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  std::array<char, 64> text{};
  const auto size = std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
  return {text.data(), size};
}

std::string_view header(const Request& request, std::string_view name) {
  const auto found = request.headers.find(name);
  return found == request.headers.end() ? std::string_view() : std::string_view(found->second);
}

/// An entity tag goes before a date.
bool is_unchanged(const Request& request, std::string_view tag, std::string_view date) {
  const auto tags = header(request, "if-none-match");
  if (!tags.empty()) return tags.find(tag) != std::string_view::npos;
  return header(request, "if-modified-since") == date;
}

}  // namespace

Answer NetworkSite::answer(const Request& request) {
  const std::lock_guard lock(mutex_);
  auto out = find_answer(request, network_.refresh());
  if (network_.options().etag && out.status == 200 && request.method == "GET") out = with_validators(std::move(out), request);
  visitors_.note(request, out);
  return out;
}

Answer NetworkSite::find_answer(const Request& request, std::uint64_t revision) {
  if (request.path.starts_with(kNymApi)) return answer_of_api(kNymApi, nym_api_routes(), request, revision);
  if (request.path.starts_with(kNodeStatusApi)) {
    return answer_of_api(kNodeStatusApi, node_status_api_routes(), request, revision);
  }
  return plain(404, "");
}

bool NetworkSite::is_there(const NetworkRoute& route) const {
  if (route.deprecated) return network_.shape() != Shape::v2;
  if (route.new_shape) return network_.shape() != Shape::v1;
  return true;
}

Answer NetworkSite::answer_of_api(std::string_view base, std::span<const NetworkRoute> routes, const Request& request,
                                  std::uint64_t revision) {
  const auto path = std::string_view(request.path).substr(base.size());
  for (const auto& route : routes) {
    const auto argument = argument_of(route.path, path);
    if (!argument || !is_there(route)) continue;
    if (request.method != route.method && request.method != "HEAD") return plain(405, "");
    if (base == kNymApi && network_.now() < cold_until_ && route.cold != Cold::answers) return cold_answer(route);
    auto out = answer_of_route(route, {network_, request, *argument}, revision);
    return out.status == 200 ? in_format(std::move(out), request.parameters) : out;
  }
  return plain(404, "");
}

Answer NetworkSite::answer_of_route(const NetworkRoute& route, const Call& call, std::uint64_t revision) {
  const bool compressed = route.compressed && wants_gzip(call.request);
  auto out = route.kept ? keep(route, call, revision, compressed) : route.answer(call);
  if (compressed && !route.kept && out.body.size() >= kLeastCompressed) {
    const auto body = gzip(out.body);
    out = compressed_answer(std::move(out), body);
  }
  if (route.compressed) out.headers.emplace_back("vary", "accept-encoding");
  return out;
}

/// Made anew, and compressed, only when somebody asks for it and it has changed.
Answer NetworkSite::keep(const NetworkRoute& route, const Call& call, std::uint64_t revision, bool compressed) {
  auto& kept = kept_[call.request.path];
  if (kept.revision != revision) kept = {revision, route.answer(call), {}};
  if (!compressed) return kept.answer;
  if (kept.compressed.empty()) kept.compressed = gzip(kept.answer.body);
  return compressed_answer({kept.answer.status, kept.answer.content_type, {}, {}}, kept.compressed);
}

/// As a proxy in front of it may add them; the APIs themselves have none.
Answer NetworkSite::with_validators(Answer answer, const Request& request) {
  const auto tag = "W/\"" + hex(key_bytes(hash(0, answer.body), "tag", 8)) + "\"";
  if (tags_.size() >= kMostTags) tags_.clear();
  auto& tagged = tags_[request.path + "?" + request.query + (wants_gzip(request) ? " gzip" : "")];
  if (tagged.tag != tag) tagged = {tag, network_.now()};
  const auto date = http_date(tagged.modified);
  if (is_unchanged(request, tag, date)) answer = {304, "", "", {}};
  answer.headers.emplace_back("etag", tag);
  answer.headers.emplace_back("last-modified", date);
  return answer;
}

Answer NetworkSite::control(const Request& request) {
  const std::lock_guard lock(mutex_);
  return network_control(*this, request);
}

void NetworkSite::connected() {
  const std::lock_guard lock(mutex_);
  visitors_.connected();
}

void NetworkSite::disconnected() {
  const std::lock_guard lock(mutex_);
  visitors_.disconnected();
}

void NetworkSite::began() {
  const std::lock_guard lock(mutex_);
  visitors_.began();
}

void NetworkSite::ended() {
  const std::lock_guard lock(mutex_);
  visitors_.ended();
}

void NetworkSite::make_cold(double seconds) {
  network_.restart();
  cold_until_ = network_.now() + std::chrono::duration_cast<Time::duration>(std::chrono::duration<double>(seconds));
}

std::string NetworkSite::ready_line(std::uint16_t port) {
  const std::lock_guard lock(mutex_);
  const auto url = "http://127.0.0.1:" + std::to_string(port);
  const auto bonded = std::ranges::count_if(network_.members(), &Member::in_contract);
  return Json{{"pid", ::getpid()},
              {"url", url},
              {"port", port},
              {"nym_api", url + std::string(kNymApi)},
              {"node_status_api", url + std::string(kNodeStatusApi)},
              {"nodes", network_.members().size()},
              {"bonded", bonded}}
      .dump();
}

}  // namespace mixnet::simulator
