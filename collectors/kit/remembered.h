// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace mixnet {

/// What was worked out from each key of a file that repeats its keys in the same order at every read (/proc/meminfo,
/// /proc/vmstat): found again by position, worked out anew only where another key has moved there.
template <class Value>
class Remembered {
 public:
  /// `make(key)`, or what it gave the last time `key` was at `position`. Positions are asked for from 0 upwards.
  template <class Make>
  Value& at(std::size_t position, std::string_view key, Make&& make) {
    if (position >= entries_.size()) entries_.resize(position + 1);
    auto& entry = entries_[position];
    if (!entry.known || entry.key != key) {
      entry.value = make(key);
      entry.key = key;
      entry.known = true;
    }
    return entry.value;
  }

 private:
  struct Entry {
    std::string key;
    Value value{};
    bool known = false;
  };
  std::vector<Entry> entries_;
};

}  // namespace mixnet
