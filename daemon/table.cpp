// SPDX-License-Identifier: Apache-2.0
#include "daemon/table.h"

#include <algorithm>

namespace mixnet {

std::string aligned(std::span<const TableRow> rows) {
  std::array<std::size_t, 4> widths{};
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string out;
  for (const auto& row : rows) {
    for (std::size_t i = 0; i + 1 < row.size(); ++i) out.append(row[i]).append(widths[i] + 2 - row[i].size(), ' ');
    out.append(row.back()).append("\n");
  }
  return out;
}

}  // namespace mixnet
