// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "collectors/kit/result.h"
#include "tests/simulator/exchange.h"

namespace mixnet::simulator {

enum class FaultKind {
  slow,        ///< answers after some seconds
  drip,        ///< sends the body piece by piece over some seconds
  hang,        ///< never answers, and keeps the connection
  stall,       ///< sends the head and half of the body, then nothing
  reset,       ///< resets the connection in place of an answer
  cut,         ///< ends the connection in the middle of the body
  status,      ///< another status
  huge,        ///< an endless body
  wrong_json,  ///< valid JSON with every value of another type
  broken,      ///< not even JSON
  html,        ///< the page of some proxy, with status 200
  empty,       ///< nothing, with status 200
  deep,        ///< JSON nested beyond all measure
  truncated,   ///< the first half of the body, as if it were all
  redirect,    ///< elsewhere
  bad_gzip,    ///< what says that it is compressed and is not
  bomb,        ///< compressed zeros without end
};

struct FaultOrder {
  FaultKind kind = FaultKind::slow;
  double seconds = 2;            ///< of slow and drip
  int status = 500;              ///< of status and redirect
  std::string retry_after = {};  ///< of status: the header's value, no header where it is empty
  std::uint64_t bytes = 1 << 30;
  std::string location = "http://127.0.0.1:9/elsewhere";
  std::uint64_t times = UINT64_MAX;  ///< how many requests it is for
};

/// The parameters of POST /simulator/fault, all but the endpoint.
Result<FaultOrder> parse_fault(const Parameters& parameters);

/// Whether a fault is made of the body, and not only of when and how much of it is sent.
bool spoils_body(FaultKind kind);

/// Which endpoints misbehave, and how. For several threads at once.
class Faults {
 public:
  /// `endpoint` is a path, or the beginning of one and a "*": the longest that fits is what counts.
  void set(std::string endpoint, FaultOrder order);

  /// Ends all faults, and those who hang.
  void clear();

  /// The fault of a request for `path`; it is counted as had.
  std::optional<FaultOrder> take(std::string_view path);

  /// Differs from what it was once clear() has been called.
  std::uint64_t cleared() const { return cleared_; }

 private:
  std::map<std::string, FaultOrder, std::less<>>::iterator find_prefix(std::string_view path);

  std::mutex mutex_;
  std::map<std::string, FaultOrder, std::less<>> orders_;
  std::atomic<std::uint64_t> cleared_ = 0;
};

/// `body` with its values replaced by ones of other types.
std::string with_wrong_types(const std::string& body);

/// `body` up to its middle; of an exposition, up to the middle of a line in a histogram.
std::string truncated(const std::string& body);

}  // namespace mixnet::simulator
