// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>

#include "collectors/kit/result.h"

namespace mixnet {

/// Should the last component of a path be followed where it is a symbolic link? One that the operator named, yes; not in a
/// folder that belongs to somebody else, who could point it at a file that only we may read.
enum class Symlinks { follow, refuse };

/// The content of a file that is not the kernel's; a FIFO is not waited for. Errors have the path in front. absent: not there;
/// denied: may not be read; malformed: no regular file, or longer than `bytes_max`; unavailable: any other failure.
Result<std::string> read_regular_file(const std::string& path, std::size_t bytes_max, Symlinks symlinks = Symlinks::follow);

}  // namespace mixnet
