// SPDX-License-Identifier: Apache-2.0
#include "tests/simulator/network/descriptions.h"

#include "tests/simulator/keys.h"
#include "tests/simulator/moments.h"
#include "tests/simulator/network/dice.h"

namespace mixnet::simulator {
namespace {

/// What is said of a node that does not know of key rotation.
constexpr std::uint32_t kNoRotation = 4294967295;

bool before(const Member& member, std::uint32_t minor) {
  const auto release = parse_release(member.version);
  return release && *release < ReleaseNumber{1, minor, 0};
}

std::string key(const Member& member, std::string_view name) { return public_key(member.seed, name); }

Json text_or_null(const std::string& text) { return text.empty() ? Json() : Json(text); }

std::uint32_t rotation_of(const Network& network, const Member& member) {
  return before(member, 14) ? kNoRotation : network.rotation();
}

Json host_keys(const Network& network, const Member& member) {
  const auto rotation = rotation_of(network, member);
  const auto sphinx = sphinx_key_of(network, member);
  return {{"ed25519", member.identity},
          {"x25519", sphinx},
          {"current_x25519_sphinx_key", {{"rotation_id", rotation}, {"public_key", sphinx}}},
          {"pre_announced_x25519_sphinx_key", nullptr},
          {"x25519_versioned_noise", noise_key_of(member)}};
}

Json hostname_of(const Member& member) {
  if (member.oddity == Oddity::odd_hostname) return "https://nöde_" + std::to_string(member.id) + ".example.net/ ";
  return text_or_null(member.hostname);
}

Json location_of(const Member& member) {
  if (member.oddity == Oddity::odd_location) return "Somewhere in \"Europe\"";
  return text_or_null(member.location);
}

Json host_information(const Network& network, const Member& member) {
  return {{"ip_address", addresses_of(member)}, {"hostname", hostname_of(member)}, {"keys", host_keys(network, member)}};
}

Json auxiliary_details(const Member& member) {
  return {{"location", location_of(member)},
          {"announce_ports", {{"verloc_port", nullptr}, {"mix_port", nullptr}}},
          {"accepted_operator_terms_and_conditions", member.accepted_terms}};
}

Json digests(const Member& member, const std::string& name) {
  Json out;
  for (const char* function : {"blake3", "shake128", "shake256", "sha256"}) {
    out[function] = hex(key_bytes(member.seed, name + function));
  }
  return out;
}

Json wireguard(const Member& member) {
  if (!member.gateway()) return nullptr;
  return {{"port", 51822}, {"tunnel_port", 51822}, {"metadata_port", 51830}, {"public_key", key(member, "wireguard")}};
}

Json network_requester(const Member& member) {
  if (!member.exit) return nullptr;
  auto out = provider_of(member, "network requester");
  out["uses_exit_policy"] = true;
  return out;
}

/// No release says such things, but nothing keeps a node from it.
void make_odd(const Member& member, Json& out) {
  switch (member.oddity) {
    case Oddity::other_types:
      out["mixnet_websockets"]["ws_port"] = "9000";
      out["build_information"]["build_version"] = 131;
      out["declared_role"]["entry"] = 1;
      break;
    case Oddity::empty_keys:
      out["host_information"]["keys"]["ed25519"] = "";
      out["host_information"]["keys"]["x25519_versioned_noise"] = nullptr;
      break;
    case Oddity::long_texts: out["host_information"]["hostname"] = std::string(20'000, 'x'); break;
    default: break;
  }
}

}  // namespace

std::string offset_date_time(Time time, std::uint64_t nanoseconds) {
  std::string out = rfc3339(time + std::chrono::nanoseconds(nanoseconds), 9);
  out.replace(out.find('T'), 1, " ");
  out.replace(out.find('Z'), 1, " +00:00:00");
  return out;
}

std::string sphinx_key_of(const Network& network, const Member& member) {
  return key(member, "sphinx " + std::to_string(rotation_of(network, member)));
}

Json noise_key_of(const Member& member) {
  if (before(member, 14)) return nullptr;
  return {{"supported_version", 1}, {"x25519_pubkey", key(member, "noise")}};
}

Json declared_roles(const Member& member) {
  return {{"mixnode", member.mixnode}, {"entry", member.entry}, {"exit_nr", member.exit}, {"exit_ipr", member.exit}};
}

Json entry_information(const Member& member) {
  if (!member.entry) return nullptr;
  return {{"hostname", hostname_of(member)}, {"ws_port", 9000}, {"wss_port", member.hostname.empty() ? Json() : Json(9001)}};
}

Json build_information_of(const Member& member) {
  return {{"binary_name", member.binary},
          {"build_timestamp", "2026-05-12T09:31:44.000000000Z"},
          {"build_version", member.version},
          {"commit_sha", hex(key_bytes(member.version.size(), member.version, 20))},
          {"commit_timestamp", "2026-05-12T08:57:10.000000000+02:00"},
          {"commit_branch", "HEAD"},
          {"rustc_version", "1.88.0"},
          {"rustc_channel", "stable"},
          {"cargo_profile", "release"},
          {"cargo_triple", "x86_64-unknown-linux-gnu"}};
}

Json lewes_protocol_of(const Member& member) {
  if (before(member, 25)) return nullptr;
  const Json content{{"enabled", member.entry},
                     {"control_port", 41264},
                     {"data_port", 51264},
                     {"x25519", key(member, "lp")},
                     {"kem_keys", {{"mlkem768", digests(member, "mlkem768")}, {"mceliece", digests(member, "mceliece")}}}};
  return {{"content", content}, {"signature", signature(member.seed, "lp")}};
}

Json provider_of(const Member& member, std::string_view name) {
  const std::string its(name);
  return {{"address", key(member, its + " identity") + "." + key(member, its + " encryption") + "@" + member.identity}};
}

Json addresses_of(const Member& member) {
  if (member.oddity == Oddity::no_addresses) return Json::array();
  return member.addresses;
}

Json self_description(const Network& network, const Member& member, int version) {
  // The nodes are asked one after the other, in batches, which takes some minutes.
  const Dice dice(member.seed, "polled");
  const auto polled = member.polled_age ? network.now() - std::chrono::seconds(static_cast<std::int64_t>(*member.polled_age))
                                        : network.described_at();
  Json out{{"last_polled", offset_date_time(polled, dice.below(180'000'000'000, "when"))},
           {"host_information", host_information(network, member)},
           {"declared_role", declared_roles(member)},
           {"auxiliary_details", auxiliary_details(member)},
           {"build_information", build_information_of(member)},
           {"network_requester", network_requester(member)},
           {"ip_packet_router", member.exit ? provider_of(member, "ip packet router") : Json()},
           {"authenticator", member.gateway() ? provider_of(member, "authenticator") : Json()},
           {"wireguard", wireguard(member)},
           {"mixnet_websockets", {{"ws_port", 9000}, {"wss_port", member.hostname.empty() ? Json() : Json(9001)}}}};
  if (version > 1) out["lewes_protocol"] = lewes_protocol_of(member);
  make_odd(member, out);
  return out;
}

Json described_item(const Network& network, const Member& member, int version) {
  return {
      {"node_id", member.id}, {"contract_node_type", member.type}, {"description", self_description(network, member, version)}};
}

}  // namespace mixnet::simulator
