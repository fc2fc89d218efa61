// SPDX-License-Identifier: Apache-2.0
// A file system whose statfs never answers, as that of a dead server: hangfs DIRECTORY mounts it there, in the mount namespace
// it is started in, says "mounted" and serves until its standard input ends.
#include <fcntl.h>
#include <linux/fuse.h>
#include <poll.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string>

namespace {

void reply(int device, const fuse_in_header& request, int error, const void* body = nullptr, std::size_t length = 0) {
  fuse_out_header header{};
  header.len = static_cast<std::uint32_t>(sizeof header + length);
  header.error = -error;
  header.unique = request.unique;
  std::array<iovec, 2> parts{{{&header, sizeof header}, {const_cast<void*>(body), length}}};
  if (::writev(device, parts.data(), body != nullptr ? 2 : 1) < 0) std::perror("hangfs: reply");
}

void greet(int device, const fuse_in_header& request, const fuse_init_in& asked) {
  fuse_init_out out{};
  out.major = FUSE_KERNEL_VERSION;
  out.minor = std::min<std::uint32_t>(asked.minor, FUSE_KERNEL_MINOR_VERSION);
  out.max_write = 4096;
  reply(device, request, 0, &out, sizeof out);
}

void describe_root(int device, const fuse_in_header& request) {
  fuse_attr_out out{};
  out.attr.ino = 1;
  out.attr.mode = S_IFDIR | 0755;
  out.attr.nlink = 2;
  out.attr_valid = 1000;
  reply(device, request, 0, &out, sizeof out);
}

void serve(int device) {
  alignas(fuse_in_header) static char buffer[1 << 17];
  std::array<pollfd, 2> sources{{{device, POLLIN, 0}, {STDIN_FILENO, POLLIN, 0}}};
  while (::poll(sources.data(), sources.size(), -1) > 0 && sources[1].revents == 0) {
    const auto got = ::read(device, buffer, sizeof buffer);
    if (got < static_cast<ssize_t>(sizeof(fuse_in_header))) {
      if (got < 0 && (errno == EINTR || errno == EAGAIN)) continue;
      return;
    }
    fuse_in_header request;
    std::memcpy(&request, buffer, sizeof request);
    fuse_init_in init;
    std::memcpy(&init, buffer + sizeof request, sizeof init);
    switch (request.opcode) {
      case FUSE_INIT: greet(device, request, init); break;
      case FUSE_GETATTR: describe_root(device, request); break;
      case FUSE_STATFS:
      case FUSE_INTERRUPT:
      case FUSE_FORGET: break;  // whoever asked waits
      default: reply(device, request, ENOSYS);
    }
  }
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) return 2;
  const int device = ::open("/dev/fuse", O_RDWR | O_CLOEXEC);
  const auto options = "fd=" + std::to_string(device) + ",rootmode=40000,user_id=0,group_id=0,allow_other";
  if (device < 0 || ::mount("deadserver:/export", arguments[1], "fuse.hang", MS_NOSUID | MS_NODEV, options.c_str()) != 0) {
    std::printf("cannot mount: %s\n", std::strerror(errno));
    return 1;
  }
  std::puts("mounted");
  std::fflush(stdout);
  serve(device);
  ::umount2(arguments[1], MNT_DETACH);
  ::close(device);  // frees whoever still waits
  return 0;
}
