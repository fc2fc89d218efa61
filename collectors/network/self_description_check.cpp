// SPDX-License-Identifier: Apache-2.0
#include "collectors/network/self_description_check.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "collectors/kit/http_reason.h"
#include "collectors/kit/json.h"
#include "collectors/network/host_signature.h"

namespace mixnet {
namespace {

constexpr std::chrono::milliseconds kTimeout{5000};
constexpr std::size_t kBodyBytesMax = 1 << 20;

/// What is asked for all at once when the host information is good.
enum Request : std::size_t {
  kBuild,
  kRoles,
  kAuxiliary,
  kWebsockets,
  kRequester,
  kRouter,
  kAuthenticator,
  kWireguard,
  kLewes,
  kRequests
};
constexpr std::array<const char*, kRequests> kPaths = {"/build-information", "/roles",
                                                       "/auxiliary-details", "/gateway/client-interfaces/mixnet-websockets",
                                                       "/network-requester", "/ip-packet-router",
                                                       "/authenticator",     "/gateway/client-interfaces/wireguard",
                                                       "/lewes-protocol"};

/// http://HOST:PORT of the bond, then what Nym takes where none is bonded or it does not answer.
std::vector<std::string> addresses(const DescribedHost& node) {
  std::vector<std::string> out;
  if (node.custom_http_port) out.push_back("http://" + node.host + ":" + std::to_string(*node.custom_http_port));
  out.push_back("http://" + node.host + ":8080");
  out.push_back("https://" + node.host);
  out.push_back("http://" + node.host);
  return out;
}

/// Can it be part of a URL as it stands? An IPv6 address without brackets cannot: nym-api gives up on such a node at once.
bool is_host(const std::string& host) {
  if (host.empty() || host.find_first_of("/@?# \t\"\\") != std::string::npos) return false;
  const auto colon = host.find(':');
  return colon == std::string::npos || host.starts_with('[');
}

class Check {
 public:
  Check(Http& http, const DescribedHost& node, const std::stop_token& stop) : http_(http), node_(node), stop_(stop) {}

  SelfDescription run() && {
    const auto begin = std::chrono::steady_clock::now();
    if (find_address() && check_host_information()) check_the_rest();
    out_.took = std::chrono::steady_clock::now() - begin;
    return std::move(out_);
  }

 private:
  void pass(DescriptionStep step) { out_.passed[static_cast<std::size_t>(step)] = true; }

  bool fail_at(DescriptionStep step, std::string_view reason, Error error) {
    if (out_.failed) return false;
    out_.failed = step;
    out_.reason = reason;
    out_.error = std::move(error);
    return false;
  }

  /// A step by a rule of nym-api, which was broken.
  bool judge(DescriptionStep step, bool good, std::string_view reason, std::string message) {
    if (!good) return fail_at(step, reason, {Fault::malformed, std::move(message)});
    pass(step);
    return true;
  }

  HttpExchange request(const std::string& path) const {
    HttpExchange out;
    out.request.url = out_.url + "/api/v1" + path;
    out.request.timeout = kTimeout;
    out.request.body_bytes_max = kBodyBytesMax;
    return out;
  }

  /// The body of a good answer; nothing otherwise.
  static Json body_of(const HttpExchange& exchange) {
    const auto& response = exchange.response;
    if (response.outcome != HttpOutcome::answered || response.status != 200) return {};
    return Json::parse(response.body).value_or(Json());
  }

  bool fail_with(DescriptionStep step, const HttpExchange& exchange) {
    const auto& [request, response] = exchange;
    if (response.outcome != HttpOutcome::answered) {
      return fail_at(step, to_string(reason_of(response.outcome)), {Fault::unavailable, response.message});
    }
    if (response.status != 200) {
      return fail_at(step, to_string(reason_of_status(response.status)),
                     {Fault::unavailable, request.url + ": status " + std::to_string(response.status)});
    }
    return fail_at(step, to_string(HttpReason::malformed), {Fault::malformed, request.url + ": not what nym-api can read"});
  }

  bool find_address() {
    if (!is_host(node_.host)) {
      return fail_at(DescriptionStep::health, "malformed_host",
                     {Fault::malformed, "\"" + node_.host + "\" is bonded as the host, which cannot stand in a URL"});
    }
    std::string tried;
    HttpExchange exchange;
    for (auto& address : addresses(node_)) {
      out_.url = std::move(address);
      exchange = request("/health");
      http_.exchange({&exchange, 1}, stop_);
      if (stop_.stop_requested()) break;
      if (body_of(exchange)["status"].text() == "up") {
        pass(DescriptionStep::health);
        return true;
      }
      tried.append(tried.empty() ? "" : ", ").append(out_.url);
    }
    out_.url.clear();
    fail_with(DescriptionStep::health, exchange);
    out_.error.message = "none of " + tried + " answers that it is up; of the last: " + out_.error.message;
    return false;
  }

  bool check_host_information() {
    auto exchange = request("/host-information");
    http_.exchange({&exchange, 1}, stop_);
    const auto body = body_of(exchange);
    const auto good = has_good_signature(body);
    if (!good) return fail_with(DescriptionStep::host_information, exchange);
    pass(DescriptionStep::host_information);
    const auto keys = body["data"]["keys"];
    const auto key = (keys["ed25519_identity"] ? keys["ed25519_identity"] : keys["ed25519"]).text().value_or("");
    return judge(DescriptionStep::identity, key == node_.identity_key, "wrong_identity",
                 exchange.request.url + ": another node answers, " + key + " in place of " + node_.identity_key) &&
           judge(DescriptionStep::signature, *good, "wrong_signature",
                 exchange.request.url + ": the signature is not of the identity key") &&
           judge(DescriptionStep::addresses, are_public(body["data"]["ip_address"]), "illegal_address",
                 exchange.request.url + ": an address is announced that nobody can reach (unspecified, loopback, multicast)");
  }

  void check_the_rest() {
    std::vector<HttpExchange> exchanges;
    exchanges.reserve(kPaths.size());
    for (const auto* path : kPaths) exchanges.push_back(request(path));
    http_.exchange(exchanges, stop_);
    const auto have = [&](DescriptionStep step, Request which) {
      if (body_of(exchanges[which]).is_object()) return pass(step);
      fail_with(step, exchanges[which]);
    };
    have(DescriptionStep::build_information, kBuild);
    have(DescriptionStep::roles, kRoles);
    have(DescriptionStep::websockets, kWebsockets);
    check_exit_policy(exchanges[kRequester]);
    const auto& auxiliary = exchanges[kAuxiliary];
    judge(DescriptionStep::terms, body_of(auxiliary)["accepted_operator_terms_and_conditions"].boolean() == true,
          "not_accepted", auxiliary.request.url + ": the terms and conditions are not accepted, or it cannot be told");
    judge(DescriptionStep::binary, body_of(exchanges[kBuild])["binary_name"].text() == "nym-node", "wrong_binary",
          exchanges[kBuild].request.url + ": the binary's name is not nym-node");
    constexpr std::array kOptional = {kRouter, kAuthenticator, kWireguard, kLewes};
    for (std::size_t part = 0; part < kOptional.size(); ++part) {
      out_.parts[part] = body_of(exchanges[kOptional[part]]).is_object();
    }
  }

  /// Asked for only where the requester answers; then nym-api takes no description without it.
  void check_exit_policy(const HttpExchange& requester) {
    if (!body_of(requester).is_object()) return pass(DescriptionStep::exit_policy);
    auto exchange = request("/network-requester/exit-policy");
    http_.exchange({&exchange, 1}, stop_);
    if (body_of(exchange).is_object()) return pass(DescriptionStep::exit_policy);
    fail_with(DescriptionStep::exit_policy, exchange);
  }

  Http& http_;
  const DescribedHost& node_;
  const std::stop_token& stop_;
  SelfDescription out_;
};

}  // namespace

std::string_view to_string(DescriptionStep step) {
  constexpr std::array<std::string_view, kDescriptionSteps> kWords = {
      "health", "host_information", "identity",    "signature", "addresses", "build_information",
      "roles",  "websockets",       "exit_policy", "terms",     "binary"};
  return kWords[static_cast<std::size_t>(step)];
}

SelfDescription check_self_description(Http& http, const DescribedHost& node, const std::stop_token& stop) {
  return Check(http, node, stop).run();
}

}  // namespace mixnet
