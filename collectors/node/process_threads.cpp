// SPDX-License-Identifier: Apache-2.0
#include "collectors/node/process_threads.h"

#include <algorithm>
#include <utility>

namespace mixnet {

Result<void> ThreadTotals::update(Tree& proc, std::int32_t pid, std::uint64_t count) {
  if (count > kThreadsMax) {
    return fail(Fault::absent, "it has more than " + std::to_string(kThreadsMax) + " threads, which is too dear to look at");
  }
  const auto complete = threads_.size() == count && TRY(read_all(proc));
  if (!complete) {
    TRY(list(proc, pid));
    TRY(read_all(proc));
  }
  if (total_.runs == 0) return fail(Fault::absent, "the kernel does not count it (CONFIG_SCHED_INFO)");
  return {};
}

/// Adds what each thread has done since the last look; false where one has ended.
Result<bool> ThreadTotals::read_all(Tree& proc) {
  bool complete = true;
  for (auto& thread : threads_) {
    const auto text = proc.read_if_there(thread.file, Shape::single);
    if (!text) {
      complete = false;
      continue;
    }
    const auto now = TRY(proc.named(thread.file, parse_thread_runs(*text)));
    if (now.runs < thread.seen.runs || now.waited_ns < thread.seen.waited_ns) thread.seen = {};  // its id was used again
    total_.runs += now.runs - thread.seen.runs;
    total_.waited_ns += now.waited_ns - thread.seen.waited_ns;
    thread.seen = now;
  }
  return complete;
}

Result<void> ThreadTotals::list(Tree& proc, std::int32_t pid) {
  const Path folder(Decimal(static_cast<std::uint64_t>(pid)), "/task");
  TRY(proc.list(folder, names_));
  std::vector<Thread> threads;
  for (const auto& tid : names_) {
    if (threads.size() == kThreadsMax) break;
    const auto known = std::find_if(threads_.begin(), threads_.end(), [&](const Thread& thread) { return thread.tid == tid; });
    threads.push_back(known != threads_.end() ? std::move(*known)
                                              : Thread{tid, std::string(Path(folder, "/", tid, "/schedstat")), {}});
  }
  threads_ = std::move(threads);
  return {};
}

}  // namespace mixnet
