// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "collectors/kit/tree.h"
#include "collectors/node/process_files.h"

namespace mixnet {

/// What the scheduler counts of all threads of one process. The kernel tells it of each thread by itself and forgets those
/// that end, so it is added up here: what a thread does between the last look and its end is missed.
class ThreadTotals {
 public:
  static constexpr std::size_t kThreadsMax = 128;

  /// Looks at each thread; `count` is how many /proc/PID/stat says there are. They are listed only where those known from the
  /// last look are not all of them. Fault::absent: the kernel does not count, or there are more than kThreadsMax.
  Result<void> update(Tree& proc, std::int32_t pid, std::uint64_t count);

  std::uint64_t runs() const { return total_.runs; }
  std::uint64_t waited_ns() const { return total_.waited_ns; }

 private:
  struct Thread {
    std::string tid, file;
    ThreadRuns seen{};
  };

  Result<bool> read_all(Tree& proc);
  Result<void> list(Tree& proc, std::int32_t pid);

  std::vector<Thread> threads_;
  std::vector<std::string> names_;
  ThreadRuns total_{};
};

}  // namespace mixnet
