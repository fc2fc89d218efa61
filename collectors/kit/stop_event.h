// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stop_token>

#include "collectors/kit/descriptor.h"

namespace mixnet {

/// A descriptor that becomes readable when `stop` is asked for, so that poll(2) ends with it.
class StopEvent {
 public:
  explicit StopEvent(const std::stop_token& stop);

  int descriptor() const { return event_.number(); }

 private:
  struct Wake {
    int descriptor;
    void operator()() const;
  };

  const Descriptor event_;
  std::stop_callback<Wake> callback_;  ///< the last, so that it has ended before the descriptor is closed
};

}  // namespace mixnet
