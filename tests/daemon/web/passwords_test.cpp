// SPDX-License-Identifier: Apache-2.0
#include "daemon/web/passwords.h"

#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>

namespace mixnet::web {
namespace {

// "secret" at cost 4.
const std::string kSecret = "$2y$04$MHUQ1c4zcOeaKLWsuCDnjejYdw0oVRcPRqe/VzWzuDz3X6gJpj4SC";

TEST(BasicAuthorization, HoldsUserAndPassword) {
  const auto simple = parse_basic_authorization("Basic YWxpY2U6c2VjcmV0");
  ASSERT_TRUE(simple);
  EXPECT_EQ(simple->user, "alice");
  EXPECT_EQ(simple->password, "secret");
  const auto colons = parse_basic_authorization("basic   YTpiOmM=  ");
  ASSERT_TRUE(colons);
  EXPECT_EQ(colons->user, "a");
  EXPECT_EQ(colons->password, "b:c");
}

TEST(BasicAuthorization, IsNothingElse) {
  for (const auto* text : {"", "Basic", "Basic ", "Bearer abc", "Basic !!!!",
                           "Basic YWxpY2U=", "Basic YWxpY2U6AHNlY3JldA==", "BasicYWxpY2U6c2VjcmV0"}) {
    EXPECT_FALSE(parse_basic_authorization(text)) << text;
  }
}

TEST(BcryptHash, IsCheckedBeforeItIsNeeded) {
  EXPECT_TRUE(check_bcrypt_hash(kSecret));
  EXPECT_TRUE(check_bcrypt_hash("$2a$18" + kSecret.substr(6)));
  const std::pair<std::string, std::string> cases[] = {
      {"secret", "not a bcrypt hash ($2a$, $2b$ or $2y$); make one with: htpasswd -nBC 10 \"\" | tr -d ':\\n'"},
      {"$2x$" + kSecret.substr(4),
       "not a bcrypt hash ($2a$, $2b$ or $2y$); make one with: htpasswd -nBC 10 \"\" | tr -d ':\\n'"},
      {kSecret + "a", "a bcrypt hash has 60 letters, this one has 61"},
      {"$2y$03" + kSecret.substr(6), "not a bcrypt hash: cost or letters are wrong"},
      {"$2y$0a" + kSecret.substr(6), "not a bcrypt hash: cost or letters are wrong"},
      {kSecret.substr(0, 59) + "!", "not a bcrypt hash: cost or letters are wrong"},
      {"$2y$19" + kSecret.substr(6), "a bcrypt cost of 19 takes minutes for a password; 18 is the most"},
  };
  for (const auto& [hash, message] : cases) {
    const auto checked = check_bcrypt_hash(hash);
    ASSERT_FALSE(checked) << hash;
    EXPECT_EQ(checked.error().message, message);
  }
}

TEST(PasswordTable, RemembersWhatWasVerified) {
  PasswordTable table({{"alice", kSecret}, {"bob", kSecret}});
  const Credentials alice{"alice", "secret"};
  EXPECT_FALSE(table.is_verified(alice));
  table.remember("alice", table.digest(alice));
  EXPECT_TRUE(table.is_verified(alice));
  EXPECT_FALSE(table.is_verified({"alice", "Secret"}));
  EXPECT_FALSE(table.is_verified({"bob", "secret"}));
  EXPECT_FALSE(table.is_verified({"nobody", "secret"}));
  table.remember("alice", table.digest({"alice", "second"}));
  EXPECT_FALSE(table.is_verified(alice));
}

TEST(PasswordTable, HidesWhichUsersThereAre) {
  PasswordTable table({{"alice", kSecret}, {"bob", "$2b$12" + kSecret.substr(6)}});
  EXPECT_EQ(table.hash_for("alice"), kSecret);
  const auto decoy = table.hash_for("nobody");
  EXPECT_TRUE(check_bcrypt_hash(decoy));
  EXPECT_EQ(decoy.substr(0, 7), "$2b$12$");
}

/// Collects verdicts.
class Verdicts {
 public:
  std::function<void(bool)> next() {
    return [this](bool fits) {
      const std::lock_guard lock(mutex_);
      all_.push_back(fits);
      changed_.notify_all();
    };
  }
  std::vector<bool> wait_for(std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::seconds(10), [&] { return all_.size() >= count; });
    return all_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<bool> all_;
};

PasswordTable::Digest numbered(std::uint8_t number) { return {number}; }

TEST(PasswordChecker, ComputesBcryptInItsThreeForms) {
  Verdicts verdicts;
  PasswordChecker checker;
  std::uint8_t number = 0;
  for (const auto* form : {"$2y", "$2a", "$2b"}) {
    checker.check(1, numbered(++number), "secret", form + kSecret.substr(3), verdicts.next());
    checker.check(1, numbered(++number), "wrong", form + kSecret.substr(3), verdicts.next());
  }
  EXPECT_EQ(verdicts.wait_for(6), (std::vector<bool>{true, false, true, false, true, false}));
}

TEST(PasswordChecker, FindsNoPasswordForUnknownUsers) {
  Verdicts verdicts;
  PasswordChecker checker;
  const PasswordTable table({{"alice", kSecret}});
  checker.check(1, numbered(1), "", table.hash_for("nobody"), verdicts.next());
  EXPECT_EQ(verdicts.wait_for(1), std::vector<bool>{false});
}

TEST(PasswordChecker, BoundsWhatWaits) {
  Verdicts verdicts;
  PasswordChecker checker;
  const auto slow = "$2y$16" + kSecret.substr(6);
  std::uint8_t number = 0;
  const auto ask = [&](std::uint64_t network) {
    return checker.check(network, numbered(++number), "x", slow, verdicts.next());
  };
  using Admission = PasswordChecker::Admission;
  for (std::size_t i = 0; i < PasswordChecker::kQueueOfOne; ++i) EXPECT_EQ(ask(1), Admission::taken);
  EXPECT_EQ(ask(1), Admission::too_many_of_one);
  // The same again costs nothing more.
  EXPECT_EQ(checker.check(1, numbered(1), "x", slow, verdicts.next()), Admission::taken);
  for (std::size_t i = PasswordChecker::kQueueOfOne; i < PasswordChecker::kQueue; ++i) EXPECT_EQ(ask(i), Admission::taken);
  EXPECT_EQ(ask(1'000), Admission::queue_full);
}

}  // namespace
}  // namespace mixnet::web
