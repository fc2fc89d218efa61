// SPDX-License-Identifier: Apache-2.0
#include "daemon/page/status_page.h"

#include <gmock/gmock.h>
#include <gnutls/crypto.h>
#include <gtest/gtest.h>

#include <array>

#include "collectors/kit/filter.h"
#include "collectors/kit/json.h"
#include "daemon/page/health.h"
#include "daemon/page/status_json.h"
#include "daemon/page/status_text.h"
#include "daemon/page/timeline.h"
#include "tests/daemon/page/synthetic.h"

namespace mixnet {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

std::string base64_of_sha256(std::string_view text) {
  std::array<unsigned char, 32> digest{};
  gnutls_hash_fast(GNUTLS_DIG_SHA256, text.data(), text.size(), digest.data());
  const gnutls_datum_t raw{digest.data(), digest.size()};
  gnutls_datum_t encoded{};
  gnutls_base64_encode2(&raw, &encoded);
  std::string out(reinterpret_cast<const char*>(encoded.data), encoded.size);
  gnutls_free(encoded.data);
  return out;
}

TEST(StatusPage, HasTheStyleThatItsPolicyNames) {
  EXPECT_EQ(base64_of_sha256(status_style()), status_style_digest())
      << "the style sheet has changed: write its new digest there";
  SyntheticView synthetic({});
  EXPECT_THAT(status_page(synthetic.view()), HasSubstr("<style>" + std::string(status_style()) + "</style>"));
  EXPECT_THAT(status_page_policy(), HasSubstr("style-src 'sha256-" + std::string(status_style_digest()) + "'"));
  EXPECT_THAT(status_page_policy(), Not(HasSubstr("unsafe")));
}

/// Neither is allowed by the policy.
TEST(StatusPage, HasNoStyleAndNoScriptInItsElements) {
  SyntheticView synthetic({.in_trouble = true});
  const auto page = status_page(synthetic.view());
  EXPECT_THAT(page, Not(HasSubstr(" style=")));
  EXPECT_FALSE(Regex::compile(" on[a-z]+=")->found_in(page));
  EXPECT_THAT(page, Not(HasSubstr("<script>")));
}

TEST(StatusPage, IsSmall) {
  constexpr std::size_t kMost = 150 * 1024;
  SyntheticView synthetic({.in_trouble = true});
  for (const auto& range : all_ranges()) {
    synthetic.view().range = &range;
    EXPECT_LT(status_page(synthetic.view()).size(), kMost) << range.name;
  }
}

TEST(StatusPage, SaysWhatIsWrongFirstAndWhatToDo) {
  SyntheticView synthetic({.in_trouble = true});
  const auto page = status_page(synthetic.view());
  const auto verdict = page.find("Not healthy: 2 critical problems and 1 warning.");
  const auto critical = page.find("node demo drops 12.4 %"), remedy = page.find("Look at CPU and steal first");
  const auto warning = page.find("the hypervisor withholds 12 % of the CPU time"), fine = page.find("Checks that are fine: 3");
  EXPECT_LT(verdict, critical);
  EXPECT_LT(critical, remedy);
  EXPECT_LT(remedy, warning);
  EXPECT_LT(warning, fine);
  EXPECT_LT(fine, page.find("id=\"charts\""));
  EXPECT_THAT(page, HasSubstr("since 13:27 UTC, 38 min"));
  EXPECT_THAT(page, HasSubstr("<title>(3) mixnet-exporter</title>"));
}

TEST(StatusPage, DrawsEveryChartOfANodeWithEverything) {
  SyntheticView synthetic({});
  const auto page = status_page(synthetic.view());
  for (const auto* id :
       {"packets", "drops", "queues", "cpu", "memory", "network", "tunnels", "connections", "score", "role", "space", "disk"}) {
    EXPECT_THAT(page, HasSubstr(std::string("<figure id=\"") + id + "\">"));
  }
  EXPECT_THAT(page, Not(HasSubstr("Nothing is recorded here of")));
}

TEST(StatusPage, MarksRestartsAndAlarms) {
  SyntheticView synthetic({.in_trouble = true});
  const auto page = status_page(synthetic.view());
  EXPECT_THAT(page, HasSubstr("<title>The node started at 13:22 UTC</title>"));
  EXPECT_THAT(page, HasSubstr("<rect class=\"strip critical\""));
  EXPECT_THAT(page, HasSubstr(" Node demo started</li>"));
  EXPECT_THAT(page, HasSubstr("13:27</time> until now Critical: node demo drops 12.4 % of its packets"));
}

TEST(StatusPage, SaysWhatIsNotRecorded) {
  SyntheticView synthetic({.has_node = false});
  const auto page = status_page(synthetic.view());
  EXPECT_THAT(page, HasSubstr("No node is found on this host"));
  EXPECT_THAT(page, HasSubstr("Nothing is recorded here of: Packets received and sent, "));
  EXPECT_THAT(page, HasSubstr("<figure id=\"cpu\">"));
}

TEST(StatusPage, ShowsWhatItHasSeenWhereThereIsNoHistory) {
  SyntheticView synthetic({}, false);
  synthetic.view().history_reason = "history.db: <damaged>";
  const auto page = status_page(synthetic.view());
  EXPECT_THAT(page, HasSubstr("There is no history: history.db: &lt;damaged&gt;."));
  EXPECT_THAT(page, HasSubstr("<figure id=\"packets\">"));
}

/// One that does not run is not found any more where nothing is configured.
TEST(StatusPage, GoesOnToShowANodeThatHasGone) {
  SyntheticView synthetic({});
  synthetic.view().nodes.clear();
  const auto page = status_page(synthetic.view());
  EXPECT_THAT(page, HasSubstr("<h3>Node demo</h3>"));
  EXPECT_THAT(page, Not(HasSubstr("No node is found")));
}

class FailingHistory : public SyntheticHistory {
 public:
  FailingHistory() : SyntheticHistory({}) {}
  Result<std::vector<Curve>> curves(std::span<const std::string_view>, UnixMs, UnixMs, UnixMs) override {
    return fail(Fault::malformed, "the file is damaged");
  }
};

TEST(StatusPage, ShowsWhatItHasSeenWhereTheHistoryFails) {
  SyntheticView synthetic({});
  FailingHistory failing;
  synthetic.view().history = &failing;
  const auto page = status_page(synthetic.view());
  EXPECT_THAT(page, HasSubstr("The history cannot be read: the file is damaged."));
  EXPECT_THAT(page, HasSubstr("<figure id=\"packets\">"));
}

TEST(StatusPage, IsAPageOfNothing) {
  StatusView view;
  view.title = "empty";
  const auto page = status_page(view);
  EXPECT_THAT(page, HasSubstr("Not known: nothing has been checked yet."));
  EXPECT_THAT(page, HasSubstr("</html>"));
}

TEST(StatusPage, EscapesWhatOthersHaveWritten) {
  SyntheticView synthetic({});
  std::vector<Finding> findings(1);
  findings[0].status = Status::critical;
  findings[0].message = "<script>alert(1)</script>";
  findings[0].remedy = "\"><img src=x>";
  synthetic.view().findings = findings;
  synthetic.view().title = "a <title> & more";
  synthetic.view().nodes = {"demo", "<b>\"node\"</b>"};
  const auto page = status_page(synthetic.view());
  EXPECT_THAT(page, Not(HasSubstr("<script>alert")));
  EXPECT_THAT(page, Not(HasSubstr("<img")));
  EXPECT_THAT(page, Not(HasSubstr("<b>\"node")));
  EXPECT_THAT(page, HasSubstr("a &lt;title&gt; &amp; more"));
  EXPECT_THAT(page, HasSubstr("node=%3Cb%3E%22node%22%3C%2Fb%3E\""));
}

TEST(StatusPage, LooksAtTheNodeThatIsNamed) {
  SyntheticView synthetic({});
  synthetic.view().nodes = {"another", "demo"};
  synthetic.view().node = "demo";
  const auto page = status_page(synthetic.view());
  EXPECT_THAT(page, HasSubstr("Charts of the last hour, node demo"));
  EXPECT_THAT(page, HasSubstr("<a href=\"/?range=1h&amp;node=demo\" aria-current=\"true\">demo</a>"));
  EXPECT_THAT(page, HasSubstr("<figure id=\"packets\">"));
  synthetic.view().node = "nobody";
  EXPECT_THAT(status_page(synthetic.view()), HasSubstr("node another"));
}

TEST(StatusPage, IsBoundedHoweverMuchIsWrong) {
  SyntheticView synthetic({});
  std::vector<Finding> findings(1000);
  for (auto& finding : findings) finding.status = &finding - findings.data() < 500 ? Status::warning : Status::ok;
  synthetic.view().findings = findings;
  synthetic.view().nodes.assign(1000, "demo");
  const auto page = status_page(synthetic.view());
  EXPECT_LT(page.size(), 150U * 1024);
  EXPECT_THAT(page, HasSubstr("and 470 more"));
}

TEST(StatusPage, ShowsTheCollectorsAtItsFoot) {
  SyntheticView synthetic({});
  const auto page = status_page(synthetic.view());
  EXPECT_THAT(page, HasSubstr("<details id=\"collectors\"><summary>Collectors: 3, 0 failing</summary>"));
  EXPECT_THAT(page, HasSubstr("<td class=\"absent\">absent: /sys/class/nvme: No such file or directory</td>"));
  EXPECT_THAT(page, HasSubstr("<td>demo: /load</td><td class=\"absent\">absent: no access token is known</td>"));
  EXPECT_THAT(page, HasSubstr("81 µs"));
}

TEST(Health, IsSaidInASentence) {
  StatusView view;
  std::vector<Finding> findings(2);
  view.findings = findings;
  EXPECT_EQ(health_of(view).sentence, "Healthy: 2 checks are fine.");
  findings[0].status = Status::unknown;
  EXPECT_EQ(health_of(view).sentence, "Healthy as far as is known: 1 check is fine, 1 had no values to go by.");
  findings[0].status = findings[1].status = Status::unknown;
  EXPECT_EQ(health_of(view).sentence, "Not known: no check has values to go by yet.");
  EXPECT_EQ(health_of(view).status, Status::unknown);
  findings[0].status = Status::warning;
  EXPECT_EQ(health_of(view).sentence, "Needs attention: 1 warning.");
  findings[1].status = Status::critical;
  EXPECT_EQ(health_of(view).sentence, "Not healthy: 1 critical problem and 1 warning.");
  EXPECT_EQ(health_of(view).status, Status::critical);
}

TEST(Health, KeepsAnAlarmThatIsNotOverYet) {
  StatusView view;
  std::vector<Finding> findings(1);
  std::vector<Alarm> alarms(1);
  alarms[0].alert = "MixnetNodeDown";
  alarms[0].status = Status::critical;
  view.findings = findings;
  view.alarms = alarms;
  const auto health = health_of(view);
  EXPECT_EQ(health.sentence, "Recovering: what was wrong is found no longer.");
  EXPECT_EQ(health.status, Status::warning);
  ASSERT_EQ(health.problems.size(), 1U);
  EXPECT_TRUE(health.problems[0].is_over);
}

TEST(StatusJson, SaysTheSame) {
  SyntheticView synthetic({.in_trouble = true});
  const auto text = status_json(synthetic.view());
  const auto json = Json::parse(text);
  ASSERT_TRUE(json) << json.error().message << text;
  EXPECT_EQ((*json)["status"].text(), "critical");
  EXPECT_EQ((*json)["problems"].size(), 4U);
  EXPECT_EQ((*json)["problems"].at(0)["alert"].text(), "MixnetNodePacketsDropped");
  EXPECT_EQ((*json)["problems"].at(0)["since"].number(), 1764077232);
  EXPECT_EQ((*json)["findings"].at(0)["measures"].at(0)["value"].number(), 12.4);
  EXPECT_EQ((*json)["nodes"].at(0)["name"].text(), "demo");
  EXPECT_EQ((*json)["nodes"].at(0)["role"].text(), "entry gateway");
  EXPECT_EQ((*json)["nodes"].at(0)["values"].at(0)["unit"].text(), "packets_per_second");
  EXPECT_EQ((*json)["host"].at(0)["name"].text(), "cpu");
  EXPECT_EQ((*json)["history"].text(), "on");
}

TEST(StatusJson, HasNullForWhatIsNotKnown) {
  StatusView view;
  const auto json = Json::parse(status_json(view));
  ASSERT_TRUE(json);
  EXPECT_TRUE((*json)["host"].at(0)["value"].is_null());
  EXPECT_EQ((*json)["nodes"].size(), 0U);
  EXPECT_EQ((*json)["history"].text(), "off");
}

TEST(StatusText, SaysTheSame) {
  SyntheticView synthetic({.in_trouble = true});
  const auto text = status_text(synthetic.view(), {.colour = false, .width = 120});
  EXPECT_THAT(text, testing::StartsWith("Not healthy: 2 critical problems and 1 warning.\nCRITICAL  node demo drops 12.4 %"));
  EXPECT_THAT(text, HasSubstr("\n          -> Look at CPU and steal first"));
  EXPECT_TRUE(Regex::compile("\nCPU: [0-9]+%, Memory: 53%, Disk: 23%, Connections: [0-9]+\n")->found_in(text)) << text;
  EXPECT_THAT(text, HasSubstr("\nNode demo\n  Role              entry gateway\n"));
  EXPECT_THAT(text, Not(HasSubstr("\x1b")));
  EXPECT_THAT(status_text(synthetic.view(), {.colour = true, .width = 120}), HasSubstr("\x1b[31mCRITICAL"));
}

TEST(StatusText, KeepsToTheWidth) {
  SyntheticView synthetic({.in_trouble = true});
  const auto text = status_text(synthetic.view(), {.colour = false, .width = 60});
  std::size_t begin = 0;
  for (auto end = text.find('\n'); end != std::string::npos; begin = end + 1, end = text.find('\n', begin)) {
    const auto line = std::string_view(text).substr(begin, end - begin);
    const auto width = std::count_if(line.begin(), line.end(), [](char c) { return (c & '\xc0') != '\x80'; });
    EXPECT_LE(width, 60) << line;
  }
}

TEST(StatusText, LetsNobodyElseMoveTheCursor) {
  SyntheticView synthetic({});
  std::vector<Finding> findings(1);
  findings[0].status = Status::critical;
  findings[0].message =
      "a\x1b[2Jb\xc2\x9b"
      "c";
  synthetic.view().findings = findings;
  EXPECT_THAT(status_text(synthetic.view(), {}), HasSubstr("a [2Jb c"));
}

TEST(Sparkline, HasTheGreatestAtTheTop) {
  EXPECT_EQ(sparkline(std::vector<double>{0, 1, kGap, 2}, 10), "▁▅ █");
  EXPECT_EQ(sparkline(std::vector<double>{0.5, 0.5}, 10, 1), "▅▅");
  EXPECT_EQ(sparkline(std::vector<double>{1, 2, 3, 8}, 2), "▃█");
  EXPECT_EQ(sparkline(std::vector<double>{kGap, 1}, 10), "");
  EXPECT_EQ(sparkline({}, 10), "");
}

TEST(Timeline, LeavesOutAStepThatHasJustBegun) {
  SyntheticView synthetic({});
  const auto end = [&](std::string_view range, UnixMs now) {
    synthetic.view().now = now;
    return timeline_of(synthetic.view(), range_named(range), "demo").end();
  };
  constexpr UnixMs kTen = 1'764'064'800'000;  // 10:00
  EXPECT_EQ(end("1h", kTen + 29'000), kTen);
  EXPECT_EQ(end("24h", kTen + 59'000), kTen);
  EXPECT_EQ(end("24h", kTen + 60'000), kTen + 600'000);
}

TEST(TimeRange, IsTheFirstWhereTheNameIsUnknown) {
  EXPECT_EQ(range_named("7d").name, "7d");
  EXPECT_EQ(range_named("../etc").name, "1h");
}

}  // namespace
}  // namespace mixnet
