// SPDX-License-Identifier: Apache-2.0
#include "collectors/network/api_bases.h"

namespace mixnet {

const std::string& ApiBases::current(Time now) {
  if (at_ != 0 && now >= left_ + kBackAfter) at_ = 0;
  return current();
}

const std::string& ApiBases::current() const {
  static const std::string kNone;
  return urls_.empty() ? kNone : urls_[at_];
}

void ApiBases::failed(Time now) {
  if (urls_.empty()) return;
  if (at_ == 0) left_ = now;
  at_ = (at_ + 1) % urls_.size();
}

}  // namespace mixnet
