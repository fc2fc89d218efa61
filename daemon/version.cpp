// SPDX-License-Identifier: Apache-2.0
#include "daemon/version.h"

#include "daemon/revision.h"  // written at each build

namespace mixnet {
namespace {

#ifdef __clang__
constexpr std::string_view kCompiler = "clang " __clang_version__;
#else
constexpr std::string_view kCompiler = "g++ " __VERSION__;
#endif

#if defined(__x86_64__)
constexpr std::string_view kPlatform = "linux/amd64";
#elif defined(__aarch64__)
constexpr std::string_view kPlatform = "linux/arm64";
#else
constexpr std::string_view kPlatform = "linux/other";
#endif

constexpr BuildInfo kBuildInfo{MIXNET_VERSION, MIXNET_REVISION, kCompiler, kPlatform};

}  // namespace

const BuildInfo& build_info() { return kBuildInfo; }

std::string version_text() {
  std::string out = "mixnet-exporter, version ";
  out.append(kBuildInfo.version).append(" (revision: ").append(kBuildInfo.revision).append(")\n");
  out.append("  compiler:         ").append(kBuildInfo.compiler).append("\n");
  out.append("  platform:         ").append(kBuildInfo.platform).append("\n");
  return out;
}

}  // namespace mixnet
