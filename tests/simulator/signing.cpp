// SPDX-License-Identifier: Apache-2.0
#include "tests/simulator/signing.h"

#include <nettle/eddsa.h>

#include <algorithm>

#include "tests/simulator/keys.h"

namespace mixnet::simulator {
namespace {

const std::uint8_t* bytes_of(std::string_view text) { return reinterpret_cast<const std::uint8_t*>(text.data()); }

template <std::size_t Size>
std::string_view view(const std::array<char, Size>& bytes) {
  return {bytes.data(), bytes.size()};
}

}  // namespace

SigningKey::SigningKey(std::uint64_t seed, std::string_view name) {
  static_assert(sizeof private_ == ED25519_KEY_SIZE);
  std::ranges::copy(key_bytes(seed, name), private_.begin());
  ed25519_sha512_public_key(reinterpret_cast<std::uint8_t*>(public_.data()), bytes_of(view(private_)));
}

std::string SigningKey::public_text() const { return base58(view(public_)); }

std::string SigningKey::sign(std::string_view text) const {
  std::array<char, ED25519_SIGNATURE_SIZE> out{};
  ed25519_sha512_sign(bytes_of(view(public_)), bytes_of(view(private_)), text.size(), bytes_of(text),
                      reinterpret_cast<std::uint8_t*>(out.data()));
  return base58(view(out));
}

}  // namespace mixnet::simulator
