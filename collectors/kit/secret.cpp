// SPDX-License-Identifier: Apache-2.0
#include "collectors/kit/secret.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "collectors/kit/text.h"

namespace mixnet {
namespace {

/// A file that the operator named is expected to be there: that it is not is a failure, unlike with the kernel's files.
tl::unexpected<Error> failed(const std::string& path, int error) {
  const auto fault = error == EACCES || error == EPERM ? Fault::denied : Fault::unavailable;
  return fail(fault, path + ": " + std::strerror(error));
}

/// What is read of a descriptor, one byte more at most than a secret may have; 0 or an errno.
int read_all(int fd, std::string& text) {
  struct stat status {};
  if (::fstat(fd, &status) != 0) return errno;
  if (!S_ISREG(status.st_mode)) return EINVAL;  // a FIFO would be waited for
  text.resize(kSecretBytesMax + 1);
  std::size_t length = 0;
  while (length < text.size()) {
    const auto got = ::read(fd, text.data() + length, text.size() - length);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return errno;
    if (got == 0) break;
    length += static_cast<std::size_t>(got);
  }
  text.resize(length);
  return 0;
}

bool fits_in_a_header(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

}  // namespace

Result<std::string> secret_path(std::string_view path) {
  if (path.starts_with('/')) return std::string(path);
  const char* directory = std::getenv("CREDENTIALS_DIRECTORY");
  if (directory == nullptr || *directory == '\0') {
    return fail(Fault::unavailable,
                in_quotes(path) +
                    " is not an absolute path, and systemd handed over no credentials: $CREDENTIALS_DIRECTORY "
                    "is not set");
  }
  return std::string(directory).append("/").append(path);
}

Result<std::string> read_secret(std::string_view path) {
  const auto file = TRY(secret_path(path));
  const int fd = ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (fd < 0) return failed(file, errno);
  std::string text;
  const int error = read_all(fd, text);
  ::close(fd);
  if (error == EINVAL) return fail(Fault::unavailable, file + ": not a regular file");
  if (error != 0) return failed(file, error);
  if (text.size() > kSecretBytesMax) return fail(Fault::malformed, file + ": longer than 4 KiB");
  const auto secret = trim(text);
  if (secret.empty()) return fail(Fault::malformed, file + ": empty");
  if (!fits_in_a_header(secret)) {
    return fail(Fault::malformed, file + ": has characters that are not printable ASCII, or more than one line");
  }
  return std::string(secret);
}

bool is_readable_by_all(std::string_view path) {
  const auto file = secret_path(path);
  struct stat status {};
  return file && ::stat(file->c_str(), &status) == 0 && (status.st_mode & S_IROTH) != 0;
}

}  // namespace mixnet
