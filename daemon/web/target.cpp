// SPDX-License-Identifier: Apache-2.0
#include "daemon/web/target.h"

#include <cstddef>

#include "collectors/kit/text.h"

namespace mixnet::web {
namespace {

enum class Plus { itself, space };

Result<void> decode(std::string_view text, Plus plus, std::string& out) {
  out.clear();
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      const auto byte = number<unsigned char>(text.substr(i + 1, 2), 16);
      if (!byte || i + 2 >= text.size()) return fail(Fault::malformed, "broken escape " + in_quotes(text.substr(i, 3)));
      if (*byte == 0) return fail(Fault::malformed, "a zero byte");
      out.push_back(static_cast<char>(*byte));
      i += 2;
    } else if (text[i] == '+' && plus == Plus::space) {
      out.push_back(' ');
    } else {
      out.push_back(text[i]);
    }
  }
  return {};
}

/// "http://example.org:10087/metrics" to "/metrics".
std::string_view without_authority(std::string_view text) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!text.starts_with(scheme)) continue;
    const auto end = text.find_first_of("/?", scheme.size());
    return end == std::string_view::npos ? "/" : text.substr(end);
  }
  return text;
}

}  // namespace

Result<void> parse_target(std::string_view text, Target& out) {
  for (const char letter : text) {
    const auto code = static_cast<unsigned char>(letter);
    if (code <= ' ' || code == 0x7f) return fail(Fault::malformed, "a space or control character that is not escaped");
  }
  auto query = without_authority(text);
  const auto path = take_until(query, '?');
  if (!path.starts_with('/')) return fail(Fault::malformed, "the path does not begin with \"/\"");
  TRY(decode(path, Plus::itself, out.path));
  std::size_t count = 0;
  while (!query.empty()) {
    auto value = take_until(query, '&');
    if (value.empty()) continue;
    const auto name = take_until(value, '=');
    if (count == out.query.size()) out.query.emplace_back();
    TRY(decode(name, Plus::space, out.query[count].name));
    TRY(decode(value, Plus::space, out.query[count].value));
    ++count;
  }
  out.query.resize(count);
  return {};
}

}  // namespace mixnet::web
