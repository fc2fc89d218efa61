// SPDX-License-Identifier: Apache-2.0
#include "collectors/kit/state_folder.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>

#include "collectors/kit/regular_file.h"
#include "collectors/kit/replace_file.h"
#include "collectors/kit/tree.h"

namespace mixnet {
namespace {

tl::unexpected<Error> failed(const std::string& path, int error) {
  return fail(fault_of(error), path + ": " + std::strerror(error));
}

}  // namespace

Result<StateFolder::File> StateFolder::read(std::string_view name, std::size_t bytes_max) const {
  if (path_.empty()) return fail(Fault::absent, "nothing is remembered");
  const auto path = file(name);
  File out;
  out.text = TRY(read_regular_file(path, bytes_max, Symlinks::refuse));
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return failed(path, errno);
  out.written = std::chrono::system_clock::from_time_t(status.st_mtim.tv_sec);
  return out;
}

Result<void> StateFolder::write(std::string_view name, std::string_view text) const {
  if (path_.empty()) return {};
  std::error_code ignored;  // what is wrong with the folder shows when the file is opened
  std::filesystem::create_directories(path_, ignored);
  return replace_file(file(name), text, 0600);
}

Result<void> StateFolder::touch(std::string_view name) const {
  if (path_.empty()) return {};
  const auto path = file(name);
  if (::utimensat(AT_FDCWD, path.c_str(), nullptr, AT_SYMLINK_NOFOLLOW) != 0) return failed(path, errno);
  return {};
}

void StateFolder::forget_older_than(Time time) const {
  if (path_.empty()) return;
  std::error_code error;
  for (std::filesystem::directory_iterator at(path_, error), end; !error && at != end; at.increment(error)) {
    struct stat status {};
    const auto& path = at->path().native();
    if (::lstat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) continue;
    if (std::chrono::system_clock::from_time_t(status.st_mtim.tv_sec) < time) ::unlink(path.c_str());
  }
}

}  // namespace mixnet
