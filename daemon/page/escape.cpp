// SPDX-License-Identifier: Apache-2.0
#include "daemon/page/escape.h"

#include "collectors/kit/utf8.h"

namespace mixnet {
namespace {

constexpr std::string_view kReplacement = "\xef\xbf\xbd";

/// Takes a character off the front; U+FFFD for a byte that belongs to none.
std::string_view take_character(std::string_view& text) {
  const auto length = utf8_length(text);
  const auto character = length == 0 ? kReplacement : text.substr(0, length);
  text.remove_prefix(length == 0 ? 1 : length);
  return character;
}

bool is_control(std::string_view character) {
  const auto first = static_cast<unsigned char>(character.front());
  const bool upper = character.size() == 2 && first == 0xc2 && static_cast<unsigned char>(character[1]) < 0xa0;
  return first < ' ' || first == 0x7f || upper;
}

}  // namespace

std::string html_text(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto character = take_character(text);
    switch (character.front()) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\'': out += "&#39;"; break;
      case '\0': out += kReplacement; break;
      default: out += character;
    }
  }
  return out;
}

std::string terminal_text(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto character = take_character(text);
    out += is_control(character) ? std::string_view(" ") : character;
  }
  return out;
}

}  // namespace mixnet
