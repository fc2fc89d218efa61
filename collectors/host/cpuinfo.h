// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "collectors/kit/result.h"

namespace mixnet {

/// What /proc/cpuinfo says of one CPU; empty where its architecture does not say it.
struct CpuinfoCpu {
  std::string_view processor, vendor, family, model, model_name, stepping, microcode, cache_size, package, core;
  std::string_view flags, bugs;  ///< words, separated by blanks
  std::optional<double> mhz;
};

struct Cpuinfo {
  std::vector<CpuinfoCpu> cpus;
};

/// /proc/cpuinfo of x86 and ARM, as their show_cpuinfo in the kernel's sources writes it. The views point into `text`.
Result<void> parse_cpuinfo(std::string_view text, Cpuinfo& out);

}  // namespace mixnet
