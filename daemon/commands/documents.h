// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "daemon/commands/all_commands.h"

namespace mixnet {

/// Writes what is installed beside the program and made from its tables; for who packages it.
int run_documents(const Flags& flags);

inline constexpr CommandFlag kDocumentsFlags[] = {
    {"folder", "DIRECTORY",
     "Where to write mixnet-exporter.1, mixnet-exporter.yml.5, mixnet-exporter.yml, mixnet-exporter.bash."},
};

}  // namespace mixnet
