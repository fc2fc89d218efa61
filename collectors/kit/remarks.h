// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "collectors/kit/result.h"

namespace mixnet {

/// One source of several that a collector could not read, which cost its own samples only.
struct Remark {
  std::string subject;  ///< what it is about, with the node's name: "exit1: /proc/812/io"
  Error error;
};

/// What a collector has to say beside its samples, in memory that is used again. Of a Fault other than absent the daemon logs
/// the beginning and the end; absent ones are only shown, by `mixnet-exporter collectors` and on the page.
class Remarks {
 public:
  void add(std::string_view subject, const Error& error) {
    auto& remark = next();
    remark.subject = subject;
    remark.error = error;
  }
  /// Of part of a node: "NODE: PART".
  void add(std::string_view node, std::string_view part, Fault fault, std::string_view message) {
    auto& remark = next();
    remark.subject.assign(node).append(": ").append(part);
    remark.error.fault = fault;
    remark.error.message = message;
  }
  void clear() { count_ = 0; }
  std::span<const Remark> all() const { return {remarks_.data(), count_}; }

 private:
  Remark& next() {
    if (count_ == remarks_.size()) remarks_.emplace_back();
    return remarks_[count_++];
  }

  std::vector<Remark> remarks_;
  std::size_t count_ = 0;
};

}  // namespace mixnet
