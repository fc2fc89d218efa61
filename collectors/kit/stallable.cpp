// SPDX-License-Identifier: Apache-2.0
#include "collectors/kit/stallable.h"

#include <condition_variable>
#include <csignal>
#include <mutex>
#include <system_error>

namespace mixnet {

/// What outlives the Stallable for as long as a thread is stuck.
struct Stallable::Shared {
  std::mutex mutex;
  std::condition_variable to_do, finished;
  std::vector<std::shared_ptr<Job>> queue;
  std::vector<bool> busy;  ///< of each thread
  std::size_t idle = 0;    ///< how many are not
  bool stopping = false;
};

Stallable::Stallable(std::size_t threads_max) : threads_max_(threads_max), shared_(std::make_shared<Shared>()) {
  shared_->busy.resize(threads_max);
  shared_->queue.reserve(threads_max);
  threads_.reserve(threads_max);
}

Stallable::~Stallable() {
  std::vector<bool> busy;
  {
    const std::lock_guard lock(shared_->mutex);
    shared_->stopping = true;
    busy = shared_->busy;
  }
  shared_->to_do.notify_all();
  for (std::size_t index = 0; index < threads_.size(); ++index) {
    if (busy[index]) {
      threads_[index].detach();
    } else {
      threads_[index].join();  // it takes no further job, so this is short
    }
  }
}

bool Stallable::start(const std::shared_ptr<Job>& job) {
  {
    const std::lock_guard lock(shared_->mutex);
    if (job->state_ != Job::State::idle) return false;
    job->state_ = Job::State::queued;
    shared_->queue.push_back(job);
    if (shared_->queue.size() > shared_->idle && threads_.size() < threads_max_) add_thread();
  }
  shared_->to_do.notify_one();
  return true;
}

Stallable::Outcome Stallable::wait(const std::shared_ptr<Job>& job, Clock::time_point deadline) {
  std::unique_lock lock(shared_->mutex);
  if (shared_->finished.wait_until(lock, deadline, [&] { return job->state_ == Job::State::idle; })) return Outcome::done;
  if (job->state_ == Job::State::running) return Outcome::late;
  std::erase(shared_->queue, job);
  job->state_ = Job::State::idle;
  return Outcome::refused;
}

/// Called with the mutex held. Signals are for the threads that expect them, so the new one starts with all blocked.
void Stallable::add_thread() {
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, &before);
  try {
    threads_.emplace_back(work, shared_, threads_.size());
    ++shared_->idle;
  } catch (const std::system_error&) {
    // The unit's TasksMax or the kernel allows no more threads: the job waits for one that is there, or is refused.
  }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

void Stallable::work(const std::shared_ptr<Shared>& shared, std::size_t index) {
  std::unique_lock lock(shared->mutex);
  for (;;) {
    shared->to_do.wait(lock, [&] { return shared->stopping || !shared->queue.empty(); });
    if (shared->stopping) return;
    auto job = std::move(shared->queue.front());
    shared->queue.erase(shared->queue.begin());
    job->state_ = Job::State::running;
    shared->busy[index] = true;
    --shared->idle;
    lock.unlock();
    job->run();
    lock.lock();
    job->state_ = Job::State::idle;
    shared->busy[index] = false;
    ++shared->idle;
    shared->finished.notify_all();
    lock.unlock();
    job.reset();  // perhaps the last owner: its destructor is not to run under our mutex
    lock.lock();
  }
}

}  // namespace mixnet
