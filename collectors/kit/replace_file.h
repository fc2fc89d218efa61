// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>

#include "collectors/kit/result.h"

namespace mixnet {

/// Puts `text` into the file `path`: whoever reads it, and a crash, finds all of it or what was there before. It has `mode`
/// whatever the umask. Errors have the path in front; what was there stays then.
Result<void> replace_file(const std::string& path, std::string_view text, mode_t mode);

}  // namespace mixnet
