// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "daemon/commands/all_commands.h"

namespace mixnet {

/// Looks at everything that an operator has to set up, as the service's user would, and prints what works, what does not and
/// what to do; changes nothing. Exit status 1 where something is to be mended.
int run_doctor(const Flags& flags);

inline constexpr CommandFlag kDoctorFlags[] = {
    {"prometheus", "URL", "Also look whether this Prometheus scrapes the exporter and has its rules."},
    {"grafana", "URL", "Also look whether this Grafana is well and has the dashboards."},
    {"alertmanager", "URL", "Also look whether this Alertmanager is ready, and which alerts it has."},
};

}  // namespace mixnet
