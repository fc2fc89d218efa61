// SPDX-License-Identifier: Apache-2.0
#include "collectors/network/time_query.h"

#include <poll.h>
#include <sys/random.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>

#include "collectors/kit/descriptor.h"
#include "collectors/kit/stop_event.h"

namespace mixnet {
namespace {

using Clock = std::chrono::steady_clock;

TimeFault fault_of(SntpFault fault) {
  switch (fault) {
    case SntpFault::unsynchronised: return TimeFault::unsynchronised;
    case SntpFault::kiss_of_death: return TimeFault::kiss_of_death;
    case SntpFault::malformed:
    case SntpFault::not_ours: break;
  }
  return TimeFault::malformed;
}

auto failed(TimeFault fault) { return tl::unexpected<TimeFault>(fault); }

}  // namespace

std::string_view to_string(TimeFault fault) {
  constexpr std::array<std::string_view, 6> kWords = {"name",      "unreachable",    "timeout",
                                                      "malformed", "unsynchronised", "kiss_of_death"};
  return kWords[static_cast<std::size_t>(fault)];
}

tl::expected<SntpTime, TimeFault> ask_time(const IpAddress& address, std::uint16_t port, std::chrono::milliseconds timeout,
                                           const std::stop_token& stop) {
  const auto deadline = Clock::now() + timeout;
  const Descriptor socket(::socket(address.is_ipv6() ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  const auto server = address.with_port(port);
  if (!socket || ::connect(socket.number(), reinterpret_cast<const sockaddr*>(&server), address.size()) != 0) {
    return failed(TimeFault::unreachable);
  }
  std::uint64_t nonce = 0;
  (void)::getrandom(&nonce, sizeof nonce, 0);
  const auto request = sntp_request(nonce);
  const auto sent = std::chrono::system_clock::now();
  const auto begun = Clock::now();
  if (::send(socket.number(), request.data(), request.size(), 0) < 0) return failed(TimeFault::unreachable);
  const StopEvent stopped(stop);
  std::array<pollfd, 2> awaited{{{socket.number(), POLLIN, 0}, {stopped.descriptor(), POLLIN, 0}}};
  while (!stop.stop_requested()) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
    if (left <= 0) break;
    if (::poll(awaited.data(), awaited.size(), static_cast<int>(left)) <= 0) continue;
    std::array<char, 512> packet{};
    const auto size = ::recv(socket.number(), packet.data(), packet.size(), 0);
    const auto took = Clock::now() - begun;
    if (size < 0 && errno != EAGAIN && errno != EINTR) return failed(TimeFault::unreachable);
    if (size < 0) continue;
    const auto answer = read_sntp({packet.data(), static_cast<std::size_t>(size)}, nonce, sent, took);
    if (answer) return *answer;
    if (answer.error() != SntpFault::not_ours) return failed(fault_of(answer.error()));
  }
  return failed(TimeFault::timeout);
}

}  // namespace mixnet
