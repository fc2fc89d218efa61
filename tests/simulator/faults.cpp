// SPDX-License-Identifier: Apache-2.0
#include "tests/simulator/faults.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "collectors/kit/text.h"

namespace mixnet::simulator {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::pair<std::string_view, FaultKind> kKinds[] = {
    {"slow", FaultKind::slow},         {"drip", FaultKind::drip},           {"hang", FaultKind::hang},
    {"stall", FaultKind::stall},       {"reset", FaultKind::reset},         {"cut", FaultKind::cut},
    {"status", FaultKind::status},     {"huge", FaultKind::huge},           {"wrong_json", FaultKind::wrong_json},
    {"broken", FaultKind::broken},     {"html", FaultKind::html},           {"empty", FaultKind::empty},
    {"deep", FaultKind::deep},         {"truncated", FaultKind::truncated}, {"redirect", FaultKind::redirect},
    {"bad_gzip", FaultKind::bad_gzip}, {"bomb", FaultKind::bomb},
};

Result<FaultKind> parse_kind(std::string_view name) {
  for (const auto& [known, kind] : kKinds) {
    if (known == name) return kind;
  }
  return fail(Fault::malformed, "unknown kind of fault " + in_quotes(name));
}

template <class T>
Result<void> parse_optional(const Parameters& parameters, std::string_view name, T& out) {
  const auto found = parameters.find(name);
  if (found != parameters.end()) out = TRY(number<T>(found->second));
  return {};
}

void spoil(Json& value) {
  if (value.is_structured()) {
    for (auto& item : value) spoil(item);
  } else if (value.is_string()) {
    value = 42;
  } else {
    value = Json::array({"what was a number or a bool"});
  }
}

}  // namespace

Result<FaultOrder> parse_fault(const Parameters& parameters) {
  FaultOrder out;
  const auto kind = parameters.find("kind");
  if (kind == parameters.end()) return fail(Fault::malformed, "no kind given");
  out.kind = TRY(parse_kind(kind->second));
  if (out.kind == FaultKind::redirect) out.status = 302;
  TRY(parse_optional(parameters, "seconds", out.seconds));
  TRY(parse_optional(parameters, "status", out.status));
  TRY(parse_optional(parameters, "bytes", out.bytes));
  TRY(parse_optional(parameters, "times", out.times));
  if (const auto location = parameters.find("location"); location != parameters.end()) out.location = location->second;
  if (const auto later = parameters.find("retry_after"); later != parameters.end()) out.retry_after = later->second;
  return out;
}

bool spoils_body(FaultKind kind) {
  constexpr FaultKind kOthers[] = {FaultKind::slow,  FaultKind::drip,  FaultKind::hang,
                                   FaultKind::stall, FaultKind::reset, FaultKind::cut};
  return std::ranges::find(kOthers, kind) == std::end(kOthers);
}

void Faults::set(std::string endpoint, FaultOrder order) {
  const std::lock_guard lock(mutex_);
  orders_[std::move(endpoint)] = std::move(order);
}

void Faults::clear() {
  const std::lock_guard lock(mutex_);
  orders_.clear();
  ++cleared_;
}

std::optional<FaultOrder> Faults::take(std::string_view path) {
  const std::lock_guard lock(mutex_);
  auto found = orders_.find(path);
  if (found == orders_.end()) found = find_prefix(path);
  if (found == orders_.end()) return std::nullopt;
  FaultOrder order = found->second;
  if (--found->second.times == 0) orders_.erase(found);
  return order;
}

std::map<std::string, FaultOrder, std::less<>>::iterator Faults::find_prefix(std::string_view path) {
  auto longest = orders_.end();
  for (auto order = orders_.begin(); order != orders_.end(); ++order) {
    const auto& [endpoint, fault] = *order;
    if (!endpoint.ends_with('*') || !path.starts_with(std::string_view(endpoint).substr(0, endpoint.size() - 1))) continue;
    if (longest == orders_.end() || endpoint.size() > longest->first.size()) longest = order;
  }
  return longest;
}

std::string with_wrong_types(const std::string& body) {
  auto value = Json::parse(body, nullptr, false);
  if (value.is_discarded()) return R"({"this": "is JSON"})";
  spoil(value);
  return value.dump();
}

std::string truncated(const std::string& body) {
  constexpr std::string_view kBucket = "_bucket{le=\"";
  const auto bucket = body.find(kBucket, body.size() / 2);
  return body.substr(0, bucket == std::string::npos ? body.size() / 2 : bucket + kBucket.size());
}

}  // namespace mixnet::simulator
