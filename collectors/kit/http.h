// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>

namespace mixnet {

/// A GET, or a POST where it has a content type. Redirects of a GET are followed three times, and to the same host only, those
/// of a POST not at all; TLS is verified, always; no proxy of the environment is used.
struct HttpRequest {
  std::string url;                          ///< http or https
  std::string content_type, body;           ///< to be posted; no content type: it is a GET
  std::string bearer_token;                 ///< a secret, sent to the host of `url` only; empty: none
  std::string user, password;               ///< the same of basic authentication; no user: none
  std::chrono::milliseconds timeout{5000};  ///< for all of it, name look-up and redirects included
  std::size_t body_bytes_max = 1 << 20;     ///< uncompressed
  bool in_pieces = false;                   ///< the caller takes the body away piece by piece, see Http::advance_body
  std::string proxy;                        ///< "socks5h://127.0.0.1:9050"; empty: none
  std::string ca_file;                      ///< PEM, in place of the system's certificate authorities; empty: these
  std::string etag, last_modified;          ///< of what is known already: where it still holds, the answer is 304
};

/// How a request ended, as an operator has to act on it.
enum class HttpOutcome : std::uint8_t {
  answered,     ///< with whatever status
  unreachable,  ///< no such host, nobody listens, no route
  timed_out,
  broken_off,  ///< connected, but closed or garbled before the answer was whole
  too_large,
  tls_refused,          ///< no TLS with it, or its certificate is not to be trusted
  redirected_elsewhere  ///< to another host, or from https to http
};

struct HttpResponse {
  HttpOutcome outcome = HttpOutcome::unreachable;
  int status = 0;
  std::string body;
  std::string etag, last_modified;                  ///< as in its head; empty: none, or not to be sent back
  std::optional<std::chrono::seconds> retry_after;  ///< that the server wants to be left alone
  std::string message;  ///< what went wrong, for a human, the URL in front; empty where it was answered
  std::chrono::duration<double> took{};
  bool under_way = false;  ///< begun, and neither ended nor cancelled
};

struct HttpExchange {
  HttpRequest request;
  HttpResponse response;
};

/// May what was sent to `from` be sent to `to` too, where it is redirected? To the same host and port, or from http to https.
bool stays_at_home(const std::string& from, const std::string& to);

/// An HTTP client that keeps connections open from one call to the next. Used from one thread at a time. The library that it is
/// made of is loaded at the first request.
class Http {
 public:
  Http();
  ~Http();
  Http(const Http&) = delete;
  Http& operator=(const Http&) = delete;

  /// Does all of them at once, at most four connections a host, and fills in the responses. Returns at the latest when the
  /// longest timeout has passed, and soon where `stop` is asked for: what is not answered then is timed_out.
  void exchange(std::span<HttpExchange> exchanges, const std::stop_token& stop = {});

  // The same in pieces, for a caller with other things to do than to wait for the slowest. What is under way goes on during
  // `advance` only.

  /// Begins one, which must stay where it is for as long as it is under way.
  void begin(HttpExchange& exchange);
  /// Goes on with all that was begun until none is under way, `until` has come, or `stop` is asked for.
  void advance(std::chrono::steady_clock::time_point until, const std::stop_token& stop = {});
  /// Goes on until more of the body of `exchange` has come or it has ended; `stop` ends it. Who takes the body away each time
  /// needs no memory for all of it.
  void advance_body(HttpExchange& exchange, const std::stop_token& stop = {});
  /// Ends one; where it is under way still its response is timed_out.
  void cancel(HttpExchange& exchange);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mixnet
