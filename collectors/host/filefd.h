// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include "collectors/collector.h"

namespace mixnet {

/// Open file descriptions of the whole host, and how many the kernel allows.
struct FileNr {
  std::uint64_t allocated, maximum;
};

/// /proc/sys/fs/file-nr, as the kernel's Documentation/admin-guide/sysctl/fs.rst describes it.
Result<FileNr> parse_file_nr(std::string_view text);

extern const Collector kFilefd;

}  // namespace mixnet
