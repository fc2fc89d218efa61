// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>
#include <string>

namespace mixnet {

/// What systemd is told where it started us (sd_notify(3)); nothing happens where it did not.
void notify_ready(const std::string& status);
void notify_reloading();
void notify_stopping();
void notify_watchdog();

/// How often the unit's WatchdogSec wants to hear from us: half of it; none where it has none.
std::optional<std::chrono::microseconds> watchdog_interval();

}  // namespace mixnet
