// SPDX-License-Identifier: Apache-2.0
#include "collectors/network/name_lookup.h"

#include <netdb.h>

#include <algorithm>
#include <utility>

namespace mixnet {
namespace {

using Clock = std::chrono::steady_clock;

void look_up(FoundName& out) {
  const auto begun = Clock::now();
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* list = nullptr;
  const int error = ::getaddrinfo(out.name.c_str(), nullptr, &hints, &list);
  out.took = Clock::now() - begun;
  if (error != 0) {
    out.message = ::gai_strerror(error);
    return;
  }
  for (const auto* each = list; each != nullptr && out.addresses.size() < NameLookup::kAddressesMax; each = each->ai_next) {
    const auto address = IpAddress::of(each->ai_addr);
    if (address && std::find(out.addresses.begin(), out.addresses.end(), *address) == out.addresses.end()) {
      out.addresses.push_back(*address);
    }
  }
  ::freeaddrinfo(list);
}

}  // namespace

class NameLookup::Job : public Stallable::Job {
 public:
  explicit Job(std::string name) : name_(std::move(name)) {}

  void run() noexcept override {
    found_ = {};
    found_.name = name_;
    look_up(found_);
  }

  const std::string& name() const { return name_; }
  const FoundName& found() const { return found_; }

 private:
  const std::string name_;
  FoundName found_;
};

NameLookup::NameLookup() : stallable_(kThreadsMax) {}
NameLookup::~NameLookup() = default;

std::shared_ptr<NameLookup::Job> NameLookup::job_of(const std::string& name) const {
  const auto known = std::find_if(jobs_.begin(), jobs_.end(), [&](const auto& job) { return job->name() == name; });
  return known != jobs_.end() ? *known : std::make_shared<Job>(name);
}

/// In pieces, so that `stop` is seen.
bool NameLookup::wait(const std::shared_ptr<Job>& job, Clock::time_point deadline, const std::stop_token& stop) {
  constexpr std::chrono::milliseconds kPiece{200};
  while (Clock::now() < deadline && !stop.stop_requested()) {
    const auto outcome = stallable_.wait(job, std::min(deadline, Clock::now() + kPiece));
    if (outcome == Stallable::Outcome::done) return true;
    if (outcome == Stallable::Outcome::refused) stallable_.start(job);  // others were before it
  }
  return false;
}

std::vector<FoundName> NameLookup::find(std::span<const std::string> names, std::chrono::milliseconds timeout,
                                        const std::stop_token& stop) {
  std::vector<std::shared_ptr<Job>> jobs;
  std::vector<bool> started;
  for (const auto& name : names) {
    jobs.push_back(job_of(name));
    started.push_back(stallable_.start(jobs.back()));
  }
  jobs_ = jobs;  // others are forgotten; one that still runs belongs to its thread
  const auto deadline = Clock::now() + timeout;
  std::vector<FoundName> out;
  for (std::size_t index = 0; index < jobs.size(); ++index) {
    const bool done = started[index] && wait(jobs[index], deadline, stop);
    out.push_back(done ? jobs[index]->found() : FoundName{names[index], {}, "no answer in time", timeout});
  }
  return out;
}

bool same_addresses(std::span<const IpAddress> found, std::span<const IpAddress> announced, bool ipv6) {
  const auto are_among = [ipv6](std::span<const IpAddress> some, std::span<const IpAddress> others) {
    return std::all_of(some.begin(), some.end(), [&](const IpAddress& each) {
      return each.is_ipv6() != ipv6 || std::find(others.begin(), others.end(), each) != others.end();
    });
  };
  return are_among(found, announced) && are_among(announced, found);
}

}  // namespace mixnet
