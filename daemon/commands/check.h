// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "daemon/commands/all_commands.h"

namespace mixnet {

/// The exit status of a plugin that was called in a wrong way, or cannot tell.
inline constexpr int kPluginUnknown = 3;

/// Makes one check, or all, and tells as a monitoring plugin does: exit status 0, 1, 2 or 3.
int run_check(const Flags& flags);

inline constexpr CommandFlag kCheckFlags[] = {
    {"warning", "RANGE", "What is fine, 80 or 10: or 10:20 or @10:20 say, beyond which it is a warning; none for no warning."},
    {"critical", "RANGE", "The same for critical."},
    {"for", "DURATION", "The time that is looked at, 10m say."},
    {"quiet-ok", "", "Print nothing where all is fine, for cron."},
    {"state", "FILE", "Remember there what was found, and print only what has changed since."},
    {"repeat", "DURATION", "With --state: print again what goes on, after that time."},
};

}  // namespace mixnet
