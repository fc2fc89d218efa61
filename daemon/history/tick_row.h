// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "collectors/kit/result.h"
#include "daemon/history/bytes.h"

namespace mixnet {

/// The values of one time as a row of the file: of each that is there the series' id and the value. Those with id 0 are left
/// out.
inline std::string tick_row(std::span<const std::int64_t> ids, std::span<const double> values) {
  std::string out;
  for (std::size_t index = 0; index < ids.size(); ++index) {
    if (ids[index] == 0 || std::isnan(values[index])) continue;
    put_varint(static_cast<std::uint64_t>(ids[index]), out);
    put_u64(std::bit_cast<std::uint64_t>(values[index]), out);
  }
  return out;
}

/// Calls take(id, value) for each; malformed where `row` is no such row.
template <class Take>
Result<void> read_tick_row(std::string_view row, Take take) {
  while (!row.empty()) {
    const auto id = take_varint(row);
    const auto bits = take_u64(row);
    if (!id || !bits) return fail(Fault::malformed, "a row that is cut off");
    take(*id, std::bit_cast<double>(*bits));
  }
  return {};
}

}  // namespace mixnet
