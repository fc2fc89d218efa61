// SPDX-License-Identifier: Apache-2.0
#include "collectors/node/data.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <map>
#include <memory>
#include <string>

#include "collectors/kit/stallable.h"

namespace mixnet {
namespace {

constexpr Metric kDatabase =
    gauge("mixnet_node_data_database_bytes", "Bytes of the node's SQLite databases with their journals, by stat(2).");
constexpr Metric kReplay =
    gauge("mixnet_node_data_replay_filters_bytes", "Bytes of the files in the node's folder replay-detection, by stat(2).");
constexpr Metric kFree = gauge("mixnet_node_data_filesystem_avail_bytes",
                               "Bytes available in the file system of the node's data directory, by statvfs(3).");
constexpr Metric kSize =
    gauge("mixnet_node_data_filesystem_size_bytes", "Size of the file system of the node's data directory, by statvfs(3).");
constexpr const Metric* kMetrics[] = {&kDatabase, &kReplay, &kFree, &kSize};

constexpr std::chrono::seconds kEvery{60};
constexpr std::chrono::seconds kPatience{5};
constexpr int kFilesMax = 10'000;  // a node has some dozen

/// A look at one directory, which may never end where a server or a disk does not answer.
struct Look : Stallable::Job {
  explicit Look(std::string the_path) : path(std::move(the_path)) {}
  void run() noexcept override {
    usage = {};
    error = measure_data(path, usage);
  }

  const std::string path;
  DataUsage usage;
  int error = 0;
};

struct Looks {
  std::map<std::string, std::shared_ptr<Look>, std::less<>> by_path;
  Stallable threads{4};
};

/// Calls `take(name, bytes)` for each regular file in the directory `fd`, which it closes.
template <class Take>
int for_each_file(int fd, Take&& take) {
  DIR* directory = ::fdopendir(fd);
  if (directory == nullptr) {
    const int error = errno;
    ::close(fd);
    return error;
  }
  int count = 0;
  while (const dirent* entry = ::readdir(directory)) {
    struct stat status {};
    if (++count > kFilesMax) break;
    if (::fstatat(::dirfd(directory), entry->d_name, &status, AT_SYMLINK_NOFOLLOW) != 0) continue;  // gone meanwhile
    if (S_ISREG(status.st_mode)) take(std::string_view(entry->d_name), static_cast<std::uint64_t>(status.st_size));
  }
  ::closedir(directory);
  return 0;
}

/// "clients" of clients.sqlite, clients.sqlite-wal and clients.sqlite-shm; nothing of other files.
std::string_view database_of(std::string_view file) {
  constexpr std::string_view kEnding = ".sqlite";
  for (const std::string_view journal : {"-wal", "-shm", "-journal"}) {
    if (file.ends_with(journal)) file.remove_suffix(journal.size());
  }
  return file.ends_with(kEnding) ? file.substr(0, file.size() - kEnding.size()) : std::string_view{};
}

void add_file(std::string_view name, std::uint64_t bytes, DataUsage& out) {
  const auto database = database_of(name);
  if (database.empty()) return;
  (database == "clients" ? out.clients : database == "stats" ? out.stats : out.other_databases) += bytes;
}

int open_directory(int folder, const char* name) { return ::openat(folder, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC); }

void emit(const DataUsage& usage, std::string_view node, Samples& out) {
  const auto number = [](std::uint64_t value) { return static_cast<double>(value); };
  out.add(kDatabase, number(usage.clients), {{"node", node}, {"database", "clients"}});
  out.add(kDatabase, number(usage.stats), {{"node", node}, {"database", "stats"}});
  out.add(kDatabase, number(usage.other_databases), {{"node", node}, {"database", "other"}});
  const auto labels = out.labels({{"node", node}});
  if (usage.replay_filters) out.add(kReplay, number(*usage.replay_filters), labels);
  out.add(kFree, number(usage.free), labels);
  out.add(kSize, number(usage.size), labels);
}

Error refusal(const std::string& path, int error) {
  const auto reason = path + ": " + std::strerror(error);
  if (fault_of(error) != Fault::denied) return {fault_of(error), reason};
  return {Fault::absent, reason +
                             "; give the exporter's user the right to enter and list the folder (setfacl -m "
                             "u:mixnet-exporter:rx on it, :x on those above), or the unit CAP_DAC_READ_SEARCH"};
}

/// The look at `path` of earlier runs, or a new one. Those of nodes that are gone stay: there are few, and one may hang.
const std::shared_ptr<Look>& look_at(Looks& looks, const std::string& path) {
  auto& look = looks.by_path[path];
  if (!look) look = std::make_shared<Look>(path);
  return look;
}

Result<DataUsage> measure(Context& context, const Node& node) {
  if (node.data_directory.empty()) return fail(Fault::absent, "not known; set data_directory in the configuration");
  auto& looks = context.memory.get<Looks>();
  const auto path =
      context.rootfs.path(std::string_view(node.data_directory).substr(node.data_directory.front() == '/' ? 1 : 0));
  const auto& look = look_at(looks, path);
  if (looks.threads.run(look, Stallable::Clock::now() + kPatience) != Stallable::Outcome::done) {
    return fail(Fault::unavailable, path + ": its file system does not answer");
  }
  if (look->error != 0) return tl::unexpected<Error>(refusal(path, look->error));
  return look->usage;
}

Result<void> collect(Context& context, Samples& out) {
  const auto& nodes = *context.nodes.nodes;
  if (nodes.empty()) return fail(Fault::absent, "no node is known on this host");
  for (const auto& node : nodes) {
    const auto usage = measure(context, node);
    if (usage) emit(*usage, node.name, out);
    if (!usage) context.remarks.add(node.name + ": data directory", usage.error());
    if (usage && !usage->replay_filters) {
      context.remarks.add(node.name, "replay filters", Fault::absent,
                          "replay-detection in its data directory may not be listed; give the exporter the right to");
    }
  }
  return {};
}

}  // namespace

int measure_data(const std::string& path, DataUsage& out) {
  const int fd = open_directory(AT_FDCWD, path.c_str());
  if (fd < 0) return errno;
  struct statvfs file_system {};
  if (::fstatvfs(fd, &file_system) == 0) {
    out.free = std::uint64_t{file_system.f_bavail} * file_system.f_frsize;
    out.size = std::uint64_t{file_system.f_blocks} * file_system.f_frsize;
  }
  const int filters = open_directory(fd, "replay-detection");
  if (filters >= 0 || errno == ENOENT) out.replay_filters = 0;
  if (filters >= 0) for_each_file(filters, [&](std::string_view, std::uint64_t bytes) { *out.replay_filters += bytes; });
  return for_each_file(fd, [&](std::string_view name, std::uint64_t bytes) { add_file(name, bytes, out); });
}

constinit const Collector kNodeData{
    "node_data", "What the nodes' data directories take up and have left, by stat(2) and statvfs(3).",
    true,        Schedule::background,
    kMetrics,    collect,
    kEvery};

}  // namespace mixnet
