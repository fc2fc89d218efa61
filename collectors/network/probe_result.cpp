// SPDX-License-Identifier: Apache-2.0
#include "collectors/network/probe_result.h"

#include "collectors/kit/text.h"
#include "collectors/network/probe_metrics.h"

namespace mixnet {
namespace {

constexpr std::size_t kKeyBytesMax = 64;

/// A test, and under which keys of its part it is found, the newest first.
struct Row {
  ProbeTest test;
  std::string_view key, older;
};

constexpr std::array<Row, kProbeTests> kRows = {{
    {{"as_entry", "can_connect"}, "can_connect", ""},
    {{"as_entry", "can_route"}, "can_route", ""},
    {{"as_exit", "can_connect"}, "can_connect", ""},
    {{"as_exit", "can_route_ip_v4"}, "can_route_ip_v4", ""},
    {{"as_exit", "can_route_ip_external_v4"}, "can_route_ip_external_v4", ""},
    {{"as_exit", "can_route_ip_v6"}, "can_route_ip_v6", ""},
    {{"as_exit", "can_route_ip_external_v6"}, "can_route_ip_external_v6", ""},
    {{"wg", "can_register"}, "can_register", ""},
    {{"wg", "can_query_metadata_v4"}, "can_query_metadata_v4", ""},
    {{"wg", "can_handshake_v4"}, "can_handshake_v4", "can_handshake"},
    {{"wg", "can_resolve_dns_v4"}, "can_resolve_dns_v4", "can_resolve_dns"},
    {{"wg", "can_handshake_v6"}, "can_handshake_v6", ""},
    {{"wg", "can_resolve_dns_v6"}, "can_resolve_dns_v6", ""},
    {{"socks5", "can_connect"}, "can_connect_socks5", ""},
    {{"socks5", "can_proxy_https"}, "can_proxy_https", ""},
    {{"lp", "can_connect"}, "can_connect", ""},
    {{"lp", "can_handshake"}, "can_handshake", ""},
    {{"lp", "can_register"}, "can_register", ""},
}};

std::string key_of(const Json& value) {
  auto key = value.text().value_or("");
  if (key.size() > kKeyBytesMax) key.clear();
  return key;
}

Json newest(const Json& part, std::string_view key, std::string_view older) {
  auto value = part[key];
  return value || older.empty() ? value : part[older];
}

/// https_connectivity.https_success of the probe; can_proxy_https where another service has condensed it.
std::optional<bool> proxies_https(const Json& socks5) {
  const auto whole = socks5["https_connectivity"]["https_success"].boolean();
  return whole ? whole : socks5["can_proxy_https"].boolean();
}

// "download_duration_sec_v4":2,"download_duration_milliseconds_v4":1893,"downloaded_file_size_bytes_v4":10485760
ProbeResult::Tunnel tunnel_of(const Json& wg, const std::string& version) {
  ProbeResult::Tunnel out;
  const bool is_v4 = version == "_v4";
  out.ping_hosts = newest(wg, "ping_hosts_performance" + version, is_v4 ? "ping_hosts_performance" : "").number();
  out.ping_ips = newest(wg, "ping_ips_performance" + version, is_v4 ? "ping_ips_performance" : "").number();
  out.download_bytes = wg["downloaded_file_size_bytes" + version].number();
  if (const auto milliseconds = wg["download_duration_milliseconds" + version].number()) {
    out.download_s = *milliseconds / 1000;
  } else {
    out.download_s = wg["download_duration_sec" + version].number();
  }
  return out;
}

std::optional<double> download_score(const ProbeResult::Tunnel& tunnel) {
  constexpr double kMebibyte = 1 << 20;
  if (!tunnel.download_bytes || !tunnel.download_s) return std::nullopt;
  const auto rate = *tunnel.download_s > 0 ? *tunnel.download_bytes / kMebibyte / *tunnel.download_s : 0;
  if (rate > 5) return 1;
  if (rate > 2) return 0.75;
  if (rate > 1) return 0.5;
  return rate > 0.5 ? 0.25 : 0.1;
}

void add_tunnel(Samples& out, const ProbeResult::Tunnel& tunnel, std::string_view node, std::string_view source,
                std::string_view version) {
  const auto ping = [&](std::string_view target, std::optional<double> ratio) {
    const auto labels = {Label{"node", node}, {"source", source}, {"target", target}, {"ip_version", version}};
    if (ratio) out.add(network::kProbePing, *ratio, labels);
  };
  ping("hosts", tunnel.ping_hosts);
  ping("addresses", tunnel.ping_ips);
  const auto labels = out.labels({{"node", node}, {"source", source}, {"ip_version", version}});
  if (tunnel.download_bytes) out.add(network::kProbeDownloadBytes, *tunnel.download_bytes, labels);
  if (tunnel.download_s) out.add(network::kProbeDownloadSeconds, *tunnel.download_s, labels);
}

}  // namespace

std::span<const ProbeTest, kProbeTests> probe_tests() {
  static constexpr auto kTests = [] {
    std::array<ProbeTest, kProbeTests> out{};
    for (std::size_t index = 0; index < kProbeTests; ++index) out[index] = kRows[index].test;
    return out;
  }();
  return kTests;
}

// {"node":"2w5R…","used_entry":"2w5R…","outcome":{"as_entry":{"can_connect":true,"can_route":true},"as_exit":null,
//  "socks5":null,"wg":{"can_register":true,…},"lp":null}}
Result<ProbeResult> read_probe_result(const Json& body) {
  const auto outcome = body["outcome"];
  if (!outcome.is_object()) return fail(Fault::malformed, "not a probe's result: it has no outcome");
  ProbeResult out;
  out.node = key_of(body["node"]);
  out.used_entry = key_of(body["used_entry"]);
  for (std::size_t index = 0; index < kProbeTests; ++index) {
    const auto& row = kRows[index];
    out.passed[index] = newest(outcome[row.test.part], row.key, row.older).boolean();
    if (row.key == "can_proxy_https") out.passed[index] = proxies_https(outcome["socks5"]);
  }
  out.v4 = tunnel_of(outcome["wg"], "_v4");
  out.v6 = tunnel_of(outcome["wg"], "_v6");
  if (const auto latency = outcome["socks5"]["https_connectivity"]["https_latency_ms"].number()) {
    out.socks5_latency_s = *latency / 1000;
  }
  return out;
}

std::string_view probe_document(std::string_view output) {
  auto begin = output.starts_with("{\n") ? 0 : std::string_view::npos;
  if (const auto last = output.rfind("\n{\n"); last != std::string_view::npos) begin = last + 1;
  if (begin == std::string_view::npos) return trim(output);
  const auto end = output.find("\n}\n", begin);
  return trim(output.substr(begin, end == std::string_view::npos ? end : end + 2 - begin));
}

Result<ProbeResult> parse_probe_output(std::string_view output) {
  const auto document = probe_document(output);
  if (document.empty()) return fail(Fault::malformed, "empty");
  return read_probe_result(TRY(Json::parse(document)));
}

std::optional<double> vpn_score(double performance, const ProbeResult& probe) {
  const auto download = download_score(probe.v4);
  if (!download || !probe.v4.ping_ips) return std::nullopt;
  return 0.4 * performance + 0.3 * *download + 0.3 * *probe.v4.ping_ips;
}

void add_probe_result(Samples& out, std::string_view node, std::string_view source, const ProbeResult& probe) {
  for (std::size_t index = 0; index < kProbeTests; ++index) {
    if (!probe.passed[index]) continue;
    const auto& [part, test] = kRows[index].test;
    out.add(network::kProbeSuccess, *probe.passed[index] ? 1 : 0,
            {{"node", node}, {"source", source}, {"part", part}, {"test", test}});
  }
  add_tunnel(out, probe.v4, node, source, "4");
  add_tunnel(out, probe.v6, node, source, "6");
  if (probe.socks5_latency_s) {
    out.add(network::kProbeSocks5Latency, *probe.socks5_latency_s, {{"node", node}, {"source", source}});
  }
}

}  // namespace mixnet
