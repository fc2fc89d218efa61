// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string_view>

namespace mixnet {

/// The length in bytes of the UTF-8 character that `text` begins with: 1 to 4, or 0 where it is not valid UTF-8 (RFC 3629:
/// overlong forms, surrogates and what lies beyond U+10FFFF are not).
std::size_t utf8_length(std::string_view text);

}  // namespace mixnet
