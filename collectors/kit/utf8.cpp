// SPDX-License-Identifier: Apache-2.0
#include "collectors/kit/utf8.h"

namespace mixnet {

std::size_t utf8_length(std::string_view text) {
  const auto byte = [text](std::size_t at) -> unsigned { return at < text.size() ? static_cast<unsigned char>(text[at]) : 0; };
  const auto follows = [&byte](std::size_t at) { return (byte(at) & 0xc0) == 0x80; };
  const unsigned first = byte(0);
  if (text.empty()) return 0;
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first <= 0xdf) return follows(1) ? 2 : 0;
  if (first >= 0xe0 && first <= 0xef) {
    const bool overlong = first == 0xe0 && byte(1) < 0xa0;
    const bool surrogate = first == 0xed && byte(1) >= 0xa0;
    return follows(1) && follows(2) && !overlong && !surrogate ? 3 : 0;
  }
  if (first >= 0xf0 && first <= 0xf4) {
    const bool overlong = first == 0xf0 && byte(1) < 0x90;
    const bool beyond = first == 0xf4 && byte(1) >= 0x90;
    return follows(1) && follows(2) && follows(3) && !overlong && !beyond ? 4 : 0;
  }
  return 0;
}

}  // namespace mixnet
