// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

#include "collectors/kit/result.h"

namespace mixnet {

/// A folder of the exporter's own, for what is to outlive it: a file for each thing remembered, replaced as a whole. It is made
/// where it is not there, with all that is above it; files are 0600.
class StateFolder {
 public:
  using Time = std::chrono::system_clock::time_point;

  struct File {
    std::string text;
    Time written;  ///< or touched
  };

  /// Without a path nothing is remembered, and that is no error.
  explicit StateFolder(std::string path = {}) : path_(std::move(path)) {}

  const std::string& path() const { return path_; }

  /// absent: never written. `name` has letters, digits, '-', '_' and '.' only.
  Result<File> read(std::string_view name, std::size_t bytes_max) const;

  /// Either the whole text is there afterwards or what was before; `written` is now.
  Result<void> write(std::string_view name, std::string_view text) const;

  /// What was written is still so now. absent: never written.
  Result<void> touch(std::string_view name) const;

  /// Removes files that nobody has written or touched since.
  void forget_older_than(Time time) const;

 private:
  std::string file(std::string_view name) const { return path_ + "/" + std::string(name); }

  std::string path_;
};

}  // namespace mixnet
