// SPDX-License-Identifier: Apache-2.0
#include "daemon/commands/config_show.h"

#include <cstdio>

namespace mixnet {

int run_config_show(const Flags& flags) {
  const auto config = load_config(flags);
  if (!config) {
    std::fprintf(stderr, "%s\n", config.error().message.c_str());
    return 1;
  }
  std::fputs(to_yaml(*config).c_str(), stdout);
  return 0;
}

}  // namespace mixnet
