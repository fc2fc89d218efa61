// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/vfs.h>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "collectors/collector.h"

namespace mixnet {

/// One line of /proc/PID/mountinfo. The views point into the text parsed.
struct Mount {
  std::uint32_t id, major, minor;
  std::string_view point;  ///< as it is called, blanks and backslashes in it no longer written \040
  std::string_view type;
  std::string_view device;  ///< as the kernel writes it
  bool read_only;
};

/// /proc/PID/mountinfo, as proc(5) describes it. Mount points are unescaped where they stand in `text`.
Result<void> parse_mountinfo(std::string& text, std::vector<Mount>& mounts);

/// How a file system is asked for its size; a value in Context::memory, so that a test can put its own there. It is called on
/// several threads at once. Returns 0 or an errno.
struct StatfsCall {
  std::function<int(const char* path, struct statfs* answer)> ask;
  StatfsCall();  ///< statfs(2)
};

extern const Collector kFilesystem;

}  // namespace mixnet
