// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "collectors/kit/result.h"
#include "collectors/kit/tree.h"
#include "daemon/web/protection.h"

namespace mixnet::web {

/// The web configuration file, read again when it or a certificate that it names changes: looked at no more often than once a
/// second, and only when a client connects or asks, so nothing wakes for it. A file that is no good leaves the last good one in
/// force. Used from any thread.
class ProtectionFile : public ProtectionSource {
 public:
  struct Options {
    /// A new file that lets strangers in is refused, as it would have been at the start (see check_exposure).
    bool known_clients_only = false;
    /// Called after each reading again, on the thread that noticed the change: with the error, or with nothing where the new
    /// file is in force.
    std::function<void(const Result<void>&)> on_reload;
    std::chrono::milliseconds check_every{1'000};
  };

  static Result<std::shared_ptr<ProtectionFile>> open(std::string file, Options options);

  std::shared_ptr<const Protection> current() override;
  /// Reads the file again at once.
  Result<void> reload();

  struct Reloads {
    std::atomic<std::uint64_t> good = 0, bad = 0;
    std::atomic<bool> last_was_good = true;
  };
  const Reloads& reloads() const { return reloads_; }

 private:
  ProtectionFile(std::string file, Options options) : file_(std::move(file)), options_(std::move(options)) {}
  struct Watched {
    std::string path;
    FileStamp stamp;  // taken before it was read, so that no change after that is missed
  };

  Result<void> read();
  Result<void> read_again();
  Result<std::string> read_and_watch(const std::string& path);
  bool changed() const;

  const std::string file_;
  const Options options_;
  Reloads reloads_;
  std::mutex mutex_;
  // Guarded by mutex_.
  std::shared_ptr<const Protection> protection_;
  std::vector<Watched> watched_;
  std::chrono::steady_clock::time_point checked_{};
};

/// Does it let in only clients that are known: by TLS, and by a password or a verified certificate?
bool admits_known_clients_only(const Protection* protection);

/// Fault::denied where one of those addresses, all beyond loopback, would be open to strangers. The message says why that is
/// refused and how to allow it.
Result<void> check_exposure(const std::vector<std::string>& exposed, const Protection* protection, bool allow_unprotected);

}  // namespace mixnet::web
