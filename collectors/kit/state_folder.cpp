// SPDX-License-Identifier: Apache-2.0
#include "collectors/kit/state_folder.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <system_error>

#include "collectors/kit/regular_file.h"
#include "collectors/kit/tree.h"

namespace mixnet {
namespace {

tl::unexpected<Error> failed(const std::string& path, int error) {
  return fail(fault_of(error), path + ": " + std::strerror(error));
}

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

Result<StateFolder::File> StateFolder::read(std::string_view name, std::size_t bytes_max) const {
  const auto path = file(name);
  File out;
  out.text = TRY(read_regular_file(path, bytes_max, Symlinks::refuse));
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return failed(path, errno);
  out.written = std::chrono::system_clock::from_time_t(status.st_mtim.tv_sec);
  return out;
}

Result<void> StateFolder::write(std::string_view name, std::string_view text) const {
  std::error_code ignored;  // what is wrong with the folder shows when the file is opened
  std::filesystem::create_directories(path_, ignored);
  const auto path = file(name);
  const auto fresh = path + ".new";
  const int fd = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) return failed(fresh, errno);
  int error = write_all(fd, text);
  if (error == 0 && ::fsync(fd) != 0) error = errno;  // else a crash could leave an empty file under the name
  ::close(fd);
  if (error == 0 && ::rename(fresh.c_str(), path.c_str()) != 0) error = errno;
  if (error == 0) return {};
  ::unlink(fresh.c_str());
  return failed(path, error);
}

Result<void> StateFolder::touch(std::string_view name) const {
  const auto path = file(name);
  if (::utimensat(AT_FDCWD, path.c_str(), nullptr, AT_SYMLINK_NOFOLLOW) != 0) return failed(path, errno);
  return {};
}

void StateFolder::forget_older_than(Time time) const {
  std::error_code error;
  for (std::filesystem::directory_iterator at(path_, error), end; !error && at != end; at.increment(error)) {
    struct stat status {};
    const auto& path = at->path().native();
    if (::lstat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) continue;
    if (std::chrono::system_clock::from_time_t(status.st_mtim.tv_sec) < time) ::unlink(path.c_str());
  }
}

}  // namespace mixnet
