// SPDX-License-Identifier: Apache-2.0
#include "collectors/host/filesystem.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <memory>
#include <optional>
#include <tuple>

#include "collectors/kit/stallable.h"

namespace mixnet {
namespace {

constexpr Metric kDeviceError =
    gauge("node_filesystem_device_error", "Whether an error occurred while getting statistics for the given device.");
constexpr Metric kReadOnly = gauge("node_filesystem_readonly", "Filesystem read-only status.");
constexpr Metric kSize = gauge("node_filesystem_size_bytes", "Filesystem size in bytes.");
constexpr Metric kFree = gauge("node_filesystem_free_bytes", "Filesystem free space in bytes.");
constexpr Metric kAvail = gauge("node_filesystem_avail_bytes", "Filesystem space available to non-root users in bytes.");
constexpr Metric kFiles = gauge("node_filesystem_files", "Filesystem total file nodes.");
constexpr Metric kFilesFree = gauge("node_filesystem_files_free", "Filesystem total free file nodes.");
constexpr Metric kMountInfo = gauge("node_filesystem_mount_info", "Filesystem mount information.");
constexpr Metric kPurgeable =
    gauge("node_filesystem_purgeable_bytes", "Filesystem space available including purgeable space (MacOS specific).");
constexpr const Metric* kMetrics[] = {&kDeviceError, &kReadOnly,  &kSize,      &kFree,     &kAvail,
                                      &kFiles,       &kFilesFree, &kMountInfo, &kPurgeable};

/// statfs of one mount that may never answer.
struct Ask : Stallable::Job {
  Ask(std::uint32_t id, std::string the_path, StatfsCall the_call)
      : mount_id(id), path(std::move(the_path)), call(std::move(the_call)) {}
  void run() noexcept override { error = call.ask(path.c_str(), &answer); }

  const std::uint32_t mount_id;  ///< another mount at the same place is asked anew, though the first may hang for ever
  const std::string path;
  const StatfsCall call;
  struct statfs answer {};
  int error = 0;
};

/// A mount to report.
struct Reported {
  Mount mount;
  std::string path;          ///< below the root of this host's files
  std::shared_ptr<Ask> ask;  ///< where the scrape's own thread must not ask
  bool stuck = false;        ///< at this scrape: it is still at an earlier call
  bool was_late = false;     ///< the last time it was waited for
};

/// What is known of the mounts as long as the kernel's list does not change.
struct Mounts {
  std::string text;    ///< as read
  std::string parsed;  ///< the same, which the views of `reported` point into
  std::vector<Reported> reported;
};

/// How far a file system can hold up whoever touches it.
enum class Trust { none, walk, answer };

Trust trust_in(std::string_view type) {
  // These keep the numbers of statfs in memory (superblocks and per-CPU counters) and touch neither disk nor network for them;
  // vfat reads its table once, if the disk does not say how many clusters are free.
  constexpr std::string_view kAnswer[] = {"devtmpfs", "erofs",    "ext2",  "ext3", "ext4", "iso9660",
                                          "ramfs",    "squashfs", "tmpfs", "vfat", "xfs"};
  // Paths through these do not leave the host either, but statfs may take locks that a busy or dying disk holds (btrfs), or
  // ask the file system beneath (overlay).
  constexpr std::string_view kWalk[] = {"btrfs", "cgroup", "cgroup2", "f2fs", "overlay", "proc", "sysfs", "zfs"};
  if (std::find(std::begin(kAnswer), std::end(kAnswer), type) != std::end(kAnswer)) return Trust::answer;
  if (std::find(std::begin(kWalk), std::end(kWalk), type) != std::end(kWalk)) return Trust::walk;
  return Trust::none;
}

bool is_below(std::string_view path, std::string_view directory) {
  if (directory == "/") return path.size() > 1;
  return path.size() > directory.size() && path.starts_with(directory) && path[directory.size()] == '/';
}

/// May the scrape's thread ask it? An ext4 below a dead NFS mount cannot be reached without touching that.
bool answers_at_once(const Mount& mount, const std::vector<Mount>& all) {
  if (trust_in(mount.type) != Trust::answer) return false;
  return std::none_of(all.begin(), all.end(), [&](const Mount& above) {
    return (is_below(mount.point, above.point) || mount.point == above.point) && trust_in(above.type) == Trust::none;
  });
}

/// The mount point as the host itself calls it, where its root is mounted in a container.
std::string_view without_root(std::string_view point, std::string_view root) {
  if (root == "/" || root.empty()) return point;
  if (point == root) return "/";
  return is_below(point, root) ? point.substr(root.size()) : point;
}

auto identity(const Mount& mount) { return std::tie(mount.point, mount.device, mount.type); }

/// Which of `all` to report, with what the last list knew of them.
std::vector<Reported> select(const std::vector<Mount>& all, Context& context, const std::vector<Reported>& known) {
  const auto& settings = context.settings.filesystem;
  std::vector<Reported> selected;
  for (const auto& mount : all) {
    Reported reported{mount, {}, nullptr};
    auto& point = reported.mount.point;
    point = without_root(point, context.rootfs.root());
    if (!settings.mount_points.wants(point) || !settings.fs_types.wants(mount.type)) continue;
    // Of the same thing mounted twice at one place only the later mount can be seen.
    std::erase_if(selected, [&](const Reported& other) { return identity(other.mount) == identity(reported.mount); });
    reported.path = context.rootfs.path(point.substr(1));
    if (!answers_at_once(mount, all)) {
      const auto before = std::find_if(known.begin(), known.end(), [&](const Reported& other) {
        return other.ask && other.ask->mount_id == mount.id && other.ask->path == reported.path;
      });
      reported.was_late = before != known.end() && before->was_late;
      reported.ask = before != known.end() ? before->ask
                                           : std::make_shared<Ask>(mount.id, reported.path, context.memory.get<StatfsCall>());
    }
    selected.push_back(std::move(reported));
  }
  return selected;
}

/// Reads the list of mounts; most of the time it is the one of the last scrape.
Result<void> refresh(Context& context, Mounts& known) {
  // What the host's first process sees; it is hidden from us where /proc is mounted with hidepid.
  std::string_view name = "1/mountinfo";
  auto text = context.proc.read_if_there(name, Shape::records);
  if (!text) {
    name = "self/mountinfo";
    text = TRY(context.proc.read(name, Shape::records));
  }
  if (*text == known.text) return {};
  known.text.clear();  // until the new one is known to be good
  known.parsed = *text;
  std::string as_read(*text);
  std::vector<Mount> all;
  TRY(context.proc.named(name, parse_mountinfo(known.parsed, all)));
  known.reported = select(all, context, known.reported);
  known.text = std::move(as_read);
  return {};
}

/// Fills `answer`; an errno, or nothing where the mount does not answer.
std::optional<int> answer_of(Reported& reported, Context& context, Stallable::Clock::time_point began, struct statfs& answer) {
  if (!reported.ask) return context.memory.get<StatfsCall>().ask(reported.path.c_str(), &answer);
  if (reported.stuck) return std::nullopt;
  // One that was late gets a tenth to show that it is back; what hangs again and again must not cost every scrape the whole.
  const auto patience = context.settings.filesystem.mount_timeout / (reported.was_late ? 10 : 1);
  const auto outcome = context.memory.get<Stallable>().wait(reported.ask, began + patience);
  reported.was_late = outcome != Stallable::Outcome::done;
  if (reported.was_late) return std::nullopt;
  answer = reported.ask->answer;
  return reported.ask->error;
}

/// An errno as Go's library words it, which node_exporter puts into a label.
std::string_view wording(int error, char (&buffer)[128]) {
  const char* text = ::strerrordesc_np(error);
  const std::string_view all = text != nullptr ? text : "unknown error";
  const auto length = all.copy(buffer, sizeof buffer);
  if (length > 1 && buffer[1] >= 'a' && buffer[1] <= 'z') buffer[0] = static_cast<char>(buffer[0] | 0x20);
  return {buffer, length};
}

void emit(const Mount& mount, std::optional<int> error, const struct statfs& answer, Samples& out) {
  char buffer[128];
  const auto reason = !error ? "mountpoint timeout" : *error != 0 ? wording(*error, buffer) : "";
  const auto labels =
      out.labels({{"device", mount.device}, {"device_error", reason}, {"fstype", mount.type}, {"mountpoint", mount.point}});
  out.add(kDeviceError, reason.empty() ? 0 : 1, labels);
  out.add(kReadOnly, mount.read_only ? 1 : 0, labels);
  if (!reason.empty()) return;
  const auto block = static_cast<double>(answer.f_bsize);
  out.add(kSize, static_cast<double>(answer.f_blocks) * block, labels);
  out.add(kFree, static_cast<double>(answer.f_bfree) * block, labels);
  out.add(kAvail, static_cast<double>(answer.f_bavail) * block, labels);
  out.add(kFiles, static_cast<double>(answer.f_files), labels);
  out.add(kFilesFree, static_cast<double>(answer.f_ffree), labels);
  out.add(kPurgeable, 0, labels);  // node_exporter has it on Linux too
  char major[16], minor[16];
  const std::string_view major_text(major, std::to_chars(major, major + sizeof major, mount.major).ptr);
  const std::string_view minor_text(minor, std::to_chars(minor, minor + sizeof minor, mount.minor).ptr);
  out.add(kMountInfo, 1, {{"device", mount.device}, {"major", major_text}, {"minor", minor_text}, {"mountpoint", mount.point}});
}

Result<void> collect(Context& context, Samples& out) {
  auto& known = context.memory.get<Mounts>();
  TRY(refresh(context, known));
  // All that may hang are asked first and side by side, so that together they cost one deadline at the most.
  const auto began = Stallable::Clock::now();
  auto& calls = context.memory.get<Stallable>();
  for (auto& reported : known.reported) reported.stuck = reported.ask && !calls.start(reported.ask);
  for (auto& reported : known.reported) {
    struct statfs answer {};
    const auto error = answer_of(reported, context, began, answer);
    emit(reported.mount, error, answer, out);
  }
  return {};
}

bool is_octal(char c) { return c >= '0' && c <= '7'; }

/// Writes what the kernel escapes (blank, tab, newline, backslash, #) as it was before: \040 is a blank.
std::string_view unescape_in_place(char* text, std::size_t length) {
  char* end = text;
  for (std::size_t at = 0; at < length; ++at) {
    if (text[at] == '\\' && length - at > 3 && is_octal(text[at + 1]) && is_octal(text[at + 2]) && is_octal(text[at + 3])) {
      *end++ = static_cast<char>((text[at + 1] - '0') * 64 + (text[at + 2] - '0') * 8 + (text[at + 3] - '0'));
      at += 3;
    } else {
      *end++ = text[at];
    }
  }
  return {text, static_cast<std::size_t>(end - text)};
}

bool has_option(std::string_view options, std::string_view wanted) {
  while (!options.empty()) {
    if (take_until(options, ',') == wanted) return true;
  }
  return false;
}

// 36 35 98:0 /mnt1 /mnt/with\040blank rw,noatime master:1 - ext3 /dev/root rw,errors=continue
Result<Mount> parse_line(const Lines& lines, std::string_view line, std::string& text) {
  Mount mount{};
  mount.id = TRY(lines.field<std::uint32_t>(take_until(line, ' ')));
  take_until(line, ' ');  // the parent
  auto numbers = take_until(line, ' ');
  mount.major = TRY(lines.field<std::uint32_t>(take_until(numbers, ':')));
  mount.minor = TRY(lines.field<std::uint32_t>(numbers));
  take_until(line, ' ');  // the root within the file system
  mount.point = take_until(line, ' ');
  if (!mount.point.starts_with('/')) return lines.malformed("no mount point in " + in_quotes(mount.point));
  mount.point = unescape_in_place(text.data() + (mount.point.data() - text.data()), mount.point.size());
  const auto options = take_until(line, ' ');
  while (!line.empty() && take_until(line, ' ') != "-") {  // shared:1, master:2 and the like
  }
  mount.type = take_until(line, ' ');
  if (mount.type.empty()) return lines.malformed("no file system type behind \" - \"");
  mount.device = take_until(line, ' ');  // may be empty
  mount.read_only = has_option(options, "ro") || has_option(line, "ro") || has_option(line, "emergency_ro");
  return mount;
}

}  // namespace

StatfsCall::StatfsCall()
    : ask([](const char* path, struct statfs* answer) { return ::statfs(path, answer) == 0 ? 0 : errno; }) {}

Result<void> parse_mountinfo(std::string& text, std::vector<Mount>& mounts) {
  mounts.clear();
  Lines lines(text);
  std::string_view line;
  while (lines.next(line)) {
    const auto mount = TRY(parse_line(lines, line, text));
    mounts.push_back(mount);
  }
  return {};
}

constinit const Collector kFilesystem{
    "filesystem", "Sizes of mounted file systems, by statfs(2).", true, Schedule::at_scrape, kMetrics, collect};

}  // namespace mixnet
