// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "daemon/config.h"
#include "daemon/doctor/collector_findings.h"
#include "daemon/doctor/findings.h"
#include "daemon/doctor/monitoring_findings.h"
#include "tests/support/host.h"

namespace mixnet {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::Not;

HttpResponse answered(std::string body, int status = 200) {
  HttpResponse out;
  out.outcome = HttpOutcome::answered;
  out.status = status;
  out.body = std::move(body);
  return out;
}

auto is(Verdict verdict, std::string_view text) {
  return AllOf(Field(&Diagnosis::verdict, verdict), Field(&Diagnosis::text, HasSubstr(std::string(text))));
}

constexpr const char* kTargets = R"({"status":"success","data":{"activeTargets":[
  {"labels":{"instance":"node1","job":"nym"},"scrapeUrl":"http://node1:10087/metrics","health":"up","lastError":"","scrapeInterval":"15s"},
  {"labels":{"instance":"node2","job":"nym"},"scrapeUrl":"http://node2:10087/metrics","health":"down","lastError":"connection refused","scrapeInterval":"2m"},
  {"labels":{"instance":"p","job":"prometheus"},"scrapeUrl":"http://p:9090/metrics","health":"up","scrapeInterval":"15s"}]}})";
constexpr const char* kRules = R"({"status":"success","data":{"groups":[{"rules":[
  {"name":"MixnetNodeDown","state":"firing","health":"ok"},{"name":"MixnetNodeApiDown","state":"inactive","health":"ok"},
  {"name":"Other","state":"firing","health":"err","lastError":"theirs"}]}]}})";
constexpr const char* kNoAlertmanagers = R"({"status":"success","data":{"activeAlertmanagers":[]}})";
constexpr const char* kQuery =
    R"({"status":"success","data":{"resultType":"vector","result":[{"metric":{"instance":"node1","job":"nym"},"value":[1,"1700000000.5"]}]}})";
constexpr const char* kEmptyQuery = R"({"status":"success","data":{"resultType":"vector","result":[]}})";

const OurTarget kUs{1700000000.5, {"10087"}, "/metrics"};

TEST(Doctor, TellsRightsFromWhatIsAbsent) {
  const auto denied = judged("exit1: io", {Fault::absent, "/proc/8/io: Permission denied; needs CAP_SYS_PTRACE"});
  EXPECT_EQ(denied.verdict, Verdict::not_permitted);
  EXPECT_EQ(denied.text, "/proc/8/io: Permission denied");
  EXPECT_EQ(denied.remedy, "needs CAP_SYS_PTRACE");
  EXPECT_EQ(judged("mdadm", {Fault::absent, "/proc/mdstat: No such file or directory"}).verdict, Verdict::absent);
  EXPECT_EQ(judged("x", {Fault::denied, "x: refused"}).remedy, "permissions.md says what gives the right");
  EXPECT_EQ(judged("x", {Fault::malformed, "line 3"}).verdict, Verdict::bad);
}

TEST(Doctor, LooksAtEachCollectorThatIsOn) {
  const test::TemporaryFolder host;
  host.write("proc/loadavg", "nonsense\n");
  Config config;
  config.roots = test::roots_below(host.path());
  config.disable_default_collectors = true;
  config.switches = {{"loadavg", true}, {"mdadm", true}};
  Board board(config.roots, config.settings, config.enabled_collectors(), Pace::once);
  board.collect({});
  const auto found = collector_findings(board).findings;
  ASSERT_EQ(found.size(), 2U);
  EXPECT_THAT(found[0], is(Verdict::bad, "three averages expected"));
  EXPECT_THAT(found[1], is(Verdict::absent, "mdstat"));
}

TEST(Doctor, PrintsOneLineForEachAndCounts) {
  Diagnoses section{"Nodes", {}};
  section.add(Verdict::good, "exit1", "runs");
  section.add(Verdict::bad, "exit2", "evil\n\033[31mline", "mend it");
  const auto text = findings_text({section, {"Empty", {}}});
  EXPECT_EQ(text,
            "Nodes\n"
            "  good           exit1  runs\n"
            "  BAD            exit2  evil  [31mline\n"
            "                        -> mend it\n"
            "\n"
            "1 to mend, 0 not permitted, 0 of advice, 1 good.\n");
  EXPECT_TRUE(any_bad({section}));
}

TEST(Doctor, KnowsUsByTheTimeOfOurStart) {
  EXPECT_THAT(prometheus_requests("http://p", kUs).back(),
              "http://p/api/v1/query?query=process_start_time_seconds%20%3D%3D%201700000000.5");
  const auto found = prometheus_findings("http://p", kUs,
                                         {answered(kTargets), answered(kRules), answered(kNoAlertmanagers), answered(kQuery)});
  EXPECT_THAT(found.findings,
              ElementsAre(is(Verdict::good, "this exporter, up, every 15s"),
                          is(Verdict::good, "2 alerting rules, 1 of them firing"), is(Verdict::advice, "tells nobody")));
}

TEST(Doctor, GoesByThePortWhereNothingElseTells) {
  const auto found = prometheus_findings(
      "http://p", kUs, {answered(kTargets), answered(kRules), answered(kNoAlertmanagers), answered(kEmptyQuery)});
  ASSERT_GE(found.findings.size(), 3U);
  EXPECT_THAT(found.findings[0], is(Verdict::good, "perhaps this exporter"));
  EXPECT_THAT(found.findings[1], is(Verdict::bad, "connection refused"));
  EXPECT_THAT(found.findings[2], is(Verdict::advice, "every 2m"));
}

TEST(Doctor, SaysWhereWeAreNotAmongTheTargets) {
  const auto found =
      prometheus_findings("http://p", {std::nullopt, {"9999"}, "/metrics"},
                          {answered(kTargets), answered(R"({"data":{"groups":[]}})"), answered(kNoAlertmanagers)});
  ASSERT_GE(found.findings.size(), 2U);
  EXPECT_THAT(found.findings[0], is(Verdict::bad, "not among its 3 targets"));
  EXPECT_THAT(found.findings[1], is(Verdict::advice, "no alerting rule"));
}

TEST(Doctor, SaysWhatIsNoPrometheus) {
  HttpResponse refused;
  refused.message = "http://p: connection refused";
  for (const auto& [answer, verdict, text] :
       {std::tuple{refused, Verdict::bad, "connection refused"}, std::tuple{answered("<html>", 200), Verdict::bad, "no JSON"},
        std::tuple{answered("", 404), Verdict::bad, "status 404"},
        std::tuple{answered("", 401), Verdict::not_permitted, "password"}}) {
    const auto found = prometheus_findings("http://p", kUs, {answer, answer, answer, answer});
    ASSERT_EQ(found.findings.size(), 1U);
    EXPECT_THAT(found.findings[0], is(verdict, text));
  }
}

TEST(Doctor, LooksAtGrafanaAndAlertmanager) {
  const auto grafana = grafana_findings(
      "http://g", {answered(R"({"database":"ok","version":"11.2"})"), answered(R"([{"title":"Mixnet node","uid":"x"}])")});
  EXPECT_THAT(grafana.findings, ElementsAre(is(Verdict::good, "version 11.2"), is(Verdict::good, "Mixnet node")));
  const auto closed = grafana_findings("http://g", {answered(R"({"database":"ok","version":"11.2"})"), answered("{}", 401)});
  EXPECT_THAT(closed.findings.back(), is(Verdict::not_permitted, "password"));
  const auto alertmanager = alertmanager_findings(
      "http://a", {answered(R"({"versionInfo":{"version":"0.25.0"}})"), answered(R"([{"name":"mail"}])"),
                   answered(R"([{"labels":{"alertname":"MixnetNodeDown"}},{"labels":{"alertname":"Other"}}])")});
  EXPECT_THAT(alertmanager.findings,
              ElementsAre(is(Verdict::good, "0.25.0"), is(Verdict::good, "mail"), is(Verdict::good, "1 of ours")));
}

TEST(Doctor, FindsASampleWithoutLabels) {
  const std::string_view text = "# TYPE a gauge\na_b 1\na{c=\"d\"} 2\na 3.5\n";
  EXPECT_EQ(plain_sample(text, "a"), 3.5);
  EXPECT_EQ(plain_sample(text, "b"), std::nullopt);
  EXPECT_EQ(plain_sample("a nonsense", "a"), std::nullopt);
}

}  // namespace
}  // namespace mixnet
