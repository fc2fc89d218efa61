// SPDX-License-Identifier: Apache-2.0
#include "tests/simulator/home.h"

#include <sys/inotify.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <string_view>

#include "collectors/kit/text.h"
#include "tests/simulator/bodies.h"
#include "tests/simulator/keys.h"
#include "tests/simulator/signing.h"

namespace mixnet::simulator {
namespace {

using std::filesystem::path;

constexpr std::string_view kSecrets[] = {
    "cosmos_mnemonic",
    "ed25519_identity",
    "x25519_noise",
    "x25519_sphinx_primary",
    "x25519_sphinx_secondary",
    "x25519_wg_dh",
    "x25519_lp",
    "mlkem768_lp",
    "mceliece_lp",
    "nr_ed25519_identity",
    "ipr_ed25519_identity",
    "auth_ed25519_identity",
};

constexpr std::string_view kDatabases[] = {
    "clients.sqlite",
    "clients.sqlite-wal",
    "clients.sqlite-shm",
    "stats.sqlite",
    "nr_persistent_reply_store.sqlite",
    "ipr_persistent_reply_store.sqlite",
    "auth_persistent_reply_store.sqlite",
    "nr_gateways_info_store.sqlite",
};

/// As large as the filter of a node with little traffic, and next to nothing on the disk.
constexpr std::uintmax_t kFilterBytes = 54'000'000;
constexpr std::size_t kDatabaseBytes = 65'536;

Result<void> write(const path& file, const std::string& content) {
  std::filesystem::create_directories(file.parent_path());
  std::ofstream out(file, std::ios::binary | std::ios::trunc);
  out << content;
  out.close();
  if (!out) return fail(Fault::unavailable, "cannot write " + file.string());
  return {};
}

Result<void> write_private(const path& file, const std::string& content) {
  TRY(write(file, content));
  std::filesystem::permissions(file, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  return {};
}

std::string public_key_file(const Node& node) {
  return "-----BEGIN ED25519 PUBLIC KEY-----\n" + base64(SigningKey(node.options().seed, "identity").public_bytes()) +
         "\n-----END ED25519 PUBLIC KEY-----\n";
}

std::string database() {
  std::string out("SQLite format 3\0", 16);
  out += kPoison;
  out.resize(kDatabaseBytes, '\0');
  return out;
}

/// Text of the configuration, put together line by line.
class Toml {
 public:
  explicit Toml(std::string first) : text_(std::move(first)) {}

  Toml& section(std::string_view name) {
    text_.append("\n[").append(name).append("]\n");
    return *this;
  }
  Toml& text(std::string_view key, std::string_view value) { return raw(key, "'" + std::string(value) + "'"); }
  Toml& number(std::string_view key, unsigned value) { return raw(key, std::to_string(value)); }
  Toml& boolean(std::string_view key, bool value) { return raw(key, value ? "true" : "false"); }
  Toml& list(std::string_view key, std::string_view values) {
    std::string out = "[\n";
    while (!values.empty()) out.append("'").append(take_until(values, ',')).append("',");
    return raw(key, out + "\n]");
  }

  const std::string& get() const { return text_; }

 private:
  Toml& raw(std::string_view key, const std::string& value) {
    text_.append(key).append(" = ").append(value).append("\n");
    return *this;
  }

  std::string text_;
};

std::string endpoint(const std::string& address, std::uint16_t port) {
  const bool six = address.find(':') != std::string::npos;
  return (six ? "[" + address + "]" : address) + ":" + std::to_string(port);
}

void add_mixnet(const Options& options, const path& data, Toml& out) {
  out.section("mixnet").text("bind_address", endpoint(options.bind, options.ports.mix)).number("announce_port", 0);
  out.list("nym_api_urls", options.nym_api_urls).list("nyxd_urls", "https://rpc.nymtech.net");
  out.section("mixnet.replay_protection").section("mixnet.replay_protection.storage_paths");
  out.text("current_bloomfilters_directory", (data / "replay-detection").string());
}

void add_keys(const path& data, Toml& out) {
  out.section("storage_paths").text("description", (data / "description.toml").string());
  out.section("storage_paths.keys");
  const auto file = [&](std::string_view key, std::string_view name) { out.text(key, (data / name).string()); };
  file("private_ed25519_identity_key_file", "ed25519_identity");
  file("public_ed25519_identity_key_file", "ed25519_identity.pub");
  file("primary_x25519_sphinx_key_file", "x25519_sphinx_primary");
  file("secondary_x25519_sphinx_key_file", "x25519_sphinx_secondary");
  file("private_x25519_noise_key_file", "x25519_noise");
  file("public_x25519_noise_key_file", "x25519_noise.pub");
}

void add_http(const Options& options, Toml& out) {
  out.section("http").text("bind_address", endpoint(options.bind, options.ports.http));
  out.text("landing_page_assets_path", "").text("access_token", options.access_token);
  out.boolean("expose_system_info", options.expose_system_info);
  out.boolean("expose_system_hardware", options.expose_system_hardware);
  out.boolean("expose_crypto_hardware", options.expose_crypto_hardware);
}

void add_wireguard(const Options& options, const path& data, Toml& out) {
  out.section("wireguard").boolean("enabled", options.modes.wireguard);
  out.text("bind_address", endpoint(options.bind, options.ports.wireguard));
  out.text("private_ipv4", "10.1.0.1").text("private_ipv6", "fc01::1");
  out.number("announced_tunnel_port", options.ports.wireguard).number("announced_metadata_port", 51830);
  out.number("private_network_prefix_v4", 16).number("private_network_prefix_v6", 112);
  out.section("wireguard.storage_paths").text("private_diffie_hellman_key_file", (data / "x25519_wg_dh").string());
  out.text("public_diffie_hellman_key_file", (data / "x25519_wg_dh.pub").string());
}

void add_gateway(const Options& options, const path& data, Toml& out) {
  out.section("gateway_tasks").boolean("enforce_zk_nyms", true);
  out.text("ws_bind_address", endpoint(options.bind, options.ports.websocket));
  out.number("announce_ws_port", 0).number("announce_wss_port", 0);
  out.section("gateway_tasks.storage_paths").text("clients_storage", (data / "clients.sqlite").string());
  out.text("stats_storage", (data / "stats.sqlite").string()).text("cosmos_mnemonic", (data / "cosmos_mnemonic").string());
  out.section("lp").text("control_bind_address", endpoint(options.bind, options.ports.lp_control));
  out.text("data_bind_address", endpoint(options.bind, options.ports.lp_data));
  out.number("announce_control_port", 0).number("announce_data_port", 0);
  out.section("service_providers").boolean("open_proxy", false);
  out.text("upstream_exit_policy_url", "https://nymtech.net/.wellknown/network-requester/exit-policy.txt");
}

std::string config_of(const Options& options, const path& data) {
  Toml out("# Written by a simulated node in the form of nym-node's own file.\n");
  out.text("id", options.id);
  const auto& modes = options.modes;
  out.section("modes").boolean("mixnode", modes.mixnode).boolean("entry", modes.entry).boolean("exit", modes.exit);
  out.section("host").list("public_ips", options.public_ips).text("hostname", options.hostname);
  out.text("location", options.location);
  add_mixnet(options, data, out);
  add_keys(data, out);
  add_http(options, out);
  add_wireguard(options, data, out);
  out.section("verloc").text("bind_address", endpoint(options.bind, options.ports.verloc)).number("announce_port", 0);
  add_gateway(options, data, out);
  return out.get();
}

}  // namespace

Result<void> Home::write_config(const Options& options) const {
  if (!exists()) return {};
  return write(config(), config_of(options, folder_ / "data"));
}

Result<void> Home::write_data(const Node& node) {
  if (!exists()) return {};
  const path data = folder_ / "data";
  TRY(write(data / "ed25519_identity.pub", public_key_file(node)));
  TRY(write(data / "description.toml", "moniker = 'simulated-" + node.options().id + "'\n"));
  for (const char* filter : {"rot-166.bloom", "rot-167.bloom"}) {
    TRY(write(data / "replay-detection" / filter, ""));
    std::filesystem::resize_file(data / "replay-detection" / filter, kFilterBytes);
  }
  inotify_ = Descriptor(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
  for (const auto name : kSecrets) {
    TRY(write_private(data / name, std::string(kPoison) + "\n"));
    TRY(watch("data/" + std::string(name)));
  }
  for (const auto name : kDatabases) {
    TRY(write_private(data / name, database()));
    TRY(watch("data/" + std::string(name)));
  }
  return {};
}

Result<void> Home::watch(const std::string& file) {
  const auto full = folder_ / file;
  const int number = ::inotify_add_watch(inotify_.number(), full.c_str(), IN_OPEN);
  if (number < 0) return fail(Fault::unavailable, "watch " + full.string() + ": " + std::strerror(errno));
  watched_[number] = file;
  return {};
}

std::map<std::string, std::uint64_t> Home::opened() {
  alignas(inotify_event) std::array<char, 16'384> buffer{};
  for (;;) {
    const auto length = ::read(inotify_.number(), buffer.data(), buffer.size());
    if (length <= 0) return opened_;
    // Watches of files have no names in their events, which therefore are all of one size.
    for (std::size_t at = 0; at + sizeof(inotify_event) <= static_cast<std::size_t>(length); at += sizeof(inotify_event)) {
      inotify_event event;
      std::memcpy(&event, buffer.data() + at, sizeof event);
      ++opened_[watched_[event.wd]];
    }
  }
}

}  // namespace mixnet::simulator
