// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "collectors/kit/result.h"

namespace mixnet {

/// The most values that a column may have.
inline constexpr std::size_t kColumnValuesMax = 1 << 16;

/// Appends the values of one series, one after another, in one to three bytes each where they are like most metrics: numbers of
/// few decimals that change little or steadily. Exactly the same come back; a NaN is a gap.
void encode_column(std::span<const double> values, std::string& out);

/// The values that encode_column was given, in place of those in `out`; malformed where `text` is not such a column.
Result<void> decode_column(std::string_view text, std::vector<double>& out);

}  // namespace mixnet
