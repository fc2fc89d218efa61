// SPDX-License-Identifier: Apache-2.0
#include "daemon/json_text.h"

#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdio>

#include "collectors/kit/utf8.h"

namespace mixnet {
namespace {

/// Must a character not stand in YAML as it is? Readers refuse a whole file with a control or with what is no character, and
/// two more end a line.
bool is_to_be_escaped(std::uint32_t code) {
  return code < ' ' || (code >= 0x7f && code < 0xa0) || code == 0x2028 || code == 0x2029 || code == 0xfeff || code == 0xfffe ||
         code == 0xffff;
}

/// The number of a character that is written in UTF-8.
std::uint32_t code_of(std::string_view character) {
  constexpr unsigned char kFirst[] = {0x7f, 0x1f, 0x0f, 0x07};  // the bits that count of the first byte
  std::uint32_t out = static_cast<unsigned char>(character.front()) & kFirst[character.size() - 1];
  for (const char c : character.substr(1)) out = out << 6 | (static_cast<unsigned char>(c) & 0x3fU);
  return out;
}

}  // namespace

std::string json_quoted(std::string_view text) {
  std::string out = "\"";
  while (!text.empty()) {
    const auto length = utf8_length(text);
    const auto character = text.substr(0, length);
    text.remove_prefix(length == 0 ? 1 : length);
    if (length == 0) {
      out += "\\ufffd";
    } else if (character == "\"" || character == "\\") {
      out.append("\\").append(character);
    } else if (const auto code = code_of(character); is_to_be_escaped(code)) {
      char escape[8];
      std::snprintf(escape, sizeof escape, "\\u%04x", static_cast<unsigned>(code & 0xffff));
      out += escape;
    } else {
      out += character;
    }
  }
  return out + '"';
}

std::string json_number(double number) {
  if (!std::isfinite(number)) return "null";
  char digits[32];
  return {digits, std::to_chars(digits, digits + sizeof digits, number).ptr};
}

}  // namespace mixnet
