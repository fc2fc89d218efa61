// SPDX-License-Identifier: Apache-2.0
#include "daemon/commands/config_check.h"

#include <cstdio>

#include "daemon/address.h"
#include "daemon/web/listener.h"
#include "daemon/web/protection_file.h"
#include "daemon/web/web_config.h"

namespace mixnet {
namespace {

int refused(const Error& error) {
  std::fprintf(stderr, "%s\n", error.message.c_str());
  return 1;
}

}  // namespace

Result<void> check_web(const Config::Web& web) {
  std::shared_ptr<const web::Protection> protection;
  if (!web.config_file.empty()) protection = TRY(web::load_web_config(web.config_file));
  std::vector<std::string> exposed;
  for (const auto& text : web.listen_addresses) {
    const auto address = TRY(parse_address(text));
    if (!web.systemd_socket && !web::is_loopback(address)) exposed.push_back(text);
  }
  return web::check_exposure(exposed, protection.get(), web.allow_unprotected);
}

int run_config_check(const Flags& flags) {
  const auto config = load_config(flags);
  if (!config) return refused(config.error());
  if (const auto web = check_web(config->web); !web) return refused(web.error());
  std::puts("The configuration is good.");
  return 0;
}

}  // namespace mixnet
