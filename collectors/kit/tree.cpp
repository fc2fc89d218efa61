// SPDX-License-Identifier: Apache-2.0
#include "collectors/kit/tree.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstring>

namespace mixnet {
namespace {

constexpr std::size_t kFileBytesMax = 64 << 20;
constexpr std::size_t kValueBytes = 4096;
constexpr std::size_t kFirstBuffer = 16 << 10;  // four pages of records at a time, all of /proc/stat up to some 100 CPUs
constexpr std::size_t kOpenFilesMax = 512;      // a host with more (hundreds of CPUs or sensors) pays an open for the rest
constexpr std::uint64_t kCollectionsUnusedMax = 64;

/// Was a read of so many bytes the last of a seq_file of short records? The kernel fills at least a page with whole records
/// and ends only before one that does not fit. A further read would tell too, but some files (the tables of sockets) are
/// gone through from their beginning for it.
constexpr bool ends_short_records(std::size_t got, std::size_t asked) {
  constexpr std::size_t kSmallestPage = 4096, kRecordMax = 512;
  return got < asked && got <= kSmallestPage - kRecordMax;
}

/// `relative` below `root` as the system wants it, on the stack; false and errno where it is too long.
bool join(std::string_view root, std::string_view relative, char (&name)[PATH_MAX]) {
  if (root.size() + relative.size() + 2 > sizeof name) {
    errno = ENAMETOOLONG;
    return false;
  }
  char* end = name + root.copy(name, root.size());
  *end++ = '/';
  end += relative.copy(end, relative.size());
  *end = '\0';
  return true;
}

}  // namespace

Fault fault_of(int error) {
  switch (error) {
    case ENOENT:
    case ENOTDIR:
    case ENODEV:
    case ENXIO:
    case EINVAL:           // sysfs: the attribute does not apply now, as the speed of an interface that is down
    case EOPNOTSUPP:       // /proc/pressure with psi=0
    case EPROTONOSUPPORT:  // netlink: a part of the kernel that is not there, or a module that nobody has loaded
    case ESRCH:            // /proc/PID of a process that has just ended
      return Fault::absent;
    case EACCES:
    case EPERM: return Fault::denied;
    case EFBIG: return Fault::malformed;
    default: return Fault::unavailable;
  }
}

Tree::Tree(std::string root) : root_(std::move(root)) {
  while (root_.size() > 1 && root_.back() == '/') root_.pop_back();
}

Tree::~Tree() {
  for (const auto& [name, open] : open_) ::close(open.fd);
}

std::string Tree::path(std::string_view relative) const {
  std::string out = root_;
  if (out.empty() || out.back() != '/') out += '/';
  return out.append(relative);
}

int Tree::open_below(std::string_view relative, int flags) const {
  char name[PATH_MAX];
  if (!join(root_, relative, name)) return -1;
  return ::open(name, flags | O_CLOEXEC | O_NONBLOCK);
}

Result<std::string_view> Tree::outcome(int error, std::string_view relative) const {
  if (error == 0) return std::string_view(buffer_.data(), length_);
  if (error == EFBIG) return fail(Fault::malformed, path(relative) + ": larger than 64 MiB");
  return fail(fault_of(error), path(relative) + ": " + std::strerror(error));
}

Result<std::string_view> Tree::read(std::string_view relative, Shape shape) {
  return outcome(read_kept_open(relative, shape), relative);
}

Result<std::string_view> Tree::read_once(std::string_view relative, Shape shape) {
  return outcome(read_opened_once(relative, shape), relative);
}

std::optional<std::string_view> Tree::read_if_there(std::string_view relative, Shape shape) {
  if (read_kept_open(relative, shape) != 0) return std::nullopt;
  return std::string_view(buffer_.data(), length_);
}

/// Reads through a kept-open descriptor into buffer_; 0 or an errno.
int Tree::read_kept_open(std::string_view relative, Shape shape) {
  if (const auto found = open_.find(relative); found != open_.end()) {
    found->second.last_used = collection_;
    const int error = read_all(found->second.fd, shape);
    if (error == 0 || error == EFBIG) return error;
    ::close(found->second.fd);  // the device may have gone and come back under the same name
    open_.erase(found);
  }
  if (open_.size() >= kOpenFilesMax) return read_opened_once(relative, shape);
  const int fd = open_below(relative, O_RDONLY);
  if (fd < 0) return errno;
  const int error = read_all(fd, shape);
  if (error != 0) {
    ::close(fd);
    return error;
  }
  open_.emplace(relative, Open{fd, collection_});
  return 0;
}

int Tree::read_opened_once(std::string_view relative, Shape shape) {
  const int fd = open_below(relative, O_RDONLY);
  if (fd < 0) return errno;
  const int error = read_all(fd, shape);
  ::close(fd);
  return error;
}

void Tree::grow_buffer() { buffer_.resize(std::max(buffer_.size() * 2, kFirstBuffer)); }

int Tree::read_all(int fd, Shape shape) {
  length_ = 0;
  for (;;) {
    if (length_ == buffer_.size()) {
      if (buffer_.size() >= kFileBytesMax) return EFBIG;
      grow_buffer();
    }
    const auto room = buffer_.size() - length_;
    const auto asked = shape == Shape::value ? std::min(room, kValueBytes) : room;
    const auto got = ::pread(fd, buffer_.data() + length_, asked, static_cast<off_t>(length_));
    if (got < 0) {
      if (errno == EINTR) continue;
      return errno;
    }
    const auto count = static_cast<std::size_t>(got);
    length_ += count;
    if (count == 0) return 0;
    if (shape == Shape::short_records ? ends_short_records(count, asked) : shape != Shape::records && count < asked) return 0;
  }
}

Result<void> Tree::list(std::string_view relative, std::vector<std::string>& names) {
  const int fd = open_below(relative, O_RDONLY | O_DIRECTORY);
  if (fd < 0) return fail(fault_of(errno), path(relative) + ": " + std::strerror(errno));
  if (buffer_.empty()) grow_buffer();
  std::size_t count = 0;
  ssize_t got = 0;
  while ((got = ::getdents64(fd, buffer_.data(), buffer_.size())) > 0) {
    for (ssize_t at = 0; at < got;) {
      const auto* entry = reinterpret_cast<const dirent64*>(buffer_.data() + at);
      at += entry->d_reclen;
      const std::string_view name = entry->d_name;
      if (name == "." || name == "..") continue;
      if (count == names.size()) names.emplace_back();
      names[count++].assign(name);
    }
  }
  const int error = errno;
  ::close(fd);
  names.resize(count);
  if (got < 0) return fail(fault_of(error), path(relative) + ": " + std::strerror(error));
  std::sort(names.begin(), names.end());
  return {};
}

Result<std::string> Tree::link_target(std::string_view relative) const {
  std::string target(4096, '\0');
  const auto length = ::readlink(path(relative).c_str(), target.data(), target.size());
  if (length < 0) return fail(fault_of(errno), path(relative) + ": " + std::strerror(errno));
  target.resize(static_cast<std::size_t>(length));
  return target;
}

std::optional<std::uint64_t> Tree::told_count(std::string_view relative) {
  if (!is_procfs_) {
    struct statfs filesystem {};
    is_procfs_ = ::statfs(root_.c_str(), &filesystem) == 0 && filesystem.f_type == PROC_SUPER_MAGIC;
  }
  char name[PATH_MAX];
  struct stat status {};
  if (!*is_procfs_ || !join(root_, relative, name) || ::stat(name, &status) != 0 || status.st_size <= 0) return std::nullopt;
  return static_cast<std::uint64_t>(status.st_size);
}

bool Tree::exists(std::string_view relative) const {
  char name[PATH_MAX];
  struct stat status {};
  return join(root_, relative, name) && ::stat(name, &status) == 0;
}

std::optional<FileStamp> Tree::stamp(std::string_view relative) const {
  char name[PATH_MAX];
  struct stat status {};
  if (!join(root_, relative, name) || ::stat(name, &status) != 0) return std::nullopt;
  const auto nanoseconds = [](const timespec& time) { return time.tv_sec * 1'000'000'000 + time.tv_nsec; };
  return FileStamp{status.st_dev, status.st_ino, static_cast<std::uint64_t>(status.st_size), nanoseconds(status.st_mtim),
                   nanoseconds(status.st_ctim)};
}

Result<void> Tree::stream(std::string_view relative, const std::function<Result<void>(std::string_view lines)>& take) {
  auto found = open_.find(relative);
  if (found == open_.end()) {
    const int fd = open_below(relative, O_RDONLY);
    if (fd < 0) return fail(fault_of(errno), path(relative) + ": " + std::strerror(errno));
    found = open_.emplace(relative, Open{fd, collection_}).first;
  }
  found->second.last_used = collection_;
  const auto taken = stream_from(found->second.fd, take);
  if (taken) return named(relative, *taken);
  const int error = errno;
  ::close(found->second.fd);
  open_.erase(found);
  return fail(fault_of(error), path(relative) + ": " + std::strerror(error));
}

/// What `take` said first, or nothing and errno where reading failed.
std::optional<Result<void>> Tree::stream_from(int fd, const std::function<Result<void>(std::string_view)>& take) {
  std::size_t kept = 0;  // of a line whose end has not been read yet
  off_t offset = 0;
  for (;;) {
    if (kept == kFileBytesMax) {
      errno = EFBIG;
      return std::nullopt;
    }
    if (kept == buffer_.size()) grow_buffer();
    const auto asked = buffer_.size() - kept;
    const auto got = ::pread(fd, buffer_.data() + kept, asked, offset);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return std::nullopt;
    offset += got;
    const std::string_view text(buffer_.data(), kept + static_cast<std::size_t>(got));
    const bool is_last = ends_short_records(static_cast<std::size_t>(got), asked);
    const auto whole = is_last ? text.size() : text.rfind('\n') + 1;  // 0 where there is no line's end yet
    if (auto taken = take(text.substr(0, whole)); !taken || is_last) return taken;
    kept = text.size() - whole;
    std::memmove(buffer_.data(), buffer_.data() + whole, kept);
  }
}

void Tree::begin_collection() {
  ++collection_;
  if (collection_ % kCollectionsUnusedMax != 0) return;
  std::erase_if(open_, [this](const auto& entry) {
    if (entry.second.last_used + kCollectionsUnusedMax > collection_) return false;
    ::close(entry.second.fd);
    return true;
  });
}

}  // namespace mixnet
