// SPDX-License-Identifier: Apache-2.0
#include "collectors/kit/json.h"

#include <nlohmann/json.hpp>

#include "collectors/kit/text.h"

namespace mixnet {
namespace {

using Value = nlohmann::json;

constexpr std::size_t kDepthMax = 64;

const Value& of(const std::shared_ptr<const void>& value) { return *static_cast<const Value*>(value.get()); }

/// Ends the parse where values are nested too deep.
struct DepthGuard {
  bool& too_deep;
  bool operator()(int depth, Value::parse_event_t, Value&) const {
    too_deep |= static_cast<std::size_t>(depth) > kDepthMax;
    return !too_deep;
  }
};

}  // namespace

Result<Json> Json::parse(std::string_view text) {
  bool too_deep = false;
  try {
    auto value = Value::parse(text.begin(), text.end(), DepthGuard{too_deep});
    if (too_deep) return fail(Fault::malformed, "nested more than " + std::to_string(kDepthMax) + " deep");
    Json out;
    out.value_ = std::make_shared<const Value>(std::move(value));
    return out;
  } catch (const Value::parse_error& error) {
    // "[json.exception.parse_error.101] parse error at line 1, column 2: syntax error while parsing value - invalid literal;
    // last read: '"9b1'", of which what was read is left out: it may be of a client.
    std::string_view why = error.what();
    if (const auto end = why.find("] "); end != std::string_view::npos) why.remove_prefix(end + 2);
    return fail(Fault::malformed, std::string(why.substr(0, why.find("; last read"))));
  }
}

bool Json::is_null() const { return value_ && of(value_).is_null(); }
bool Json::is_object() const { return value_ && of(value_).is_object(); }
bool Json::is_list() const { return value_ && of(value_).is_array(); }

Json Json::operator[](std::string_view key) const {
  if (!is_object()) return {};
  const auto found = of(value_).find(key);
  if (found == of(value_).end()) return {};
  Json out;
  out.value_ = std::shared_ptr<const void>(value_, &*found);
  return out;
}

Json Json::at(std::size_t index) const {
  if (!is_list() || index >= of(value_).size()) return {};
  Json out;
  out.value_ = std::shared_ptr<const void>(value_, &of(value_)[index]);
  return out;
}

std::size_t Json::size() const { return is_object() || is_list() ? of(value_).size() : 0; }

std::vector<std::string> Json::keys() const {
  std::vector<std::string> out;
  if (!is_object()) return out;
  for (const auto& entry : of(value_).items()) out.push_back(entry.key());
  return out;
}

std::optional<std::string> Json::text() const {
  if (!value_ || !of(value_).is_string()) return std::nullopt;
  return of(value_).get<std::string>();
}

std::optional<bool> Json::boolean() const {
  if (!value_ || !of(value_).is_boolean()) return std::nullopt;
  return of(value_).get<bool>();
}

std::optional<double> Json::number() const {
  if (!value_ || !of(value_).is_number()) return std::nullopt;
  return of(value_).get<double>();
}

std::optional<std::uint64_t> Json::unsigned_integer() const {
  if (!value_ || !of(value_).is_number_unsigned()) return std::nullopt;
  return of(value_).get<std::uint64_t>();
}

}  // namespace mixnet
