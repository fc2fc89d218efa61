// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <span>
#include <string>

namespace mixnet {

using TableRow = std::array<std::string, 4>;

/// Columns as wide as their widest entry, the last as wide as it is.
std::string aligned(std::span<const TableRow> rows);

}  // namespace mixnet
