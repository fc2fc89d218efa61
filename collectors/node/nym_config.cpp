// SPDX-License-Identifier: Apache-2.0
#include "collectors/node/nym_config.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#define TOML_EXCEPTIONS 0
#define TOML_ENABLE_FORMATTERS 0
#define TOML_HEADER_ONLY 1
#include <toml++/toml.h>

#include "collectors/kit/tree.h"

namespace mixnet {
namespace {

/// 0 or an errno; ELOOP stands for what is not to be read at all.
int read_all(int fd, std::string& text) {
  struct stat status {};
  if (::fstat(fd, &status) != 0) return errno;
  if (!S_ISREG(status.st_mode)) return ELOOP;
  text.resize(kNymConfigBytesMax + 1);
  std::size_t length = 0;
  while (length < text.size()) {
    const auto got = ::read(fd, text.data() + length, text.size() - length);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return errno;
    if (got == 0) break;
    length += static_cast<std::size_t>(got);
  }
  text.resize(length);
  return length > kNymConfigBytesMax ? EFBIG : 0;
}

tl::unexpected<Error> failed(const std::string& path, int error) {
  if (error == ELOOP) return fail(Fault::malformed, path + ": not a regular file");
  if (error == EFBIG) return fail(Fault::malformed, path + ": larger than 1 MiB");
  return fail(fault_of(error), path + ": " + std::strerror(error));
}

using View = toml::node_view<const toml::node>;

std::string text(View value) { return value.value_or(std::string()); }

std::vector<std::string> texts(View value) {
  std::vector<std::string> out;
  const auto* list = value.as_array();
  if (list == nullptr) return out;
  for (const auto& item : *list) {
    if (auto each = item.value<std::string>()) out.push_back(*std::move(each));
  }
  return out;
}

/// 0 where it is unset, which Nym writes as 0 too.
std::uint16_t port(View value) {
  const auto number = value.value<std::int64_t>().value_or(0);
  return number > 0 && number <= 65535 ? static_cast<std::uint16_t>(number) : std::uint16_t{0};
}

std::uint16_t bound_port(View value) {
  const auto address = parse_socket_address(text(value));
  return address ? address->port : std::uint16_t{0};
}

/// `path` without its last component.
std::string folder(const std::string& path) { return path.substr(0, path.find_last_of('/') + 1); }

void read_modes(View top, NymOptions& out) {
  const auto modes = top["modes"];
  out.mixnode = modes["mixnode"].value<bool>();
  out.entry = modes["entry"].value<bool>();
  out.exit = modes["exit"].value<bool>();
  if (const auto mode = text(top["mode"]); !mode.empty()) add_mode(mode, out);  // until nym-node 1.2
  out.wireguard = top["wireguard"]["enabled"].value<bool>();
}

void read_ports(View top, NymOptions& out) {
  const auto lp = top["lp"], wireguard = top["wireguard"];
  // The client's web socket was the entry gateway's before both kinds of gateways shared it.
  const auto tasks = top["gateway_tasks"] ? top["gateway_tasks"] : top["entry_gateway"];
  out.bound[PortRole::mix] = bound_port(top["mixnet"]["bind_address"]);
  out.bound[PortRole::verloc] = bound_port(top["verloc"]["bind_address"]);
  out.bound[PortRole::http] = bound_port(top["http"]["bind_address"]);
  out.bound[PortRole::client_ws] = bound_port(tasks["ws_bind_address"] ? tasks["ws_bind_address"] : tasks["bind_address"]);
  out.bound[PortRole::lp_control] = bound_port(lp["control_bind_address"]);
  out.bound[PortRole::lp_data] = bound_port(lp["data_bind_address"]);
  out.bound[PortRole::wireguard] = bound_port(wireguard["bind_address"]);
  out.announced[PortRole::mix] = port(top["mixnet"]["announce_port"]);
  out.announced[PortRole::verloc] = port(top["verloc"]["announce_port"]);
  out.announced[PortRole::client_ws] = port(tasks["announce_ws_port"]);
  out.announced[PortRole::lp_control] = port(lp["announce_control_port"]);
  out.announced[PortRole::lp_data] = port(lp["announce_data_port"]);
  const auto tunnel = wireguard["announced_tunnel_port"];
  out.announced[PortRole::wireguard] = port(tunnel ? tunnel : wireguard["announced_port"]);
}

void add_tunnel_address(View address, View prefix, NymOptions& out) {
  const auto host = text(address);
  if (host.empty()) return;
  const auto bits = prefix.value<std::int64_t>();
  out.tunnel_addresses.push_back(bits ? host + "/" + std::to_string(*bits) : host);
}

void read_tunnel(View wireguard, NymOptions& out) {
  add_tunnel_address(wireguard["private_ipv4"], wireguard["private_network_prefix_v4"], out);
  add_tunnel_address(wireguard["private_ipv6"], wireguard["private_network_prefix_v6"], out);
}

/// Where the databases are; the file names many paths there, of keys too, and only these two are looked at.
std::string data_directory(View top) {
  for (const auto& file :
       {text(top["gateway_tasks"]["storage_paths"]["clients_storage"]), text(top["storage_paths"]["description"])}) {
    auto directory = folder(file);
    if (directory.size() > 1) directory.pop_back();
    if (!directory.empty()) return directory;
  }
  return {};
}

}  // namespace

Result<std::string> read_nym_config(const std::string& path, Symlinks symlinks) {
  const int follow = symlinks == Symlinks::refuse ? O_NOFOLLOW : 0;
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | follow);
  if (fd < 0) return failed(path, errno);
  std::string text;
  const int error = read_all(fd, text);
  ::close(fd);
  if (error != 0) return failed(path, error);
  return text;
}

// id = 'exit1'
// [modes]
// mixnode = false
Result<NymOptions> parse_nym_config(std::string_view text_of_file) {
  const auto parsed = toml::parse(text_of_file);
  if (!parsed) {
    // What comes after the first colon can quote the text.
    auto what = parsed.error().description();
    const auto at = parsed.error().source().begin;
    return fail(Fault::malformed, "line " + std::to_string(at.line) + ", column " + std::to_string(at.column) + ": " +
                                      std::string(what.substr(0, what.find(':'))));
  }
  const toml::node* table = &parsed.table();
  const View top(table);
  NymOptions out;
  out.id = text(top["id"]);
  read_modes(top, out);
  read_ports(top, out);
  read_tunnel(top["wireguard"], out);
  out.http_bind = text(top["http"]["bind_address"]);
  out.access_token = text(top["http"]["access_token"]);
  out.nym_api_urls = texts(top["mixnet"]["nym_api_urls"]);
  out.public_ips = texts(top["host"]["public_ips"]);
  out.hostname = text(top["host"]["hostname"]);
  out.location = text(top["host"]["location"]);
  out.data_directory = data_directory(top);
  return out;
}

}  // namespace mixnet
