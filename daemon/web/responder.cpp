// SPDX-License-Identifier: Apache-2.0
#include "daemon/web/responder.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <iterator>
#include <system_error>
#include <utility>

namespace mixnet::web {

Inbox::Inbox() : event_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
  if (event_ < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
}

Inbox::~Inbox() { close(event_); }

void Inbox::post(Letter letter) {
  bool first = false;
  {
    const std::lock_guard lock(mutex_);
    first = letters_.empty();
    letters_.push_back(std::move(letter));
  }
  if (first && std::this_thread::get_id() != reader_) wake();
}

void Inbox::wake() const {
  const std::uint64_t one = 1;
  // Fails only where the count is full, and then the reader is awake.
  (void)!write(event_, &one, sizeof one);
}

void Inbox::calm() const {
  std::uint64_t count = 0;
  (void)!read(event_, &count, sizeof count);
}

bool Inbox::take(std::vector<Letter>& out) {
  const std::lock_guard lock(mutex_);
  if (letters_.empty()) return false;
  std::move(letters_.begin(), letters_.end(), std::back_inserter(out));
  letters_.clear();
  return true;
}

Responder& Responder::operator=(Responder&& other) noexcept {
  std::swap(inbox_, other.inbox_);
  std::swap(ticket_, other.ticket_);
  return *this;
}

Responder::~Responder() {
  if (inbox_) answer(plain_response(500));
}

void Responder::answer(Response response) {
  if (const auto inbox = std::exchange(inbox_, nullptr)) inbox->post({ticket_, std::move(response)});
}

}  // namespace mixnet::web
