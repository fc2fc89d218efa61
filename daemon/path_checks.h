// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "collectors/kit/result.h"

namespace mixnet {

/// malformed where `text` is not an absolute path.
Result<void> check_path(std::string_view text);

/// malformed where `text` is neither an absolute path nor a systemd credential's name.
Result<void> check_secret_path(std::string_view text);

}  // namespace mixnet
