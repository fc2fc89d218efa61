// SPDX-License-Identifier: Apache-2.0
#include "collectors/kit/text.h"

namespace mixnet {
namespace {

constexpr bool is_blank(char c) { return c == ' ' || c == '\t'; }
constexpr bool is_space(char c) { return is_blank(c) || c == '\n' || c == '\r' || c == '\v' || c == '\f'; }

}  // namespace

bool Lines::next(std::string_view& line) {
  if (rest_.empty()) return false;
  line = take_until(rest_, '\n');
  ++number_;
  return true;
}

tl::unexpected<Error> Lines::malformed(std::string_view reason) const {
  return fail(Fault::malformed, "line " + std::to_string(number_) + ": " + std::string(reason));
}

std::string_view take_field(std::string_view& line) {
  std::size_t begin = 0;
  while (begin < line.size() && is_blank(line[begin])) ++begin;
  std::size_t end = begin;
  while (end < line.size() && !is_blank(line[end])) ++end;
  const auto field = line.substr(begin, end - begin);
  line.remove_prefix(end);
  return field;
}

std::string_view take_until(std::string_view& text, char separator) {
  const auto at = text.find(separator);
  const auto head = text.substr(0, at);
  text.remove_prefix(at == std::string_view::npos ? text.size() : at + 1);
  return head;
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

std::string in_quotes(std::string_view text) {
  constexpr std::size_t kShown = 60;
  constexpr char kHex[] = "0123456789abcdef";
  std::string out = "\"";
  for (const char c : text.substr(0, kShown)) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) {
      out += "\\x";
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    } else {
      out += c;
    }
  }
  out += text.size() > kShown ? "\"…" : "\"";
  return out;
}

namespace detail {
tl::unexpected<Error> not_a_number(std::string_view text) {
  return fail(Fault::malformed, in_quotes(text) + " is not a number of the kind expected");
}
}  // namespace detail

}  // namespace mixnet
