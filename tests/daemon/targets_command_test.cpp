// SPDX-License-Identifier: Apache-2.0
#include "daemon/commands/targets.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <mutex>

#include "collectors/kit/json.h"
#include "tests/support/host.h"
#include "tests/support/http_server.h"

namespace mixnet {
namespace {

using test::answer;
using test::HttpServer;
using test::Reply;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

/// A nym-api with nodes 7, a mixnode that is leaving, and 1324, an exit.
class Api {
 public:
  Api() : server_([this](const std::string& head) { return reply(head); }) {
    set("/v1/nym-nodes/bonded",
        list(bond(1324, "K1324", "203.0.113.17", false) + "," + bond(7, "K7", "mix.example.org", true)));
    set("/v2/nym-nodes/described", list(R"({"node_id":1324,"description":{"declared_role":{"mixnode":false,"entry":true,
        "exit_nr":true,"exit_ipr":true},"auxiliary_details":{"location":"CH"},"build_information":{"build_version":"1.31.0"}}},
        {"node_id":7,"description":{"declared_role":{"mixnode":true}}})"));
    set("/v1/nym-nodes/rewarded-set", answer(200, R"({"epoch_id":1,"entry_gateways":[],"exit_gateways":[1324],"layer1":[],
        "layer2":[],"layer3":[],"standby":[]})"));
  }

  static Reply list(const std::string& entries) { return answer(200, R"({"pagination":{},"data":[)" + entries + "]}"); }
  static std::string bond(std::uint32_t id, const std::string& key, const std::string& host, bool leaves) {
    return R"({"bond_information":{"node_id":)" + std::to_string(id) + R"(,"owner":"n1owner","is_unbonding":)" +
           (leaves ? "true" : "false") + R"(,"node":{"host":")" + host + R"(","custom_http_port":null,"identity_key":")" + key +
           R"("}}})";
  }

  void set(const std::string& path, Reply reply) {
    const std::lock_guard lock(mutex_);
    replies_["/api" + path] = std::move(reply);
  }
  std::string url() const { return server_.url(); }
  std::size_t count() const { return server_.requests().size(); }

 private:
  Reply reply(const std::string& head) {
    const std::lock_guard lock(mutex_);
    const auto at = replies_.find(head.substr(4, head.find(' ', 4) - 4));
    return at == replies_.end() ? answer(404, "") : at->second;
  }

  std::mutex mutex_;
  std::map<std::string, Reply> replies_;  // guarded by mutex_
  HttpServer server_;
};

using Given = std::vector<std::pair<std::string, std::string>>;

struct Outcome {
  int status;
  std::string out, err;
};

class TargetsCommand : public testing::Test {
 protected:
  TargetsCommand() { folder_.write("config.yml", ""); }

  Outcome run(const Given& given) {
    const Flags flags{.command = "targets", .config_file = path("config.yml"), .options = {}, .of_command = given};
    testing::internal::CaptureStdout();
    testing::internal::CaptureStderr();
    const int status = run_targets(flags);
    return {status, testing::internal::GetCapturedStdout(), testing::internal::GetCapturedStderr()};
  }
  std::string path(const std::string& name) const { return folder_.path() / name; }
  std::string content(const std::string& name) const {
    std::ifstream in(path(name));
    return {std::istreambuf_iterator<char>(in), {}};
  }
  /// A file that names one network.
  std::string networks(const std::string& url, const std::string& environment = "testnet") {
    folder_.write("networks.json", R"([{"nym_api":")" + url + R"(","env":")" + environment + "\"}]");
    return path("networks.json");
  }

  test::TemporaryFolder folder_;
  Api api_;
};

std::vector<std::string> addresses(const std::string& text) {
  const auto list = Json::parse(text);
  EXPECT_TRUE(list) << text;
  std::vector<std::string> out;
  for (std::size_t index = 0; list && index < list->size(); ++index) {
    out.push_back(list->at(index)["targets"].at(0).text().value_or(""));
  }
  return out;
}

TEST_F(TargetsCommand, PrintsTheNodesOfANetwork) {
  const auto done = run({{"networks-file", networks(api_.url() + "/")}});
  EXPECT_EQ(done.status, 0) << done.err;
  EXPECT_THAT(addresses(done.out), ElementsAre("mix.example.org:8080", "203.0.113.17:8080"));
  EXPECT_THAT(done.out, HasSubstr("\"environment\": \"testnet\""));
  EXPECT_THAT(done.out, HasSubstr("\"version\": \"1.31.0\""));
  EXPECT_EQ(done.err, "");
  EXPECT_EQ(api_.count(), 2U) << "the rewarded set is asked for where it is needed";
}

TEST_F(TargetsCommand, TakesTheFilters) {
  const auto file = networks(api_.url() + "/api");
  const auto with = [&](const Given& given) {
    Given all{{"networks-file", file}};
    all.insert(all.end(), given.begin(), given.end());
    return addresses(run(all).out);
  };
  EXPECT_THAT(with({{"bonded", "true"}}), ElementsAre("203.0.113.17:8080"));
  EXPECT_THAT(with({{"rewarded", "true"}}), ElementsAre("203.0.113.17:8080"));
  EXPECT_THAT(with({{"role", "mixnode"}}), ElementsAre("mix.example.org:8080"));
  EXPECT_THAT(with({{"node-version", "1.31.0"}}), ElementsAre("203.0.113.17:8080"));
  EXPECT_THAT(with({{"identity", "K7"}, {"port", "9100"}}), ElementsAre("mix.example.org:9100"));
  EXPECT_THAT(with({{"country", "DE"}}), ElementsAre());
}

TEST_F(TargetsCommand, RefusesFlagsBeforeAnybodyIsAsked) {
  const auto file = networks(api_.url());
  const auto complaint = [&](const char* name, const char* value) {
    const auto done = run({{"networks-file", file}, {name, value}});
    EXPECT_EQ(done.status, 1);
    EXPECT_EQ(done.out, "");
    return done.err;
  };
  EXPECT_EQ(complaint("role", "gateway"), "--role: \"gateway\" is none of mixnode, entry_gateway and exit_gateway\n");
  EXPECT_EQ(complaint("port", "0"), "--port: \"0\" is not a port from 1 to 65535\n");
  EXPECT_EQ(complaint("format", "xml"), "--format: \"xml\" is neither json nor yaml\n");
  EXPECT_EQ(complaint("environment", "moonnet"), "--environment: \"moonnet\" is not known\n");
  EXPECT_EQ(api_.count(), 0U);
}

TEST_F(TargetsCommand, ANetworksFileHasToBeOne) {
  const auto complaint = [&](const std::string& text) {
    folder_.write("networks.json", text);
    const auto done = run({{"networks-file", path("networks.json")}});
    EXPECT_EQ(done.status, 1) << text;
    return done.err;
  };
  const auto file = path("networks.json");
  for (const auto* text : {"{}", "[]", "7"}) EXPECT_EQ(complaint(text), file + ": not a list of networks\n") << text;
  EXPECT_THAT(complaint("[{"), StartsWith(file + ": "));
  EXPECT_THAT(complaint(R"([{"nym_api":"http://127.0.0.1:1","env":"a"},{"nym_api":"ftp://x","env":"b"}])"),
              StartsWith(file + ": entry 2: nym_api: \"ftp://x\" does not begin with http:// or https://"));
  EXPECT_THAT(complaint(R"([{"env":"a"}])"), StartsWith(file + ": entry 1: nym_api: "));
  EXPECT_THAT(complaint(R"(["http://127.0.0.1:1"])"), StartsWith(file + ": entry 1: nym_api: "));
  for (const auto* environment : {"", R"(,"env":"")", R"(,"env":null)", R"(,"env":7)"}) {
    EXPECT_EQ(complaint(R"([{"nym_api":"http://127.0.0.1:1")" + std::string(environment) + "}]"),
              file + ": entry 1: no env, which is to be a label\n");
  }
  const auto missing = run({{"networks-file", path("none.json")}});
  EXPECT_EQ(missing.status, 1);
  EXPECT_THAT(missing.err, StartsWith(path("none.json") + ": "));
}

TEST_F(TargetsCommand, WritesAFileThatOthersMayReadAndReplacesItWhereItChanges) {
  const auto file = networks(api_.url());
  const Given given{{"networks-file", file}, {"output", path("targets.json")}};
  ASSERT_EQ(run(given).status, 0);
  EXPECT_THAT(addresses(content("targets.json")), ElementsAre("mix.example.org:8080", "203.0.113.17:8080"));
  struct stat first {
  }, second{};
  ASSERT_EQ(::stat(path("targets.json").c_str(), &first), 0);
  EXPECT_EQ(first.st_mode & 07777, 0644U);

  const auto done = run(given);
  EXPECT_EQ(done.out + done.err, "");
  ASSERT_EQ(::stat(path("targets.json").c_str(), &second), 0);
  EXPECT_EQ(second.st_ino, first.st_ino) << "the same text is not written again";

  api_.set("/v1/nym-nodes/bonded", Api::list(Api::bond(7, "K7", "mix.example.org", false)));
  const std::filesystem::path open_before = path("kept.json");
  std::filesystem::create_hard_link(path("targets.json"), open_before);
  ASSERT_EQ(run(given).status, 0);
  EXPECT_THAT(addresses(content("targets.json")), ElementsAre("mix.example.org:8080"));
  EXPECT_THAT(addresses(content("kept.json")), ElementsAre("mix.example.org:8080", "203.0.113.17:8080"))
      << "who has the old file open reads all of it";
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder_.path())) files += entry.is_regular_file() ? 1 : 0;
  EXPECT_EQ(files, 4U) << "nothing else is left behind";
}

TEST_F(TargetsCommand, WritesNothingWhereANetworkFails) {
  folder_.write("targets.json", "before");
  folder_.write("networks.json", R"([{"nym_api":")" + api_.url() + R"(","env":"good"},{"nym_api":")" + api_.url() +
                                     R"(/nothing/api","env":"bad"}])");
  const auto done = run({{"networks-file", path("networks.json")}, {"output", path("targets.json")}});
  EXPECT_EQ(done.status, 1);
  EXPECT_THAT(done.err, StartsWith("bad: "));
  EXPECT_THAT(done.err, Not(HasSubstr("good: ")));
  EXPECT_EQ(content("targets.json"), "before");
}

// After a restart the API has an empty list: the targets of before are better than none.
TEST_F(TargetsCommand, AnEmptyListIsAFailure) {
  api_.set("/v1/nym-nodes/bonded", Api::list(""));
  folder_.write("targets.json", "before");
  const auto done = run({{"networks-file", networks(api_.url())}, {"output", path("targets.json")}});
  EXPECT_EQ(done.status, 1);
  EXPECT_THAT(done.err, HasSubstr("an empty list"));
  EXPECT_EQ(content("targets.json"), "before");
}

TEST_F(TargetsCommand, AFolderThatIsNotThereIsTold) {
  const auto done = run({{"networks-file", networks(api_.url())}, {"output", path("none/targets.json")}});
  EXPECT_EQ(done.status, 1);
  EXPECT_THAT(done.err, StartsWith(path("none/targets.json") + ": "));
}

TEST_F(TargetsCommand, TheNameOfTheFileSaysTheFormat) {
  const auto file = networks(api_.url());
  for (const auto* name : {"t.yml", "t.yaml"}) {
    ASSERT_EQ(run({{"networks-file", file}, {"output", path(name)}}).status, 0);
    EXPECT_THAT(content(name), StartsWith("- targets: [\"mix.example.org:8080\"]\n"));
  }
  ASSERT_EQ(run({{"networks-file", file}, {"output", path("u.yml")}, {"format", "json"}}).status, 0);
  EXPECT_THAT(content("u.yml"), StartsWith("[\n"));
  EXPECT_THAT(run({{"networks-file", file}, {"format", "yaml"}}).out, StartsWith("- targets: "));
}

TEST_F(TargetsCommand, NodesWithoutAHostAreTold) {
  api_.set("/v1/nym-nodes/bonded",
           Api::list(Api::bond(1, "K1", "not a host", false) + "," + Api::bond(2, "K2", "x.example", false)));
  const auto done = run({{"networks-file", networks(api_.url())}});
  EXPECT_EQ(done.status, 0);
  EXPECT_THAT(addresses(done.out), ElementsAre("x.example:8080"));
  EXPECT_EQ(done.err, "1 nodes are left out: their host is no address or name\n");
}

TEST_F(TargetsCommand, AsksTheNetworkOfTheConfiguration) {
  folder_.write("config.yml", "network: {environment: custom, nym_api: [\"" + api_.url() + "/api\"]}\n");
  const auto done = run({});
  EXPECT_EQ(done.status, 0) << done.err;
  EXPECT_THAT(done.out, HasSubstr("\"environment\": \"custom\""));
  folder_.write("config.yml", "network: {environment: custom}\n");
  const auto refused = run({});
  EXPECT_EQ(refused.status, 1);
  EXPECT_NE(refused.err, "");
}

}  // namespace
}  // namespace mixnet
