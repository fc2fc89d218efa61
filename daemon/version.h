// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace mixnet {

/// What this binary was built from and with; the labels of mixnet_exporter_build_info are these.
struct BuildInfo {
  std::string_view version;
  std::string_view revision;  ///< the commit, "unknown" outside a checkout
  std::string_view compiler;
  std::string_view platform;
};

const BuildInfo& build_info();

/// What --version prints.
std::string version_text();

}  // namespace mixnet
