// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "collectors/kit/result.h"

namespace mixnet {

/// A program to run, and what it may use. No shell sees it.
struct ChildOptions {
  std::vector<std::string> arguments;    ///< the first is the program, by its absolute path
  std::vector<std::string> environment;  ///< "NAME=value"; it gets nothing of ours
  std::string directory = "/";           ///< that it runs in
  std::string input;                     ///< what it reads from its stdin
  int nice = 10;
  std::uint64_t memory_bytes_max = 0;      ///< of data, as RLIMIT_DATA counts it, for each of its processes; 0: as we may
  std::size_t output_bytes_max = 1 << 20;  ///< of stdout, and of stderr
  std::chrono::milliseconds time_max{60'000};
  std::chrono::milliseconds grace{3'000};  ///< between SIGTERM and SIGKILL
};

/// How a child ended.
struct ChildEnd {
  enum class Kind : std::uint8_t {
    exited,     ///< by itself, with `status`
    signalled,  ///< by the signal `status`, which was not ours
    timed_out,  ///< by us, as its time was up
    flooded,    ///< by us, as it wrote more than it may
    stopped,    ///< by us, as we were told to
  };
  Kind kind = Kind::exited;
  int status = 0;
};

/// A program that runs beside us in a process group of its own, and ends with all that it started: when its time is up, when it
/// writes too much, when this is destroyed, and when we are killed (of the last only the program itself, not what it started).
///
/// It gets its input whole, no descriptor of ours, no capability and no core dump, and is what the kernel ends
/// first where memory is short. Used by one thread, which must not end before: the kernel takes its end for ours.
class ChildProcess {
 public:
  using Clock = std::chrono::steady_clock;

  /// denied: it may not be run; absent: it is not there; unavailable: any other reason.
  static Result<ChildProcess> start(const ChildOptions& options);

  ~ChildProcess();
  ChildProcess(ChildProcess&& other) noexcept { *this = std::move(other); }
  ChildProcess& operator=(ChildProcess&& other) noexcept;

  /// Takes what it writes and looks after its limits, until it has ended, `until` has passed, or `stop` is asked for, which
  /// ends it. True when it has ended.
  bool advance(Clock::time_point until, const std::stop_token& stop);

  /// Nothing while it runs.
  const std::optional<ChildEnd>& end() const { return end_; }
  /// What it has written to its stdout so far.
  const std::string& output() const { return output_; }
  /// The last that it wrote to its stderr, 4 KiB at most.
  const std::string& complaint() const { return complaint_; }
  std::chrono::duration<double> took() const { return (end_ ? ended_ : Clock::now()) - begun_; }

 private:
  ChildProcess() = default;

  struct Stream {
    int fd = -1;
    std::size_t bytes = 0;  ///< that came from it
  };

  /// False where more came than may.
  bool take(Stream& stream, std::string& into);
  bool take_output();
  bool has_exited() const;
  void wait_for_output(Clock::time_point until) const;
  /// Ends it: with SIGTERM first, and SIGKILL where it is still there after `grace`.
  void put_an_end(ChildEnd::Kind kind, std::chrono::milliseconds grace);
  /// Ends what is left of its group, and takes note of how it ended.
  void reap(std::optional<ChildEnd::Kind> by_us);

  int pid_ = -1;
  Stream out_, err_;
  std::size_t output_bytes_max_ = 0;
  std::chrono::milliseconds grace_{};
  Clock::time_point begun_{}, deadline_{}, ended_{};
  std::string output_, complaint_;
  std::optional<ChildEnd> end_;
};

}  // namespace mixnet
