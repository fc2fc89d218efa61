// SPDX-License-Identifier: Apache-2.0
#include "collectors/node/nym_http.h"

#include <chrono>
#include <utility>

#include "collectors/kit/json.h"
#include "collectors/node/nym_bodies.h"

namespace mixnet {
namespace {

constexpr std::chrono::milliseconds kDeadline{2000};
constexpr std::size_t kBodyBytesMax = 64 << 10;

using Read = void (*)(const Json& body, NymOptions& out);

/// One endpoint, and what its answer says.
struct Endpoint {
  const char* path;
  Read read;
};

// {"mixnode_enabled":false,"gateway_enabled":true,"network_requester_enabled":true,"ip_packet_router_enabled":true}
void read_roles(const Json& body, NymOptions& out) {
  out.mixnode = body["mixnode_enabled"].boolean();
  out.entry = body["gateway_enabled"].boolean();
  out.exit = body["network_requester_enabled"].boolean();
}

std::uint16_t port(const Json& value, PortRole role) { return value.integer<std::uint16_t>().value_or(default_port(role)); }

// {"location":"CH","announce_ports":{"verloc_port":null,"mix_port":null},"accepted_operator_terms_and_conditions":true}
void read_details(const Json& body, NymOptions& out) {
  out.location = body["location"].text().value_or("");
  out.announced[PortRole::mix] = port(body["announce_ports"]["mix_port"], PortRole::mix);
  out.announced[PortRole::verloc] = port(body["announce_ports"]["verloc_port"], PortRole::verloc);
}

// {"client_interfaces":{"wireguard":{"tunnel_port":51822},"mixnet_websockets":{"ws_port":9000,"wss_port":9001}}}
void read_gateway(const Json& body, NymOptions& out) {
  const auto interfaces = body["client_interfaces"];
  if (!interfaces.is_object()) return;
  const auto wireguard = interfaces["wireguard"];
  out.wireguard = wireguard.is_object();
  const auto tunnel = wireguard["tunnel_port"] ? wireguard["tunnel_port"] : wireguard["port"];
  out.announced[PortRole::wireguard] = tunnel.integer<std::uint16_t>().value_or(0);
  out.announced[PortRole::client_ws] = interfaces["mixnet_websockets"]["ws_port"].integer<std::uint16_t>().value_or(0);
  out.announced_wss = interfaces["mixnet_websockets"]["wss_port"].integer<std::uint16_t>().value_or(0);
}

// {"data":{"enabled":true,"control_port":41264,"data_port":51264}}
void read_lewes_protocol(const Json& body, NymOptions& out) {
  const auto data = body["data"];
  if (!data["enabled"].boolean().value_or(false)) return;
  out.announced[PortRole::lp_control] = data["control_port"].integer<std::uint16_t>().value_or(0);
  out.announced[PortRole::lp_data] = data["data_port"].integer<std::uint16_t>().value_or(0);
}

// {"data":{"ip_address":["203.0.113.17","2001:db8:4::17"],"hostname":"nym-exit.example.org","keys":{
//   "ed25519_identity":"2w5R…","primary_x25519_sphinx_key":{"rotation_id":167,…}}}}
void read_host(const Json& body, NymOptions& out) {
  auto host = nym::read_host_information(body);
  out.public_ips = std::move(host.addresses);
  out.hostname = std::move(host.hostname);
  out.identity_key = std::move(host.identity_key);
  out.key_rotation = host.rotation_id;
}

// {"binary_name":"nym-node","build_version":"1.31.0"}
void read_build(const Json& body, NymOptions& out) { out.version = body["build_version"].text().value_or(""); }

constexpr Endpoint kEndpoints[] = {{"/api/v1/roles", read_roles},           {"/api/v1/auxiliary-details", read_details},
                                   {"/api/v1/gateway", read_gateway},       {"/api/v1/lewes-protocol", read_lewes_protocol},
                                   {"/api/v1/host-information", read_host}, {"/api/v1/build-information", read_build}};

/// Nothing where it was not answered with a JSON object.
Json body_of(const HttpResponse& response) {
  if (response.outcome != HttpOutcome::answered || response.status != 200) return {};
  const auto body = Json::parse(response.body);
  return body && body->is_object() ? *body : Json();
}

}  // namespace

std::vector<HttpExchange> nym_fact_requests(const std::string& base) {
  std::vector<HttpExchange> out;
  for (const auto& endpoint : kEndpoints) {
    HttpExchange exchange;
    exchange.request.url = base + endpoint.path;
    exchange.request.timeout = kDeadline;
    exchange.request.body_bytes_max = kBodyBytesMax;
    out.push_back(std::move(exchange));
  }
  return out;
}

Result<NymOptions> nym_facts(std::span<const HttpExchange> exchanges) {
  if (exchanges.size() != std::size(kEndpoints)) return fail(Fault::unavailable, "not asked");
  const auto& request = exchanges.front().request;
  const auto& roles = exchanges.front().response;
  if (roles.outcome != HttpOutcome::answered) return fail(Fault::unavailable, roles.message);
  if (!body_of(roles)["mixnode_enabled"].boolean()) {
    return fail(Fault::malformed, request.url + ": no Nym node answers there (status " + std::to_string(roles.status) + ")");
  }
  NymOptions out;
  out.source = request.url.substr(0, request.url.rfind('/'));
  for (std::size_t index = 0; index < exchanges.size(); ++index) {
    if (const auto body = body_of(exchanges[index].response)) kEndpoints[index].read(body, out);
  }
  return out;
}

}  // namespace mixnet
