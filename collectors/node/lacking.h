// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "collectors/collector.h"

namespace mixnet {

/// A source that a host or the exporter's rights may lack, of one node. While it is lacking it is tried once a minute, and
/// remarked on at each run: as Fault::absent, which is no failure.
class Lacking {
 public:
  using Clock = std::chrono::steady_clock;

  /// The file's text; nothing, and a remark "NODE: FILE" with the reason and `remedy`, where it is lacking.
  std::optional<std::string_view> read(Context& context, Tree& tree, std::string_view file, Shape shape, std::string_view node,
                                       std::string_view remedy);

  /// Is it to be tried now? Remarks on it where not.
  bool is_due(Context& context, Clock::time_point now);
  /// It is there.
  void found() { error_.reset(); }
  /// It could not be had: absent and denied are lacking, other faults are remarked on as they are and tried again at once.
  void lacks(Context& context, Clock::time_point now, std::string subject, Error error, std::string_view remedy);

 private:
  std::string subject_;
  std::optional<Error> error_;
  Clock::time_point again_{};
};

}  // namespace mixnet
