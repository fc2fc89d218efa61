// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "daemon/checks/check.h"

namespace mixnet {

/// What a plugin prints, as the Monitoring Plugins guideline has it: "CPU WARNING: … | 'exit1 cpu'=83%;80;95;0;100" and a
/// newline. `findings` are those of one check, the worst first.
std::string plugin_line(std::string_view name, std::span<const Finding> findings);

/// The same of all checks: how many are not fine and which, perfdata, and a line for each finding below.
std::string plugin_lines(std::span<const Finding> findings);

/// A text that is nobody's perfdata and no line of its own.
std::string plugin_text(std::string_view text);

}  // namespace mixnet
