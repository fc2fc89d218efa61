// SPDX-License-Identifier: Apache-2.0
#include "collectors/node/nym_config_path.h"

#include <algorithm>
#include <vector>

#include "collectors/kit/text.h"

namespace mixnet {
namespace {

constexpr std::string_view kDefaultId = "default-nym-node";
constexpr std::string_view kRemedy = "; name its config_file or http_url below nodes: in the configuration";

/// Its files are not where the host has files of these names. What a container runs in is named by who made it.
bool is_in_container(const ProcessCgroup& cgroup) {
  constexpr std::string_view kMakers[] = {"docker", "libpod", "containerd", "crio", "kubepods", "lxc", "machine.slice"};
  return std::any_of(std::begin(kMakers), std::end(kMakers), [&](std::string_view maker) {
    return cgroup.path.find(maker) != std::string::npos || cgroup.unit.starts_with(maker);
  });
}

Result<NymConfigPath> told_path(Tree& proc, const FoundProcess& process) {
  const auto& file = process.command.config_file;
  if (file.starts_with('/')) return NymConfigPath{file, ""};
  const auto folder = proc.link_target(Path(Decimal(static_cast<std::uint64_t>(process.process.pid)), "/cwd"));
  if (!folder) {
    return fail(Fault::absent,
                "--config-file " + in_quotes(file) + " is relative to a folder that may not be read" + std::string(kRemedy));
  }
  return NymConfigPath{*folder + "/" + file, ""};
}

std::string_view relative(std::string_view path) {
  while (path.starts_with('/')) path.remove_prefix(1);
  return path;
}

/// Without --id it is Nym's default, unless NYMNODE_ID, which may not be read, says otherwise: then there is no folder of the
/// default name, and with luck one of another.
NymConfigPath guessed_path(Tree& rootfs, const std::string& nodes_folder) {
  const auto path_of = [&](std::string_view id) { return nodes_folder + "/" + std::string(id) + "/config/config.toml"; };
  std::vector<std::string> ids;
  if (!rootfs.list(relative(nodes_folder), ids)) return {path_of(kDefaultId), "no --id on the command line"};
  const bool has_default = std::find(ids.begin(), ids.end(), kDefaultId) != ids.end();
  if (!has_default && ids.size() == 1) {
    return {path_of(ids.front()), "no --id on the command line, and this is the only node in " + nodes_folder};
  }
  std::string guess = "no --id on the command line";
  if (ids.size() > 1) guess += ", and " + nodes_folder + " holds " + std::to_string(ids.size()) + " nodes";
  return {path_of(kDefaultId), std::move(guess)};
}

}  // namespace

// nym:x:1001:1001:Nym node:/home/nym:/usr/sbin/nologin
std::string_view home_of(std::string_view passwd, std::uint32_t uid) {
  constexpr std::size_t kUid = 2, kHome = 5;
  Lines lines(passwd);
  for (std::string_view line; lines.next(line);) {
    std::string_view fields[kHome + 1];
    for (auto& field : fields) field = take_until(line, ':');
    const auto number = mixnet::number<std::uint32_t>(fields[kUid]);
    if (number && *number == uid && fields[kHome].starts_with('/')) return fields[kHome];
  }
  return {};
}

Result<NymConfigPath> nym_config_path(Tree& proc, Tree& rootfs, const FoundProcess& process) {
  if (is_in_container(process.cgroup)) {
    return fail(Fault::absent, "its config.toml is inside a container" + std::string(kRemedy));
  }
  if (!process.command.config_file.empty()) return told_path(proc, process);
  if (!process.uid) return fail(Fault::absent, "its user is not known" + std::string(kRemedy));
  const auto passwd = rootfs.read_once("etc/passwd", Shape::records);
  const auto home = passwd ? std::string(home_of(*passwd, *process.uid)) : std::string();
  if (home.empty()) {
    return fail(Fault::absent, "the home of its user, " + std::to_string(*process.uid) + ", is not in " +
                                   rootfs.path("etc/passwd") + std::string(kRemedy));
  }
  const auto nodes_folder = (home == "/" ? "" : home) + "/.nym/nym-nodes";
  const auto& id = process.command.options.id;
  if (id.empty()) return guessed_path(rootfs, nodes_folder);
  return NymConfigPath{nodes_folder + "/" + id + "/config/config.toml", ""};
}

}  // namespace mixnet
