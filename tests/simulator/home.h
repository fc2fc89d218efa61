// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

#include "tests/simulator/node.h"
#include "tests/simulator/sockets.h"

namespace mixnet::simulator {

/// What stands in every file that nobody but the node is to read.
inline constexpr const char* kPoison = "POISONED-SECRET-nobody-but-the-node-reads-this";

/// The node's folder: config/config.toml and data/, and who opens what in there is private.
class Home {
 public:
  explicit Home(std::filesystem::path folder) : folder_(std::move(folder)) {}

  /// Writes config/config.toml as the node would for these options.
  Result<void> write_config(const Options& options) const;

  /// Writes data/, and watches its private files from then on.
  Result<void> write_data(const Node& node);

  /// How often each private file has been opened since then, the simulator's own writing left out.
  std::map<std::string, std::uint64_t> opened();

  std::filesystem::path config() const { return folder_ / "config" / "config.toml"; }
  bool exists() const { return !folder_.empty(); }

 private:
  Result<void> watch(const std::string& file);

  std::filesystem::path folder_;
  Descriptor inotify_;
  std::map<int, std::string> watched_;  // by the watch's number
  std::map<std::string, std::uint64_t> opened_;
};

}  // namespace mixnet::simulator
