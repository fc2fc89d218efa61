// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "daemon/alerts/alarms.h"

namespace mixnet::test {

inline constexpr UnixMs kAlarmTime = 1'790'000'000'000;  // 2026-09-21T14:13:20Z

inline Alarm alarm(Status status = Status::critical, std::string node = "exit1", UnixMs since = kAlarmTime) {
  return {"MixnetNodeCpuHigh", std::move(node), status, since, since, since, "takes 97 %", "Look for what takes it."};
}

}  // namespace mixnet::test
