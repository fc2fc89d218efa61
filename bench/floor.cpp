// SPDX-License-Identifier: Apache-2.0
// The floor under a scrape: what the kernel alone takes to give the same files, with nothing parsed, written or sent.
//
//   floor LIST keep|reopen ITERATIONS
//
// LIST has one source a line: the path of a file or directory, `statfs PATH`, or `links` (one RTM_GETLINK dump). `keep` reads
// files again through descriptors kept open, `reopen` opens and closes them each time. Prints one line of JSON: CPU in
// microseconds an iteration.
#include <dirent.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

namespace {

enum class Kind { file, directory, statfs, links };

struct Source {
  Kind kind;
  std::string path;
  std::size_t bytes;  // to ask for at once
  int fd = -1;
};

char buffer[1 << 16];

std::vector<Source> read_list(const char* name) {
  constexpr std::string_view kStatfs = "statfs ";
  std::vector<Source> out;
  std::ifstream list(name);
  for (std::string line; std::getline(list, line);) {
    if (line == "links") {
      out.push_back({Kind::links, line, sizeof buffer});
    } else if (line.starts_with(kStatfs)) {
      out.push_back({Kind::statfs, line.substr(kStatfs.size()), 0});
    } else if (struct stat status{}; ::stat(line.c_str(), &status) == 0) {
      // /proc/sys zero-fills a buffer of the size asked for: ask for little.
      const bool is_value = line.starts_with("/proc/sys/") || line.starts_with("/sys/");
      out.push_back({S_ISDIR(status.st_mode) ? Kind::directory : Kind::file, line, is_value ? 4096 : sizeof buffer});
    }
  }
  return out;
}

int open_source(const Source& source) {
  switch (source.kind) {
    case Kind::links: return ::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    case Kind::statfs: return -1;
    case Kind::directory: return ::open(source.path.c_str(), O_RDONLY | O_CLOEXEC | O_DIRECTORY);
    case Kind::file: break;
  }
  return ::open(source.path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
}

std::size_t dump_links(int socket) {
  struct {
    nlmsghdr header;
    ifinfomsg info;
  } request{};
  request.header.nlmsg_len = sizeof request;
  request.header.nlmsg_type = RTM_GETLINK;
  request.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
  if (::send(socket, &request, sizeof request, 0) < 0) return 0;
  for (std::size_t total = 0;;) {
    const auto got = ::recv(socket, buffer, sizeof buffer, 0);
    if (got <= 0) return total;
    total += static_cast<std::size_t>(got);
    if (reinterpret_cast<const nlmsghdr*>(buffer)->nlmsg_type == NLMSG_DONE) return total;
  }
}

std::size_t read_file(int fd, std::size_t bytes) {
  std::size_t total = 0;
  for (;;) {
    const auto got = ::pread(fd, buffer, bytes, static_cast<off_t>(total));
    if (got <= 0) return total;
    total += static_cast<std::size_t>(got);
    if (got < 3072) return total;  // a long seq_file comes in pieces of nearly a page
  }
}

std::size_t list_directory(int fd) {
  ::lseek(fd, 0, SEEK_SET);
  std::size_t total = 0;
  for (ssize_t got = 0; (got = ::getdents64(fd, buffer, sizeof buffer)) > 0;) total += static_cast<std::size_t>(got);
  return total;
}

std::size_t read_source(const Source& source, int fd) {
  struct statfs status {};
  switch (source.kind) {
    case Kind::links: return dump_links(fd);
    case Kind::statfs: return ::statfs(source.path.c_str(), &status) == 0 ? sizeof status : 0;
    case Kind::directory: return list_directory(fd);
    case Kind::file: break;
  }
  return read_file(fd, source.bytes);
}

std::size_t read_all(const std::vector<Source>& sources, bool keep) {
  std::size_t total = 0;
  for (const auto& source : sources) {
    const int fd = keep ? source.fd : open_source(source);
    total += read_source(source, fd);
    if (!keep) ::close(fd);
  }
  return total;
}

double cpu_microseconds() {
  timespec time{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_nsec) / 1e3;
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 4) {
    std::fputs("usage: floor LIST keep|reopen ITERATIONS\n", stderr);
    return 2;
  }
  const rlimit descriptors{65536, 65536};
  ::setrlimit(RLIMIT_NOFILE, &descriptors);  // where it is not allowed, the usual limit must do
  auto sources = read_list(arguments[1]);
  const bool keep = std::string_view(arguments[2]) == "keep";
  const long iterations = std::atol(arguments[3]);
  if (keep) {
    for (auto& source : sources) source.fd = open_source(source);
  }
  for (int warm = 0; warm < 5; ++warm) read_all(sources, keep);
  std::size_t bytes = 0;
  const auto begin = cpu_microseconds();
  for (long done = 0; done < iterations; ++done) bytes = read_all(sources, keep);
  const auto each = (cpu_microseconds() - begin) / static_cast<double>(iterations);
  std::printf("{\"sources\":%zu,\"bytes\":%zu,\"cpu_us\":%.2f}\n", sources.size(), bytes, each);
  return 0;
}
