// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "daemon/config.h"

namespace mixnet {

/// What a scraper has to bring along, as the web configuration file says.
struct ScrapeProtection {
  bool tls = false;
  bool client_certificate = false;  ///< it is asked for one that is verified
  std::string certificate_file;     ///< the server's, as the file names it; empty: its text stands there
  std::string user;                 ///< the first of those with a password; empty: nobody is asked
};

/// Reads that of a file that the web server would take.
ScrapeProtection scrape_protection(const std::string& file, std::string_view text);

/// The entry for Prometheus's scrape_configs that fits this installation, with comments on what is to be put where. `host_name`
/// is how others know this host, `nodes` are the names of the nodes on it.
std::string scrape_entry(const Config::Web& web, const ScrapeProtection& protection, std::string_view host_name,
                         const std::vector<std::string>& nodes);

/// Prints it, for the configuration in force and the nodes that are found.
int run_config_prometheus(const Flags& flags);

}  // namespace mixnet
