// SPDX-License-Identifier: Apache-2.0
#include "collectors/kit/regular_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "collectors/kit/tree.h"

namespace mixnet {
namespace {

/// Reads one byte more at most than there may be; 0 or an errno, ELOOP where it is no regular file.
int read_all(int fd, std::size_t bytes_max, std::string& text) {
  struct stat status {};
  if (::fstat(fd, &status) != 0) return errno;
  if (!S_ISREG(status.st_mode)) return ELOOP;
  std::size_t length = 0;
  // One byte more than it has, so that one read shows its end; it may have grown since.
  text.resize(std::min(static_cast<std::size_t>(status.st_size), bytes_max) + 1);
  while (length <= bytes_max) {
    if (length == text.size()) text.resize(std::min(2 * length, bytes_max + 1));
    const auto got = ::read(fd, text.data() + length, text.size() - length);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return errno;
    if (got == 0) break;
    length += static_cast<std::size_t>(got);
  }
  text.resize(length);
  return length > bytes_max ? EFBIG : 0;
}

}  // namespace

Result<std::string> read_regular_file(const std::string& path, std::size_t bytes_max, Symlinks symlinks) {
  const int follow = symlinks == Symlinks::refuse ? O_NOFOLLOW : 0;
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | follow);
  std::string text;
  const int error = fd < 0 ? errno : read_all(fd, bytes_max, text);
  if (fd >= 0) ::close(fd);
  if (error == 0) return text;
  if (error == ELOOP) return fail(Fault::malformed, path + ": not a regular file");
  if (error == EFBIG) return fail(Fault::malformed, path + ": longer than " + std::to_string(bytes_max) + " bytes");
  return fail(fault_of(error), path + ": " + std::strerror(error));
}

}  // namespace mixnet
