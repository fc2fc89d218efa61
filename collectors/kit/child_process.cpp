// SPDX-License-Identifier: Apache-2.0
#include "collectors/kit/child_process.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <string_view>

#include "collectors/kit/tree.h"

namespace mixnet {
namespace {

using namespace std::chrono_literals;
using Clock = ChildProcess::Clock;

constexpr auto kGlance = 100ms;  // how late an end, or being told to stop, may be seen
constexpr auto kHaste = 500ms;   // the grace that there is time for when we are to stop ourselves
constexpr auto kDeath = 1s;      // that SIGKILL may take; a process that the kernel holds longer is left to it
constexpr std::size_t kComplaintBytesMax = 4096;

/// A descriptor that is closed with its scope, and on exec(2).
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }
  int release() { return std::exchange(fd_, -1); }
  void reset(int fd = -1) {
    if (fd_ >= 0) ::close(fd_);
    fd_ = fd;
  }

 private:
  int fd_ = -1;
};

struct Pipe {
  Descriptor read, write;
  bool open() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) return false;
    read.reset(ends[0]);
    write.reset(ends[1]);
    return true;
  }
};

/// What gives `text` to who reads it: a file without a name, which unlike a pipe is written before there is a reader.
bool hold(std::string_view text, Descriptor& out) {
  if (text.empty()) {
    out.reset(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    return out.get() >= 0;
  }
  out.reset(::memfd_create("input", MFD_CLOEXEC));
  while (out.get() >= 0 && !text.empty()) {
    const auto written = ::write(out.get(), text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return out.get() >= 0 && ::lseek(out.get(), 0, SEEK_SET) == 0;
}

/// Texts as execve(2) takes them.
std::vector<char*> pointers(const std::vector<std::string>& texts) {
  std::vector<char*> out;
  out.reserve(texts.size() + 1);
  for (const auto& text : texts) out.push_back(const_cast<char*>(text.c_str()));
  out.push_back(nullptr);
  return out;
}

/// All that the child needs to become the program, made before there is a child: in it nothing may be allocated, as another
/// thread may have held the allocator's lock.
struct Plan {
  std::vector<char*> arguments, environment;
  const char* directory;
  int nice;
  rlim_t memory_bytes_max;
  int input, output, complaint, failure;
  pid_t parent;
};

void take_no_privilege() {
  ::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
  ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

/// The kernel's choice when memory is short. A process may always make itself a better one.
void go_first() {
  const int fd = ::open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
  if (fd < 0) return;
  (void)!::write(fd, "1000", 4);
  ::close(fd);
}

bool limit(int resource, rlim_t max) {
  rlimit now{};
  if (::getrlimit(static_cast<__rlimit_resource_t>(resource), &now) != 0) return false;
  const rlimit wanted{std::min(max, now.rlim_max), std::min(max, now.rlim_max)};
  return ::setrlimit(static_cast<__rlimit_resource_t>(resource), &wanted) == 0;
}

/// Ours are blocked, and SIGPIPE is ignored: an exec keeps both.
void take_signals() {
  for (int signal = 1; signal < NSIG; ++signal) ::signal(signal, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

/// Of what a library may have opened without O_CLOEXEC.
void keep_only_three() {
  constexpr unsigned kCloseOnExec = 4;  // CLOSE_RANGE_CLOEXEC, of Linux 5.11
#ifdef SYS_close_range
  if (::syscall(SYS_close_range, 3U, ~0U, kCloseOnExec) == 0) return;
#endif
  constexpr int kLast = 4096;
  for (int fd = 3; fd < kLast; ++fd) ::fcntl(fd, F_SETFD, FD_CLOEXEC);
}

/// In the child. Comes back, with errno, only where it cannot. Everything here is async-signal-safe.
void become(const Plan& plan) {
  if (::setsid() < 0) return;
  if (::prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) return;
  if (::getppid() != plan.parent) ::_exit(127);  // it is too late for that signal
  take_signals();
  take_no_privilege();
  go_first();
  errno = 0;
  if (::nice(plan.nice) == -1 && errno != 0) return;
  if (!limit(RLIMIT_CORE, 0)) return;
  if (plan.memory_bytes_max > 0 && !limit(RLIMIT_DATA, plan.memory_bytes_max)) return;
  ::umask(077);
  if (::chdir(plan.directory) != 0) return;
  if (::dup2(plan.input, 0) < 0 || ::dup2(plan.output, 1) < 0 || ::dup2(plan.complaint, 2) < 0) return;
  keep_only_three();
  ::execve(plan.arguments[0], plan.arguments.data(), plan.environment.data());
}

/// What the child says of having become the program: 0, or an errno. The pipe is closed by the exec.
int failure_of(int fd) {
  int error = 0;
  ssize_t got = 0;
  do {
    got = ::read(fd, &error, sizeof error);
  } while (got < 0 && errno == EINTR);
  return got == sizeof error ? error : 0;
}

tl::unexpected<Error> cannot(const std::string& what, int error) {
  return fail(fault_of(error), what + ": " + std::strerror(error));
}

}  // namespace

Result<ChildProcess> ChildProcess::start(const ChildOptions& options) {
  if (options.arguments.empty() || !options.arguments.front().starts_with('/')) {
    return fail(Fault::malformed, "no absolute path of a program");
  }
  const auto& program = options.arguments.front();
  Pipe out, err, failure;
  Descriptor input;
  if (!hold(options.input, input) || !out.open() || !err.open() || !failure.open()) return cannot(program, errno);
  for (const auto* each : {&out, &err}) ::fcntl(each->read.get(), F_SETFL, O_NONBLOCK);
  const Plan plan{pointers(options.arguments),
                  pointers(options.environment),
                  options.directory.c_str(),
                  options.nice,
                  options.memory_bytes_max,
                  input.get(),
                  out.write.get(),
                  err.write.get(),
                  failure.write.get(),
                  ::getpid()};
  const auto pid = ::fork();
  if (pid < 0) return cannot(program, errno);
  if (pid == 0) {
    become(plan);
    const int error = errno;
    (void)!::write(plan.failure, &error, sizeof error);
    ::_exit(127);
  }
  failure.write.reset();
  const int error = failure_of(failure.read.get());
  if (error != 0) {
    while (::waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
    }
    return cannot(program, error);
  }
  ChildProcess child;
  child.pid_ = pid;
  child.out_.fd = out.read.release();
  child.err_.fd = err.read.release();
  child.output_bytes_max_ = options.output_bytes_max;
  child.grace_ = options.grace;
  child.begun_ = Clock::now();
  child.deadline_ = child.begun_ + options.time_max;
  return child;
}

ChildProcess& ChildProcess::operator=(ChildProcess&& other) noexcept {
  std::swap(pid_, other.pid_);
  std::swap(out_, other.out_);
  std::swap(err_, other.err_);
  std::swap(output_bytes_max_, other.output_bytes_max_);
  std::swap(grace_, other.grace_);
  std::swap(begun_, other.begun_);
  std::swap(deadline_, other.deadline_);
  std::swap(ended_, other.ended_);
  std::swap(output_, other.output_);
  std::swap(complaint_, other.complaint_);
  std::swap(end_, other.end_);
  return *this;
}

ChildProcess::~ChildProcess() {
  if (pid_ > 0 && !end_) put_an_end(ChildEnd::Kind::stopped, std::min<std::chrono::milliseconds>(grace_, kHaste));
  for (const auto& stream : {out_, err_}) {
    if (stream.fd >= 0) ::close(stream.fd);
  }
}

bool ChildProcess::advance(Clock::time_point until, const std::stop_token& stop) {
  while (!end_) {
    if (!take_output()) {
      put_an_end(ChildEnd::Kind::flooded, grace_);
    } else if (has_exited()) {
      reap(std::nullopt);
    } else if (stop.stop_requested()) {
      put_an_end(ChildEnd::Kind::stopped, std::min<std::chrono::milliseconds>(grace_, kHaste));
    } else if (Clock::now() >= deadline_) {
      put_an_end(ChildEnd::Kind::timed_out, grace_);
    } else if (Clock::now() >= until) {
      return false;
    } else {
      wait_for_output(std::min(until, deadline_));
    }
  }
  return true;
}

bool ChildProcess::take(Stream& stream, std::string& into) {
  std::array<char, 4096> chunk;
  while (stream.fd >= 0) {
    const auto got = ::read(stream.fd, chunk.data(), chunk.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno == EAGAIN) break;
    if (got <= 0) {
      ::close(std::exchange(stream.fd, -1));
      break;
    }
    stream.bytes += static_cast<std::size_t>(got);
    if (stream.bytes > output_bytes_max_) return false;
    into.append(chunk.data(), static_cast<std::size_t>(got));
  }
  return true;
}

bool ChildProcess::take_output() {
  if (!take(out_, output_) || !take(err_, complaint_)) return false;
  if (complaint_.size() > kComplaintBytesMax) complaint_.erase(0, complaint_.size() - kComplaintBytesMax);
  return true;
}

/// It is left as a zombie, so that its number stays its own until what is left of its group has been ended.
bool ChildProcess::has_exited() const {
  siginfo_t info{};
  const int status = ::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT);
  return status != 0 ? errno == ECHILD : info.si_pid == pid_;
}

void ChildProcess::wait_for_output(Clock::time_point until) const {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - Clock::now());
  const auto time = std::clamp<std::chrono::milliseconds>(left, 1ms, kGlance);
  pollfd fds[] = {{out_.fd, POLLIN, 0}, {err_.fd, POLLIN, 0}};  // one that is -1 is passed over
  ::poll(fds, std::size(fds), static_cast<int>(time.count()));
}

void ChildProcess::put_an_end(ChildEnd::Kind kind, std::chrono::milliseconds grace) {
  const auto gone_by = [this](Clock::time_point end) {
    while (!has_exited() && Clock::now() < end) ::poll(nullptr, 0, 5);
    return has_exited();
  };
  ::kill(-pid_, SIGTERM);
  if (!gone_by(Clock::now() + grace)) {
    ::kill(-pid_, SIGKILL);
    (void)gone_by(Clock::now() + kDeath);
  }
  reap(kind);
}

void ChildProcess::reap(std::optional<ChildEnd::Kind> by_us) {
  ::kill(-pid_, SIGKILL);
  if (!by_us && !take_output()) by_us = ChildEnd::Kind::flooded;  // what it wrote last
  int status = 0;
  const auto reaped = ::waitpid(pid_, &status, WNOHANG);
  ended_ = Clock::now();
  ChildEnd end;
  if (by_us) {
    end.kind = *by_us;
  } else if (reaped == pid_ && WIFSIGNALED(status)) {
    end = {ChildEnd::Kind::signalled, WTERMSIG(status)};
  } else {
    end = {ChildEnd::Kind::exited, reaped == pid_ ? WEXITSTATUS(status) : -1};
  }
  end_ = end;
}

}  // namespace mixnet
