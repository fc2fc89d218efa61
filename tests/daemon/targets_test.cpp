// SPDX-License-Identifier: Apache-2.0
#include "daemon/targets.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "collectors/kit/json.h"
#include "daemon/yaml.h"

namespace mixnet {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

FleetNode silent_node(std::uint32_t id, std::string host) {
  FleetNode out;
  out.node_id = id;
  out.host = std::move(host);
  return out;
}

FleetNode node(std::uint32_t id, std::string host) {
  auto out = silent_node(id, std::move(host));
  out.identity_key = "K" + std::to_string(id);
  out.version = "1.31.0";
  out.country = "CH";
  out.entry = out.exit = true;
  return out;
}

struct Written {
  std::string text;
  std::size_t left_out = 0;
};

Written targets(const Fleet& fleet, const TargetOptions& options = {}, TargetFormat format = TargetFormat::json) {
  Written out;
  const TargetSource source{"mainnet", &fleet};
  out.text = targets_text({&source, 1}, options, format, out.left_out);
  return out;
}

Json json(const std::string& text) {
  auto out = Json::parse(text);
  EXPECT_TRUE(out) << text;
  return out.value_or(Json());
}

/// The addresses of all targets, in their order.
std::vector<std::string> addresses(const Written& written) {
  const auto list = json(written.text);
  EXPECT_TRUE(list.is_list());
  std::vector<std::string> out;
  for (std::size_t index = 0; index < list.size(); ++index) {
    EXPECT_EQ(list.at(index)["targets"].size(), 1U);
    out.push_back(list.at(index)["targets"].at(0).text().value_or(""));
  }
  return out;
}

/// "name=value name=value" of the labels of the first target.
std::string labels(const Written& written) {
  const auto labels = json(written.text).at(0)["labels"];
  std::string out;
  for (const auto& key : labels.keys()) {
    out.append(out.empty() ? "" : " ").append(key).append("=").append(labels[key].text().value_or("no text"));
  }
  return out;
}

TEST(Targets, AreJsonAsPrometheusReadsIt) {
  EXPECT_EQ(targets({node(1324, "203.0.113.17")}).text,
            "[\n  {\"targets\": [\"203.0.113.17:8080\"], \"labels\": {\"__metrics_path__\": \"/api/v1/metrics/prometheus\", "
            "\"__scheme__\": \"http\", \"node_id\": \"1324\", \"identity_key\": \"K1324\", \"role\": \"exit_gateway\", "
            "\"version\": \"1.31.0\", \"country\": \"CH\", \"environment\": \"mainnet\"}}\n]\n");
  EXPECT_EQ(addresses(targets({node(1, "a.example"), node(2, "203.0.113.18")})).size(), 2U);
  EXPECT_EQ(targets({}).text, "[]\n");
}

TEST(Targets, AreYamlAsPrometheusReadsIt) {
  const auto text = targets({node(1324, "203.0.113.17"), node(1325, "2001:db8::17")}, {}, TargetFormat::yaml).text;
  EXPECT_THAT(text, HasSubstr("- targets: [\"203.0.113.17:8080\"]\n  labels:\n    __metrics_path__: \"/api/v1/metrics/"
                              "prometheus\"\n    __scheme__: \"http\"\n    node_id: \"1324\"\n"));
  Yaml yaml("targets.yml", "groups:\n" + text);
  const auto groups = yaml.top().get("groups").list();
  ASSERT_EQ(groups.size(), 2U);
  const auto second = groups[1].mapping();
  EXPECT_EQ(second.get("targets").list()[0].text(), "[2001:db8::17]:8080");
  EXPECT_EQ(second.get("labels").mapping().get("node_id").text(), "1325");
  EXPECT_EQ(second.get("labels").mapping().get("environment").text(), "mainnet");
  EXPECT_EQ(targets({}, {}, TargetFormat::yaml).text, "[]\n");
}

TEST(Targets, HaveNoEmptyLabels) {
  const auto silent = silent_node(7, "203.0.113.17");
  EXPECT_EQ(labels(targets({silent})),
            "__metrics_path__=/api/v1/metrics/prometheus __scheme__=http environment=mainnet node_id=7");
  EXPECT_THAT(targets({silent}).text, Not(HasSubstr("null")));
}

TEST(Targets, HaveTheRoleThatSaysMost) {
  auto each = node(7, "203.0.113.17");
  each.mixnode = true;
  EXPECT_THAT(labels(targets({each})), HasSubstr("role=exit_gateway"));
  each.exit = false;
  EXPECT_THAT(labels(targets({each})), HasSubstr("role=entry_gateway"));
  each.entry = false;
  EXPECT_THAT(labels(targets({each})), HasSubstr("role=mixnode"));
}

TEST(Targets, AreAtThePortThatIsBonded) {
  auto each = node(7, "203.0.113.17");
  each.custom_http_port = 8001;
  EXPECT_THAT(addresses(targets({each})), ElementsAre("203.0.113.17:8001"));
  each.custom_http_port = 443;
  EXPECT_THAT(addresses(targets({each})), ElementsAre("203.0.113.17:443"));
  EXPECT_THAT(labels(targets({each})), HasSubstr("__scheme__=https"));
}

TEST(Targets, AreExportersWhereAPortIsSaid) {
  auto each = node(7, "203.0.113.17");
  each.custom_http_port = 443;
  const auto written = targets({each}, {.filter = {}, .port = 9100});
  EXPECT_THAT(addresses(written), ElementsAre("203.0.113.17:9100"));
  EXPECT_EQ(labels(written), "country=CH environment=mainnet identity_key=K7 node_id=7 role=exit_gateway version=1.31.0");
}

TEST(Targets, AHostThatIsNoneIsLeftOutAndCounted) {
  const auto written = targets({node(1, "2001:db8::17"), node(2, "[2001:db8::18]"), node(3, ""), node(4, "http://x.example"),
                                node(5, "x.example/path"), node(6, "a b"), node(7, "x.example:1789"), node(8, "\"x\""),
                                node(9, "nöde.example"), node(10, "1.2.3"), node(11, "[x.example]"), node(12, "x.example")});
  EXPECT_THAT(addresses(written), ElementsAre("[2001:db8::17]:8080", "[2001:db8::18]:8080", "x.example:8080"));
  EXPECT_EQ(written.left_out, 9U);
}

TEST(Targets, OnlyThoseWantedCountAsLeftOut) {
  TargetOptions options;
  options.filter.identities = {"2"};
  const auto written = targets({node(1, "not a host"), node(2, "x.example")}, options);
  EXPECT_THAT(addresses(written), ElementsAre("x.example:8080"));
  EXPECT_EQ(written.left_out, 0U);
}

TEST(Targets, AreInTheOrderOfEnvironmentsAndIds) {
  const Fleet first{node(1, "b1.example"), node(2, "b2.example")}, second{node(1, "a1.example")};
  const TargetSource sources[] = {{"sandbox", &first}, {"mainnet", &second}};
  Written written;
  written.text = targets_text(sources, {}, TargetFormat::json, written.left_out);
  EXPECT_THAT(addresses(written), ElementsAre("a1.example:8080", "b1.example:8080", "b2.example:8080"));
}

// Of what anybody can write about a node nothing may break the file: Prometheus would take none of it.
TEST(Targets, HostileTextIsQuoted) {
  auto each = node(7, "203.0.113.17");
  each.version = "\"}]\\\n\t\x01\x7f: #";
  each.country = "bad \xff utf8";
  const auto version = json(targets({each}).text).at(0)["labels"]["version"].text();
  EXPECT_EQ(version, each.version);
  EXPECT_EQ(json(targets({each}).text).at(0)["labels"]["country"].text(), "bad \xef\xbf\xbd utf8");
  Yaml yaml("targets.yml", "groups:\n" + targets({each}, {}, TargetFormat::yaml).text);
  const auto labels = yaml.top().get("groups").list().at(0).mapping().get("labels").mapping();
  EXPECT_EQ(labels.get("version").text(), each.version);
  EXPECT_EQ(labels.get("node_id").text(), "7");
}

// YAML's specification, section 5.1: readers refuse a document with one of these, and two of them end a line.
TEST(Targets, WhatYamlRefusesIsEscaped) {
  auto each = node(7, "203.0.113.17");
  each.country = "Zürich \xc2\x80 \xc2\x85 \xc2\x9f \xe2\x80\xa8 \xe2\x80\xa9 \xef\xbb\xbf \xef\xbf\xbe \xef\xbf\xbf 🦀";
  const auto text = targets({each}, {}, TargetFormat::yaml).text;
  EXPECT_THAT(text, HasSubstr("country: \"Zürich \\u0080 \\u0085 \\u009f \\u2028 \\u2029 \\ufeff \\ufffe \\uffff 🦀\"\n"));
  EXPECT_EQ(json(targets({each}).text).at(0)["labels"]["country"].text(), each.country);
}

/// The reason why an option is refused, or what was taken.
std::string taken(std::string_view name, std::string_view value) {
  TargetOptions options;
  const auto done = take_target_option(options, name, value);
  if (!done) return done.error().message;
  const auto& filter = options.filter;
  std::string out;
  for (const auto& [word, list] : {std::pair("roles", &filter.roles),
                                   {"owners", &filter.owners},
                                   {"identities", &filter.identities},
                                   {"versions", &filter.versions},
                                   {"countries", &filter.countries}}) {
    for (const auto& each : *list) out.append(word).append(" ").append(each);
  }
  if (filter.bonded_only) out += "bonded";
  if (filter.rewarded_only) out += "rewarded";
  if (options.port) out += "port " + std::to_string(*options.port);
  return out;
}

TEST(TargetOptions, AreEachTaken) {
  EXPECT_EQ(taken("role", "mixnode"), "roles mixnode");
  EXPECT_EQ(taken("role", "gateway"), "\"gateway\" is none of mixnode, entry_gateway and exit_gateway");
  EXPECT_EQ(taken("owner", "n1x"), "owners n1x");
  EXPECT_EQ(taken("identity", "K7"), "identities K7");
  EXPECT_EQ(taken("version", "1.31.0"), "versions 1.31.0");
  EXPECT_EQ(taken("country", "CH"), "countries CH");
  EXPECT_EQ(taken("bonded", "true"), "bonded");
  EXPECT_EQ(taken("bonded", "false"), "");
  EXPECT_EQ(taken("rewarded", "true"), "rewarded");
  EXPECT_EQ(taken("rewarded", "yes"), "\"yes\" is neither true nor false");
  EXPECT_EQ(taken("port", "9100"), "port 9100");
  for (const auto* port : {"0", "65536", "", "-1", "http", "9100 "})
    EXPECT_THAT(taken("port", port), HasSubstr("is not a port")) << port;
  EXPECT_EQ(taken("colour", "red"), "no filter \"colour\"");
  EXPECT_EQ(taken("", ""), "no filter \"\"");
}

TEST(TargetOptions, AreGathered) {
  TargetOptions options;
  for (const auto* country : {"CH", "DE"}) ASSERT_TRUE(take_target_option(options, "country", country));
  EXPECT_THAT(options.filter.countries, ElementsAre("CH", "DE"));
  TargetOptions none;
  EXPECT_EQ(take_target_option(none, "colour", "").error().fault, Fault::absent);
  EXPECT_EQ(take_target_option(none, "port", "").error().fault, Fault::malformed);
}

}  // namespace
}  // namespace mixnet
