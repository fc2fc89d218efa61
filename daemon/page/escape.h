// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace mixnet {

/// A text as it is written in HTML and SVG, between tags and in attributes in double quotes.
std::string html_text(std::string_view text);

/// A text for a terminal: without what would move its cursor or change its colours.
std::string terminal_text(std::string_view text);

}  // namespace mixnet
