// SPDX-License-Identifier: Apache-2.0
#include "collectors/kit/http.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <array>
#include <thread>

#include "tests/support/http_server.h"

namespace mixnet {
namespace {

using namespace std::chrono_literals;
using test::answer;
using test::HttpServer;
using test::Reply;
using testing::Each;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

using Clock = std::chrono::steady_clock;

HttpResponse get(Http& http, HttpRequest request) {
  std::array<HttpExchange, 1> exchanges{{{std::move(request), {}}}};
  http.exchange(exchanges);
  EXPECT_FALSE(exchanges[0].response.under_way);
  return exchanges[0].response;
}

HttpResponse get(HttpRequest request) {
  Http http;
  return get(http, std::move(request));
}

HttpRequest request(std::string url, std::chrono::milliseconds timeout = 20s, std::size_t bytes = 1 << 20) {
  return {std::move(url), "", timeout, bytes};
}

std::string gzipped(std::size_t zeros) {
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
  std::string in(zeros, '0'), out(deflateBound(&stream, zeros), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(in.data());
  stream.avail_in = static_cast<uInt>(in.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

TEST(Http, GetsABody) {
  const HttpServer server([](const std::string&) { return answer(200, "body\n"); });
  const auto response = get(request(server.url() + "/path?query"));
  EXPECT_EQ(response.outcome, HttpOutcome::answered);
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, "body\n");
  EXPECT_EQ(response.message, "");
  EXPECT_GT(response.took.count(), 0);
  ASSERT_EQ(server.requests().size(), 1U);
  EXPECT_THAT(server.requests()[0], testing::StartsWith("GET /path?query HTTP/1.1\r\n"));
  EXPECT_THAT(server.requests()[0], HasSubstr("Accept-Encoding: gzip\r\n"));
  EXPECT_THAT(server.requests()[0], Not(HasSubstr("Authorization")));
}

TEST(Http, GivesAnyStatusAsAnAnswer) {
  const HttpServer server([](const std::string& head) { return answer(head.starts_with("GET /401") ? 401 : 503, "why"); });
  EXPECT_EQ(get(request(server.url() + "/401")).status, 401);
  EXPECT_EQ(get(request(server.url() + "/503")).status, 503);
  EXPECT_EQ(get(request(server.url() + "/503")).outcome, HttpOutcome::answered);
}

TEST(Http, KeepsConnectionsOpen) {
  const HttpServer server([](const std::string&) { return answer(200, "ok"); });
  Http http;
  for (int count = 0; count < 5; ++count) EXPECT_EQ(get(http, request(server.url())).body, "ok");
  EXPECT_EQ(server.connections(), 1);
}

TEST(Http, ConnectsAnewWhereAKeptConnectionHasGone) {
  const HttpServer server([](const std::string&) {
    auto reply = answer(200, "ok");
    reply.then = Reply::Then::close;
    return reply;
  });
  Http http;
  for (int count = 0; count < 3; ++count) EXPECT_EQ(get(http, request(server.url())).body, "ok");
  EXPECT_EQ(server.connections(), 3);
}

TEST(Http, TellsHowAnExchangeFailed) {
  const HttpServer resets([](const std::string&) {
    return Reply{"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", Reply::Then::reset, 0};
  });
  const HttpServer cuts([](const std::string&) {
    return Reply{"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", Reply::Then::close, 0};
  });
  const HttpServer cuts_chunks([](const std::string&) {
    return Reply{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n", Reply::Then::close, 0};
  });
  const HttpServer silent([](const std::string&) { return Reply{"", Reply::Then::close, 0}; });
  const HttpServer garbles([](const std::string&) { return Reply{"\x01\x02\xff garbage\n\n", Reply::Then::close, 0}; });
  const HttpServer bad_gzip([](const std::string&) { return answer(200, "not gzip", "Content-Encoding: gzip\r\n"); });
  for (const auto* server : {&resets, &cuts, &cuts_chunks, &silent, &garbles, &bad_gzip}) {
    const auto response = get(request(server->url()));
    EXPECT_EQ(response.outcome, HttpOutcome::broken_off) << response.message;
    EXPECT_EQ(response.status, 0);
    EXPECT_EQ(response.body, "");
    EXPECT_THAT(response.message, testing::StartsWith(server->url() + ": "));
  }
  EXPECT_EQ(get(request("http://127.0.0.1:1/")).outcome, HttpOutcome::unreachable);
  EXPECT_EQ(get(request("http://name.invalid/")).outcome, HttpOutcome::unreachable);
  EXPECT_EQ(get(request("file:///etc/hostname")).outcome, HttpOutcome::unreachable);
  EXPECT_EQ(get(request("")).outcome, HttpOutcome::unreachable);
}

TEST(Http, EndsAtItsTimeout) {
  const HttpServer hangs([](const std::string&) { return Reply{"", Reply::Then::hang, 0}; });
  const HttpServer stalls([](const std::string&) {
    return Reply{"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", Reply::Then::hang, 0};
  });
  EXPECT_EQ(get(request(hangs.url(), 50ms)).outcome, HttpOutcome::timed_out);
  const auto response = get(request(stalls.url(), 50ms));
  EXPECT_EQ(response.outcome, HttpOutcome::timed_out);
  EXPECT_EQ(response.body, "");
}

TEST(Http, OneThatHangsDoesNotHoldUpOthersInPieces) {
  const HttpServer hangs([](const std::string&) { return Reply{"", Reply::Then::hang, 0}; });
  const HttpServer good([](const std::string&) { return answer(200, "ok"); });
  Http http;
  HttpExchange slow{request(hangs.url()), {}}, fast{request(good.url()), {}};
  http.begin(slow);
  http.begin(fast);
  while (fast.response.under_way) http.advance(Clock::now() + 10ms);
  EXPECT_EQ(fast.response.body, "ok");
  EXPECT_TRUE(slow.response.under_way);
  http.begin(fast);  // again, while the other hangs still
  while (fast.response.under_way) http.advance(Clock::now() + 10ms);
  EXPECT_EQ(fast.response.body, "ok");
  http.cancel(slow);
  EXPECT_FALSE(slow.response.under_way);
  EXPECT_EQ(slow.response.outcome, HttpOutcome::timed_out);
  http.advance(Clock::now() + 1h);  // nothing is under way: returns at once
}

TEST(Http, EndsSoonWhenAskedToStop) {
  const HttpServer hangs([](const std::string&) { return Reply{"", Reply::Then::hang, 0}; });
  Http http;
  std::array<HttpExchange, 2> exchanges{{{request(hangs.url()), {}}, {request(hangs.url()), {}}}};
  std::stop_source stop;
  Clock::time_point asked;
  std::jthread asks([&] {
    while (hangs.requests().size() < 2) std::this_thread::sleep_for(1ms);
    asked = Clock::now();
    stop.request_stop();
  });
  http.exchange(exchanges, stop.get_token());
  asks.join();
  const std::chrono::duration<double> took = Clock::now() - asked;
  RecordProperty("seconds_to_stop", std::to_string(took.count()));
  EXPECT_EQ(exchanges[0].response.outcome, HttpOutcome::timed_out);
  EXPECT_LT(took, 10s);  // not the 20 s of the timeout
}

TEST(Http, ReadsNoMoreThanItsCap) {
  const HttpServer floods([](const std::string&) {
    return Reply{"HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n", Reply::Then::close, 1 << 30};
  });
  const auto response = get(request(floods.url(), 20s, 100'000));
  EXPECT_EQ(response.outcome, HttpOutcome::too_large);
  EXPECT_EQ(response.body, "");
  EXPECT_THAT(response.message, EndsWith(": the answer is longer than 100000 bytes"));
  const HttpServer fits([](const std::string&) { return answer(200, std::string(100'000, 'x')); });
  EXPECT_EQ(get(request(fits.url(), 20s, 100'000)).body.size(), 100'000U);
  EXPECT_EQ(get(request(fits.url(), 20s, 99'999)).outcome, HttpOutcome::too_large);
}

TEST(Http, CapsWhatAGzipBombBecomes) {
  const auto bomb = gzipped(64 << 20);
  ASSERT_LT(bomb.size(), 100'000U);
  const HttpServer server([&](const std::string&) { return answer(200, bomb, "Content-Encoding: gzip\r\n"); });
  EXPECT_EQ(get(request(server.url())).outcome, HttpOutcome::too_large);
  const HttpServer small([](const std::string&) { return answer(200, gzipped(10), "Content-Encoding: gzip\r\n"); });
  EXPECT_EQ(get(request(small.url())).body, "0000000000");
}

TEST(Http, FollowsRedirectsOnItsHostOnly) {
  const HttpServer elsewhere([](const std::string&) { return answer(200, "elsewhere"); });
  const HttpServer server([&](const std::string& head) {
    if (head.starts_with("GET /old")) return answer(303, "moved", "Location: /new\r\n");
    if (head.starts_with("GET /absolute"))
      return answer(301, "",
                    "Location: http://" +
                        head.substr(head.find("Host: ") + 6, head.find("\r\n", head.find("Host: ")) - head.find("Host: ") - 6) +
                        "/new\r\n");
    if (head.starts_with("GET /port")) return answer(302, "", "Location: " + elsewhere.url() + "/\r\n");
    if (head.starts_with("GET /host")) return answer(302, "", "Location: http://localhost/\r\n");
    if (head.starts_with("GET /file")) return answer(302, "", "Location: file:///etc/hostname\r\n");
    if (head.starts_with("GET /loop")) return answer(302, "", "Location: /loop\r\n");
    return answer(200, "new");
  });
  auto with_token = request(server.url() + "/old");
  with_token.bearer_token = "s3cret";
  EXPECT_EQ(get(with_token).body, "new");
  EXPECT_EQ(server.requests().size(), 2U);
  EXPECT_THAT(server.requests(), Each(HasSubstr("\r\nAuthorization: Bearer s3cret\r\n")));
  EXPECT_EQ(get(request(server.url() + "/absolute")).body, "new");
  for (const auto* path : {"/port", "/host", "/file"}) {
    with_token.url = server.url() + path;
    const auto response = get(with_token);
    EXPECT_EQ(response.outcome, HttpOutcome::redirected_elsewhere) << path;
    EXPECT_EQ(response.body, "") << path;
    EXPECT_THAT(response.message, Not(HasSubstr("s3cret"))) << path;
  }
  EXPECT_EQ(elsewhere.connections(), 0);
  EXPECT_EQ(get(request(server.url() + "/loop")).outcome, HttpOutcome::broken_off);
}

TEST(Http, KnowsWhatIsTheSameHost) {
  EXPECT_TRUE(stays_at_home("http://a/x", "http://a/y"));
  EXPECT_TRUE(stays_at_home("http://a/x", "http://a:80/"));
  EXPECT_TRUE(stays_at_home("http://a/x", "https://a/"));
  EXPECT_TRUE(stays_at_home("http://a:8080/x", "https://a/"));
  EXPECT_FALSE(stays_at_home("https://a/x", "http://a/"));
  EXPECT_FALSE(stays_at_home("https://a/x", "https://a:444/"));
  EXPECT_FALSE(stays_at_home("http://a/", "http://b/"));
  EXPECT_FALSE(stays_at_home("http://a/", "http://a.b/"));
  EXPECT_FALSE(stays_at_home("http://a/", "http://a@b/"));
  EXPECT_FALSE(stays_at_home("http://a/", "ftp://a/"));
  EXPECT_FALSE(stays_at_home("http://a/", "http:///"));
}

TEST(Http, KeepsNothingOfManyFailures) {
  const HttpServer server([](const std::string& head) {
    if (head.starts_with("GET /flood")) return Reply{"HTTP/1.1 200 OK\r\n\r\n", Reply::Then::close, 200'000};
    if (head.starts_with("GET /reset")) return Reply{"HTTP/1.1 2", Reply::Then::reset, 0};
    return Reply{"", Reply::Then::hang, 0};
  });
  Http http;
  const auto descriptors = [] {
    int count = 0;
    for (int fd = 0; fd < 1024; ++fd) count += ::fcntl(fd, F_GETFD) != -1;
    return count;
  };
  int at_first = 0;
  for (int round = 0; round < 20; ++round) {
    std::array<HttpExchange, 3> exchanges{{{request(server.url() + "/flood", 20ms, 1000), {}},
                                           {request(server.url() + "/reset", 20ms), {}},
                                           {request(server.url() + "/hang", 20ms), {}}}};
    http.exchange(exchanges);
    if (round == 3) at_first = descriptors();
  }
  EXPECT_LE(descriptors(), at_first + 10);
}

}  // namespace
}  // namespace mixnet
