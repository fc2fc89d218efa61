// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "collectors/kit/result.h"
#include "collectors/kit/text.h"

namespace mixnet {

/// How the kernel hands out a file, which decides how many reads it takes to have all of it.
enum class Shape {
  records,        ///< a seq_file of many records: a short read is not the end, the kernel stops at record ends; read until 0
  short_records,  ///< the same of less than half a KiB each: what leaves room for one more in a page is the end
  single,         ///< a seq_file of one record (single_open: stat, meminfo, net/snmp, pressure/*): a short read is the end
  value,          ///< /proc/sys and sysfs: at most a page, in one read; asking for more makes /proc/sys zero-fill more
};

/// What tells one version of an ordinary file from another, whether written in place or replaced.
struct FileStamp {
  std::uint64_t device, inode, size;
  std::int64_t modified_ns, changed_ns;
  bool operator==(const FileStamp&) const = default;
};

/// A directory of kernel files (/proc, /sys, or a tree of fixtures shaped like them).
///
/// Files stay open and are read again with pread(2), so a steady scrape opens nothing; one whose device has gone is opened
/// anew. Used from one thread at a time. What `read` returns stays valid until the next read from the same tree.
class Tree {
 public:
  explicit Tree(std::string root);
  ~Tree();
  Tree(const Tree&) = delete;
  Tree& operator=(const Tree&) = delete;

  const std::string& root() const { return root_; }

  /// `relative` below the root, as it is named in messages.
  std::string path(std::string_view relative) const;

  /// The whole file. absent: not there, its device has gone, or it does not apply (EINVAL, EOPNOTSUPP); denied;
  /// unavailable: any other failure; malformed: larger than 64 MiB.
  Result<std::string_view> read(std::string_view relative, Shape shape);

  /// The same for files that come and go by the hundred (/proc/PID/stat): opened, read and closed.
  Result<std::string_view> read_once(std::string_view relative, Shape shape);

  /// For files of any length (a line for each socket, short records all): hands over some hundred whole lines at a time, so
  /// that memory does not grow with the file. Ends with the first error that `take` returns, the file's name in front. `take`
  /// reads nothing itself.
  Result<void> stream(std::string_view relative, const std::function<Result<void>(std::string_view lines)>& take);

  /// For attributes that many hosts lack: the file, or nothing where it cannot be read, at no cost for an error's text.
  std::optional<std::string_view> read_if_there(std::string_view relative, Shape shape = Shape::value);

  /// An attribute of one number, trimmed: nothing where it cannot be read or is not a number of type T.
  template <class T>
  std::optional<T> number_if_there(std::string_view relative) {
    const auto text = read_if_there(relative);
    if (!text) return std::nullopt;
    const auto value = number<T>(trim(*text));
    if (!value) return std::nullopt;
    return *value;
  }

  /// Reads a file and parses it, `parse(text, more...)`; an error of the parser gets the file's name in front.
  template <class Parse, class... More>
  auto parse(std::string_view relative, Shape shape, Parse&& parser, More&&... more)
      -> decltype(parser(std::string_view{}, std::forward<More>(more)...)) {
    const auto text = read(relative, shape);
    if (!text) return tl::unexpected<Error>(text.error());
    return named(relative, parser(*text, std::forward<More>(more)...));
  }

  /// `result` with the file's name in front of an error's message.
  template <class T>
  Result<T> named(std::string_view relative, Result<T> result) const {
    if (!result) result.error().message.insert(0, path(relative) + ": ");
    return result;
  }

  /// The names in a directory, sorted, without "." and "..", into `names` (whose strings are reused).
  Result<void> list(std::string_view relative, std::vector<std::string>& names);

  /// What a symbolic link points to, cut off at 4 KiB.
  Result<std::string> link_target(std::string_view relative) const;

  /// How many names are in a directory of /proc whose size tells it (PID/fd, from Linux 6.2 on), which takes no right to list
  /// it. Nothing where the size is something else: on an older kernel, and in any tree that is not a procfs.
  std::optional<std::uint64_t> told_count(std::string_view relative);

  /// Is there anything of that name?
  bool exists(std::string_view relative) const;

  /// For files that change by the year: compare it with the one seen when last read.
  std::optional<FileStamp> stamp(std::string_view relative) const;

  /// Called once before each collection: closes files that no collection has read for a while.
  void begin_collection();

 private:
  struct Open {
    int fd = -1;
    std::uint64_t last_used = 0;
  };
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };

  int open_below(std::string_view relative, int flags) const;
  std::optional<Result<void>> stream_from(int fd, const std::function<Result<void>(std::string_view)>& take);
  int read_kept_open(std::string_view relative, Shape shape);
  int read_opened_once(std::string_view relative, Shape shape);
  int read_all(int fd, Shape shape);
  void grow_buffer();
  Result<std::string_view> outcome(int error, std::string_view relative) const;

  std::string root_;
  std::vector<char> buffer_;
  std::size_t length_ = 0;
  std::uint64_t collection_ = 0;
  std::optional<bool> is_procfs_;  ///< nothing: not asked yet
  std::unordered_map<std::string, Open, Hash, std::equal_to<>> open_;
};

/// A path put together on the stack: `Path path("class/net/", name, "/speed")`. Cut off at 511 bytes.
class Path {
 public:
  template <class... Parts>
  explicit Path(const Parts&... parts) {
    (append(std::string_view(parts)), ...);
  }
  operator std::string_view() const { return {text_, length_}; }

 private:
  void append(std::string_view part) {
    const auto count = std::min(part.size(), sizeof text_ - length_);
    part.copy(text_ + length_, count);
    length_ += count;
  }
  char text_[511];
  std::size_t length_ = 0;
};

/// The Fault that a system call's errno stands for when reading the kernel's files.
Fault fault_of(int error);

}  // namespace mixnet
