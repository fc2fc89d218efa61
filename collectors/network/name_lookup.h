// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "collectors/kit/ip_address.h"
#include "collectors/kit/stallable.h"

namespace mixnet {

/// What became of looking up a name, or an address, which is its own.
struct FoundName {
  std::string name;
  std::vector<IpAddress> addresses;  ///< each once, in the order that they are to be tried in
  std::string message;               ///< why there are none; empty where there are
  std::chrono::duration<double> took{};
};

/// Looks names up as every program on this host does, /etc/hosts and all, without waiting longer than it wants to.
class NameLookup {
 public:
  static constexpr std::size_t kThreadsMax = 4;
  static constexpr std::size_t kAddressesMax = 16;

  NameLookup();
  ~NameLookup();
  NameLookup(const NameLookup&) = delete;
  NameLookup& operator=(const NameLookup&) = delete;

  /// All of them at once, in the same order; none twice.
  std::vector<FoundName> find(std::span<const std::string> names, std::chrono::milliseconds timeout,
                              const std::stop_token& stop = {});

 private:
  class Job;
  std::shared_ptr<Job> job_of(const std::string& name) const;
  bool wait(const std::shared_ptr<Job>& job, std::chrono::steady_clock::time_point deadline, const std::stop_token& stop);

  Stallable stallable_;
  std::vector<std::shared_ptr<Job>> jobs_;  ///< of the names asked for last: one may still run
};

/// Do the addresses that a name has, of one family, and those that are announced agree? Each has to be among the others.
bool same_addresses(std::span<const IpAddress> found, std::span<const IpAddress> announced, bool ipv6);

}  // namespace mixnet
