// SPDX-License-Identifier: Apache-2.0
#include "daemon/commands/config_init.h"

#include <fcntl.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <optional>
#include <vector>

#include "daemon/discovered.h"
#include "daemon/nodes_config.h"
#include "daemon/yaml.h"

namespace mixnet {
namespace {

namespace fs = std::filesystem;

constexpr const char* kUser = "mixnet-exporter";

constexpr const char* kHead =
    "# The configuration of mixnet-exporter, written by `mixnet-exporter config init`.\n"
    "# All that can stand here, defaults included: `mixnet-exporter config show`. After a change:\n"
    "# `mixnet-exporter config check`, then `systemctl reload mixnet-exporter`.\n"
    "\n"
    "# web:\n"
    "#   listen_addresses: ['127.0.0.1:10087']\n"
    "\n";

constexpr const char* kNoNode =
    "# No node was found. With no `nodes:` every node that runs on this host is looked at; one that cannot be found by itself\n"
    "# (in a container, say) is described so:\n"
    "# nodes:\n"
    "#   - name: my-node\n"
    "#     http_url: http://127.0.0.1:8080\n"
    "#     access_token_file: /etc/mixnet-exporter/my-node.token\n";

constexpr const char* kNodes =
    "# The nodes of this host; others that run here are left out. What an entry does not say is found out while the exporter\n"
    "# runs, and what it says beats what is found.\n";

/// A file to be written.
struct NewFile {
  std::string path, content;
  mode_t mode;
  bool secret;
};

/// The user the exporter runs as, where this host has it.
std::optional<passwd> exporter_user() {
  std::array<char, 4096> buffer{};
  passwd entry{};
  passwd* found = nullptr;
  if (::getpwnam_r(kUser, &entry, buffer.data(), buffer.size(), &found) != 0 || found == nullptr) return std::nullopt;
  return entry;  // only its numbers are looked at: its texts end with the buffer
}

Result<void> failed(const std::string& path) {
  const int error = errno;
  if (error == EEXIST) return fail(Fault::unavailable, path + " exists, and is left as it is; name another with --config.file");
  return fail(Fault::unavailable, path + ": " + std::strerror(error));
}

Result<void> write_all(int fd, const NewFile& file) {
  std::string_view rest = file.content;
  while (!rest.empty()) {
    const auto written = ::write(fd, rest.data(), rest.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return failed(file.path);
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

/// Nobody but its owner can ever open a secret: it is created with its mode.
Result<void> create(const NewFile& file) {
  const int fd = ::open(file.path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, file.mode);
  if (fd < 0) return failed(file.path);
  auto written = write_all(fd, file);
  if (written && file.secret && ::geteuid() == 0) {
    const auto user = exporter_user();
    if (user && ::fchown(fd, user->pw_uid, user->pw_gid) != 0) written = failed(file.path);
  }
  if (::close(fd) != 0 && written) written = failed(file.path);
  if (!written) ::unlink(file.path.c_str());
  return written;
}

/// All of them or none.
Result<void> create_all(const std::vector<NewFile>& files) {
  for (std::size_t index = 0; index < files.size(); ++index) {
    auto created = create(files[index]);
    if (created) continue;
    for (std::size_t before = 0; before < index; ++before) ::unlink(files[before].path.c_str());
    return created;
  }
  return {};
}

/// A node's name as part of a file's.
std::string in_file_name(std::string_view name) {
  constexpr std::string_view kPlain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
  std::string out(name);
  for (char& c : out) {
    if (kPlain.find(c) == std::string_view::npos) c = '_';
  }
  return out;
}

/// What the entry says and the comment beside it, where from; of what it leaves out too.
std::string facts_as_comments(const Node& node) {
  std::string out;
  for (const auto& finding : node.findings) {
    if (!finding.known || finding.what == "process") continue;
    out.append("  # ")
        .append(finding.what)
        .append(": ")
        .append(finding.value)
        .append(" (")
        .append(finding.source)
        .append(")\n");
  }
  for (char& c : out) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte < ' ' && c != '\n') || byte == 0x7f) c = ' ';
  }
  return out;
}

/// The entry that finds the node again. Its ports stand there only where nothing else would tell them.
NodeSettings entry_of(const Node& node) {
  NodeSettings out;
  out.name = node.name;
  if (node.unit.ends_with(".service")) out.unit = node.unit;
  out.config_file = node.config_file;
  out.data_directory = node.data_directory;
  out.http_url = node.http_url;
  out.access_token_file = node.access_token_file;
  out.ports = node.ports;
  out.ports[PortRole::http] = 0;  // http_url has it
  return out;
}

std::vector<NewFile> files_for(const NodeList& nodes, const std::string& config_file) {
  std::vector<NewFile> files{{config_file, kHead, 0644, false}};
  files.front().content += nodes.empty() ? kNoNode : kNodes;
  if (!nodes.empty()) files.front().content += "nodes:\n";
  for (const auto& node : nodes) {
    auto entry = entry_of(node);
    if (!node.access_token.empty()) {
      const auto token = fs::absolute(config_file).parent_path() / (in_file_name(node.name) + ".token");
      entry.access_token_file = token;
      files.push_back({token, node.access_token + "\n", 0600, true});
    }
    auto text = nodes_as_yaml({&entry, 1});
    text.erase(0, text.find('\n') + 1);  // "nodes:"
    files.front().content += facts_as_comments(node) + text;
  }
  return files;
}

void tell(const Discovered& discovered, const std::vector<NewFile>& files) {
  for (const auto& file : files) {
    std::printf("Wrote %s%s\n", file.path.c_str(), file.secret ? ", an access token, for its owner only." : ".");
  }
  if (files.size() > 1 && !exporter_user()) {
    std::printf("There is no user %s on this host: give the token files to the user that the exporter runs as.\n", kUser);
  }
  if (discovered.nodes->empty()) std::printf("%s.\n", discovered.none_because.c_str());
  for (const auto& remark : discovered.remarks) std::printf("%s: %s\n", remark.subject.c_str(), remark.error.message.c_str());
}

int refused(const Error& error) {
  std::fprintf(stderr, "%s\n", error.message.c_str());
  return 1;
}

}  // namespace

int run_config_init(const Flags& flags) {
  const std::string file = flags.config_file.empty() ? kDefaultConfigFile : flags.config_file;
  const auto config = read_config(flags, file, "");
  if (!config) return refused(config.error());
  const auto discovered = discover(*config);
  const auto files = files_for(*discovered.nodes, file);
  std::error_code ignored;  // the file's own error tells
  fs::create_directories(fs::absolute(file).parent_path(), ignored);
  if (const auto created = create_all(files); !created) return refused(created.error());
  tell(discovered, files);
  return 0;
}

}  // namespace mixnet
