// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace mixnet {

/// A text as JSON has it, in quotes, which YAML takes too; what is not UTF-8 becomes U+FFFD.
std::string json_quoted(std::string_view text);

/// A number as JSON has it, with as many digits as it needs; null where it is none, or infinite.
std::string json_number(double number);

}  // namespace mixnet
