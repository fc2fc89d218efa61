// SPDX-License-Identifier: Apache-2.0
#include "collectors/kit/sha1.h"

#include <gnutls/crypto.h>

namespace mixnet {

std::array<std::uint8_t, 20> sha1(std::string_view bytes) {
  std::array<std::uint8_t, 20> out{};
  gnutls_hash_fast(GNUTLS_DIG_SHA1, bytes.data(), bytes.size(), out.data());
  return out;
}

}  // namespace mixnet
