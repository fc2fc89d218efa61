// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "collectors/kit/result.h"

namespace mixnet {

/// Did the owner of `public_key` (32 bytes) sign `text`? By OpenSSL's libcrypto, which is loaded when it is first asked for.
/// unavailable: it cannot be loaded. Of a key or a signature that is none the answer is no.
Result<bool> is_signed(std::string_view text, std::string_view public_key, std::string_view signature);

}  // namespace mixnet
