// SPDX-License-Identifier: Apache-2.0
#include "collectors/kit/replace_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "collectors/kit/tree.h"

namespace mixnet {
namespace {

/// 0 or an errno.
int write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const auto written = ::write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

}  // namespace

Result<void> replace_file(const std::string& path, std::string_view text, mode_t mode) {
  auto fresh = path + ".XXXXXX";  // a name that nobody can have put a link under
  const int fd = ::mkostemp(fresh.data(), O_CLOEXEC);
  if (fd < 0) {
    const int error = errno;
    return fail(fault_of(error), path + ": " + std::strerror(error));
  }
  int error = write_all(fd, text);
  if (error == 0 && ::fchmod(fd, mode) != 0) error = errno;
  if (error == 0 && ::fsync(fd) != 0) error = errno;  // else a crash could leave an empty file under the name
  ::close(fd);
  if (error == 0 && ::rename(fresh.c_str(), path.c_str()) != 0) error = errno;
  if (error == 0) return {};
  ::unlink(fresh.c_str());
  return fail(fault_of(error), path + ": " + std::strerror(error));
}

}  // namespace mixnet
