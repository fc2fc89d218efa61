// SPDX-License-Identifier: Apache-2.0
#include "collectors/network/http_head.h"

#include <algorithm>

#include "collectors/kit/text.h"

namespace mixnet {
namespace {

constexpr std::string_view kEnd = "\r\n\r\n";

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool same_word(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return lower(x) == lower(y); });
}

}  // namespace

std::optional<std::size_t> HttpHead::end_of(std::string_view bytes) {
  const auto end = bytes.find(kEnd);
  if (end == std::string_view::npos) return std::nullopt;
  return end + kEnd.size();
}

// HTTP/1.1 101 Switching Protocols
Result<HttpHead> HttpHead::parse(std::string_view head) {
  constexpr std::string_view kVersion = "HTTP/1.";
  HttpHead out;
  out.headers_ = head;
  auto line = trim(take_until(out.headers_, '\n'));
  const auto version = take_field(line), status = take_field(line);
  if (!version.starts_with(kVersion) || version.size() != kVersion.size() + 1)
    return fail(Fault::malformed, "the answer is not HTTP");
  const auto number = mixnet::number<int>(status);
  if (!number || status.size() != 3 || *number < 100) {
    return fail(Fault::malformed, "the answer has " + in_quotes(status) + " for a status");
  }
  out.status_ = *number;
  return out;
}

std::string_view HttpHead::header(std::string_view name) const {
  for (auto rest = headers_; !rest.empty();) {
    auto value = take_until(rest, '\n');
    const auto key = take_until(value, ':');
    if (same_word(key, name)) return trim(value);
  }
  return {};
}

bool HttpHead::has_word(std::string_view name, std::string_view word) const {
  for (auto rest = header(name); !rest.empty();) {
    if (same_word(trim(take_until(rest, ',')), word)) return true;
  }
  return false;
}

}  // namespace mixnet
