// SPDX-License-Identifier: Apache-2.0
#include "collectors/network/api_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <map>
#include <mutex>

#include "tests/support/host.h"
#include "tests/support/http_server.h"

namespace mixnet {
namespace {

using namespace std::chrono_literals;
using test::answer;
using test::HttpServer;
using test::Reply;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

constexpr ApiResourceKind kEpoch{"epoch", 300s, 2h, 1 << 20, 10s};
constexpr ApiResourceKind kBonded{"bonded", 600s, 24h, 16 << 20, 10s};

/// A server whose answers a test changes while it runs.
class Api {
 public:
  Api() : server_([this](const std::string& head) { return reply(head); }) {}

  void set(const std::string& path, Reply reply) {
    const std::lock_guard lock(mutex_);
    replies_[path] = std::move(reply);
  }
  std::string base() const { return server_.url() + "/api"; }
  std::vector<std::string> requests() const { return server_.requests(); }
  std::size_t count() const { return server_.requests().size(); }

 private:
  Reply reply(const std::string& head) {
    const std::lock_guard lock(mutex_);
    const auto path = head.substr(4, head.find(' ', 4) - 4);
    const auto at = replies_.find(path);
    return at == replies_.end() ? answer(404, R"({"message":"no"})") : at->second;
  }

  std::mutex mutex_;
  std::map<std::string, Reply> replies_;  // guarded by mutex_
  HttpServer server_;
};

class ApiSourceTest : public testing::Test {
 protected:
  struct Source : ApiSource {
    explicit Source(ApiSourceTest& test)
        : ApiSource("nym_api", StateFolder(test.folder_.path().string() + "/nym_api"), 1, [&test] { return test.now_; }) {
      follow({test.bases_, "", ""});
    }
  };

  Source source() { return Source(*this); }
  ApiResource epoch() {
    return {kEpoch, {"/v1/epoch/current"}, "", [this](const Json& body) -> Result<void> {
              const auto id = body["id"].integer<int>();
              if (!id) return fail(Fault::malformed, "no id");
              ids_.push_back(*id);
              return {};
            }};
  }
  ApiResource bonded(std::string variant = "1,3") {
    return {kBonded,
            {"/v1/nym-nodes/bonded"},
            "",
            [this](const Json& body) -> Result<void> {
              list_ = body.serialized();
              return {};
            },
            [variant](const Json& entry) {
              return ("," + variant + ",").find("," + std::to_string(entry["id"].integer<int>().value_or(0)) + ",") !=
                     std::string::npos;
            },
            variant};
  }
  void ask(ApiSource& source, ApiResource& resource) {
    ApiResource* const resources[] = {&resource};
    source.ask_due(resources, now_.steady + 1h, {});
  }
  std::string text(ApiSource& source, ApiResource& resource) {
    ApiResource* const resources[] = {&resource};
    Samples samples;
    Remarks remarks;
    source.add_to(samples, remarks, resources);
    auto out = test::lines_of(samples);
    for (const auto& remark : remarks.all()) out += "# " + remark.subject + ": " + remark.error.message + "\n";
    return out;
  }
  void pass(std::chrono::seconds time) {
    now_.steady += time;
    now_.system += time;
  }

  test::TemporaryFolder folder_;
  Api api_, other_;
  std::vector<std::string> bases_{api_.base()};
  ApiSource::Moment now_ = ApiSource::real_clock();
  std::vector<int> ids_;
  std::string list_;
};

TEST_F(ApiSourceTest, AsksWhenItIsDueAndNoSooner) {
  api_.set("/api/v1/epoch/current", answer(200, R"({"id":7})"));
  auto source = this->source();
  auto epoch = this->epoch();
  ask(source, epoch);
  ask(source, epoch);
  EXPECT_THAT(ids_, ElementsAre(7));
  EXPECT_TRUE(epoch.holds(now_.system));
  pass(299s);
  ask(source, epoch);
  EXPECT_EQ(api_.count(), 1U);
  pass(31s);  // a tenth of the period at most it is late by chance
  ask(source, epoch);
  EXPECT_EQ(api_.count(), 2U);
  EXPECT_THAT(text(source, epoch), HasSubstr("mixnet_network_api_up{api=\"nym_api\",resource=\"epoch\"} 1\n"));
  EXPECT_THAT(text(source, epoch), HasSubstr("mixnet_network_api_requests_total{api=\"nym_api\"} 2\n"));
  EXPECT_THAT(text(source, epoch), HasSubstr("mixnet_network_api_base_info{api=\"nym_api\",url=\"" + api_.base() + "\"} 1\n"));
  EXPECT_THAT(text(source, epoch), Not(HasSubstr("fault_info")));
}

TEST_F(ApiSourceTest, AnAnswerHoldsForAWhile) {
  api_.set("/api/v1/epoch/current", answer(200, R"({"id":7})"));
  auto source = this->source();
  auto epoch = this->epoch();
  EXPECT_FALSE(epoch.holds(now_.system));
  ask(source, epoch);
  api_.set("/api/v1/epoch/current", answer(500, R"({"message":"cold"})"));
  pass(2h - 1s);
  ask(source, epoch);
  EXPECT_EQ(epoch.reason(), HttpReason::server_error);
  EXPECT_TRUE(epoch.holds(now_.system));
  pass(1s);
  EXPECT_FALSE(epoch.holds(now_.system));
}

TEST_F(ApiSourceTest, AsksLessOftenWhatFails) {
  api_.set("/api/v1/epoch/current", answer(500, ""));
  auto source = this->source();
  auto epoch = this->epoch();
  std::vector<std::size_t> counts;
  for (int minute = 0; minute <= 120; ++minute) {
    ask(source, epoch);
    if (minute % 30 == 0) counts.push_back(api_.count());
    pass(60s);
  }
  // After 30 s, 1, 2, 4 and 8 minutes, then every 15, each up to a tenth later.
  EXPECT_EQ(counts[0], 1U);
  EXPECT_GE(counts[1], 5U);
  EXPECT_LE(counts[4] - counts[1], 6U);
  EXPECT_GE(counts[4] - counts[1], 4U);
  EXPECT_THAT(text(source, epoch),
              HasSubstr("mixnet_network_api_fault_info{api=\"nym_api\",resource=\"epoch\",reason=\"server_error\"} 1\n"));
  EXPECT_THAT(text(source, epoch), HasSubstr("# nym_api: epoch: " + api_.base() + "/v1/epoch/current: status 500\n"));
}

TEST_F(ApiSourceTest, LeavesAServerAloneForAsLongAsItAsks) {
  api_.set("/api/v1/epoch/current", answer(429, "", "Retry-After: 3600\r\n"));
  bases_.push_back(other_.base());
  auto source = this->source();
  auto epoch = this->epoch();
  auto bonded = this->bonded();
  ask(source, epoch);
  EXPECT_EQ(epoch.reason(), HttpReason::rate_limited);
  pass(3599s);
  ask(source, epoch);
  ask(source, bonded);
  EXPECT_EQ(api_.count(), 1U) << "and no other of its resources";
  EXPECT_EQ(other_.count(), 0U) << "nor another way to the same server";
  pass(1s);
  ask(source, epoch);
  EXPECT_EQ(api_.count(), 2U);
}

TEST_F(ApiSourceTest, TakesAnotherBaseWhereOneFailsAndReturnsToThePreferred) {
  api_.set("/api/v1/epoch/current", Reply{"", Reply::Then::reset});
  other_.set("/api/v1/epoch/current", answer(200, R"({"id":8})"));
  bases_.push_back(other_.base());
  auto source = this->source();
  auto epoch = this->epoch();
  ask(source, epoch);
  EXPECT_THAT(ids_, ElementsAre(8));
  EXPECT_FALSE(epoch.reason());
  EXPECT_THAT(text(source, epoch), HasSubstr("url=\"" + other_.base() + "\""));
  EXPECT_THAT(text(source, epoch), HasSubstr("mixnet_network_api_failures_total{api=\"nym_api\",reason=\"broken_off\"} 1\n"));
  const auto before = api_.count();
  pass(330s);
  ask(source, epoch);
  EXPECT_EQ(api_.count(), before);
  api_.set("/api/v1/epoch/current", answer(200, R"({"id":9})"));
  pass(330s);
  ask(source, epoch);
  EXPECT_THAT(ids_, ElementsAre(8, 8, 9));
}

TEST_F(ApiSourceTest, AnApiThatDoesNotAnswerIsOneFailureNotMany) {
  bases_ = {"http://127.0.0.1:1"};
  auto source = this->source();
  auto epoch = this->epoch();
  auto bonded = this->bonded();
  ApiResource* const resources[] = {&epoch, &bonded};
  source.ask_due(resources, now_.steady + 1h, {});
  EXPECT_EQ(epoch.reason(), HttpReason::unreachable);
  EXPECT_FALSE(bonded.reason()) << "not asked before the API is tried again";
  pass(33s);
  source.ask_due(resources, now_.steady + 1h, {});
  EXPECT_EQ(bonded.reason(), HttpReason::unreachable);
  Samples samples;
  Remarks remarks;
  source.add_to(samples, remarks, resources);
  ASSERT_EQ(remarks.all().size(), 1U);
  EXPECT_EQ(remarks.all()[0].subject, "nym_api");
}

TEST_F(ApiSourceTest, ReadsOfAListWhatIsWanted) {
  api_.set("/api/v1/nym-nodes/bonded",
           answer(200, R"({"pagination":{"total":3},"data":[{"id":1,"a":[{"id":2}]},{"id":2},{"id":3},7]})"));
  auto source = this->source();
  auto bonded = this->bonded();
  ask(source, bonded);
  EXPECT_EQ(list_, R"({"data":[{"a":[{"id":2}],"id":1},{"id":3}]})");
}

TEST_F(ApiSourceTest, AListThatBreaksOffCountsForNothing) {
  api_.set("/api/v1/nym-nodes/bonded",
           Reply{"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{\"data\":[{\"id\":1},", Reply::Then::close});
  auto source = this->source();
  auto bonded = this->bonded();
  ask(source, bonded);
  EXPECT_EQ(list_, "");
  EXPECT_EQ(bonded.reason(), HttpReason::broken_off);
}

TEST_F(ApiSourceTest, TellsWhatIsNoJsonAndWhatIsNotWhatItShouldBe) {
  auto source = this->source();
  auto epoch = this->epoch();
  api_.set("/api/v1/epoch/current", answer(200, "<html>"));
  ask(source, epoch);
  EXPECT_EQ(epoch.reason(), HttpReason::malformed);
  EXPECT_THAT(text(source, epoch), HasSubstr("# nym_api: epoch: " + api_.base() + "/v1/epoch/current: parse error at line 1"));
  api_.set("/api/v1/epoch/current", answer(200, "null"));
  pass(1h);
  ask(source, epoch);
  EXPECT_EQ(epoch.reason(), HttpReason::malformed);
  EXPECT_THAT(text(source, epoch), HasSubstr("/v1/epoch/current: no id\n"));
  EXPECT_FALSE(epoch.got());
}

TEST_F(ApiSourceTest, AsksForWhatHasChangedOnly) {
  api_.set("/api/v1/epoch/current", answer(200, R"({"id":7})", "ETag: \"x\"\r\n"));
  auto source = this->source();
  auto epoch = this->epoch();
  ask(source, epoch);
  api_.set("/api/v1/epoch/current", Reply{"HTTP/1.1 304 Not Modified\r\n\r\n"});
  pass(330s);
  ask(source, epoch);
  EXPECT_THAT(api_.requests().back(), HasSubstr("If-None-Match: \"x\"\r\n"));
  EXPECT_FALSE(epoch.reason());
  EXPECT_EQ(epoch.got(), now_.system) << "confirmed";
  EXPECT_THAT(ids_, ElementsAre(7));
}

TEST_F(ApiSourceTest, RemembersOverARestart) {
  api_.set("/api/v1/epoch/current", answer(200, R"({"id":7})", "ETag: \"x\"\r\n"));
  {
    auto source = this->source();
    auto epoch = this->epoch();
    ask(source, epoch);
  }
  ids_.clear();
  const auto file = folder_.path() / "nym_api" / "epoch.json";
  std::filesystem::last_write_time(file, std::filesystem::file_time_type::clock::now() - 200s);
  auto source = this->source();
  auto epoch = this->epoch();
  source.recall(epoch);
  EXPECT_THAT(ids_, ElementsAre(7));
  EXPECT_NEAR(std::chrono::duration<double>(now_.system - *epoch.got()).count(), 200, 5);
  ask(source, epoch);
  EXPECT_EQ(api_.count(), 1U) << "not due before the period is over";
  pass(135s);
  ask(source, epoch);
  EXPECT_EQ(api_.count(), 2U);
  EXPECT_THAT(api_.requests().back(), HasSubstr("If-None-Match: \"x\"\r\n"));
}

TEST_F(ApiSourceTest, RemembersNothingOfAnotherNetwork) {
  api_.set("/api/v1/epoch/current", answer(200, R"({"id":7})"));
  auto source = this->source();
  auto epoch = this->epoch();
  ask(source, epoch);
  ids_.clear();
  bases_ = {other_.base()};
  auto elsewhere = this->source();
  auto again = this->epoch();
  elsewhere.recall(again);
  EXPECT_TRUE(ids_.empty());
  EXPECT_FALSE(again.got());
}

TEST_F(ApiSourceTest, AsksAtOnceForAListOfOtherNodes) {
  api_.set("/api/v1/nym-nodes/bonded", answer(200, R"({"data":[{"id":1},{"id":2}]})", "ETag: \"x\"\r\n"));
  auto source = this->source();
  auto bonded = this->bonded("1");
  ask(source, bonded);
  auto more = this->bonded("1,2");
  source.recall(more);
  EXPECT_EQ(list_, R"({"data":[{"id":1}]})") << "better than nothing";
  ask(source, more);
  EXPECT_EQ(list_, R"({"data":[{"id":1},{"id":2}]})");
  EXPECT_THAT(api_.requests().back(), Not(HasSubstr("If-None-Match")));
}

TEST_F(ApiSourceTest, IgnoresWhatIsBrokenInTheStateFolder) {
  const StateFolder state(folder_.path().string() + "/nym_api");
  for (const auto& text :
       std::vector<std::string>{"", "\n", "{}\n{\"id\":1}", "{\"base\":\"" + api_.base() + "\"}\n{", "{\"base\":[]}\n\n"}) {
    ASSERT_TRUE(state.write("epoch.json", text));
    auto source = this->source();
    auto epoch = this->epoch();
    source.recall(epoch);
    EXPECT_FALSE(epoch.got()) << text;
  }
}

TEST_F(ApiSourceTest, GoesOnWhereItCanRememberNothing) {
  api_.set("/api/v1/epoch/current", answer(200, R"({"id":7})"));
  folder_.write("nym_api", "a file in the folder's place");
  auto source = this->source();
  auto epoch = this->epoch();
  ask(source, epoch);
  EXPECT_THAT(ids_, ElementsAre(7));
  EXPECT_THAT(text(source, epoch), HasSubstr("# what nym_api says is not remembered: "));
}

TEST_F(ApiSourceTest, AsksUnderThePathsOfOtherReleases) {
  auto source = this->source();
  ApiResource resource(kEpoch, {"/v2/x", "/v1/x"}, "", [](const Json&) -> Result<void> { return {}; });
  ask(source, resource);
  EXPECT_EQ(resource.reason(), HttpReason::not_found);
  EXPECT_EQ(api_.count(), 2U);
  api_.set("/api/v1/x", answer(200, "{}"));
  pass(40s);
  ask(source, resource);
  EXPECT_FALSE(resource.reason());
  EXPECT_EQ(api_.count(), 4U);
  pass(400s);
  ask(source, resource);
  EXPECT_EQ(api_.count(), 5U) << "the one that was there is asked first";
}

TEST_F(ApiSourceTest, AsksNoFasterHoweverManyNodesThereAre) {
  api_.set("/api/v1/x", answer(200, "{}"));
  auto source = this->source();
  std::vector<std::unique_ptr<ApiResource>> resources;
  std::vector<ApiResource*> all;
  for (int node = 0; node < 200; ++node) {
    const auto read = [](const Json&) -> Result<void> { return {}; };
    resources.push_back(std::make_unique<ApiResource>(kEpoch, std::vector<std::string>{"/v1/x"}, std::to_string(node), read));
    all.push_back(resources.back().get());
  }
  source.ask_due(all, now_.steady + 1h, {});
  EXPECT_EQ(api_.count(), 60U);
  pass(40s);
  source.ask_due(all, now_.steady + 1h, {});
  EXPECT_EQ(api_.count(), 70U);
  for (int minute = 0; minute < 30; ++minute) {
    pass(60s);
    source.ask_due(all, now_.steady + 1h, {});
  }
  EXPECT_EQ(api_.count(), 70U + 30 * 15);
  for (const auto* each : all) EXPECT_TRUE(each->got()) << each->node() << ": each has its turn";
}

TEST_F(ApiSourceTest, EndsSoonWhenAskedToStop) {
  api_.set("/api/v1/epoch/current", Reply{"", Reply::Then::hang});
  auto source = this->source();
  auto epoch = this->epoch();
  std::stop_source stop;
  std::jthread stopping([&] {
    std::this_thread::sleep_for(100ms);
    stop.request_stop();
  });
  ApiResource* const resources[] = {&epoch};
  source.ask_due(resources, now_.steady + 1h, stop.get_token());
  EXPECT_FALSE(epoch.reason()) << "that is nobody's failure";
}

TEST_F(ApiSourceTest, FilesAreNamedAfterTheNode) {
  api_.set("/api/v1/epoch/current", answer(200, R"({"id":7})"));
  auto source = this->source();
  ApiResource resource(kEpoch, {"/v1/epoch/current"}, "../exit 1", [](const Json&) -> Result<void> { return {}; });
  ask(source, resource);
  EXPECT_TRUE(std::filesystem::exists(folder_.path() / "nym_api" / "epoch-.46.46.47exit.321.json"));
}

}  // namespace
}  // namespace mixnet
