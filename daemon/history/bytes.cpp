// SPDX-License-Identifier: Apache-2.0
#include "daemon/history/bytes.h"

#include <isa-l/crc.h>

#include <algorithm>

namespace mixnet {
namespace {

template <class T>
void put(T value, std::string& out) {
  for (std::size_t byte = 0; byte < sizeof value; ++byte) out += static_cast<char>(value >> (8 * byte));
}

template <class T>
std::optional<T> take(std::string_view& text) {
  if (text.size() < sizeof(T)) return std::nullopt;
  T value = 0;
  for (std::size_t byte = 0; byte < sizeof value; ++byte) {
    value |= static_cast<T>(static_cast<T>(static_cast<unsigned char>(text[byte])) << (8 * byte));
  }
  text.remove_prefix(sizeof value);
  return value;
}

std::uint32_t checksum(std::string_view data) {
  return crc32_gzip_refl(0, reinterpret_cast<const unsigned char*>(data.data()), data.size());
}

}  // namespace

void put_u32(std::uint32_t value, std::string& out) { put(value, out); }
void put_u64(std::uint64_t value, std::string& out) { put(value, out); }
std::optional<std::uint32_t> take_u32(std::string_view& text) { return take<std::uint32_t>(text); }
std::optional<std::uint64_t> take_u64(std::string_view& text) { return take<std::uint64_t>(text); }

void put_varint(std::uint64_t value, std::string& out) {
  for (; value >= 0x80; value >>= 7) out += static_cast<char>(value | 0x80);
  out += static_cast<char>(value);
}

std::optional<std::uint64_t> take_varint(std::string_view& text) {
  constexpr std::size_t kBytesMax = 10;
  std::uint64_t value = 0;
  for (std::size_t index = 0; index < std::min(kBytesMax, text.size()); ++index) {
    const auto byte = static_cast<unsigned char>(text[index]);
    value |= static_cast<std::uint64_t>(byte & 0x7f) << (7 * index);
    if (byte < 0x80) {
      text.remove_prefix(index + 1);
      return value;
    }
  }
  return std::nullopt;
}

std::string sealed(std::string_view data) {
  std::string out;
  out.reserve(sizeof(std::uint32_t) + data.size());
  put_u32(checksum(data), out);
  out += data;
  return out;
}

Result<std::string_view> unsealed(std::string_view text) {
  const auto expected = take_u32(text);
  if (!expected || checksum(text) != *expected) return fail(Fault::malformed, "not as it was written");
  return text;
}

}  // namespace mixnet
