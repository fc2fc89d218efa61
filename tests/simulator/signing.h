// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace mixnet::simulator {

/// A pair of ed25519 keys made of a seed and a name, always the same of the same two. They are real keys: what one signs,
/// anybody can verify with the other.
class SigningKey {
 public:
  SigningKey(std::uint64_t seed, std::string_view name);

  /// The 32 bytes of the public key.
  std::string public_bytes() const { return {public_.begin(), public_.end()}; }

  /// The public key in base 58, as Nym prints it.
  std::string public_text() const;

  /// The signature of `text`, in base 58.
  std::string sign(std::string_view text) const;

 private:
  std::array<char, 32> private_{};
  std::array<char, 32> public_{};
};

}  // namespace mixnet::simulator
