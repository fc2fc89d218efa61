// SPDX-License-Identifier: Apache-2.0
#include "daemon/alerts/alert_sender.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "tests/daemon/alerts/alarm.h"
#include "tests/support/host.h"
#include "tests/support/http_server.h"

namespace mixnet {
namespace {

using namespace std::chrono_literals;
using test::alarm;
using test::answer;
using test::HttpServer;
using test::Reply;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;
using Kind = AlertReceiver::Kind;

constexpr auto kLong = 60s;  // what a test would wait for something that does not come

AlertReceiver at(Kind kind, const std::string& url) {
  AlertReceiver out;
  out.kind = kind;
  out.url = url;
  return out;
}

AlertReceiver command(const std::string& script) {
  AlertReceiver out;
  out.kind = Kind::command;
  out.command = {"/bin/sh", "-c", script};
  return out;
}

/// Waits for what the sender's thread is to do.
template <class Condition>
bool in_the_end(Condition condition) {
  const auto end = std::chrono::steady_clock::now() + kLong;
  while (!condition() && std::chrono::steady_clock::now() < end) std::this_thread::sleep_for(2ms);
  return condition();
}

std::string text_of(const std::string& path) {
  std::ifstream in(path);
  std::stringstream out;
  out << in.rdbuf();
  return out.str();
}

/// What there is of a sender's surroundings, and senders in it, one after the other.
class Senders : public testing::Test {
 protected:
  static constexpr AlertPace kPace = {.first_retry = 10ms, .last_retry = 20ms};

  std::unique_ptr<AlertSender> sender() {
    return std::make_unique<AlertSender>(
        AlertSender::Options{.state = StateFolder(path("state")), .host = "host1", .pace = kPace});
  }

  /// One that tells `receivers`, from the beginning.
  std::unique_ptr<AlertSender> sender(std::vector<AlertReceiver> receivers) {
    auto out = sender();
    AlertSettings settings;
    settings.receivers = std::move(receivers);
    out->use(settings);
    return out;
  }

  std::string path(const char* name) const { return (folder_.path() / name).string(); }

  static bool has_told(const AlertSender& sender, std::uint64_t successes, std::size_t receiver = 0) {
    return in_the_end([&] {
      const auto counts = sender.report().receivers.at(receiver).counts;
      return counts.attempts - counts.failures >= successes;
    });
  }

  test::TemporaryFolder folder_;
};

const std::vector<Alarm> kOne = {alarm()};

TEST_F(Senders, TellAnAlertmanager) {
  const HttpServer server([](const std::string&) { return answer(200, ""); });
  const auto one = sender({at(Kind::alertmanager, server.url() + "/am")});
  one->update(kOne, test::kAlarmTime);
  ASSERT_TRUE(has_told(*one, 1));
  one->update({}, test::kAlarmTime + 1);
  ASSERT_TRUE(has_told(*one, 2));
  const auto requests = server.requests();
  ASSERT_EQ(requests.size(), 2u);
  EXPECT_THAT(requests[0], StartsWith("POST /am/api/v2/alerts HTTP/1.1\r\n"));
  EXPECT_THAT(requests[0], HasSubstr("\r\nContent-Type: application/json\r\n"));
  EXPECT_THAT(requests[0],
              HasSubstr(R"("alertname":"MixnetNodeCpuHigh","instance":"host1","job":"mixnet-exporter","node":"exit1")"));
  EXPECT_THAT(requests[1], HasSubstr(R"("endsAt":"2026-09-21T14:13:20.001Z")"));
}

TEST_F(Senders, TellSeveralAtOnceAndWaitForNone) {
  const HttpServer hangs([](const std::string&) { return Reply{"", Reply::Then::hang, 0}; });
  const HttpServer refuses([](const std::string&) { return answer(503, "busy"); });
  const HttpServer first([](const std::string&) { return answer(200, ""); });
  const HttpServer second([](const std::string&) { return answer(200, ""); });
  const auto told = path("told");
  const auto all = sender({at(Kind::alertmanager, hangs.url()), at(Kind::alertmanager, refuses.url()),
                           at(Kind::alertmanager, "http://127.0.0.1:1"), at(Kind::alertmanager, first.url()),
                           at(Kind::webhook, second.url()), command("sleep 1000"), command("cat > " + told)});
  all->update(kOne, test::kAlarmTime);
  for (const std::size_t good : {3u, 4u, 6u}) EXPECT_TRUE(has_told(*all, 1, good)) << good;
  all->update({}, test::kAlarmTime + 1);
  for (const std::size_t good : {3u, 4u, 6u}) EXPECT_TRUE(has_told(*all, 2, good)) << good;
  const auto report = all->report();
  EXPECT_EQ(report.receivers[0].name, "alertmanager1");
  EXPECT_EQ(report.receivers[0].counts.attempts, 0u) << "it is still under way";
  EXPECT_GE(report.receivers[1].counts.failures, 1u);
  EXPECT_GE(report.receivers[2].counts.failures, 1u);
  EXPECT_EQ(report.receivers[3].name, "alertmanager4");
  EXPECT_EQ(report.receivers[4].name, "webhook1");
  EXPECT_EQ(report.receivers[6].name, "command2");
  EXPECT_THAT(text_of(told), HasSubstr(R"("change":"over")"));
}

TEST_F(Senders, CountWhatThereIs) {
  const auto one = sender();
  EXPECT_FALSE(one->report().evaluated);
  one->update(std::vector{alarm(), alarm(Status::warning, "a"), alarm(Status::warning, "b")}, 1);
  EXPECT_TRUE(one->report().evaluated);
  EXPECT_EQ(one->report().critical, 1u);
  EXPECT_EQ(one->report().warning, 2u);
  EXPECT_THAT(one->report().receivers, IsEmpty());
}

TEST_F(Senders, TryAgainUntilItIsTaken) {
  std::atomic<int> failures = 3;
  const HttpServer server([&](const std::string&) { return failures-- > 0 ? answer(500, "") : answer(200, ""); });
  const auto one = sender({at(Kind::webhook, server.url() + "/hook?a=b")});
  one->update(kOne, test::kAlarmTime);
  ASSERT_TRUE(has_told(*one, 1));
  EXPECT_EQ(one->report().receivers[0].counts.failures, 3u);
  ASSERT_EQ(server.requests().size(), 4u);
  EXPECT_THAT(server.requests()[3], StartsWith("POST /hook?a=b HTTP/1.1\r\n"));
}

TEST_F(Senders, TellNothingTwiceAfterARestart) {
  const HttpServer server([](const std::string&) { return answer(200, ""); });
  for (int start = 0; start < 3; ++start) {
    const auto one = sender({at(Kind::webhook, server.url())});
    one->update(kOne, test::kAlarmTime + start);
    EXPECT_TRUE(start > 0 || has_told(*one, 1));
  }
  const auto last = sender({at(Kind::webhook, server.url())});
  last->update({}, test::kAlarmTime + 9);
  ASSERT_TRUE(has_told(*last, 1));
  const auto requests = server.requests();
  ASSERT_EQ(requests.size(), 2u);
  EXPECT_THAT(requests[0], HasSubstr(R"("change":"began")"));
  EXPECT_THAT(requests[1], HasSubstr(R"("change":"over")"));
}

TEST_F(Senders, TellAfterARestartWhatWasNotTaken) {
  const HttpServer refuses([](const std::string&) { return answer(503, ""); });
  {
    const auto one = sender({at(Kind::webhook, refuses.url())});
    one->update(kOne, test::kAlarmTime);
    ASSERT_TRUE(in_the_end([&] { return !refuses.requests().empty(); }));
  }
  const auto port = refuses.port();
  EXPECT_THAT(text_of(path("state/alerts")), HasSubstr("pending\tbegan"));
  const auto again = sender({at(Kind::webhook, "http://127.0.0.1:" + std::to_string(port))});
  const auto before = refuses.requests().size();
  EXPECT_TRUE(in_the_end([&] { return refuses.requests().size() > before; })) << "without a new evaluation";
}

TEST_F(Senders, WaitForWhatIsUnderWayAtTheEnd) {
  const HttpServer slow([](const std::string&) {
    std::this_thread::sleep_for(200ms);
    return answer(200, "");
  });
  {
    const auto one = sender({at(Kind::webhook, slow.url())});
    one->update(kOne, test::kAlarmTime);
    ASSERT_TRUE(in_the_end([&] { return !slow.requests().empty(); }));
  }
  EXPECT_THAT(text_of(path("state/alerts")), Not(HasSubstr("pending"))) << "its answer was waited for";
}

TEST_F(Senders, EndThoughNobodyAnswers) {
  const HttpServer hangs([](const std::string&) { return Reply{"", Reply::Then::hang, 0}; });
  {
    const auto all = sender({at(Kind::webhook, hangs.url()), command("exec sleep 1000")});
    all->update(kOne, test::kAlarmTime);
    ASSERT_TRUE(in_the_end([&] { return !hangs.requests().empty(); }));
  }
  EXPECT_THAT(text_of(path("state/alerts")), HasSubstr("pending\tbegan"));
}

TEST_F(Senders, KeepWhatReceiversKnowOverAReload) {
  const HttpServer server([](const std::string&) { return answer(200, ""); });
  const HttpServer other([](const std::string&) { return answer(200, ""); });
  const auto one = sender({at(Kind::webhook, server.url())});
  one->update(kOne, test::kAlarmTime);
  ASSERT_TRUE(has_told(*one, 1));
  AlertSettings settings;
  settings.receivers = {at(Kind::webhook, other.url()), at(Kind::webhook, server.url())};
  one->use(settings);
  ASSERT_TRUE(in_the_end([&] { return !other.requests().empty(); })) << "a new one is told of what goes on";
  EXPECT_EQ(server.requests().size(), 1u);
  one->update({}, test::kAlarmTime + 1);
  ASSERT_TRUE(in_the_end([&] { return server.requests().size() == 2 && other.requests().size() == 2; }));
  one->use({});
  EXPECT_THAT(one->report().receivers, IsEmpty());
  one->update(kOne, test::kAlarmTime + 2);
  EXPECT_EQ(server.requests().size(), 2u);
}

TEST_F(Senders, SayWhoTheyAre) {
  const HttpServer server([](const std::string&) { return answer(200, ""); });
  folder_.write("token", "t0ken\n");
  folder_.write("password", "open sesame\n");
  folder_.write("url", server.url() + "/secret?key=s3cret\n");
  auto with_token = at(Kind::webhook, server.url() + "/token");
  with_token.credentials_file = path("token");
  auto with_password = at(Kind::webhook, server.url() + "/password");
  with_password.username = "Aladdin";
  with_password.password_file = path("password");
  auto with_secret_url = at(Kind::webhook, "");
  with_secret_url.url_file = path("url");
  const auto all = sender({with_token, with_password, with_secret_url});
  all->update(kOne, test::kAlarmTime);
  for (std::size_t i = 0; i < 3; ++i) ASSERT_TRUE(has_told(*all, 1, i)) << i;
  auto requests = server.requests();
  std::sort(requests.begin(), requests.end());
  ASSERT_EQ(requests.size(), 3u);
  EXPECT_THAT(requests[0], HasSubstr("\r\nAuthorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n"));
  EXPECT_THAT(requests[1], StartsWith("POST /secret?key=s3cret HTTP/1.1\r\n"));
  EXPECT_THAT(requests[2], HasSubstr("\r\nAuthorization: Bearer t0ken\r\n"));
  EXPECT_THAT(text_of(path("state/alerts")), Not(HasSubstr("s3cret")));
}

TEST_F(Senders, LogTheFirstFailureAndTheSuccessAfterIt) {
  std::atomic<bool> is_good = false;
  const HttpServer server([&](const std::string&) { return is_good ? answer(200, "") : answer(500, "out of\norder"); });
  folder_.write("url", server.url() + "/s3cret");
  auto receiver = at(Kind::webhook, "");
  receiver.url_file = path("url");
  testing::internal::CaptureStderr();
  {
    const auto one = sender({receiver});
    one->update(kOne, test::kAlarmTime);
    EXPECT_TRUE(in_the_end([&] { return one->report().receivers[0].counts.failures >= 3; }));
    is_good = true;
    EXPECT_TRUE(has_told(*one, 1));
  }
  const auto log = testing::internal::GetCapturedStderr();
  const auto times = [&](const std::string& text) {
    int out = 0;
    for (auto at = log.find(text); at != std::string::npos; at = log.find(text, at + 1)) ++out;
    return out;
  };
  EXPECT_EQ(times("alert receiver fails"), 1) << log;
  EXPECT_EQ(times("alert receiver works again"), 1) << log;
  EXPECT_THAT(log, HasSubstr("receiver=webhook1"));
  EXPECT_THAT(log, HasSubstr("answered with status 500"));
  EXPECT_THAT(log, Not(HasSubstr("s3cret")));
}

TEST_F(Senders, TellNoSecretWhereNobodyListens) {
  folder_.write("url", "http://127.0.0.1:1/s3cret");
  folder_.write("no-url", "s3cret");
  std::vector<AlertReceiver> receivers(3, at(Kind::webhook, ""));
  receivers[0].url_file = path("url");
  receivers[1].url_file = path("no-url");
  receivers[2].url_file = path("missing");
  testing::internal::CaptureStderr();
  {
    const auto all = sender(receivers);
    all->update(kOne, test::kAlarmTime);
    EXPECT_TRUE(in_the_end([&] {
      const auto report = all->report();
      return std::all_of(report.receivers.begin(), report.receivers.end(),
                         [](const auto& each) { return each.counts.failures > 1; });
    }));
  }
  const auto log = testing::internal::GetCapturedStderr();
  EXPECT_THAT(log, Not(HasSubstr("s3cret")));
  EXPECT_THAT(log, HasSubstr("not the URL of a webhook"));
  EXPECT_THAT(log, HasSubstr("/missing"));
}

TEST_F(Senders, RunACommandForEachChange) {
  const auto told = path("told");
  const auto one = sender({command("cat >> " + told + "; echo >> " + told + "; env > " + path("env"))});
  one->update(kOne, test::kAlarmTime);
  one->update({}, test::kAlarmTime + 1);
  ASSERT_TRUE(has_told(*one, 2));
  std::istringstream lines(text_of(told));
  std::vector<std::string> changes;
  for (std::string line; std::getline(lines, line);) {
    EXPECT_THAT(line, StartsWith("{\"version\":\"4\","));
    EXPECT_THAT(line, EndsWith("]}"));
    changes.push_back(line.substr(line.find("\"change\""), 16));
  }
  EXPECT_THAT(changes, ElementsAre("\"change\":\"began\"", "\"change\":\"over\","));
  EXPECT_THAT(text_of(path("env")), Not(HasSubstr("HOME="))) << "nothing of ours";
}

TEST_F(Senders, TryACommandAgainThatFails) {
  const auto count = path("count");
  const auto one = sender({command("echo x >> " + count + "; test $(wc -l < " + count + ") -ge 3")});
  one->update(kOne, test::kAlarmTime);
  ASSERT_TRUE(has_told(*one, 1));
  EXPECT_EQ(one->report().receivers[0].counts.failures, 2u);
  EXPECT_EQ(text_of(count), "x\nx\nx\n");
}

TEST_F(Senders, EndACommandThatTakesTooLongOrWritesTooMuch) {
  auto slow = command("exec sleep 1000");
  slow.timeout = 50ms;
  AlertReceiver missing = command("");
  missing.command = {"/nonexistent"};
  testing::internal::CaptureStderr();
  {
    const auto all = sender({slow, command("yes"), command("echo why >&2; exit 7"), missing});
    all->update(kOne, test::kAlarmTime);
    EXPECT_TRUE(in_the_end([&] {
      const auto report = all->report();
      return std::all_of(report.receivers.begin(), report.receivers.end(),
                         [](const auto& each) { return each.counts.failures > 0; });
    }));
  }
  const auto log = testing::internal::GetCapturedStderr();
  EXPECT_THAT(log, HasSubstr("took too long"));
  EXPECT_THAT(log, HasSubstr("wrote too much"));
  EXPECT_THAT(log, HasSubstr("ended with status 7: "));
  EXPECT_THAT(log, HasSubstr("/nonexistent: No such file"));
}

TEST_F(Senders, BeginAnewWhereTheFileIsBroken) {
  const HttpServer server([](const std::string&) { return answer(200, ""); });
  folder_.write("state/alerts", "garbage\n");
  testing::internal::CaptureStderr();
  {
    const auto one = sender({at(Kind::webhook, server.url())});
    one->update(kOne, test::kAlarmTime);
    ASSERT_TRUE(has_told(*one, 1));
  }
  EXPECT_THAT(testing::internal::GetCapturedStderr(), HasSubstr("is not known any more"));
}

TEST_F(Senders, TellWhatTheyCannotRemember) {
  const HttpServer server([](const std::string&) { return answer(200, ""); });
  folder_.write("state", "a file where the folder is to be");
  testing::internal::CaptureStderr();
  {
    const auto one = sender({at(Kind::webhook, server.url())});
    one->update(kOne, test::kAlarmTime);
    ASSERT_TRUE(has_told(*one, 1));
    one->update({}, test::kAlarmTime + 1);
    ASSERT_TRUE(has_told(*one, 2));
  }
  EXPECT_THAT(testing::internal::GetCapturedStderr(), HasSubstr("cannot be kept over a restart"));
}

}  // namespace
}  // namespace mixnet
