// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/resource.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>

#include "collectors/collector.h"

namespace mixnet::test {

/// A folder of its own for one test, removed at its end.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }
  /// Writes a file, making the folders above it.
  void write(const std::filesystem::path& relative, std::string_view content) const;

 private:
  std::filesystem::path path_;
};

/// For as long as it lives no file of this process can be longer: writing to one fails, as on a full disk.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(std::uint64_t bytes);
  ~FileSizeLimit();
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;

 private:
  rlimit before_{};
  void (*handler_)(int);
};

/// The build's copy of tests/fixtures, which has their symbolic links; wherever the tests are run from.
std::filesystem::path fixtures();

/// The content of a file below tests/fixtures.
std::string fixture(const std::filesystem::path& relative);

/// The roots of a host kept as a tree with proc, sys, root and udev in it.
Roots roots_below(const std::filesystem::path& host);

/// Runs one collector over `context`, as a scrape does, and gives its samples as lines of the text format without HELP and
/// TYPE, families in the order first emitted; "error: MESSAGE" where it fails.
std::string collected(const Collector& collector, Context& context);

/// The same over a fresh Context on a host of fixtures.
std::string collected(const Collector& collector, const std::filesystem::path& host, const Settings& settings = {});

/// Samples as such lines.
std::string lines_of(const Samples& samples);

/// The families that `collector` emitted on `context` without declaring them in its row; empty when all is well.
std::string undeclared(const Collector& collector, Context& context);

}  // namespace mixnet::test
