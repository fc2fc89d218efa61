// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace mixnet {

/// A text as JSON writes it, its quotes included, which is a text in YAML too. Bytes that are not UTF-8 become U+FFFD.
std::string json_text(std::string_view text);

}  // namespace mixnet
