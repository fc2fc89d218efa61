// SPDX-License-Identifier: Apache-2.0
#include "collectors/kit/stop_event.h"

#include <sys/eventfd.h>

namespace mixnet {

StopEvent::StopEvent(const std::stop_token& stop)
    : event_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)), callback_(stop, Wake{event_.number()}) {}

void StopEvent::Wake::operator()() const { (void)::eventfd_write(descriptor, 1); }

}  // namespace mixnet
