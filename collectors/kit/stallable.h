// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <thread>
#include <vector>

namespace mixnet {

/// Runs calls that the kernel may never answer (statfs of a dead server's mount, a broken sensor) on threads of its own, so
/// that the caller waits no longer than it wants to.
///
/// A late call keeps its thread until the kernel lets go of it; the number of threads is bounded. There is no thread before
/// the first call, idle ones are used again, and a steady state allocates nothing.
class Stallable {
 public:
  /// One call, with what it needs and what it finds in members: owned by the caller and by the thread that runs it, so a late
  /// one may outlive the caller. While it is running only `run` may touch its members.
  class Job {
   public:
    virtual ~Job() = default;
    virtual void run() noexcept = 0;

   private:
    friend class Stallable;
    enum class State : std::uint8_t { idle, queued, running };
    State state_ = State::idle;
  };

  enum class Outcome : std::uint8_t {
    done,     ///< it has run; its members may be read until it is started again
    late,     ///< it still runs; its members belong to its thread
    refused,  ///< it never ran: all threads are taken by calls that do not return
  };

  using Clock = std::chrono::steady_clock;
  static constexpr std::size_t kThreadsMax = 16;

  explicit Stallable(std::size_t threads_max = kThreadsMax);
  /// Does not wait for late calls: their threads end whenever they return.
  ~Stallable();
  Stallable(const Stallable&) = delete;
  Stallable& operator=(const Stallable&) = delete;

  /// Lets `job` run; false, at once, where it is still at an earlier call.
  bool start(const std::shared_ptr<Job>& job);

  /// Waits for a job that was started until it has run or `deadline` has passed.
  Outcome wait(const std::shared_ptr<Job>& job, Clock::time_point deadline);

  /// `start` and `wait`; late, at once, where it is still at an earlier call.
  Outcome run(const std::shared_ptr<Job>& job, Clock::time_point deadline) {
    return start(job) ? wait(job, deadline) : Outcome::late;
  }

  /// How many threads there are, idle and stuck ones.
  std::size_t threads() const { return threads_.size(); }

 private:
  struct Shared;
  static void work(const std::shared_ptr<Shared>& shared, std::size_t index);
  void add_thread();

  const std::size_t threads_max_;
  std::shared_ptr<Shared> shared_;
  std::vector<std::thread> threads_;
};

}  // namespace mixnet
