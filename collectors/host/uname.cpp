// SPDX-License-Identifier: Apache-2.0
#include "collectors/host/uname.h"

#include <sys/utsname.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace mixnet {
namespace {

constexpr Metric kInfo = gauge("node_uname_info", "Labeled system information as provided by the uname system call.");
constexpr const Metric* kMetrics[] = {&kInfo};

constexpr std::array<std::string_view, 6> kLabels = {"domainname", "machine", "nodename", "release", "sysname", "version"};
using Values = std::array<std::string_view, kLabels.size()>;

void emit(const Values& values, Samples& out) {
  std::array<Label, kLabels.size()> labels;
  for (std::size_t at = 0; at < kLabels.size(); ++at) labels[at] = {kLabels[at], values[at]};
  out.add(kInfo, 1, out.labels(labels));
}

Result<void> collect_from_kernel(Samples& out) {
  utsname name{};
  if (::uname(&name) != 0) return fail(fault_of(errno), std::string("uname: ") + std::strerror(errno));
  emit({name.domainname, name.machine, name.nodename, name.release, name.sysname, name.version}, out);
  return {};
}

/// The machine this program is made for, which is the one it runs on.
constexpr std::string_view kMachine =
#if defined(__x86_64__)
    "x86_64";
#elif defined(__aarch64__)
    "aarch64";
#else
    "";
#endif

/// What the files say, kept so that the next scrape allocates nothing.
struct NamesInFiles {
  std::array<std::string, kLabels.size()> texts;
};

/// The same from /proc/sys/kernel, where arch came with Linux 6.1.
Result<void> collect_from_files(Context& context, Samples& out) {
  constexpr Values kFiles = {"domainname", "arch", "hostname", "osrelease", "ostype", "version"};
  auto& texts = context.memory.get<NamesInFiles>().texts;
  bool found = false;
  Values values;
  for (std::size_t at = 0; at < kFiles.size(); ++at) {
    const auto text = context.proc.read_if_there(Path("sys/kernel/", kFiles[at]));
    found = found || text;
    texts[at] = text ? trim(*text) : kFiles[at] == "arch" ? kMachine : std::string_view{};
    values[at] = texts[at];
  }
  if (!found) return fail(Fault::absent, context.proc.path("sys/kernel") + " does not name the system");
  emit(values, out);
  return {};
}

Result<void> collect(Context& context, Samples& out) {
  return context.roots.is_this_host() ? collect_from_kernel(out) : collect_from_files(context, out);
}

}  // namespace

constinit const Collector kUname{"uname", "Names of the system, as uname(2) gives them.", true, Schedule::at_scrape, kMetrics,
                                 collect};

}  // namespace mixnet
