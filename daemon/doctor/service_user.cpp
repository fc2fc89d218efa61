// SPDX-License-Identifier: Apache-2.0
#include "daemon/doctor/service_user.h"

#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <optional>

#include "collectors/node/system_bus.h"

namespace mixnet {
namespace {

constexpr const char* kUser = "mixnet-exporter";
constexpr const char* kUnit = "mixnet-exporter.service";
constexpr const char* kCredentials = "/run/credentials/mixnet-exporter.service";
constexpr auto kDeadline = std::chrono::seconds(2);

std::optional<passwd> entry_of(uid_t uid, const char* name, std::array<char, 4096>& buffer) {
  passwd entry{};
  passwd* found = nullptr;
  const int failed = name != nullptr ? ::getpwnam_r(name, &entry, buffer.data(), buffer.size(), &found)
                                     : ::getpwuid_r(uid, &entry, buffer.data(), buffer.size(), &found);
  if (failed != 0 || found == nullptr) return std::nullopt;
  return entry;
}

Result<void> failed(const char* what) {
  return fail(Fault::denied, std::string("cannot become the user ") + kUser + ": " + what + ": " + std::strerror(errno));
}

/// The set of this thread, of which nothing more is inherited.
bool set_capabilities(std::uint64_t mask) {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  std::array<__user_cap_data_struct, 2> data{};
  for (std::size_t half = 0; half < data.size(); ++half) {
    data[half].effective = data[half].permitted = static_cast<std::uint32_t>(mask >> (32 * half));
  }
  return ::syscall(SYS_capset, &header, data.data()) == 0;
}

Result<void> become(const passwd& user, std::uint64_t capabilities) {
  if (::prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) != 0) return failed("prctl");
  if (::initgroups(kUser, user.pw_gid) != 0) return failed("initgroups");
  if (::setresgid(user.pw_gid, user.pw_gid, user.pw_gid) != 0) return failed("setresgid");
  if (::setresuid(user.pw_uid, user.pw_uid, user.pw_uid) != 0) return failed("setresuid");
  if (!set_capabilities(capabilities)) return failed("capset");
  return {};
}

/// What systemd has handed to the running service is for its user to read.
void take_credentials() {
  struct stat status {};
  if (std::getenv("CREDENTIALS_DIRECTORY") == nullptr && ::stat(kCredentials, &status) == 0) {
    ::setenv("CREDENTIALS_DIRECTORY", kCredentials, 1);
  }
}

std::string capabilities_text(std::uint64_t mask) {
  struct Known {
    unsigned bit;
    std::string_view name;
  };
  constexpr Known kKnown[] = {
      {CAP_DAC_READ_SEARCH, "CAP_DAC_READ_SEARCH"}, {CAP_NET_ADMIN, "CAP_NET_ADMIN"}, {CAP_SYS_PTRACE, "CAP_SYS_PTRACE"}};
  std::string out;
  for (const auto& known : kKnown) {
    if ((mask >> known.bit & 1U) == 0) continue;
    out.append(out.empty() ? "" : " and ").append(known.name);
    mask &= ~(std::uint64_t{1} << known.bit);
  }
  if (mask != 0) out.append(out.empty() ? "" : " and ").append("others");
  return out.empty() ? "without capabilities" : "with " + out + " as its unit has";
}

}  // namespace

ServiceUnit service_unit() {
  constexpr const char* kUnitInterface = "org.freedesktop.systemd1.Unit";
  constexpr const char* kService = "org.freedesktop.systemd1.Service";
  ServiceUnit out;
  SystemBus bus;
  const auto deadline = SystemBus::Clock::now() + kDeadline;
  const auto path = SystemBus::unit_path(kUnit);
  if (!path) return out;
  out.state = bus.text(*path, kUnitInterface, "ActiveState", deadline).value_or("");
  out.main_pid = bus.number32(*path, kService, "MainPID", deadline).value_or(0);
  out.capabilities = bus.number64(*path, kService, "AmbientCapabilities", deadline).value_or(0);
  return out;
}

Result<std::string> become_service_user(const ServiceUnit& unit) {
  std::array<char, 4096> buffer{};
  if (::geteuid() != 0) {
    const auto self = entry_of(::geteuid(), nullptr, buffer);
    const std::string name = self ? self->pw_name : std::to_string(::geteuid());
    if (name == kUser) return "as the user " + name;
    return "as the user " + name + "; run it as root to have it look as the service's user does";
  }
  const auto user = entry_of(0, kUser, buffer);
  if (!user) return std::string("as root, who may more than the service: there is no user ") + kUser;
  TRY(become(*user, unit.capabilities));
  take_credentials();
  return std::string("as the user ") + kUser + ", " + capabilities_text(unit.capabilities);
}

}  // namespace mixnet
