// SPDX-License-Identifier: Apache-2.0
#include "tests/simulator/routes.h"

#include <utility>

#include "collectors/kit/text.h"
#include "tests/simulator/bodies.h"
#include "tests/simulator/exposition.h"

namespace mixnet::simulator {
namespace {

Answer json(const Json& body) { return {200, "application/json", body.dump(), {}}; }

/// What the node has not, it may know of and answer 501, or not even have a route to.
Answer json_or(int status, const std::optional<Json>& body) {
  if (body) return json(*body);
  return plain(status, "");
}

Answer system_info(Node& node) {
  if (node.options().expose_system_info) return json(bodies::system_info(node));
  auto hidden = json({{"message", "this information is not exposed by this node"}});
  hidden.status = 403;
  return hidden;
}

struct Endpoint {
  std::string_view path;
  Answer (*answer)(Node& node);
};

constexpr Endpoint kEndpoints[] = {
    {"/api/v1/health", [](Node& node) { return json(bodies::health(node)); }},
    {"/api/v1/load", [](Node& node) { return json(bodies::load(node)); }},
    {"/api/v1/build-information", [](Node& node) { return json(bodies::build_information(node)); }},
    {"/api/v1/host-information", [](Node& node) { return json(bodies::host_information(node)); }},
    {"/api/v1/system-info", system_info},
    {"/api/v1/roles", [](Node& node) { return json(bodies::roles(node)); }},
    {"/api/v1/description", [](Node& node) { return json(bodies::description(node)); }},
    {"/api/v1/auxiliary-details", [](Node& node) { return json(bodies::auxiliary_details(node)); }},
    {"/api/v1/gateway", [](Node& node) { return json(bodies::gateway(node)); }},
    {"/api/v1/gateway/client-interfaces", [](Node& node) { return json(bodies::client_interfaces(node)); }},
    {"/api/v1/gateway/client-interfaces/mixnet-websockets", [](Node& node) { return json(bodies::mixnet_websockets(node)); }},
    {"/api/v1/gateway/client-interfaces/wireguard", [](Node& node) { return json_or(501, bodies::wireguard(node)); }},
    {"/api/v1/mixnode", [](Node&) { return json(Json::object()); }},
    {"/api/v1/network-requester", [](Node& node) { return json(bodies::network_requester(node)); }},
    {"/api/v1/network-requester/exit-policy", [](Node& node) { return json(bodies::exit_policy(node)); }},
    {"/api/v1/ip-packet-router", [](Node& node) { return json(bodies::ip_packet_router(node)); }},
    {"/api/v1/authenticator", [](Node& node) { return json(bodies::authenticator(node)); }},
    {"/api/v1/lewes-protocol", [](Node& node) { return json_or(404, bodies::lewes_protocol(node)); }},
    {"/api/v1/bridges/client-params", [](Node& node) { return json_or(404, bodies::bridge_client_params(node)); }},
    {"/api/v1/network/upgrade-mode-status", [](Node& node) { return json_or(404, bodies::upgrade_mode_status(node)); }},
    {"/api/v1/metrics/packets-stats", [](Node& node) { return json(bodies::packets_stats(node)); }},
    {"/api/v1/metrics/mixing", [](Node& node) { return json(bodies::mixing(node)); }},
    {"/api/v1/metrics/wireguard-stats", [](Node& node) { return json(bodies::wireguard_stats(node)); }},
    {"/api/v1/metrics/sessions", [](Node& node) { return json(bodies::sessions(node)); }},
    {"/api/v1/metrics/verloc", [](Node& node) { return json(bodies::verloc(node)); }},
};

constexpr std::string_view kPrometheus = "/api/v1/metrics/prometheus";

/// Paths of the mixnodes of old, which this node redirects.
constexpr std::pair<std::string_view, std::string_view> kRedirects[] = {
    {"/hardware", "/api/v1/system-info"},
    {"/description", "/api/v1/description"},
    {"/stats", "/api/v1/metrics/mixing"},
    {"/verloc", "/api/v1/metrics/verloc"},
    {"/metrics", kPrometheus},
};

/// Why the node does not let this request have the metrics; empty where it does.
std::string_view refusal(const std::string& token, const std::optional<std::string>& authorization) {
  if (!authorization) return "`Authorization` header is missing";
  std::string_view presented = *authorization;
  if (take_until(presented, ' ') != "Bearer") return "`Authorization` header must be a bearer token";
  if (presented.empty()) return "`Authorization` header must contain non-empty `Bearer` token";
  if (presented != token) return "`Authorization` header does not contain the correct `Bearer` token";
  return {};
}

/// The route is there only where a token is set.
Answer prometheus(const Node& node, const Request& request) {
  if (node.options().access_token.empty()) return plain(404, "");
  const auto reason = refusal(node.options().access_token, request.authorization);
  if (!reason.empty()) return plain(401, std::string(reason));
  return plain(200, exposition(node));
}

Answer with_unknown_keys(Answer answer) {
  auto body = Json::parse(answer.body);
  add_unknown_keys(body);
  answer.body = body.dump();
  return answer;
}

const Endpoint* find_endpoint(std::string_view path) {
  for (const auto& endpoint : kEndpoints) {
    if (endpoint.path == path) return &endpoint;
  }
  return nullptr;
}

std::string_view redirect_of(std::string_view path) {
  for (const auto& [from, to] : kRedirects) {
    if (from == path) return to;
  }
  return {};
}

}  // namespace

Answer answer(Node& node, const Request& request) {
  if (request.method != "GET" && request.method != "HEAD") return plain(405, "");
  if (request.path == "/") return {200, "text/html; charset=utf-8", "<h1>Nym Node</h1><p>A simulated one.</p>\n", {}};
  if (request.path == kPrometheus) return prometheus(node, request);
  if (const auto target = redirect_of(request.path); !target.empty()) return {303, "", "", std::string(target)};
  const Endpoint* endpoint = find_endpoint(request.path);
  if (endpoint == nullptr) return plain(404, "");
  auto found = endpoint->answer(node);
  if (found.content_type != "application/json") return found;
  if (node.options().future) found = with_unknown_keys(std::move(found));
  return in_format(std::move(found), request.parameters);
}

std::vector<std::string> endpoints() {
  std::vector<std::string> out;
  for (const auto& endpoint : kEndpoints) out.emplace_back(endpoint.path);
  out.emplace_back(kPrometheus);
  for (const auto& [from, to] : kRedirects) out.emplace_back(from);
  return out;
}

}  // namespace mixnet::simulator
