// SPDX-License-Identifier: Apache-2.0
#include "daemon/negotiation.h"

#include <algorithm>

#include "collectors/kit/text.h"

namespace mixnet {
namespace {

bool same_word(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [&](char x, char y) { return lower(x) == lower(y); });
}

/// One element of a header's list: "text/plain;version=0.0.4;q=0.5".
struct Element {
  std::string_view value, version;
  double q = 1;
};

Element parse_element(std::string_view text) {
  Element element{.value = trim(take_until(text, ';')), .version = {}};
  while (!text.empty()) {
    auto parameter = take_until(text, ';');
    const auto name = trim(take_until(parameter, '='));
    auto value = trim(parameter);
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"') value = value.substr(1, value.size() - 2);
    if (same_word(name, "q")) element.q = number<double>(value).value_or(0);
    if (same_word(name, "version")) element.version = value;
  }
  return element;
}

}  // namespace

Format negotiate_format(std::string_view accept) {
  Format best = Format::text;
  double best_q = 0;
  while (!accept.empty()) {
    const auto element = parse_element(take_until(accept, ','));
    const bool openmetrics = same_word(element.value, "application/openmetrics-text") &&
                             (element.version.empty() || element.version == "1.0.0" || element.version == "0.0.1");
    const bool text = (same_word(element.value, "text/plain") && (element.version.empty() || element.version == "0.0.4")) ||
                      element.value == "*/*" || same_word(element.value, "text/*");
    if ((!openmetrics && !text) || !(element.q > best_q)) continue;
    best = openmetrics ? Format::openmetrics : Format::text;
    best_q = element.q;
  }
  return best;
}

bool accepts_gzip(std::string_view accept_encoding) {
  double any = 0;
  while (!accept_encoding.empty()) {
    const auto element = parse_element(take_until(accept_encoding, ','));
    if (same_word(element.value, "gzip") || same_word(element.value, "x-gzip")) return element.q > 0;
    if (element.value == "*") any = element.q;
  }
  return any > 0;
}

}  // namespace mixnet
