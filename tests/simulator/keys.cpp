// SPDX-License-Identifier: Apache-2.0
#include "tests/simulator/keys.h"

#include <algorithm>
#include <vector>

namespace mixnet::simulator {
namespace {

/// One step of splitmix64.
std::uint64_t mix(std::uint64_t value) {
  value += 0x9e3779b97f4a7c15;
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9;
  value = (value ^ (value >> 27)) * 0x94d049bb133111eb;
  return value ^ (value >> 31);
}

unsigned byte_at(std::string_view bytes, std::size_t index) {
  return index < bytes.size() ? static_cast<unsigned char>(bytes[index]) : 0;
}

}  // namespace

std::uint64_t hash(std::uint64_t seed, std::string_view name) {
  std::uint64_t value = mix(seed);
  for (const char letter : name) value = mix(value ^ static_cast<unsigned char>(letter));
  return value;
}

std::string key_bytes(std::uint64_t seed, std::string_view name, std::size_t bytes) {
  std::string out;
  std::uint64_t state = hash(seed, name);
  while (out.size() < bytes) {
    state = mix(state);
    // The first byte is not zero, so that all keys are of about the same length in base 58.
    out.push_back(static_cast<char>(out.empty() ? state % 255 + 1 : state % 256));
  }
  return out;
}

std::string base58(std::string_view bytes) {
  constexpr std::string_view kDigits = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
  std::vector<unsigned> digits;  // the lowest first
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    unsigned carry = byte_at(bytes, i);
    for (auto& digit : digits) {
      carry += digit * 256;
      digit = carry % 58;
      carry /= 58;
    }
    for (; carry != 0; carry /= 58) digits.push_back(carry % 58);
  }
  std::string out(std::min(bytes.find_first_not_of('\0'), bytes.size()), kDigits[0]);
  std::for_each(digits.rbegin(), digits.rend(), [&](unsigned digit) { out.push_back(kDigits[digit]); });
  return out;
}

std::string base64(std::string_view bytes) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const unsigned group = byte_at(bytes, i) << 16 | byte_at(bytes, i + 1) << 8 | byte_at(bytes, i + 2);
    for (unsigned digit = 0; digit < 4; ++digit) {
      out.push_back(i + digit > bytes.size() ? '=' : kDigits[group >> (18 - 6 * digit) & 63]);
    }
  }
  return out;
}

std::string hex(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    out.push_back(kDigits[byte_at(bytes, i) / 16]);
    out.push_back(kDigits[byte_at(bytes, i) % 16]);
  }
  return out;
}

}  // namespace mixnet::simulator
