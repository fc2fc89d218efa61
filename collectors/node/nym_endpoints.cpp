// SPDX-License-Identifier: Apache-2.0
#include "collectors/node/nym_endpoints.h"

namespace mixnet::nym {
namespace {

constexpr std::size_t kShort = 64 << 10, kLong = 1 << 20, kLists = 4 << 20;

template <auto kParse, auto kAnswer>
constexpr Endpoint endpoint(std::string_view path, Rate rate, std::size_t body_bytes_max = kShort) {
  return {path,
          rate,
          body_bytes_max,
          [](Answers& answers, std::string_view body) -> Result<void> {
            answers.*kAnswer = TRY(kParse(body));
            return {};
          },
          [](Answers& answers) { (answers.*kAnswer).reset(); },
          [](const Answers& answers, Samples& out) { add(*(answers.*kAnswer), answers.node, out); }};
}

Result<void> take_packets(Answers& answers, std::string_view body) {
  answers.packets_stats = TRY(parse_packets_stats(body));
  answers.sent_forward.take(*answers.packets_stats);
  return {};
}

void add_packets(const Answers& answers, Samples& out) {
  add(*answers.packets_stats, answers.sent_forward.value(), answers.node, out);
}

Result<void> take_exposition(Answers& answers, std::string_view body) {
  answers.exposition = TRY(parse_node_exposition(body, answers.passthrough ? answers.node : std::string_view()));
  answers.sent_forward_of_exposition.take(answers.exposition->packets);
  return {};
}

void add_exposition(const Answers& answers, Samples& out) { add_known(*answers.exposition, answers.node, out); }

constexpr Endpoint kEndpoints[] = {
    endpoint<parse_health, &Answers::health>(kHealthPath, Rate::live),
    endpoint<parse_load, &Answers::load>("/load", Rate::live),
    endpoint<parse_build_information, &Answers::build_information>("/build-information", Rate::constant),
    endpoint<parse_host_information, &Answers::host_information>("/host-information", Rate::constant),
    endpoint<parse_system_information, &Answers::system_information>(kSystemPath, Rate::constant),
    endpoint<parse_roles, &Answers::roles>("/roles", Rate::constant),
    endpoint<parse_description, &Answers::description>("/description", Rate::constant),
    endpoint<parse_auxiliary_details, &Answers::auxiliary_details>("/auxiliary-details", Rate::constant),
    endpoint<parse_gateway, &Answers::gateway>("/gateway", Rate::constant),
    endpoint<parse_lewes_protocol, &Answers::lewes_protocol>("/lewes-protocol", Rate::constant),
    endpoint<parse_upgrade_mode, &Answers::upgrade_mode>("/network/upgrade-mode-status", Rate::constant),
    {kPacketsPath, Rate::live, kShort, take_packets, [](Answers& answers) { answers.packets_stats.reset(); }, add_packets},
    endpoint<parse_wireguard_stats, &Answers::wireguard_stats>("/metrics/wireguard-stats", Rate::live),
    endpoint<parse_sessions, &Answers::sessions>("/metrics/sessions", Rate::hourly, kLists),
    endpoint<parse_verloc, &Answers::verloc>("/metrics/verloc", Rate::hourly, kLists),
    {kExpositionPath, Rate::live, kLong, take_exposition, [](Answers& answers) { answers.exposition.reset(); }, add_exposition},
};

}  // namespace

std::span<const Endpoint> all_endpoints() { return kEndpoints; }

void add_packets_of_exposition(const Answers& answers, Samples& out) {
  add(answers.exposition->packets, answers.sent_forward_of_exposition.value(), answers.node, out);
}

}  // namespace mixnet::nym
