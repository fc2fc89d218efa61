// SPDX-License-Identifier: Apache-2.0
#include "daemon/scraper.h"

#include <gtest/gtest.h>

#include <array>
#include <future>

#include "collectors/all_collectors.h"
#include "collectors/kit/json.h"
#include "daemon/history/recorder.h"
#include "daemon/page/status_page.h"
#include "daemon/routes.h"
#include "daemon/web/server.h"
#include "tests/daemon/web/client.h"
#include "tests/support/allocations.h"
#include "tests/support/host.h"

namespace mixnet {
namespace {

constexpr Metric kRuns = counter("node_runs_total", "How often the collector ran.");
constexpr const Metric* kMetrics[] = {&kRuns};

/// A collector that can be held up, and counts its runs.
struct Gate {
  std::mutex mutex;
  std::condition_variable opened;
  bool open = true;
  int runs = 0;
} gate;

Result<void> collect(Context&, Samples& out) {
  std::unique_lock lock(gate.mutex);
  gate.opened.wait(lock, [] { return gate.open; });
  out.add(kRuns, ++gate.runs);
  return {};
}

void set_gate(bool open) {
  const std::lock_guard lock(gate.mutex);
  gate.open = open;
  gate.opened.notify_all();
}

constexpr Collector kGated{"gated", "Waits at a gate.", true, Schedule::at_scrape, kMetrics, collect};
constexpr Collector kDetached{"detached", "Waits at a gate, detached.", true, Schedule::at_scrape_detached, kMetrics, collect};

Recorder::Options recording_nothing() {
  Recorder::Options options;
  options.interval = std::chrono::milliseconds(0);
  return options;
}

/// The daemon's parts as `run` puts them together, around one collector.
class Daemon {
 public:
  explicit Daemon(const Collector& collector, std::shared_ptr<const NetworkDirectory> network = nullptr)
      : enabled_{&collector},
        scraper_(std::make_unique<Board>(Roots{}, Settings{}, enabled_), {.exporter_metrics = true, .state = &state_}),
        routes_("a <title>", "/metrics", scraper_, std::move(network)),
        recorder_(recording_nothing(), scraper_, enabled_, state_.history) {
    routes_.use(recorder_.inbox());
    web::ServerOptions options;
    options.listeners.push_back(web::Listener::bind({"127.0.0.1", 0}).value());
    server_ = web::Server::start(std::move(options), [this](const web::Request& request, web::Responder responder) {
                routes_.handle(request, std::move(responder));
              }).value();
    state_.web = &server_->instruments();
  }

  test::Client client() { return test::Client(server_->port()); }
  test::WebReply get(const std::string& path, std::string_view headers = "") { return client().get(path, headers); }
  Scraper& scraper() { return scraper_; }
  Routes& routes() { return routes_; }
  const ExporterState& state() const { return state_; }

 private:
  std::array<const Collector*, 1> enabled_;
  ExporterState state_;
  Scraper scraper_;
  Routes routes_;
  Recorder recorder_;
  std::unique_ptr<web::Server> server_;
};

class ScraperTest : public testing::Test {
 protected:
  ScraperTest() {
    set_gate(true);
    gate.runs = 0;
  }
  ~ScraperTest() override { set_gate(true); }
};

bool has_line(const std::string& text, std::string_view line) {
  return ("\n" + text).find("\n" + std::string(line) + "\n") != std::string::npos;
}

TEST_F(ScraperTest, ServesTheMetricsInTheFormatAskedFor) {
  Daemon daemon(kGated);
  const auto text = daemon.get("/metrics");
  EXPECT_EQ(text.status, 200);
  EXPECT_EQ(text.headers.at("content-type"), "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_TRUE(has_line(text.body, "node_runs_total 1"));
  EXPECT_TRUE(has_line(text.body, "mixnet_exporter_collections_total 1"));
  const auto open = daemon.get("/metrics", "Accept: application/openmetrics-text;version=1.0.0\r\n");
  EXPECT_EQ(open.headers.at("content-type"), "application/openmetrics-text; version=1.0.0; charset=utf-8");
  EXPECT_TRUE(open.body.ends_with("# EOF\n"));
  EXPECT_TRUE(has_line(open.body, "# TYPE node_runs counter"));
  const auto compressed = daemon.get("/metrics", "Accept-Encoding: gzip\r\n");
  EXPECT_EQ(compressed.headers.at("content-encoding"), "gzip");
  EXPECT_EQ(compressed.body.substr(0, 2), "\x1f\x8b");
}

TEST_F(ScraperTest, ScrapesThatComeTogetherShareOneCollection) {
  Daemon daemon(kGated);
  set_gate(false);
  std::vector<std::future<test::WebReply>> replies;
  const auto scrape = [&] { return daemon.get("/metrics"); };
  replies.push_back(std::async(std::launch::async, scrape));
  while (daemon.scraper().comes_round(std::chrono::milliseconds(20))) {
  }  // until the first is at the gate
  for (int more = 0; more < 20; ++more) replies.push_back(std::async(std::launch::async, scrape));
  while (daemon.state().web.load()->requests_in_flight < 21) std::this_thread::yield();
  EXPECT_EQ(daemon.get("/-/healthy").status, 200);  // the server's thread does not wait
  set_gate(true);
  for (auto& reply : replies) EXPECT_EQ(reply.get().status, 200);
  EXPECT_EQ(gate.runs, 2);
}

TEST_F(ScraperTest, ADetachedCollectorThatHangsCostsItsOwnValuesOnly) {
  Daemon daemon(kDetached);
  set_gate(false);
  for (int scrape = 0; scrape < 2; ++scrape) {
    const auto reply = daemon.get("/metrics");
    EXPECT_EQ(reply.status, 200);
    EXPECT_TRUE(has_line(reply.body, "node_scrape_collector_success{collector=\"detached\"} 0"));
  }
  EXPECT_EQ(gate.runs, 0);
  set_gate(true);
  const auto recovered = [&] {
    return has_line(daemon.get("/metrics").body, "node_scrape_collector_success{collector=\"detached\"} 1");
  };
  while (!recovered()) std::this_thread::yield();  // the late run has to end first
}

TEST_F(ScraperTest, RefusesWhatItDoesNotHave) {
  Daemon daemon(kGated);
  EXPECT_EQ(daemon.get("/metrics?collect[]=none").status, 400);
  EXPECT_EQ(daemon.get("/metrics?collect%5B%5D=gated").status, 200);
  EXPECT_FALSE(has_line(daemon.get("/metrics?exclude[]=gated").body, "node_runs_total 2"));
  EXPECT_EQ(daemon.get("/nothing").status, 404);
}

TEST_F(ScraperTest, HasPagesForPeopleAndForProbes) {
  Daemon daemon(kGated);
  const auto page = daemon.get("/");
  EXPECT_EQ(page.headers.at("content-type"), "text/html; charset=utf-8");
  EXPECT_NE(page.body.find("<a href=\"/metrics\">"), std::string::npos);
  EXPECT_NE(page.body.find("<title>a &lt;title&gt;</title>"), std::string::npos);
  EXPECT_NE(page.body.find("There is no history: history is not kept."), std::string::npos);
  EXPECT_NE(page.body.find("<details id=\"collectors\">"), std::string::npos);
  EXPECT_EQ(page.headers.at("content-security-policy"), status_page_policy());
  EXPECT_EQ(daemon.get("/", "Accept-Encoding: gzip\r\n").headers.at("content-encoding"), "gzip");
  EXPECT_EQ(daemon.get("/status.js").headers.at("content-type"), "text/javascript; charset=utf-8");
  EXPECT_NE(daemon.get("/?range=7d&node=x").body.find("Charts of the last seven days"), std::string::npos);
  const auto json = Json::parse(daemon.get("/api/v1/status").body);
  ASSERT_TRUE(json);
  EXPECT_EQ((*json)["history"].text(), "history is not kept");
  EXPECT_EQ(daemon.get("/-/ready").status, 200);
  EXPECT_NE(daemon.get("/health").body.find("\"status\":\"ok\""), std::string::npos);
  daemon.routes().leave();
  EXPECT_EQ(daemon.get("/-/ready").status, 503);
  EXPECT_EQ(daemon.get("/-/healthy").status, 200);
}

TEST_F(ScraperTest, ServesTheNetworksNodesWhereItIsToldTo) {
  EXPECT_EQ(Daemon(kGated).get("/sd/nodes").status, 404);
  const auto network = std::make_shared<NetworkDirectory>();
  Daemon daemon(kGated, network);
  EXPECT_EQ(daemon.get("/sd/nodes").status, 503) << "Prometheus keeps the targets that it has";
  EXPECT_EQ(daemon.get("/sd/nodes?colour=red").status, 400);

  const auto fleet = std::make_shared<const std::string>(
      "7\tK7\tn1owner\tmix.example.org\t0\t1.30.0\tDE\t01000\n1324\tK1\tn1owner\t2001:db8::17\t443\t1.31.0\tCH\t00110\n");
  network->publish({fleet, "testnet"});
  const auto all = daemon.get("/sd/nodes");
  EXPECT_EQ(all.status, 200);
  EXPECT_EQ(all.headers.at("content-type"), "application/json");
  const auto list = Json::parse(all.body).value();
  ASSERT_EQ(list.size(), 2U);
  EXPECT_EQ(list.at(0)["targets"].at(0).text(), "mix.example.org:8080");
  EXPECT_EQ(list.at(1)["targets"].at(0).text(), "[2001:db8::17]:443");
  EXPECT_EQ(list.at(1)["labels"]["environment"].text(), "testnet");

  const auto filtered = daemon.get("/sd/nodes?role=mixnode&role=entry_gateway&country=DE&port=9100");
  EXPECT_EQ(Json::parse(filtered.body).value().at(0)["targets"].at(0).text(), "mix.example.org:9100");
  EXPECT_EQ(Json::parse(filtered.body).value().size(), 1U);
  EXPECT_EQ(daemon.get("/sd/nodes?country=FR").body, "[]\n");
  const auto refused = daemon.get("/sd/nodes?role=gateway");
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(refused.body, "role: \"gateway\" is none of mixnode, entry_gateway and exit_gateway\n");
  network->publish(NetworkDirectory::FleetEdition{});
  EXPECT_EQ(daemon.get("/sd/nodes").status, 503) << "what is known has become too old";
}

TEST_F(ScraperTest, UsesAnotherBoardOnceItHasOne) {
  Daemon daemon(kGated);
  EXPECT_TRUE(has_line(daemon.get("/metrics").body, "node_runs_total 1"));
  daemon.scraper().replace(std::make_unique<Board>(Roots{}, Settings{}, std::span<const Collector* const>{}));
  EXPECT_EQ(daemon.get("/metrics").body.find("node_runs_total"), std::string::npos);
}

TEST_F(ScraperTest, StopsUnlessACollectorHangs) {
  Daemon idle(kGated);
  EXPECT_TRUE(idle.scraper().stop(std::chrono::seconds(10)));
  Daemon hanging(kGated);
  set_gate(false);
  auto reply = std::async(std::launch::async, [&] { return hanging.get("/metrics"); });
  while (hanging.scraper().comes_round(std::chrono::milliseconds(20))) {
  }
  EXPECT_FALSE(hanging.scraper().stop(std::chrono::milliseconds(50)));
  set_gate(true);
  EXPECT_EQ(reply.get().status, 200);
}

// What is absent here costs an error's text once a minute; each other collector must be steady by then.
TEST(SteadyScrape, AllocatesNothing) {
  BoardExposition exposition(std::make_unique<Board>(Roots{}, Settings{}, all_collectors()));
  std::string text, compressed;
  const auto scrape = [&] {
    exposition.collect({});
    add_build_info(exposition.own());
    exposition.write(Format::openmetrics, text);
    exposition.compress(text, compressed);
  };
  for (int warm_up = 0; warm_up < 10; ++warm_up) scrape();
  std::size_t least = SIZE_MAX;  // a host that gains processes or sockets meanwhile is not steady
  for (int round = 0; round < 10 && least != 0; ++round) {
    const auto before = test::allocations();
    scrape();
    least = std::min(least, test::allocations() - before);
  }
  EXPECT_EQ(least, 0U);
}

}  // namespace
}  // namespace mixnet
