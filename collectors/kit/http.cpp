// SPDX-License-Identifier: Apache-2.0
#include "collectors/kit/http.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <utility>
#include <vector>

#include "collectors/kit/libcurl.h"

namespace mixnet {
namespace {

constexpr int kRedirectsMax = 3;
constexpr std::size_t kPieceBytes = 64 << 10;  // more waits in the kernel
constexpr std::chrono::seconds kRetryAfterMax{86'400};
constexpr long kConnectionsPerHost = 4;
constexpr long kConnectionsKept = 16;
constexpr int kPollMilliseconds = 500;  // curl_multi_wakeup ends it sooner

using Clock = std::chrono::steady_clock;

/// To be called only where it could be loaded.
const Libcurl& curl() { return *libcurl(); }

struct FreeHandle {
  void operator()(CURL* handle) const { curl().easy_cleanup(handle); }
};
struct FreeList {
  void operator()(curl_slist* list) const { curl().slist_free_all(list); }
};
struct FreeUrl {
  void operator()(CURLU* url) const { curl().url_cleanup(url); }
};

/// A part of `url`, its default port filled in; empty where the URL is none.
std::string part_of(const std::string& url, CURLUPart part) {
  if (!libcurl()) return {};
  const std::unique_ptr<CURLU, FreeUrl> parsed(curl().url());
  char* text = nullptr;
  if (!parsed || curl().url_set(parsed.get(), CURLUPART_URL, url.c_str(), 0) != CURLUE_OK) return {};
  if (curl().url_get(parsed.get(), part, &text, CURLU_DEFAULT_PORT) != CURLUE_OK) return {};
  std::string out(text);
  curl().free(text);
  return out;
}

HttpOutcome outcome_of(CURLcode code) {
  switch (code) {
    case CURLE_OK: return HttpOutcome::answered;
    case CURLE_OPERATION_TIMEDOUT: return HttpOutcome::timed_out;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_INVALIDCERTSTATUS:
    case CURLE_SSL_CERTPROBLEM: return HttpOutcome::tls_refused;
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_PROXY:
    case CURLE_COULDNT_CONNECT:
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL: return HttpOutcome::unreachable;
    default: return HttpOutcome::broken_off;
  }
}

/// One exchange on its way. Its address is known to curl, so it stays where it is.
struct Transfer {
  HttpExchange* exchange = nullptr;
  std::unique_ptr<CURL, FreeHandle> handle;
  std::unique_ptr<curl_slist, FreeList> headers;
  std::string url;
  Clock::time_point begin, deadline;
  int redirects = 0;
  std::size_t received = 0;  ///< of the body
  bool too_large = false, under_way = false, paused = false;
};

int status_of(CURL* handle) {
  long status = 0;
  curl().easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
  return static_cast<int>(status);
}

std::size_t take_body(char* bytes, std::size_t, std::size_t count, void* target) {
  auto& transfer = *static_cast<Transfer*>(target);
  auto& [request, response] = *transfer.exchange;
  response.status = status_of(transfer.handle.get());
  if (response.status / 100 == 3) return count;  // of a redirect: what counts is where it leads
  if (request.in_pieces && response.body.size() >= kPieceBytes) {
    transfer.paused = true;
    return CURL_WRITEFUNC_PAUSE;
  }
  transfer.received += count;
  if (transfer.received > request.body_bytes_max) {
    transfer.too_large = true;
    return 0;
  }
  response.body.append(bytes, count);
  return count;
}

void set_up(Transfer& transfer) {
  CURL* handle = transfer.handle.get();
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(transfer.deadline - Clock::now());
  curl().easy_reset(handle);
  curl().easy_setopt(handle, CURLOPT_PRIVATE, &transfer);
  curl().easy_setopt(handle, CURLOPT_URL, transfer.url.c_str());
  curl().easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
  curl().easy_setopt(handle, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  const auto& request = transfer.exchange->request;
  curl().easy_setopt(handle, CURLOPT_PROXY, request.proxy.c_str());
  if (!request.ca_file.empty()) curl().easy_setopt(handle, CURLOPT_CAINFO, request.ca_file.c_str());
  curl().easy_setopt(handle, CURLOPT_USERAGENT, "mixnet-exporter/" MIXNET_VERSION);
  curl().easy_setopt(handle, CURLOPT_ACCEPT_ENCODING, "gzip");
  curl().easy_setopt(handle, CURLOPT_HTTPHEADER, transfer.headers.get());
  if (!request.user.empty()) {
    curl().easy_setopt(handle, CURLOPT_HTTPAUTH, static_cast<long>(CURLAUTH_BASIC));
    curl().easy_setopt(handle, CURLOPT_USERNAME, request.user.c_str());
    curl().easy_setopt(handle, CURLOPT_PASSWORD, request.password.c_str());
  }
  if (!request.content_type.empty()) {
    curl().easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    curl().easy_setopt(handle, CURLOPT_POSTFIELDS, request.body.c_str());  // which stays where it is
  }
  curl().easy_setopt(handle, CURLOPT_TIMEOUT_MS, static_cast<long>(std::max<std::int64_t>(left.count(), 1)));
  curl().easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
  curl().easy_setopt(handle, CURLOPT_QUICK_EXIT, 1L);  // a look-up of a name that hangs is not waited for at the end
  curl().easy_setopt(handle, CURLOPT_BUFFERSIZE, 16384L);
  curl().easy_setopt(handle, CURLOPT_WRITEFUNCTION, take_body);
  curl().easy_setopt(handle, CURLOPT_WRITEDATA, &transfer);
}

/// Nothing where there is no value.
void add_header(Transfer& transfer, const char* name, const std::string& value) {
  if (value.empty()) return;
  auto* longer = curl().slist_append(transfer.headers.get(), (name + value).c_str());
  if (longer == nullptr) return;
  (void)transfer.headers.release();  // it is the same list
  transfer.headers.reset(longer);
}

/// A header of an answer that can be sent back one day.
std::string header_of(CURL* handle, const char* name) {
  constexpr std::size_t kBytesMax = 200;
  curl_header* header = nullptr;
  if (curl().easy_header(handle, name, 0, CURLH_HEADER, -1, &header) != CURLHE_OK) return {};
  const std::string_view value = header->value;
  const auto is_printable = [](char c) { return c >= ' ' && c < 0x7f; };
  return value.size() <= kBytesMax && std::all_of(value.begin(), value.end(), is_printable) ? std::string(value) : "";
}

void take_head(CURL* handle, HttpResponse& response) {
  response.status = status_of(handle);
  response.etag = header_of(handle, "ETag");
  response.last_modified = header_of(handle, "Last-Modified");
  curl_off_t seconds = 0;
  curl().easy_getinfo(handle, CURLINFO_RETRY_AFTER, &seconds);
  if (seconds > 0) response.retry_after = std::chrono::seconds(std::min<curl_off_t>(seconds, kRetryAfterMax.count()));
}

void begin(Transfer& transfer, HttpExchange& exchange) {
  transfer.exchange = &exchange;
  transfer.url = exchange.request.url;
  transfer.begin = Clock::now();
  transfer.deadline = transfer.begin + exchange.request.timeout;
  transfer.redirects = 0;
  transfer.received = 0;
  transfer.too_large = transfer.paused = false;
  transfer.headers.reset();
  add_header(transfer, "Authorization: Bearer ", exchange.request.bearer_token);
  add_header(transfer, "Content-Type: ", exchange.request.content_type);
  add_header(transfer, "If-None-Match: ", exchange.request.etag);
  add_header(transfer, "If-Modified-Since: ", exchange.request.last_modified);
  auto& response = exchange.response;
  response.outcome = HttpOutcome::timed_out;
  response.status = 0;
  response.body.clear();
  response.etag.clear();
  response.last_modified.clear();
  response.retry_after.reset();
  response.message = exchange.request.url + ": no answer in time";
  set_up(transfer);
}

void conclude(Transfer& transfer, HttpOutcome outcome, std::string_view why) {
  auto& response = transfer.exchange->response;
  response.outcome = outcome;
  response.took = Clock::now() - transfer.begin;
  response.message.clear();
  if (outcome == HttpOutcome::answered) return;
  response.status = 0;
  response.body.clear();
  response.message.append(transfer.exchange->request.url).append(": ").append(why);
}

/// Where a redirect leads, or nothing where the answer is none.
std::optional<std::string> redirect_of(CURL* handle) {
  char* url = nullptr;
  if (curl().easy_getinfo(handle, CURLINFO_REDIRECT_URL, &url) != CURLE_OK || url == nullptr) return std::nullopt;
  return url;
}

/// After an answer or a failure; true where the transfer goes on, to where it was redirected.
bool follow_or_conclude(Transfer& transfer, CURLcode code) {
  if (transfer.too_large) {
    conclude(transfer, HttpOutcome::too_large,
             "the answer is longer than " + std::to_string(transfer.exchange->request.body_bytes_max) + " bytes");
    return false;
  }
  const auto scheme = part_of(transfer.url, CURLUPART_SCHEME);
  if (code == CURLE_UNSUPPORTED_PROTOCOL && (scheme == "http" || scheme == "https")) {
    conclude(transfer, HttpOutcome::broken_off, "the answer is not HTTP");
    return false;
  }
  if (code != CURLE_OK) {
    conclude(transfer, outcome_of(code), curl().easy_strerror(code));
    return false;
  }
  take_head(transfer.handle.get(), transfer.exchange->response);
  auto target = redirect_of(transfer.handle.get());
  if (!target || !transfer.exchange->request.content_type.empty()) {
    conclude(transfer, HttpOutcome::answered, "");
    return false;
  }
  if (!stays_at_home(transfer.url, *target)) {
    conclude(transfer, HttpOutcome::redirected_elsewhere, "redirected to another host, " + part_of(*target, CURLUPART_HOST));
    return false;
  }
  if (transfer.redirects++ == kRedirectsMax) {
    conclude(transfer, HttpOutcome::broken_off, "redirected too often");
    return false;
  }
  transfer.url = *std::move(target);
  transfer.received = 0;
  set_up(transfer);
  return true;
}

}  // namespace

bool stays_at_home(const std::string& from, const std::string& to) {
  if (part_of(to, CURLUPART_HOST).empty() || part_of(from, CURLUPART_HOST) != part_of(to, CURLUPART_HOST)) return false;
  const auto before = part_of(from, CURLUPART_SCHEME);
  const auto after = part_of(to, CURLUPART_SCHEME);
  if (before == after) return part_of(from, CURLUPART_PORT) == part_of(to, CURLUPART_PORT);
  return before == "http" && after == "https";
}

class Http::Impl {
 public:
  Impl() : multi_(curl().multi_init()) {
    curl().multi_setopt(multi_, CURLMOPT_MAX_HOST_CONNECTIONS, kConnectionsPerHost);
    curl().multi_setopt(multi_, CURLMOPT_MAXCONNECTS, kConnectionsKept);
  }

  ~Impl() {
    for (const auto& each : transfers_) {
      if (each->under_way) curl().multi_remove_handle(multi_, each->handle.get());
    }
    transfers_.clear();
    curl().multi_cleanup(multi_);
  }

  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  void begin(HttpExchange& exchange) {
    auto free = std::find_if(transfers_.begin(), transfers_.end(), [](const auto& each) { return !each->under_way; });
    if (free == transfers_.end()) {
      free = transfers_.insert(free, std::make_unique<Transfer>());
      (*free)->handle.reset(curl().easy_init());
    }
    mixnet::begin(**free, exchange);
    add(**free);
  }

  /// Until `is_enough()`, if not before.
  template <class IsEnough>
  void advance(Clock::time_point until, const std::stop_token& stop, IsEnough is_enough) {
    const std::stop_callback wake(stop, [this] { curl().multi_wakeup(multi_); });
    while (under_way_ > 0 && !stop.stop_requested()) {
      step();
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now()).count();
      if (left <= 0 || is_enough()) return;
      if (under_way_ > 0)
        curl().multi_poll(multi_, nullptr, 0, static_cast<int>(std::min<std::int64_t>(left, kPollMilliseconds)), nullptr);
    }
  }

  /// One that is paused goes on.
  void resume(const HttpExchange& exchange) {
    for (auto& each : transfers_) {
      if (!each->under_way || each->exchange != &exchange || !each->paused) continue;
      each->paused = false;
      curl().easy_pause(each->handle.get(), CURLPAUSE_CONT);
    }
  }

  void cancel(HttpExchange& exchange) {
    for (auto& each : transfers_) {
      if (each->under_way && each->exchange == &exchange) remove(*each);
    }
  }

 private:
  void add(Transfer& transfer) {
    curl().multi_add_handle(multi_, transfer.handle.get());
    transfer.under_way = transfer.exchange->response.under_way = true;
    ++under_way_;
  }

  void remove(Transfer& transfer) {
    if (!transfer.under_way) return;
    curl().multi_remove_handle(multi_, transfer.handle.get());
    transfer.under_way = transfer.exchange->response.under_way = false;
    --under_way_;
  }

  void step() {
    int running = 0;
    curl().multi_perform(multi_, &running);
    int left = 0;
    while (const CURLMsg* message = curl().multi_info_read(multi_, &left)) {
      if (message->msg == CURLMSG_DONE) finish(message->easy_handle, message->data.result);
    }
  }

  void finish(CURL* handle, CURLcode code) {
    Transfer* transfer = nullptr;
    curl().easy_getinfo(handle, CURLINFO_PRIVATE, &transfer);
    remove(*transfer);
    if (follow_or_conclude(*transfer, code)) add(*transfer);
  }

  CURLM* multi_;
  std::vector<std::unique_ptr<Transfer>> transfers_;
  std::size_t under_way_ = 0;
};

Http::Http() = default;
Http::~Http() = default;

void Http::exchange(std::span<HttpExchange> exchanges, const std::stop_token& stop) {
  for (auto& each : exchanges) begin(each);
  advance(Clock::time_point::max(), stop);
  for (auto& each : exchanges) cancel(each);
}

void Http::begin(HttpExchange& exchange) {
  if (!impl_ && libcurl()) impl_ = std::make_unique<Impl>();
  if (impl_) return impl_->begin(exchange);
  exchange.response = {};
  exchange.response.message = exchange.request.url + ": " + libcurl().error().message;
}

void Http::advance(Clock::time_point until, const std::stop_token& stop) {
  if (impl_) impl_->advance(until, stop, [] { return false; });
}

void Http::advance_body(HttpExchange& exchange, const std::stop_token& stop) {
  const auto& response = exchange.response;
  if (!impl_ || !response.under_way || !response.body.empty()) return;
  impl_->resume(exchange);
  impl_->advance(Clock::time_point::max(), stop, [&] { return !response.body.empty() || !response.under_way; });
}

void Http::cancel(HttpExchange& exchange) {
  if (impl_) impl_->cancel(exchange);
}

}  // namespace mixnet
