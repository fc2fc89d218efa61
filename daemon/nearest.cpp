// SPDX-License-Identifier: Apache-2.0
#include "daemon/nearest.h"

#include <algorithm>
#include <vector>

namespace mixnet {
namespace {

/// How many letters to insert, leave out, change or swap with their neighbour to get from `a` to `b`.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> two_up(b.size() + 1), up(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) up[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({up[j] + 1, row[j - 1] + 1, up[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], two_up[j - 2] + 1);
    }
    two_up.swap(up);
    up.swap(row);
  }
  return up[b.size()];
}

}  // namespace

std::string_view nearest(std::string_view word, std::span<const std::string> candidates) {
  constexpr std::size_t kLongestWord = 100;  // what is longer is no misspelling, and would cost
  if (word.size() > kLongestWord) return {};
  std::string_view best;
  auto best_distance = 1 + std::max<std::size_t>(1, word.size() / 3);
  for (const auto& candidate : candidates) {
    const auto this_distance = distance(word, candidate);
    if (this_distance >= best_distance) continue;
    best = candidate;
    best_distance = this_distance;
  }
  return best;
}

std::string did_you_mean(std::string_view word, std::span<const std::string> candidates, std::string_view prefix) {
  const auto meant = nearest(word, candidates);
  if (meant.empty()) return "";
  return "; did you mean \"" + std::string(prefix) + std::string(meant) + "\"?";
}

}  // namespace mixnet
