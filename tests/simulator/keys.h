// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace mixnet::simulator {

/// A number made of a seed and a name, always the same of the same two.
std::uint64_t hash(std::uint64_t seed, std::string_view name);

/// So many bytes of a made-up key. Nothing can be encrypted with it; signing.h makes those that sign.
std::string key_bytes(std::uint64_t seed, std::string_view name, std::size_t bytes = 32);

std::string base58(std::string_view bytes);
std::string base64(std::string_view bytes);
std::string hex(std::string_view bytes);

/// A made-up public key as Nym prints it.
inline std::string public_key(std::uint64_t seed, std::string_view name) { return base58(key_bytes(seed, name)); }

/// A made-up signature: of the right form, and not valid.
inline std::string signature(std::uint64_t seed, std::string_view name) { return base58(key_bytes(seed, name, 64)); }

}  // namespace mixnet::simulator
