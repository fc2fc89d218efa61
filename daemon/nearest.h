// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace mixnet {

/// The candidate that `word` was most likely meant to be; empty when none is near.
std::string_view nearest(std::string_view word, std::span<const std::string> candidates);

/// `; did you mean "collectors"?`, or nothing when no candidate is near.
std::string did_you_mean(std::string_view word, std::span<const std::string> candidates, std::string_view prefix = "");

}  // namespace mixnet
