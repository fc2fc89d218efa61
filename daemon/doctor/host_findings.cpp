// SPDX-License-Identifier: Apache-2.0
#include "daemon/doctor/host_findings.h"

#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

#include "collectors/kit/secret.h"
#include "collectors/kit/text.h"
#include "collectors/kit/tree.h"
#include "daemon/address.h"
#include "daemon/self_check.h"
#include "daemon/web/listener.h"

namespace mixnet {
namespace {

constexpr const char* kUnit = "mixnet-exporter.service";
constexpr std::uint64_t kFilesAdvised = 65536;  // nym's documents and units have it

/// Calls `take(value, labels)` for each sample of a family.
template <class Take>
void for_each_sample(const Board& board, std::string_view family_name, Take take) {
  for (const auto* samples : board.samples()) {
    for (const auto& family : samples->families()) {
      if (family.name != family_name) continue;
      for (auto at = family.first; at != Samples::kEnd; at = samples->sample(at).next) {
        take(samples->sample(at).value, samples->sample(at).labels.text());
      }
    }
  }
}

void add_unit(const ServiceUnit& unit, Diagnoses& out) {
  if (unit.state.empty()) {
    out.add(Verdict::absent, kUnit, "systemd does not answer, or knows no such unit");
  } else if (unit.state == "active") {
    out.add(Verdict::good, kUnit, "active, process " + std::to_string(unit.main_pid));
  } else {
    out.add(Verdict::bad, kUnit, unit.state,
            "`systemctl start mixnet-exporter`; `journalctl -u mixnet-exporter` tells why it ended");
  }
}

void add_address(const std::string& text, const ServiceUnit& unit, Diagnoses& out) {
  const bool answered = answers(text.starts_with(':') ? "127.0.0.1" + text : text, std::chrono::seconds(3));
  if (answered && unit.main_pid == 0 && !unit.state.empty()) {
    out.add(Verdict::bad, text, "somebody else listens there", "end that program, or set another web.listen_addresses");
  } else if (answered) {
    out.add(Verdict::good, text, "answers");
  } else if (unit.main_pid != 0) {
    out.add(Verdict::bad, text, "does not answer", "`systemctl restart mixnet-exporter`, and see its journal");
  } else if (const auto address = parse_address(text); address) {
    const auto bound = web::Listener::bind(*address);
    if (bound) out.add(Verdict::good, text, "free");
    if (!bound) out.add(Verdict::bad, text, bound.error().message, "set another web.listen_addresses");
  }
}

void add_folder(const Config& config, Diagnoses& out) {
  constexpr double kFreeLow = 0.05;
  const auto& folder = config.roots.state;
  struct statvfs disk {};
  if (::access(folder.c_str(), W_OK) != 0 || ::statvfs(folder.c_str(), &disk) != 0) {
    const bool missing = errno == ENOENT;
    out.add(missing ? Verdict::absent : Verdict::bad, folder, std::strerror(errno),
            "the service's unit makes it (StateDirectory=); what is remembered over restarts lies there");
    return;
  }
  const double free = disk.f_blocks == 0 ? 1 : static_cast<double>(disk.f_bavail) / static_cast<double>(disk.f_blocks);
  const auto text = std::to_string(static_cast<int>(free * 100)) + " % of its disk is free";
  if (free < kFreeLow) out.add(Verdict::bad, folder, text, "make room: a full disk stops the node too");
  if (free >= kFreeLow) out.add(Verdict::good, folder, text);
}

void add_token(const NodeSettings& node, Diagnoses& out) {
  if (node.access_token_file.empty()) return;
  const auto subject = node.name + ": access token";
  const auto secret = read_secret(node.access_token_file);
  if (!secret) {
    out.add(secret.error().fault == Fault::denied ? Verdict::not_permitted : Verdict::bad, subject, secret.error().message,
            "put the token into /etc/mixnet-exporter/tokens/NAME, set access_token_file: token_NAME and restart, see "
            "permissions.md");
  } else if (is_readable_by_all(node.access_token_file)) {
    out.add(Verdict::advice, subject, "every user of this host can read " + node.access_token_file, "chmod 0400 it");
  } else {
    out.add(Verdict::good, subject, "there");
  }
}

/// The value of /proc/sys/NAME.
std::optional<std::uint64_t> kernel_setting(Tree& proc, std::string_view name) {
  return proc.number_if_there<std::uint64_t>(Path("sys/", name));
}

void advise(Diagnoses& out, Tree& proc, std::string_view name, std::uint64_t at_least, std::string_view why) {
  const auto value = kernel_setting(proc, name);
  if (!value) return;
  std::string dotted(name);
  for (char& c : dotted) {
    if (c == '/') c = '.';
  }
  if (*value >= at_least) {
    out.add(Verdict::good, dotted, std::to_string(*value));
  } else {
    out.add(Verdict::advice, dotted, std::to_string(*value) + ": " + std::string(why),
            dotted + " = " + std::to_string(at_least) + " in a file of /etc/sysctl.d");
  }
}

bool any_forwards(const NodeList& nodes) {
  for (const auto& node : nodes) {
    if (node.modes && (node.modes->exit || node.modes->wireguard)) return true;
  }
  return false;
}

void add_clock(const Board& board, Diagnoses& out) {
  for_each_sample(board, "node_timex_sync_status", [&](double value, std::string_view) {
    if (value != 0) return out.add(Verdict::good, "clock", "kept by a time service");
    out.add(Verdict::bad, "clock", "nothing keeps it: packets and tickets of a wrong time are refused",
            "install systemd-timesyncd or chrony");
  });
}

}  // namespace

Diagnoses service_findings(const Config& config, const ServiceUnit& unit) {
  Diagnoses out{"Service", {}};
  add_unit(unit, out);
  if (!config.web.systemd_socket) {
    for (const auto& address : config.web.listen_addresses) add_address(address, unit, out);
  }
  add_folder(config, out);
  return out;
}

Diagnoses node_findings(const Config& config, const Board& board) {
  Diagnoses out{"Nodes", {}};
  if (board.nodes()->empty()) {
    out.add(Verdict::absent, "nodes", "none is known on this host", "`mixnet-exporter discover` tells what was looked for");
  }
  for (const auto& node : *board.nodes()) {
    if (node.process.pid > 0) {
      out.add(Verdict::good, node.name, "runs as process " + std::to_string(node.process.pid));
    } else {
      out.add(Verdict::bad, node.name, "is not seen to run", "`mixnet-exporter discover` tells what is known of it");
    }
  }
  for (const auto& node : config.settings.nodes) add_token(node, out);
  for_each_sample(board, "mixnet_node_port_listening", [&](double value, std::string_view labels) {
    if (value == 0) out.add(Verdict::bad, "port", "nobody listens on {" + std::string(labels) + "}", "see the node's own log");
  });
  for_each_sample(board, "mixnet_node_process_max_fds", [&](double value, std::string_view labels) {
    if (value >= static_cast<double>(kFilesAdvised)) return;
    out.add(Verdict::advice, "open files",
            std::to_string(static_cast<std::uint64_t>(value)) + " allowed for {" + std::string(labels) + "}",
            "LimitNOFILE=65536 in the node's unit, then restart the node");
  });
  return out;
}

Diagnoses host_findings(const Config& config, const Board& board) {
  Diagnoses out{"Host", {}};
  add_clock(board, out);
  Tree proc(config.roots.proc);
  advise(out, proc, "net/core/somaxconn", 4096, "connections that come at once are refused beyond it");
  if (any_forwards(*board.nodes())) {
    advise(out, proc, "net/ipv4/ip_forward", 1, "an exit or WireGuard node forwards nothing without it");
    advise(out, proc, "net/ipv6/conf/all/forwarding", 1, "the same for IPv6");
  }
  const auto connections = kernel_setting(proc, "net/netfilter/nf_conntrack_count");
  const auto limit = kernel_setting(proc, "net/netfilter/nf_conntrack_max");
  if (connections && limit && *limit > 0 && *connections * 10 > *limit * 8) {
    out.add(Verdict::advice, "nf_conntrack", std::to_string(*connections) + " of " + std::to_string(*limit) + " connections",
            "a larger net.netfilter.nf_conntrack_max");
  }
  if (!proc.exists("pressure")) {
    out.add(Verdict::advice, "pressure", "the kernel does not tell of stalls", "psi=1 on the kernel's command line");
  }
  return out;
}

}  // namespace mixnet
