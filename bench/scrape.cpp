// SPDX-License-Identifier: Apache-2.0
// A scraping client that costs little beside the server it measures: one thread and one kept-alive connection each.
//
//   scrape --port P [--path /metrics] [--header 'Name: value']... [--connections N] [--count N] [--seconds S]
//          [--delay-ms MS] [--timeout S]
//
// Each connection scrapes in a closed loop on loopback, `count` times or until `seconds` are over; once where neither is
// given. Prints one line of JSON.
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

struct Options {
  std::uint16_t port = 0;
  std::string path = "/metrics", headers;
  long connections = 1, count = 0, delay_ms = 0, timeout_s = 15;
  double seconds = 0;
};

enum class Outcome { ok, unavailable, other_status, timed_out, failed };
constexpr std::size_t kOutcomes = 5;
constexpr const char* kOutcomeNames[kOutcomes] = {"ok", "status_503", "other_status", "timed_out", "failed"};

/// What one connection saw.
struct Tally {
  long outcomes[kOutcomes] = {};
  std::vector<std::uint32_t> microseconds;  // of the scrapes that succeeded
  std::uint64_t wire_bytes = 0;
  std::size_t body_bytes = 0, series = 0;  // of the last one
};

/// The value of the header of that name; empty without one.
std::string_view header(std::string_view head, std::string_view name) {
  for (std::size_t at = head.find('\n'); at != std::string_view::npos; at = head.find('\n', at)) {
    head.remove_prefix(at + 1);
    at = 0;
    if (head.size() <= name.size() || head[name.size()] != ':') continue;
    if (strncasecmp(head.data(), name.data(), name.size()) != 0) continue;
    auto value = head.substr(name.size() + 1, head.find('\r') - name.size() - 1);
    value.remove_prefix(std::min(value.find_first_not_of(' '), value.size()));
    return value;
  }
  return {};
}

class Connection {
 public:
  explicit Connection(const Options& options) : options_(options) {
    request_ = "GET " + options.path + " HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(options.port) + "\r\n" +
               options.headers + "\r\n";
  }
  ~Connection() { close(); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void scrape(Tally& tally) {
    const auto begin = Clock::now();
    const auto outcome = fd_ >= 0 || dial() ? ask(tally) : Outcome::failed;
    ++tally.outcomes[static_cast<std::size_t>(outcome)];
    if (outcome == Outcome::timed_out || outcome == Outcome::failed) close();
    if (outcome != Outcome::ok) return;
    const auto took = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - begin);
    tally.microseconds.push_back(static_cast<std::uint32_t>(took.count()));
  }

 private:
  void close() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }

  bool dial() {
    fd_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int on = 1;
    ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    const timeval timeout{options_.timeout_s, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
    ::setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof timeout);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(options_.port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return ::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  }

  /// Reads more; false with errno, 0 at the end.
  bool fill() {
    char bytes[65536];
    errno = 0;
    const auto got = ::recv(fd_, bytes, sizeof bytes, 0);
    if (got <= 0) return false;
    input_.append(bytes, static_cast<std::size_t>(got));
    return true;
  }

  bool fill_to(std::size_t size) {
    while (input_.size() < size) {
      if (!fill()) return false;
    }
    return true;
  }

  /// Where `text` begins in what was read and will be, from `from` on; npos with errno where it does not come.
  std::size_t find(std::string_view text, std::size_t from) {
    std::size_t at;
    while ((at = input_.find(text, from)) == std::string::npos) {
      if (!fill()) break;
    }
    return at;
  }

  Outcome ask(Tally& tally) {
    input_.clear();
    body_.clear();
    if (::send(fd_, request_.data(), request_.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(request_.size())) {
      return Outcome::failed;
    }
    const auto head_end = find("\r\n\r\n", 0);
    if (head_end == std::string::npos || !read_body(head_end + 4)) {
      return errno == EAGAIN ? Outcome::timed_out : Outcome::failed;
    }
    const int status = std::atoi(input_.c_str() + std::strlen("HTTP/1.1 "));
    if (header({input_.data(), head_end + 2}, "connection").starts_with("close")) close();
    if (status != 200) return status == 503 ? Outcome::unavailable : Outcome::other_status;
    tally.wire_bytes += input_.size();
    tally.body_bytes = body_.size();
    tally.series = count_series();
    return Outcome::ok;
  }

  bool read_body(std::size_t at) {
    const std::string head = input_.substr(0, at - 2);
    if (const auto length = header(head, "content-length"); !length.empty()) {
      const auto size = std::strtoul(std::string(length).c_str(), nullptr, 10);
      if (!fill_to(at + size)) return false;
      body_.assign(input_, at, size);
      return true;
    }
    for (;;) {  // chunked
      const auto line_end = find("\r\n", at);
      if (line_end == std::string::npos) return false;
      const auto size = std::strtoul(input_.c_str() + at, nullptr, 16);
      if (!fill_to(line_end + 2 + size + 2)) return false;
      body_.append(input_, line_end + 2, size);
      at = line_end + 2 + size + 2;
      if (size == 0) return true;
    }
  }

  /// The lines that are neither comments nor empty; of no meaning where the body is compressed.
  std::size_t count_series() const {
    std::size_t count = 0;
    char before = '\n';
    for (const char c : body_) {
      if (before == '\n' && c != '#' && c != '\n') ++count;
      before = c;
    }
    return count;
  }

  const Options& options_;
  std::string request_, input_, body_;
  int fd_ = -1;
};

bool read_options(int count, char** arguments, Options& out) {
  for (int at = 1; at + 1 < count; at += 2) {
    const std::string_view name = arguments[at];
    const char* value = arguments[at + 1];
    if (name == "--port") {
      out.port = static_cast<std::uint16_t>(std::atoi(value));
    } else if (name == "--path") {
      out.path = value;
    } else if (name == "--header") {
      out.headers.append(value).append("\r\n");
    } else if (name == "--connections") {
      out.connections = std::atol(value);
    } else if (name == "--count") {
      out.count = std::atol(value);
    } else if (name == "--seconds") {
      out.seconds = std::atof(value);
    } else if (name == "--delay-ms") {
      out.delay_ms = std::atol(value);
    } else if (name == "--timeout") {
      out.timeout_s = std::atol(value);
    } else {
      return false;
    }
  }
  return count % 2 == 1 && out.port != 0;
}

void work(const Options& options, Clock::time_point end, Tally& tally) {
  Connection connection(options);
  const auto goes_on = [&](long done) {
    if (options.seconds > 0 && Clock::now() >= end) return false;
    return options.count == 0 ? options.seconds > 0 || done == 0 : done < options.count;
  };
  for (long done = 0; goes_on(done); ++done) {
    connection.scrape(tally);
    if (options.delay_ms > 0) std::this_thread::sleep_for(std::chrono::milliseconds(options.delay_ms));
  }
}

void print(const std::vector<Tally>& tallies, double seconds) {
  Tally sum;
  for (const auto& tally : tallies) {
    for (std::size_t at = 0; at < kOutcomes; ++at) sum.outcomes[at] += tally.outcomes[at];
    sum.microseconds.insert(sum.microseconds.end(), tally.microseconds.begin(), tally.microseconds.end());
    sum.wire_bytes += tally.wire_bytes;
  }
  std::sort(sum.microseconds.begin(), sum.microseconds.end());
  const auto percentile = [&sum](double share) {
    const auto& times = sum.microseconds;
    return times.empty() ? 0U : times[static_cast<std::size_t>(share * static_cast<double>(times.size() - 1))];
  };
  std::printf("{");
  for (std::size_t at = 0; at < kOutcomes; ++at) std::printf("\"%s\":%ld,", kOutcomeNames[at], sum.outcomes[at]);
  const auto ok = std::max(sum.outcomes[0], 1L);
  std::printf(
      "\"seconds\":%.3f,\"wire_bytes\":%llu,\"body_bytes\":%zu,\"series\":%zu,\"p50_us\":%u,\"p99_us\":%u,\"max_us\":%u}\n",
      seconds, static_cast<unsigned long long>(sum.wire_bytes) / static_cast<unsigned long long>(ok),
      tallies.front().body_bytes, tallies.front().series, percentile(0.5), percentile(0.99), percentile(1));
}

}  // namespace

int main(int count, char** arguments) {
  Options options;
  if (!read_options(count, arguments, options)) {
    std::fputs(
        "usage: scrape --port P [--path /metrics] [--header 'Name: value']... [--connections N] [--count N] [--seconds S]"
        " [--delay-ms MS] [--timeout S]\n",
        stderr);
    return 2;
  }
  std::vector<Tally> tallies(static_cast<std::size_t>(std::max(options.connections, 1L)));
  const auto begin = Clock::now();
  const auto end = begin + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(options.seconds));
  std::vector<std::thread> threads;
  for (auto& tally : tallies) threads.emplace_back([&options, end, &tally] { work(options, end, tally); });
  for (auto& thread : threads) thread.join();
  print(tallies, std::chrono::duration<double>(Clock::now() - begin).count());
  return 0;
}
