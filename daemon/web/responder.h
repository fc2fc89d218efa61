// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include "daemon/web/message.h"

namespace mixnet::web {

/// Names one request of one connection. Never used again, so an answer that comes too late finds nobody.
struct Ticket {
  std::uint32_t slot = 0;
  std::uint64_t serial = 0;
};

/// What other threads send to the server's thread: answers, and verdicts on passwords.
struct Letter {
  Ticket ticket;
  std::variant<Response, bool> content;
};

/// The way to the server's thread, from any thread. Outlives the server as long as somebody may still write.
class Inbox {
 public:
  Inbox();
  ~Inbox();
  Inbox(const Inbox&) = delete;
  Inbox& operator=(const Inbox&) = delete;

  /// The reader's thread, which is not woken by what it posts itself: it looks before it sleeps.
  void belongs_to(std::thread::id reader) { reader_ = reader; }

  void post(Letter letter);
  /// Moves all letters to the end of `out`; false where there are none.
  bool take(std::vector<Letter>& out);

  /// Readable once somebody has posted or called `wake`, until `calm` is called.
  int fd() const { return event_; }
  void wake() const;
  void calm() const;

 private:
  int event_;
  std::atomic<std::thread::id> reader_;
  std::mutex mutex_;
  std::vector<Letter> letters_;  // guarded by mutex_
};

/// The duty to answer one request, now or later, from any thread. Dropped without an answer, it answers 500. An answer to a
/// client that has left, or to a server that has ended, is thrown away.
class Responder {
 public:
  Responder(std::shared_ptr<Inbox> inbox, Ticket ticket) : inbox_(std::move(inbox)), ticket_(ticket) {}
  Responder(Responder&&) noexcept = default;
  Responder& operator=(Responder&& other) noexcept;
  ~Responder();

  /// Once.
  void answer(Response response);

 private:
  std::shared_ptr<Inbox> inbox_;  // null: answered, or moved from
  Ticket ticket_;
};

}  // namespace mixnet::web
