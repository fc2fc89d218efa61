// SPDX-License-Identifier: Apache-2.0
#include "daemon/commands/config_prometheus.h"

#include <unistd.h>

#include <array>
#include <cstdio>
#include <optional>

#include "daemon/address.h"
#include "daemon/discovered.h"
#include "daemon/web/listener.h"
#include "daemon/web/web_config.h"
#include "daemon/yaml.h"

namespace mixnet {
namespace {

constexpr const char* kHead =
    "# Prometheus's scrape of this installation, written by `mixnet-exporter config prometheus`. Put the entry below\n"
    "# scrape_configs of prometheus.yml, or name this file in scrape_config_files (Prometheus 2.43 and later). The alert "
    "rules\n"
    "# expect the job to be called mixnet.\n";

/// The address that is scraped, and how it came to be.
struct Target {
  std::string address;  ///< HOST:PORT
  bool loopback = false;
  std::string comment;  ///< empty: nothing to say of it
};

std::string with_port(std::string_view host, std::uint16_t port) {
  const bool brackets = host.find(':') != std::string_view::npos;
  return (brackets ? "[" : "") + std::string(host) + (brackets ? "]:" : ":") + std::to_string(port);
}

bool is_every_address(const Address& address) {
  return address.host.empty() || address.host == "0.0.0.0" || address.host == "::";
}

Target target_at(const Address& address, std::string_view host_name) {
  if (is_every_address(address)) return {with_port(host_name, address.port), false, {}};
  return {with_port(address.host, address.port), web::is_loopback(address), {}};
}

/// Of several addresses the first that others can reach.
Target target_of(const Config::Web& web, std::string_view host_name) {
  constexpr std::uint16_t kDefaultPort = 10087;
  if (web.systemd_socket) {
    return {with_port(host_name, kDefaultPort), false,
            "the sockets are systemd's: write the ListenStream= of the socket unit here"};
  }
  std::optional<Target> first;
  for (const auto& text : web.listen_addresses) {
    const auto address = parse_address(text);
    if (!address) continue;
    auto target = target_at(*address, host_name);
    if (address->port == 0) target.comment = "the kernel chooses the port at each start: give web.listen_addresses a port";
    if (!target.loopback) return target;
    if (!first) first = std::move(target);
  }
  if (!first) return {with_port(host_name, kDefaultPort), false, "no address to listen on is configured"};
  if (first->comment.empty()) {
    first->comment = "only this host reaches it: Prometheus has to run here, or come through a tunnel (docs/prometheus.md)";
  }
  return *first;
}

/// A comment's text, on one line whatever it holds.
std::string one_line(std::string text) {
  for (char& c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < ' ' || byte == 0x7f) c = ' ';
  }
  return text;
}

std::string nodes_comment(const std::vector<std::string>& nodes) {
  if (nodes.empty()) return "# No node is found on this host now; those that come later are scraped with it.\n";
  std::string names;
  for (const auto& name : nodes) names.append(names.empty() ? "" : ", ").append(name);
  return one_line("# Its nodes, label node of their metrics: " + names) + "\n";
}

/// Names of files are relative to prometheus.yml.
void append_tls(const ScrapeProtection& protection, const Target& target, std::string_view host_name, std::string& out) {
  const auto& file = protection.certificate_file;
  out += "    scheme: https\n    tls_config:\n      # ";
  out +=
      one_line("A copy of " + (file.empty() ? "the server's certificate" : file)) + ", or of the authority that signed it.\n";
  out += "      # Leave it out where that is one that every host trusts.\n";
  out += "      ca_file: mixnet-exporter.crt\n";
  if (target.loopback) {
    out += "      # The name that the certificate is for.\n";
    out.append("      server_name: ").append(yaml_scalar(host_name)).append("\n");
  }
  if (!protection.client_certificate) return;
  out += "      # The exporter asks for a certificate that client_ca_file of its web configuration vouches for.\n";
  out += "      cert_file: mixnet-exporter-client.crt\n      key_file: mixnet-exporter-client.key\n";
}

void append_password(const ScrapeProtection& protection, std::string& out) {
  out.append("    basic_auth:\n      username: ").append(yaml_scalar(protection.user)).append("\n");
  out +=
      "      # The password and nothing else, for Prometheus's user only (mode 0400). The exporter has its hash, not itself.\n";
  out += "      password_file: mixnet-exporter.password\n";
}

void append_target(const Target& target, std::string_view host_name, std::string& out) {
  out += "    static_configs:\n      - targets:\n";
  if (!target.comment.empty()) out += "          # " + target.comment + "\n";
  out.append("          - ").append(yaml_scalar(target.address)).append("\n");
  if (!target.loopback) return;
  out += "        labels:\n          # Every host has that address, so let its name tell it from others.\n";
  out.append("          instance: ").append(yaml_scalar(host_name)).append("\n");
}

std::string this_host_name() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0 || name.front() == '\0') return "localhost";
  return name.data();
}

Result<ScrapeProtection> protection_of(const Config::Web& web) {
  if (web.config_file.empty()) return ScrapeProtection{};
  TRY(web::load_web_config(web.config_file));  // whatever is wrong with it is told as the server would tell it
  const auto text = TRY(web::read_small_file(web.config_file));
  return scrape_protection(web.config_file, text);
}

int refused(const Error& error) {
  std::fprintf(stderr, "%s\n", error.message.c_str());
  return 1;
}

}  // namespace

ScrapeProtection scrape_protection(const std::string& file, std::string_view text) {
  Yaml yaml(file, text);
  const auto top = yaml.top();
  const auto tls = top.get("tls_server_config").mapping();
  ScrapeProtection out;
  out.tls = tls.get("cert").given() || tls.get("cert_file").given();
  out.certificate_file = tls.get("cert_file").text().value_or("");
  const auto asked = tls.get("client_auth_type").text().value_or("");
  out.client_certificate = asked.starts_with("Require") && asked != "RequestClientCert";
  for (const auto& [name, hash] : top.get("basic_auth_users").mapping().entries()) {
    if (hash.given() && out.user.empty()) out.user = name;
  }
  return out;
}

std::string scrape_entry(const Config::Web& web, const ScrapeProtection& protection, std::string_view host_name,
                         const std::vector<std::string>& nodes) {
  const auto target = target_of(web, host_name);
  std::string out = kHead + nodes_comment(nodes);
  out += "scrape_configs:\n  - job_name: mixnet\n    scrape_interval: 30s\n";
  if (web.telemetry_path != "/metrics") out.append("    metrics_path: ").append(yaml_scalar(web.telemetry_path)).append("\n");
  if (protection.tls) append_tls(protection, target, host_name, out);
  if (!protection.user.empty()) append_password(protection, out);
  append_target(target, host_name, out);
  return out;
}

int run_config_prometheus(const Flags& flags) {
  const auto config = load_config(flags);
  if (!config) return refused(config.error());
  const auto protection = protection_of(config->web);
  if (!protection) return refused(protection.error());
  const auto discovered = discover(*config);
  std::vector<std::string> nodes;
  for (const auto& node : *discovered.nodes) nodes.push_back(node.name);
  std::fputs(scrape_entry(config->web, *protection, this_host_name(), nodes).c_str(), stdout);
  return 0;
}

}  // namespace mixnet
