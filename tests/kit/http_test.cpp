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
  HttpRequest out;
  out.url = std::move(url);
  out.timeout = timeout;
  out.body_bytes_max = bytes;
  return out;
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

TEST(Http, PostsABody) {
  const HttpServer server([](const std::string&) { return answer(202, "taken"); });
  Http http;
  auto posted = request(server.url() + "/alerts");
  posted.content_type = "application/json";
  posted.body = "[{\"a\":1}]" + std::string("\0é", 3) + std::string(200'000, 'x');
  const auto response = get(http, posted);
  EXPECT_EQ(response.outcome, HttpOutcome::answered) << response.message;
  EXPECT_EQ(response.status, 202);
  EXPECT_EQ(response.body, "taken");
  EXPECT_EQ(get(http, request(server.url())).status, 202);
  ASSERT_EQ(server.requests().size(), 2U);
  EXPECT_THAT(server.requests()[0], testing::StartsWith("POST /alerts HTTP/1.1\r\n"));
  EXPECT_THAT(server.requests()[0], HasSubstr("\r\nContent-Type: application/json\r\n"));
  EXPECT_THAT(server.requests()[0], HasSubstr("\r\nContent-Length: " + std::to_string(posted.body.size()) + "\r\n"));
  EXPECT_THAT(server.requests()[0], EndsWith("\r\n\r\n" + posted.body));
  EXPECT_THAT(server.requests()[1], testing::StartsWith("GET / HTTP/1.1\r\n")) << "the next one is a GET again";
  EXPECT_EQ(server.connections(), 1);
}

TEST(Http, PostsAnEmptyBodyToo) {
  const HttpServer server([](const std::string&) { return answer(200, "ok"); });
  auto posted = request(server.url());
  posted.content_type = "text/plain";
  EXPECT_EQ(get(posted).status, 200);
  EXPECT_THAT(server.requests().at(0), testing::StartsWith("POST / HTTP/1.1\r\n"));
  EXPECT_THAT(server.requests().at(0), HasSubstr("\r\nContent-Length: 0\r\n"));
}

TEST(Http, DoesNotPostElsewhere) {
  const HttpServer server([](const std::string&) { return answer(307, "", "Location: /elsewhere\r\n"); });
  auto posted = request(server.url());
  posted.content_type = "text/plain";
  posted.body = "body";
  const auto response = get(posted);
  EXPECT_EQ(response.outcome, HttpOutcome::answered);
  EXPECT_EQ(response.status, 307);
  EXPECT_EQ(server.requests().size(), 1U);
}

TEST(Http, SaysWhoAsks) {
  const HttpServer server([](const std::string&) { return answer(200, "ok"); });
  auto asked = request(server.url());
  asked.user = "Aladdin";
  asked.password = "open sesame:";
  EXPECT_EQ(get(asked).status, 200);
  EXPECT_THAT(server.requests().at(0), HasSubstr("\r\nAuthorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZTo=\r\n"));
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

TEST(Http, AsksOnlyForWhatHasChanged) {
  const HttpServer server([](const std::string& head) {
    const bool known = head.find("If-None-Match: W/\"7\"\r\n") != std::string::npos &&
                       head.find("If-Modified-Since: Sat, 16 May 2026 10:00:00 GMT\r\n") != std::string::npos;
    if (known) return answer(304, "");
    return answer(200, "body", "ETag: W/\"7\"\r\nLast-Modified: Sat, 16 May 2026 10:00:00 GMT\r\n");
  });
  Http http;
  auto asked = request(server.url());
  const auto first = get(http, asked);
  EXPECT_EQ(first.etag, "W/\"7\"");
  EXPECT_EQ(first.last_modified, "Sat, 16 May 2026 10:00:00 GMT");
  asked.etag = first.etag;
  asked.last_modified = first.last_modified;
  const auto second = get(http, asked);
  EXPECT_EQ(second.outcome, HttpOutcome::answered);
  EXPECT_EQ(second.status, 304);
  EXPECT_EQ(second.body, "");
}

TEST(Http, SendsBackNoHeaderThatCouldBreakARequest) {
  const HttpServer server([](const std::string&) {
    return answer(200, "", "ETag: \"" + std::string(1000, 'x') + "\"\r\nLast-Modified: \x01\x80\r\n");
  });
  const auto response = get(request(server.url()));
  EXPECT_EQ(response.etag, "");
  EXPECT_EQ(response.last_modified, "");
}

TEST(Http, TellsHowLongToLeaveAServerAlone) {
  const HttpServer server([](const std::string& head) {
    if (head.starts_with("GET /none")) return answer(503, "");
    return answer(429, "", head.starts_with("GET /long") ? "Retry-After: 99999999999\r\n" : "Retry-After: 120\r\n");
  });
  EXPECT_EQ(get(request(server.url())).retry_after, 120s);
  EXPECT_EQ(get(request(server.url() + "/long")).retry_after, 24h);
  EXPECT_EQ(get(request(server.url() + "/none")).retry_after, std::nullopt);
}

TEST(Http, GivesALongBodyInPieces) {
  constexpr std::uint64_t kBytes = 50'000'000;
  const HttpServer server([](const std::string&) {
    return Reply{"HTTP/1.1 200 OK\r\nContent-Length: 50000000\r\n\r\n", Reply::Then::keep, kBytes};
  });
  Http http;
  HttpExchange exchange{request(server.url(), 60s, kBytes), {}};
  exchange.request.in_pieces = true;
  http.begin(exchange);
  std::size_t bytes = 0, longest = 0;
  do {
    http.advance_body(exchange);
    longest = std::max(longest, exchange.response.body.size());
    bytes += exchange.response.body.size();
    exchange.response.body.clear();
  } while (exchange.response.under_way);
  EXPECT_EQ(exchange.response.outcome, HttpOutcome::answered);
  EXPECT_EQ(exchange.response.status, 200);
  EXPECT_EQ(bytes, kBytes);
  EXPECT_LT(longest, 256U << 10);
}

TEST(Http, GivesACompressedBodyInPieces) {
  constexpr std::size_t kBytes = 20'000'000;
  const auto body = gzipped(kBytes);
  const HttpServer server([&](const std::string&) { return answer(200, body, "Content-Encoding: gzip\r\n"); });
  Http http;
  HttpExchange exchange{request(server.url(), 60s, kBytes), {}};
  exchange.request.in_pieces = true;
  http.begin(exchange);
  std::size_t bytes = 0;
  do {
    http.advance_body(exchange);
    EXPECT_EQ(exchange.response.body.find_first_not_of('0'), std::string::npos);
    bytes += exchange.response.body.size();
    exchange.response.body.clear();
  } while (exchange.response.under_way);
  EXPECT_EQ(exchange.response.outcome, HttpOutcome::answered) << exchange.response.message;
  EXPECT_EQ(bytes, kBytes);
}

TEST(Http, CountsAllPiecesOfABody) {
  const HttpServer server([](const std::string&) { return Reply{"HTTP/1.1 200 OK\r\n\r\n", Reply::Then::hang, 1'000'000}; });
  Http http;
  HttpExchange exchange{request(server.url(), 20s, 500'000), {}};
  exchange.request.in_pieces = true;
  http.begin(exchange);
  while (exchange.response.under_way) {
    http.advance_body(exchange);
    exchange.response.body.clear();
  }
  EXPECT_EQ(exchange.response.outcome, HttpOutcome::too_large);
}

TEST(Http, GoesThroughAProxyOnlyWhereTold) {
  const HttpServer proxy([](const std::string& head) {
    return answer(200, head.substr(0, head.find(" HTTP")));  // as a proxy gets it, with the whole URL
  });
  auto asked = request("http://nym-api.example/api/v1/epoch/current");
  asked.proxy = proxy.url();
  EXPECT_EQ(get(asked).body, "GET http://nym-api.example/api/v1/epoch/current");
  asked.proxy = "http://127.0.0.1:1";
  EXPECT_EQ(get(asked).outcome, HttpOutcome::unreachable);
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
