// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "collectors/kit/result.h"

namespace mixnet::web {

struct Credentials {
  std::string user, password;
};

/// The credentials of an Authorization header, "Basic YWxpY2U6c2VjcmV0"; nothing where it holds none.
std::optional<Credentials> parse_basic_authorization(std::string_view header);

/// Is `hash` a bcrypt hash that this host can compute ($2a$, $2b$, $2y$; cost 4 to 18)? The reason where it is not.
Result<void> check_bcrypt_hash(std::string_view hash);

/// The users of a web configuration, and which password each of them was last verified with, so that a scrape does not pay for
/// bcrypt. Passwords are remembered only as keyed digests, with a key made at random for this table. Used from one thread.
class PasswordTable {
 public:
  using Digest = std::array<std::uint8_t, 32>;

  /// Pairs of user and bcrypt hash.
  explicit PasswordTable(const std::vector<std::pair<std::string, std::string>>& users);

  /// Was this very password verified before?
  bool is_verified(const Credentials& credentials) const;
  /// What to compute bcrypt against: the user's hash, or for an unknown user one that costs the same and that no password fits.
  std::string hash_for(std::string_view user) const;
  Digest digest(const Credentials& credentials) const;
  /// Remembers that the password behind `digest` fits `user`.
  void remember(std::string_view user, const Digest& digest);

 private:
  struct User {
    std::string name, hash;
    std::optional<Digest> verified;
  };
  std::vector<User> users_;
  std::string decoy_;
  std::array<std::uint8_t, 32> key_{};
};

/// Computes bcrypt on a thread of its own, which starts with the first check. What is under way when this object ends is
/// finished unheard.
class PasswordChecker {
 public:
  /// Checks waiting at once: of everybody, and of one network (see network_of).
  static constexpr std::size_t kQueue = 32;
  static constexpr std::size_t kQueueOfOne = 8;

  enum class Admission { taken, queue_full, too_many_of_one };

  PasswordChecker();
  ~PasswordChecker();
  PasswordChecker(const PasswordChecker&) = delete;
  PasswordChecker& operator=(const PasswordChecker&) = delete;

  /// Calls `done(does it fit?)` on the thread, later. A password that is waiting already, as `digest` tells, is computed once.
  Admission check(std::uint64_t network, const PasswordTable::Digest& digest, std::string password, std::string hash,
                  std::function<void(bool)> done);

 private:
  struct Shared;
  std::shared_ptr<Shared> shared_;
  bool started_ = false;
};

}  // namespace mixnet::web
