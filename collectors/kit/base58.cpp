// SPDX-License-Identifier: Apache-2.0
#include "collectors/kit/base58.h"

#include <algorithm>
#include <cstddef>

#include "collectors/kit/text.h"

namespace mixnet {
namespace {

constexpr std::string_view kDigits = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
constexpr std::size_t kLengthMax = 128;
constexpr std::size_t kKeyBytes = 32;

}  // namespace

Result<std::string> decode_base58(std::string_view text) {
  if (text.size() > kLengthMax) return fail(Fault::malformed, in_quotes(text) + " is too long");
  std::string reversed;  // of the number, the lowest byte first
  for (const char c : text) {
    auto carry = kDigits.find(c);
    if (carry == std::string_view::npos) return fail(Fault::malformed, in_quotes(text) + " is not in base 58");
    for (char& byte : reversed) {
      carry += kDigits.size() * static_cast<unsigned char>(byte);
      byte = static_cast<char>(carry & 0xff);
      carry >>= 8;
    }
    if (carry != 0) reversed.push_back(static_cast<char>(carry));
  }
  const auto zeros = std::min(text.find_first_not_of(kDigits.front()), text.size());
  std::string out(zeros, '\0');
  out.append(reversed.rbegin(), reversed.rend());
  return out;
}

bool is_identity_key(std::string_view text) {
  const auto bytes = decode_base58(text);
  return bytes && bytes->size() == kKeyBytes;
}

}  // namespace mixnet
