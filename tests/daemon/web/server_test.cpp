// SPDX-License-Identifier: Apache-2.0
#include "daemon/web/server.h"

#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>
#include <thread>

#include "tests/daemon/web/client.h"

namespace mixnet::web {
namespace {

using namespace std::chrono_literals;
using test::Client;

/// Waits until `holds` does, for ten seconds at most.
template <class Condition>
bool eventually(Condition holds) {
  for (int i = 0; i < 2000; ++i) {
    if (holds()) return true;
    std::this_thread::sleep_for(5ms);
  }
  return false;
}

/// Responders that were not answered at once.
class Waiting {
 public:
  void add(Responder responder) {
    const std::lock_guard lock(mutex_);
    all_.push_back(std::move(responder));
  }
  std::vector<Responder> take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(all_, {});
  }
  std::size_t count() {
    const std::lock_guard lock(mutex_);
    return all_.size();
  }

 private:
  std::mutex mutex_;
  std::vector<Responder> all_;
};

Response text(std::string body, int status = 200) {
  Response response;
  response.status = status;
  response.body = std::make_shared<const std::string>(std::move(body));
  return response;
}

/// "/" and "/echo" answer at once, "/big" with a mebibyte, "/later" when the test says so, "/elsewhere" from another thread,
/// "/never" drops its Responder.
class ServerTest : public ::testing::Test {
 protected:
  void start(ServerOptions options = {}, const std::string& address = "127.0.0.1:0") {
    options.listeners.push_back(*Listener::bind(*parse_address(address)));
    auto server = Server::start(std::move(options), [this](const Request& request, Responder responder) {
      if (request.path() == "/") {
        responder.answer(text("hello"));
      } else if (request.path() == "/echo") {
        responder.answer(text(described(request)));
      } else if (request.path() == "/big") {
        auto response = text("");
        response.body = big_;
        responder.answer(std::move(response));
      } else if (request.path() == "/later") {
        waiting_.add(std::move(responder));
      } else if (request.path() == "/elsewhere") {
        std::thread([one = std::move(responder)]() mutable { one.answer(text("from elsewhere")); }).detach();
      } else if (request.path() != "/never") {
        responder.answer(plain_response(404));
      }
    });
    ASSERT_TRUE(server) << server.error().message;
    server_ = std::move(*server);
  }

  static std::string described(const Request& request) {
    std::string result = std::string(request.method) + " " + request.path();
    for (const auto& [name, value] : request.query()) result += " " + name + "=" + value;
    return result + " accept=" + std::string(request.header("accept").value_or("none"));
  }

  Client client() { return Client(server_->port()); }
  std::uint64_t counted(int status) const {
    const auto& all = Instruments::kStatuses;
    const auto place = std::find(all.begin(), all.end(), status) - all.begin();
    return server_->instruments().responses[static_cast<std::size_t>(place)];
  }

  std::shared_ptr<const std::string> big_ = std::make_shared<const std::string>(1 << 20, 'x');
  Waiting waiting_;
  std::unique_ptr<Server> server_;
};

TEST_F(ServerTest, AnswersMoreThanOneRequestOnAConnection) {
  start();
  auto one = client();
  for (int i = 0; i < 3; ++i) {
    const auto reply = one.get("/");
    EXPECT_EQ(reply.status, 200);
    EXPECT_EQ(reply.body, "hello");
    EXPECT_EQ(reply.headers.at("content-length"), "5");
    EXPECT_EQ(reply.headers.at("content-type"), "text/plain; charset=utf-8");
  }
  EXPECT_EQ(server_->instruments().connections_accepted, 1U);
  EXPECT_EQ(counted(200), 3U);
  EXPECT_TRUE(eventually([this] { return server_->instruments().response_bytes == 15; }));
}

TEST_F(ServerTest, HandsOverMethodPathQueryAndHeaders) {
  start();
  EXPECT_EQ(client().get("/echo?collect[]=a&collect[]=b%20c", "ACCEPT: text/plain\r\n").body,
            "GET /echo collect[]=a collect[]=b c accept=text/plain");
  EXPECT_EQ(client().get("http://localhost/echo").body, "GET /echo accept=none");
}

TEST_F(ServerTest, AnswersHeadWithoutBody) {
  start();
  auto one = client();
  one.send("HEAD / HTTP/1.1\r\nHost: localhost\r\n\r\n");
  const auto reply = one.read(true);
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.headers.at("content-length"), "5");
  EXPECT_EQ(one.get("/").body, "hello");
  EXPECT_TRUE(eventually([this] { return server_->instruments().response_bytes == 5; }));
}

TEST_F(ServerTest, ClosesWhenTheClientAsksForIt) {
  start();
  auto one = client();
  EXPECT_EQ(one.get("/", "Connection: close\r\n").status, 200);
  EXPECT_TRUE(one.ends());
  auto old = client();
  old.send("GET / HTTP/1.0\r\n\r\n");
  EXPECT_EQ(old.read().body, "hello");
  EXPECT_TRUE(old.ends());
}

TEST_F(ServerTest, AnswersPipelinedRequestsInTheirOrder) {
  start();
  auto one = client();
  std::string requests;
  for (int i = 0; i < 50; ++i) requests += "GET /echo?n=" + std::to_string(i) + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
  one.send(requests);
  for (int i = 0; i < 50; ++i) EXPECT_EQ(one.read().body, "GET /echo n=" + std::to_string(i) + " accept=none");
}

TEST_F(ServerTest, RefusesWhatItDoesNotServe) {
  start();
  EXPECT_EQ(client().get("/nowhere").status, 404);
  EXPECT_EQ(client().get("/%zz").status, 400);
  EXPECT_EQ(client().get("nowhere").status, 400);
  for (const auto* method : {"POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH", "get"}) {
    auto one = client();
    one.send(std::string(method) + " / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    const auto reply = one.read();
    EXPECT_EQ(reply.status, 405) << method;
    EXPECT_EQ(reply.headers.at("allow"), "GET, HEAD");
  }
  EXPECT_EQ(counted(404), 1U);
  EXPECT_EQ(counted(405), 7U);
}

TEST_F(ServerTest, RefusesRequestsWithABody) {
  start();
  for (const auto* headers : {"Content-Length: 5\r\n\r\nhello", "Content-Length: 9999999999\r\n\r\n",
                              "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", "Content-Length: 0000\r\n\r\n"}) {
    auto one = client();
    one.send("POST / HTTP/1.1\r\nHost: localhost\r\n" + std::string(headers));
    EXPECT_EQ(one.read().status, 413) << headers;
    EXPECT_TRUE(one.ends());
  }
  EXPECT_EQ(client().get("/", "Content-Length: 0\r\n").status, 200);
}

TEST_F(ServerTest, RefusesWhatIsTooLongOrMalformed) {
  start();
  EXPECT_EQ(client().get("/" + std::string(20'000, 'a')).status, 414);
  EXPECT_EQ(client().get("/", "X: " + std::string(20'000, 'a') + "\r\n").status, 431);
  std::string many;
  for (int i = 0; i < 2'000; ++i) many += "X" + std::to_string(i) + ": y\r\n";
  EXPECT_EQ(client().get("/", many).status, 431);
  EXPECT_EQ(client().get("/echo?" + std::string(3'000, 'a')).status, 200);
  EXPECT_EQ(client().get("/", "X: " + std::string(4'000, 'a') + "\r\n").status, 200);
  const std::pair<std::string_view, int> cases[] = {
      {"GET / HTTP/1.1\r\nHost: localhost\r\nno colon here\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\n\r\n", 400},
      {"GET / / HTTP/1.1\r\nHost: localhost\r\n\r\n", 400},
      {"GET /\r\n\r\n", 400},
      {"GET / HTTP/9.9\r\nHost: localhost\r\n\r\n", 505},
      {"GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n", 400},
      // Not HTTP at all, a TLS greeting for one: closed without an answer.
      {"nonsense\r\n\r\n", 0},
      {{"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 15}, 0},
  };
  for (const auto& [request, status] : cases) {
    auto one = client();
    one.send(request);
    EXPECT_EQ(one.read().status, status) << request;
  }
  EXPECT_EQ(client().get("/").status, 200);
}

TEST_F(ServerTest, AnswersLaterAndFromAnotherThread) {
  start();
  EXPECT_EQ(client().get("/elsewhere").body, "from elsewhere");
  auto slow = client();
  slow.send("GET /later HTTP/1.1\r\nHost: localhost\r\n\r\n");
  ASSERT_TRUE(eventually([this] { return waiting_.count() == 1; }));
  EXPECT_EQ(server_->instruments().requests_in_flight, 1);
  EXPECT_EQ(client().get("/").body, "hello");
  waiting_.take().front().answer(text("at last"));
  EXPECT_EQ(slow.read().body, "at last");
  EXPECT_TRUE(eventually([this] { return server_->instruments().requests_in_flight == 0; }));
}

TEST_F(ServerTest, AnswersFiveHundredWhereTheHandlerForgets) {
  start();
  EXPECT_EQ(client().get("/never").status, 500);
}

TEST_F(ServerTest, ThrowsAwayTheAnswerOfAClientThatHasLeft) {
  start();
  auto gone = client();
  gone.send("GET /later HTTP/1.1\r\nHost: localhost\r\n\r\n");
  ASSERT_TRUE(eventually([this] { return waiting_.count() == 1; }));
  gone.vanish();
  waiting_.take().front().answer(text("too late"));
  EXPECT_TRUE(eventually([this] { return server_->instruments().connections_open == 0; }));
  EXPECT_EQ(client().get("/").status, 200);
}

TEST_F(ServerTest, OutlivesItsServer) {
  start();
  auto one = client();
  one.send("GET /later HTTP/1.1\r\nHost: localhost\r\n\r\n");
  ASSERT_TRUE(eventually([this] { return waiting_.count() == 1; }));
  server_.reset();
  EXPECT_EQ(one.read().status, 503);
  waiting_.take().front().answer(text("too late"));
}

TEST_F(ServerTest, AnswersWhereNoAnswerComesInTime) {
  ServerOptions options;
  options.limits.answer_time = 50ms;
  start(std::move(options));
  EXPECT_EQ(client().get("/later").status, 503);
  waiting_.take().front().answer(text("too late"));
  EXPECT_EQ(client().get("/").status, 200);
}

TEST_F(ServerTest, LimitsWhatTheHandlerOwes) {
  ServerOptions options;
  options.limits.pending = 2;
  start(std::move(options));
  std::vector<Client> clients;
  for (int i = 0; i < 2; ++i) {
    clients.push_back(client());
    clients.back().send("GET /later HTTP/1.1\r\nHost: localhost\r\n\r\n");
  }
  ASSERT_TRUE(eventually([this] { return waiting_.count() == 2; }));
  EXPECT_EQ(client().get("/").status, 503);
  for (auto& one : waiting_.take()) one.answer(text("done"));
  for (auto& one : clients) EXPECT_EQ(one.read().body, "done");
  EXPECT_EQ(client().get("/").status, 200);
}

TEST_F(ServerTest, SharesOneBodyAmongItsClients) {
  start();
  for (int i = 0; i < 3; ++i) EXPECT_EQ(client().get("/big").body, *big_);
  EXPECT_TRUE(eventually([this] { return big_.use_count() == 1; }));
}

TEST_F(ServerTest, ListensOnIpv6) {
  start({}, "[::1]:0");
  EXPECT_EQ(Client(server_->port(), "::1").get("/").body, "hello");
  EXPECT_FALSE(Client(server_->port()).connected());
}

TEST_F(ServerTest, ListensOnBothWithoutAHost) {
  start({}, ":0");
  EXPECT_EQ(Client(server_->port(), "::1").get("/").body, "hello");
  EXPECT_EQ(Client(server_->port(), "127.0.0.1").get("/").body, "hello");
}

TEST_F(ServerTest, ListensOnSeveralAddresses) {
  ServerOptions options;
  options.listeners.push_back(*Listener::bind({"::1", 0}));
  const auto six = options.listeners.front().port();
  start(std::move(options), "localhost:0");
  ASSERT_EQ(server_->addresses().size(), 2U);
  EXPECT_EQ(Client(six, "::1").get("/").body, "hello");
  EXPECT_TRUE(server_->addresses()[1].starts_with("127.0.0.1:"));
}

TEST_F(ServerTest, DropsClientsThatDrip) {
  ServerOptions options;
  options.limits.request_time = 100ms;
  start(std::move(options));
  auto fresh = client();
  auto used = client();
  EXPECT_EQ(used.get("/").status, 200);
  for (auto* one : {&fresh, &used}) {
    EXPECT_TRUE(eventually([one] { return !one->send("G"); }));
    EXPECT_TRUE(one->ends());
  }
  EXPECT_EQ(server_->instruments().connections_timed_out, 2U);
}

TEST_F(ServerTest, KeepsIdleConnectionsForAWhile) {
  ServerOptions options;
  options.limits.request_time = 50ms;
  options.limits.idle_time = 1'500ms;
  start(std::move(options));
  auto one = client();
  EXPECT_EQ(one.get("/").status, 200);
  std::this_thread::sleep_for(800ms);
  EXPECT_EQ(one.get("/").status, 200);
  EXPECT_TRUE(one.ends());
  EXPECT_EQ(server_->instruments().connections_timed_out, 1U);
}

TEST_F(ServerTest, ResetsClientsThatNeverRead) {
  ServerOptions options;
  options.limits.reply_time = 100ms;
  start(std::move(options));
  std::string requests;
  for (int i = 0; i < 30; ++i) requests += "GET /big HTTP/1.1\r\nHost: localhost\r\n\r\n";
  auto one = client();
  one.send(requests);
  EXPECT_TRUE(eventually([this] { return server_->instruments().connections_timed_out == 1; }));
  EXPECT_TRUE(eventually([this] { return server_->instruments().connections_open == 0; }));
  EXPECT_EQ(server_->instruments().responses_cut_off, 1U);
  EXPECT_TRUE(eventually([this] { return big_.use_count() == 1; }));
}

TEST_F(ServerTest, ServesHonestClientsBesideManyBadOnes) {
  start();
  std::vector<Client> bad;
  for (int i = 0; i < 200; ++i) {
    bad.push_back(client());
    bad.back().send("GET /met");
  }
  std::string requests;
  for (int i = 0; i < 300; ++i) requests += "GET /big HTTP/1.1\r\nHost: localhost\r\n\r\n";
  for (int i = 0; i < 60; ++i) {
    bad.push_back(client());
    bad.back().send(requests);
  }
  for (int i = 0; i < 20; ++i) {
    for (int k = 0; k < 200; ++k) bad[static_cast<std::size_t>(k)].send("r");
    EXPECT_EQ(client().get("/").body, "hello");
  }
}

TEST_F(ServerTest, AnswersTwoThousandConnections) {
  start();
  std::vector<Client> clients;
  for (int i = 0; i < 2'000; ++i) clients.push_back(client());
  for (auto& one : clients) one.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
  for (auto& one : clients) EXPECT_EQ(one.read().body, "hello");
  EXPECT_EQ(server_->instruments().connections_open, 2'000);
}

TEST_F(ServerTest, LetsIdleConnectionsGiveWay) {
  ServerOptions options;
  options.limits.connections = 3;
  start(std::move(options));
  auto used = client();
  EXPECT_EQ(used.get("/").status, 200);
  auto oldest = client();
  auto newer = client();
  EXPECT_TRUE(eventually([this] { return server_->instruments().connections_open == 3; }));
  EXPECT_EQ(client().get("/").status, 200);
  EXPECT_TRUE(oldest.ends());
  EXPECT_EQ(used.get("/").status, 200);
  EXPECT_EQ(server_->instruments().connections_evicted, 1U);
}

TEST_F(ServerTest, RefusesMoreConnectionsWhereAllAreBusy) {
  ServerOptions options;
  options.limits.connections = 2;
  start(std::move(options));
  std::vector<Client> busy;
  for (int i = 0; i < 2; ++i) {
    busy.push_back(client());
    busy.back().send("GET /later HTTP/1.1\r\nHost: localhost\r\n\r\n");
  }
  ASSERT_TRUE(eventually([this] { return waiting_.count() == 2; }));
  EXPECT_EQ(client().read().status, 503);
  EXPECT_EQ(server_->instruments().connections_refused, 1U);
}

TEST_F(ServerTest, DrainsWhatIsUnderWay) {
  start();
  const auto port = server_->port();
  auto idle = client();
  EXPECT_EQ(idle.get("/").status, 200);
  auto busy = client();
  busy.send("GET /later HTTP/1.1\r\nHost: localhost\r\n\r\n");
  ASSERT_TRUE(eventually([this] { return waiting_.count() == 1; }));
  std::thread drain([this] { server_->drain(10s); });
  EXPECT_TRUE(idle.ends());
  EXPECT_TRUE(eventually([port] { return !Client(port).connected(); }));
  waiting_.take().front().answer(text("still answered"));
  const auto reply = busy.read();
  EXPECT_EQ(reply.body, "still answered");
  EXPECT_EQ(reply.headers.at("connection"), "close");
  drain.join();
  EXPECT_EQ(server_->instruments().connections_open, 0);
}

TEST_F(ServerTest, EndsADrainInTime) {
  start();
  auto never = client();
  never.send("GET /later HTTP/1.1\r\nHost: localhost\r\n\r\n");
  auto stuck = client();
  stuck.send("GET /big HTTP/1.1\r\nHost: localhost\r\n\r\nGET /big HTTP/1.1\r\nHost: localhost\r\n\r\n");
  ASSERT_TRUE(eventually([this] { return waiting_.count() == 1; }));
  server_->drain(50ms);
  EXPECT_EQ(never.read().status, 503);
  EXPECT_EQ(server_->instruments().connections_open, 0);
}

}  // namespace
}  // namespace mixnet::web
