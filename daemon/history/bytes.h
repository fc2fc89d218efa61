// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "collectors/kit/result.h"

namespace mixnet {

/// Puts a checksum in front of `data`, so that a bit that the disk has changed is noticed.
std::string sealed(std::string_view data);

/// What was sealed; malformed where it is not as it was.
Result<std::string_view> unsealed(std::string_view text);

/// Numbers as they are in the file, the least byte first.
void put_u32(std::uint32_t value, std::string& out);
void put_u64(std::uint64_t value, std::string& out);
/// Seven bits a byte, the least first; the greatest bit says that there is another.
void put_varint(std::uint64_t value, std::string& out);

/// Each takes a number off the front of `text`; nothing where it is cut off, or has more than 64 bits.
std::optional<std::uint32_t> take_u32(std::string_view& text);
std::optional<std::uint64_t> take_u64(std::string_view& text);
std::optional<std::uint64_t> take_varint(std::string_view& text);

}  // namespace mixnet
