// SPDX-License-Identifier: Apache-2.0
#include "daemon/path_checks.h"

#include "collectors/kit/text.h"

namespace mixnet {

Result<void> check_path(std::string_view text) {
  if (!text.starts_with('/')) return fail(Fault::malformed, in_quotes(text) + " is not an absolute path");
  return {};
}

Result<void> check_secret_path(std::string_view text) {
  if (text.starts_with('/')) return {};
  if (text.empty()) return fail(Fault::malformed, "empty");
  if (text.find('/') != std::string_view::npos || text.starts_with('.')) {
    return fail(Fault::malformed, in_quotes(text) + " is neither an absolute path nor the name of a systemd credential");
  }
  return {};
}

}  // namespace mixnet
