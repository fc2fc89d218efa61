// SPDX-License-Identifier: Apache-2.0
#include "daemon/web/protection_file.h"

#include <sys/stat.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "daemon/web/web_config.h"

namespace mixnet::web {
namespace {

/// What makes an address beyond loopback acceptable.
constexpr std::string_view kHowToAllow =
    "tls_server_config and basic_auth_users (or client_auth_type: RequireAndVerifyClientCert); or, where something else keeps "
    "strangers out, set web.allow_unprotected: true";

/// Of a file that is not there: all zeros.
FileStamp stamp_of(const std::string& path) {
  struct stat status {};
  if (stat(path.c_str(), &status) != 0) return {};
  const auto nanoseconds = [](const timespec& time) { return time.tv_sec * 1'000'000'000 + time.tv_nsec; };
  return {status.st_dev, status.st_ino, static_cast<std::uint64_t>(status.st_size), nanoseconds(status.st_mtim),
          nanoseconds(status.st_ctim)};
}

}  // namespace

Result<std::shared_ptr<ProtectionFile>> ProtectionFile::open(std::string file, Options options) {
  const std::shared_ptr<ProtectionFile> self(new ProtectionFile(std::move(file), std::move(options)));
  TRY(self->read());
  return self;
}

std::shared_ptr<const Protection> ProtectionFile::current() {
  const std::lock_guard lock(mutex_);
  const auto now = std::chrono::steady_clock::now();
  if (now - checked_ >= options_.check_every) {
    checked_ = now;
    if (changed()) (void)read_again();
  }
  return protection_;
}

Result<void> ProtectionFile::reload() {
  const std::lock_guard lock(mutex_);
  return read_again();
}

Result<void> ProtectionFile::read_again() {
  auto result = read();
  ++(result ? reloads_.good : reloads_.bad);
  reloads_.last_was_good = result.has_value();
  if (options_.on_reload) options_.on_reload(result);
  return result;
}

Result<void> ProtectionFile::read() {
  watched_.clear();
  const auto text = TRY(read_and_watch(file_));
  auto protection = TRY(parse_web_config(file_, text, [this](const std::string& path) { return read_and_watch(path); }));
  if (options_.known_clients_only && !admits_known_clients_only(protection.get())) {
    return fail(Fault::denied, file_ + ": refused, as it would open an address beyond loopback to strangers. Give it " +
                                   std::string(kHowToAllow));
  }
  protection_ = std::move(protection);
  return {};
}

Result<std::string> ProtectionFile::read_and_watch(const std::string& path) {
  watched_.push_back({path, stamp_of(path)});
  return read_small_file(path);
}

bool ProtectionFile::changed() const {
  return std::any_of(watched_.begin(), watched_.end(), [](const Watched& one) { return stamp_of(one.path) != one.stamp; });
}

bool admits_known_clients_only(const Protection* protection) {
  if (protection == nullptr || !protection->tls) return false;
  return protection->users != nullptr || protection->tls->verifies_every_client();
}

Result<void> check_exposure(const std::vector<std::string>& exposed, const Protection* protection, bool allow_unprotected) {
  if (exposed.empty() || allow_unprotected || admits_known_clients_only(protection)) return {};
  std::string addresses;
  for (const auto& address : exposed) addresses.append(addresses.empty() ? "" : ", ").append(address);
  return fail(Fault::denied,
              "listening on " + addresses +
                  " is refused: strangers could read the metrics there, and the packet counters of a mix node help traffic "
                  "analysis. Listen on 127.0.0.1 or [::1]; or give --web.config.file a file with " +
                  std::string(kHowToAllow));
}

}  // namespace mixnet::web
