// SPDX-License-Identifier: Apache-2.0
#include "daemon/web/passwords.h"

#include <crypt.h>
#include <gnutls/crypto.h>
#include <pthread.h>
#include <strings.h>

#include <algorithm>
#include <condition_variable>
#include <csignal>
#include <cstring>
#include <deque>
#include <mutex>
#include <thread>

#include "collectors/kit/text.h"

namespace mixnet::web {
namespace {

constexpr std::string_view kBcryptLetters = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
/// "$2b$10$" and 53 letters of salt and hash.
constexpr std::size_t kBcryptLength = 60;
constexpr int kMinCost = 4;
/// About ten seconds of CPU; each step doubles it.
constexpr int kMaxCost = 18;

int cost_of(std::string_view hash) { return number<int>(hash.substr(4, 2)).value_or(kMinCost); }

bool fits(const std::string& password, const std::string& hash) {
  auto data = std::make_unique<crypt_data>();
  const char* computed = crypt_r(password.c_str(), hash.c_str(), data.get());
  const bool same =
      computed != nullptr && std::strlen(computed) == hash.size() && gnutls_memcmp(computed, hash.data(), hash.size()) == 0;
  gnutls_memset(data.get(), 0, sizeof *data);
  return same;
}

}  // namespace

std::optional<Credentials> parse_basic_authorization(std::string_view header) {
  constexpr std::string_view kScheme = "Basic ";
  if (header.size() < kScheme.size() || strncasecmp(header.data(), kScheme.data(), kScheme.size()) != 0) return std::nullopt;
  const auto encoded = trim(header.substr(kScheme.size()));
  const gnutls_datum_t in{reinterpret_cast<unsigned char*>(const_cast<char*>(encoded.data())),
                          static_cast<unsigned>(encoded.size())};
  gnutls_datum_t out{};
  if (encoded.empty() || gnutls_base64_decode2(&in, &out) != 0) return std::nullopt;
  const std::string decoded(reinterpret_cast<const char*>(out.data), out.size);
  gnutls_memset(out.data, 0, out.size);
  gnutls_free(out.data);
  const auto colon = decoded.find(':');
  // bcrypt ends at a zero byte, so a password with one would fit where only its beginning does.
  if (colon == std::string::npos || decoded.find('\0') != std::string::npos) return std::nullopt;
  return Credentials{decoded.substr(0, colon), decoded.substr(colon + 1)};
}

Result<void> check_bcrypt_hash(std::string_view hash) {
  const bool known = hash.starts_with("$2a$") || hash.starts_with("$2b$") || hash.starts_with("$2y$");
  if (!known)
    return fail(Fault::malformed,
                "not a bcrypt hash ($2a$, $2b$ or $2y$); make one with: htpasswd -nBC 10 \"\" | tr -d ':\\n'");
  if (hash.size() != kBcryptLength) {
    return fail(Fault::malformed, "a bcrypt hash has 60 letters, this one has " + std::to_string(hash.size()));
  }
  const auto cost = number<int>(hash.substr(4, 2));
  if (!cost || *cost < kMinCost || hash[6] != '$' || hash.find_first_not_of(kBcryptLetters, 7) != std::string_view::npos) {
    return fail(Fault::malformed, "not a bcrypt hash: cost or letters are wrong");
  }
  if (*cost > kMaxCost) {
    return fail(Fault::malformed,
                "a bcrypt cost of " + std::to_string(*cost) + " takes minutes for a password; 18 is the most");
  }
  return {};
}

PasswordTable::PasswordTable(const std::vector<std::pair<std::string, std::string>>& users) {
  int cost = kMinCost;
  for (const auto& [name, hash] : users) {
    cost = std::max(cost, cost_of(hash));
    users_.push_back({name, hash, std::nullopt});
  }
  // A salt and a hash of zeros, which no password is known to have.
  decoy_ = "$2b$" + std::string(cost < 10 ? "0" : "") + std::to_string(cost) + "$" + std::string(kBcryptLength - 7, '.');
  gnutls_rnd(GNUTLS_RND_KEY, key_.data(), key_.size());
}

PasswordTable::Digest PasswordTable::digest(const Credentials& credentials) const {
  const auto text = hash_for(credentials.user) + credentials.user + '\0' + credentials.password;
  Digest digest{};
  gnutls_hmac_fast(GNUTLS_MAC_SHA256, key_.data(), key_.size(), text.data(), text.size(), digest.data());
  return digest;
}

bool PasswordTable::is_verified(const Credentials& credentials) const {
  const auto given = digest(credentials);
  bool verified = false;
  for (const auto& user : users_) {
    verified |= user.verified && gnutls_memcmp(user.verified->data(), given.data(), given.size()) == 0;
  }
  return verified;
}

std::string PasswordTable::hash_for(std::string_view name) const {
  for (const auto& user : users_) {
    if (user.name == name) return user.hash;
  }
  return decoy_;
}

void PasswordTable::remember(std::string_view name, const Digest& digest) {
  for (auto& user : users_) {
    if (user.name == name) user.verified = digest;
  }
}

struct PasswordChecker::Shared {
  struct Check {
    std::uint64_t network;
    PasswordTable::Digest digest;
    std::string password, hash;
    std::vector<std::function<void(bool)>> done;
  };

  std::mutex mutex;
  std::condition_variable changed;
  // Guarded by mutex.
  std::deque<Check> queue;
  bool ended = false;

  void work() {
    std::unique_lock lock(mutex);
    while (true) {
      changed.wait(lock, [this] { return ended || !queue.empty(); });
      if (ended) return;
      const auto password = std::move(queue.front().password);
      const auto hash = std::move(queue.front().hash);
      lock.unlock();
      const bool fit = fits(password, hash);
      lock.lock();
      if (ended) return;
      // Taken off only now, so that the one under way counts as waiting and others can join it.
      const auto done = std::move(queue.front().done);
      queue.pop_front();
      lock.unlock();
      for (const auto& tell : done) tell(fit);
      lock.lock();
    }
  }
};

PasswordChecker::PasswordChecker() : shared_(std::make_shared<Shared>()) {}

PasswordChecker::~PasswordChecker() {
  const std::lock_guard lock(shared_->mutex);
  shared_->ended = true;
  shared_->changed.notify_all();
}

PasswordChecker::Admission PasswordChecker::check(std::uint64_t network, const PasswordTable::Digest& digest,
                                                  std::string password, std::string hash, std::function<void(bool)> done) {
  {
    const std::lock_guard lock(shared_->mutex);
    std::size_t of_one = 0;
    for (auto& waiting : shared_->queue) {
      if (gnutls_memcmp(waiting.digest.data(), digest.data(), digest.size()) == 0) {
        waiting.done.push_back(std::move(done));
        return Admission::taken;
      }
      if (waiting.network == network) ++of_one;
    }
    if (of_one >= kQueueOfOne) return Admission::too_many_of_one;
    if (shared_->queue.size() >= kQueue) return Admission::queue_full;
    shared_->queue.push_back({network, digest, std::move(password), std::move(hash), {}});
    shared_->queue.back().done.push_back(std::move(done));
    shared_->changed.notify_one();
  }
  if (!std::exchange(started_, true)) {
    // Detached, as a computation of seconds cannot be interrupted and nobody should wait for it at the end.
    std::thread([shared = shared_] {
      pthread_setname_np(pthread_self(), "web-passwords");
      shared->work();
    }).detach();
  }
  return Admission::taken;
}

}  // namespace mixnet::web
