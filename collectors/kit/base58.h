// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "collectors/kit/result.h"

namespace mixnet {

/// The bytes that `text` stands for in Bitcoin's base 58, in which Nym writes keys and signatures. Fault::malformed where it
/// has another character, or more than 128 of them: the time grows by the square of the length.
Result<std::string> decode_base58(std::string_view text);

/// Is it an ed25519 public key, 32 bytes in base 58?
bool is_identity_key(std::string_view text);

}  // namespace mixnet
