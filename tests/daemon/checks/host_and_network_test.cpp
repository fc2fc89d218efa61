// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/daemon/checks/made_window.h"

namespace mixnet {
namespace {

using namespace std::chrono_literals;
using test::kNowSeconds;
using test::MadeWindow;
using ::testing::HasSubstr;

MadeWindow clock(double offset, double synchronised = 1) {
  return MadeWindow().gauge("mixnet_host_clock_offset_seconds", offset).gauge("mixnet_host_clock_synchronised", synchronised);
}

TEST(CheckClock, GoesByTheOffsetEitherWay) {
  EXPECT_EQ(clock(0.01).one("clock").status, Status::ok);
  EXPECT_EQ(clock(0.25).one("clock").message, "the clock is off by 0.25 s");
  EXPECT_EQ(clock(-0.7).one("clock").status, Status::warning);
  EXPECT_EQ(clock(7).one("clock").status, Status::critical);
  EXPECT_EQ(clock(0.01).gauge("mixnet_network_clock_offset_seconds{server=\"ntp.example\"}", -9).one("clock").status,
            Status::critical);
}

TEST(CheckClock, WarnsWhereNothingKeepsIt) {
  const auto found = clock(0, 0).one("clock");
  EXPECT_EQ(found.status, Status::warning);
  EXPECT_EQ(found.message, "no time service keeps the clock");
  auto moment = MadeWindow().gauge("mixnet_host_clock_offset_seconds", 0);
  moment.gauge("mixnet_host_clock_synchronised", [](double s) { return s < -60 ? 1.0 : 0.0; });
  EXPECT_EQ(moment.one("clock").status, Status::ok);
  EXPECT_TRUE(MadeWindow().check("clock").empty());
}

TEST(CheckConntrack, GoesByItsShareAndIsNothingWithout) {
  const auto entries = [](double count) {
    return MadeWindow()
        .gauge("node_nf_conntrack_entries", count)
        .gauge("node_nf_conntrack_entries_limit", 65'536)
        .one("conntrack");
  };
  EXPECT_EQ(entries(1000).status, Status::ok);
  EXPECT_EQ(entries(60'000).status, Status::warning);   // 91.6 %
  EXPECT_EQ(entries(65'000).status, Status::critical);  // 99.2 %
  EXPECT_TRUE(MadeWindow().check("conntrack").empty());
}

TEST(CheckCertificate, GoesByTheDaysThatAreLeft) {
  const auto expiring = [](double days, double age = 86'400) {
    return MadeWindow()
        .node("a", age)
        .gauge("mixnet_network_node_tls_certificate_expiry_timestamp_seconds{node=\"a\"}", kNowSeconds + days * 86'400)
        .one("certificate");
  };
  EXPECT_EQ(expiring(60).status, Status::ok);
  EXPECT_EQ(expiring(60).message, "the certificate of node a expires in 60 days");
  EXPECT_DOUBLE_EQ(expiring(60).measures.front().value, 60);
  EXPECT_EQ(expiring(10).status, Status::warning);
  EXPECT_EQ(expiring(1).status, Status::critical);
  EXPECT_EQ(expiring(-2).message, "the certificate of node a expired 2 days ago");
  EXPECT_EQ(expiring(-2).status, Status::critical);
  EXPECT_EQ(expiring(1, 60).status, Status::unknown) << "neither begins nor ends an alarm just after a start";
  EXPECT_TRUE(MadeWindow().node("a").check("certificate").empty());
}

/// A node's score over two hours, and whether nym-api answered.
MadeWindow scored(
    MadeWindow::Values score, MadeWindow::Values up = [](double) { return 1; }) {
  MadeWindow out(2h);
  return out.node("a")
      .gauge("mixnet_network_node_performance_ratio{node=\"a\"}", std::move(score))
      .gauge("mixnet_network_api_up{api=\"nym_api\"}", 0)  // some document that is never had
      .gauge("mixnet_network_api_up{api=\"nym_api\",resource=\"annotation\",node=\"other\"}", 0)
      .gauge("mixnet_network_api_up{api=\"nym_api\",resource=\"annotation\",node=\"a\"}", std::move(up));
}

MadeWindow::Values always(double value) {
  return [=](double) { return value; };
}

TEST(CheckScore, GoesByTheWholeHour) {
  EXPECT_EQ(scored(always(0.98)).one("score").status, Status::ok);
  EXPECT_EQ(scored(always(0.98)).one("score").message, "node a has a score of 0.98");
  EXPECT_EQ(scored(always(0.85)).one("score").status, Status::warning);
  EXPECT_EQ(scored(always(0.5)).one("score").status, Status::critical);
  EXPECT_EQ(scored([](double s) { return s < -1800 ? 0.98 : 0.5; }).one("score").status, Status::ok);
}

TEST(CheckScore, StaysAsItWasWhileTheNetworkIsSilent) {
  const auto silent_since = [](double since) { return MadeWindow::Values([=](double s) { return s < since ? 1.0 : 0.0; }); };
  // Bad for an hour before it fell silent: it was true, and stays.
  const auto bad = scored(always(0.5), silent_since(-1200)).one("score");
  EXPECT_EQ(bad.status, Status::critical);
  EXPECT_EQ(bad.message, "node a has a score of 0.5, as nym-api said 20 min ago");
  // Fine then, whatever is kept of it since.
  EXPECT_EQ(scored([](double s) { return s < -1300 ? 0.98 : 0.5; }, silent_since(-1200)).one("score").status, Status::ok);
  // Gone since, as it has got too old to keep.
  EXPECT_EQ(scored([](double s) { return s < -900 ? 0.98 : kGap; }, silent_since(-1200)).one("score").status, Status::ok);
  // Nothing is known from the time of the window.
  EXPECT_EQ(scored(always(0.5), always(0)).one("score").status, Status::unknown);
}

TEST(CheckScore, OfANodeWatchedFromAfarToo) {
  MadeWindow window(2h);
  window.gauge("mixnet_network_node_performance_ratio{node=\"1324\"}", 0.8);
  EXPECT_EQ(window.one("score").node, "1324");
  EXPECT_EQ(window.one("score").status, Status::warning);
  EXPECT_TRUE(MadeWindow(2h).node("a").check("score").empty());
}

TEST(CheckDescribed, EitherCostsTheScore) {
  const auto described = [](double self, double in_list, double bonded = 1) {
    MadeWindow out(1h);
    return out.node("a")
        .gauge("mixnet_network_node_bonded{node=\"a\"}", bonded)
        .gauge("mixnet_network_node_described{node=\"a\"}", in_list)
        .gauge("mixnet_network_node_self_described{node=\"a\"}", self);
  };
  EXPECT_EQ(described(1, 1).one("score.described").status, Status::ok);
  EXPECT_EQ(described(0, 1).one("score.described").status, Status::critical);
  EXPECT_EQ(described(1, 0).one("score.described").status, Status::critical);
  EXPECT_THAT(described(0, 1).one("score.described").message,
              HasSubstr("could not get the description of node a, so its score is 0"));
  EXPECT_TRUE(described(0, 0, 0).check("score.described").empty()) << "a node that is not bonded has no score";
}

TEST(CheckVersion, GoesByWhatItIsWorth) {
  const auto worth = [](double score) {
    MadeWindow out(2h);
    return out.node("a").gauge("mixnet_network_node_expected_config_score_ratio{node=\"a\"}", score).one("version");
  };
  EXPECT_EQ(worth(1).status, Status::ok);
  EXPECT_EQ(worth(0.9).status, Status::warning);
  EXPECT_EQ(worth(0.5).status, Status::critical);
  EXPECT_EQ(worth(0.5).message, "node a runs a version that is worth a config score of 0.5");
}

}  // namespace
}  // namespace mixnet
