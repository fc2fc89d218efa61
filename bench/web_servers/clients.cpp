// SPDX-License-Identifier: Apache-2.0
// Clients for measurements on loopback: honest clients in a closed loop, and beside them clients that drip, never
// read or only connect. One thread and one epoll, so that thousands of connections cost it little. Prints one line of JSON.
#include <arpa/inet.h>
#include <getopt.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr const char* kUsage = R"(usage: clients --port N [options], against 127.0.0.1 only
  --path /metrics        what to ask for
  --header 'Name: v'     sent with each request; repeatable
  --clients 1            honest clients, each asking again when it has its answer
  --requests N           requests of each honest client (default 1)
  --seconds S            or for so long, at most 60
  --think MS             pause of an honest client between two requests
  --fresh                a new connection for each request
  --timeout MS           an honest client gives up after that (default 15000)
  --dripping N           clients that send a byte of a request each --drip MS (default 1000)
  --never-reading N      clients that send --pipelined N requests (default 300) and read nothing
  --idle N               clients that connect and do nothing
  --lead MS              head start of the bad clients (default 500 where there are any)
  --output FILE          the last body
)";

struct Options {
  std::uint16_t port = 0;
  std::string path = "/metrics", headers, output;
  int clients = 1, dripping = 0, never_reading = 0, idle = 0, pipelined = 300;
  long requests = 0;
  double seconds = 0;
  milliseconds think{0}, drip{1000}, timeout{15'000}, lead{-1};
  bool fresh = false;
};

/// One response at the beginning of `bytes`: how long it is and what is in it; nothing while it is not whole.
struct Message {
  int status = 0;
  std::size_t length = 0;
  bool closes = false;
  std::string_view body;  // as sent: with the chunks' heads where it is chunked
};

std::optional<std::string_view> header(std::string_view head, const char* name) {
  for (std::size_t at = head.find("\r\n"); at != std::string_view::npos && at + 2 < head.size();
       at = head.find("\r\n", at + 2)) {
    const auto line = head.substr(at + 2, head.find("\r\n", at + 2) - at - 2);
    const auto length = std::strlen(name);
    if (line.size() > length && line[length] == ':' && strncasecmp(line.data(), name, length) == 0) {
      auto value = line.substr(length + 1);
      while (value.starts_with(' ')) value.remove_prefix(1);
      return value;
    }
  }
  return std::nullopt;
}

std::size_t to_number(std::string_view text, int base) {
  std::size_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value, base);
  return value;
}

/// Where the chunked body that begins at `at` ends; nothing while it does not.
std::optional<std::size_t> end_of_chunks(std::string_view bytes, std::size_t at) {
  while (true) {
    const auto line = bytes.find("\r\n", at);
    if (line == std::string_view::npos) return std::nullopt;
    const auto size = to_number(bytes.substr(at, line - at), 16);
    at = line + 2 + size + 2;
    if (at > bytes.size()) return std::nullopt;
    if (size == 0) return at;
  }
}

std::optional<Message> parse(std::string_view bytes) {
  const auto end = bytes.find("\r\n\r\n");
  if (end == std::string_view::npos || bytes.size() < 12) return std::nullopt;
  const auto head = bytes.substr(0, end + 2);
  Message message;
  message.status = static_cast<int>(to_number(bytes.substr(9, 3), 10));
  message.closes = header(head, "Connection") == "close";
  if (header(head, "Transfer-Encoding") == "chunked") {
    const auto last = end_of_chunks(bytes, end + 4);
    if (!last) return std::nullopt;
    message.length = *last;
  } else {
    message.length = end + 4 + to_number(header(head, "Content-Length").value_or("0"), 10);
    if (bytes.size() < message.length) return std::nullopt;
  }
  message.body = bytes.substr(end + 4, message.length - end - 4);
  return message;
}

enum class Kind { honest, dripping, never_reading, idle };

struct Client {
  Kind kind = Kind::honest;
  int fd = -1;
  std::string received;
  Clock::time_point asked{};
  Clock::time_point next = Clock::time_point::max();  // to ask, to drip, or to give up
  bool waiting = false;                               // for an answer
  bool unsent = false;                                // its request, as the connection has not come about yet
  long done = 0;
};

struct Totals {
  std::map<int, long> statuses;
  std::vector<std::uint32_t> latencies_us;  // of answers with status 200
  long connect_errors = 0, errors = 0, timeouts = 0, dropped_bad = 0;
  double wire = 0;
  std::string body;
};

class Run {
 public:
  explicit Run(const Options& options) : options_(options), epoll_(epoll_create1(EPOLL_CLOEXEC)) {
    request_ = "GET " + options.path + " HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(options.port) + "\r\n" +
               options.headers + (options.fresh ? "Connection: close\r\n" : "") + "\r\n";
  }

  void go() {
    add(options_.dripping, Kind::dripping);
    add(options_.never_reading, Kind::never_reading);
    add(options_.idle, Kind::idle);
    if (!clients_.empty()) serve_until(Clock::now() + (options_.lead.count() < 0 ? milliseconds(500) : options_.lead));
    began_ = Clock::now();
    const auto bad = clients_.size();
    add(options_.clients, Kind::honest);
    for (auto i = bad; i < clients_.size(); ++i) ask(clients_[i]);
    serve_until(options_.seconds > 0
                    ? began_ + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(options_.seconds))
                    : Clock::time_point::max());
    took_ = Clock::now() - began_;
  }

  int report() {
    auto& all = totals_.latencies_us;
    std::sort(all.begin(), all.end());
    const auto quantile = [&all](double q) {
      return all.empty() ? 0U : all[static_cast<std::size_t>(static_cast<double>(all.size() - 1) * q)];
    };
    long series = 0;
    for (std::size_t at = 0; at < totals_.body.size();
         at = std::min(totals_.body.find('\n', at), totals_.body.size() - 1) + 1) {
      if (totals_.body[at] != '#' && totals_.body[at] != '\n') ++series;
    }
    long answers = 0;
    for (const auto& [status, count] : totals_.statuses) answers += count;
    const auto seconds = std::chrono::duration<double>(took_).count();
    std::printf(
        "{\"ok\":%ld,\"other_statuses\":%ld,\"errors\":%ld,\"timeouts\":%ld,\"connect_errors\":%ld,\"bad_clients_dropped\":%"
        "ld,",
        totals_.statuses[200], answers - totals_.statuses[200], totals_.errors, totals_.timeouts, totals_.connect_errors,
        totals_.dropped_bad);
    std::printf("\"seconds\":%.3f,\"ok_per_second\":%.0f,\"wire_bytes\":%.0f,\"series\":%ld,", seconds,
                static_cast<double>(totals_.statuses[200]) / seconds,
                answers == 0 ? 0 : totals_.wire / static_cast<double>(answers), series);
    std::printf("\"min_us\":%u,\"p50_us\":%u,\"p90_us\":%u,\"p99_us\":%u,\"max_us\":%u}\n", quantile(0), quantile(.5),
                quantile(.9), quantile(.99), quantile(1));
    if (!options_.output.empty()) std::ofstream(options_.output, std::ios::binary) << totals_.body;
    return totals_.statuses[200] > 0 ? 0 : 1;
  }

 private:
  void add(int count, Kind kind) {
    for (int i = 0; i < count; ++i) {
      Client client;
      client.kind = kind;
      clients_.push_back(std::move(client));
    }
    for (auto& client : clients_) {
      if (client.kind != kind || kind == Kind::honest || !connect(client)) continue;
      if (kind == Kind::dripping) client.next = Clock::now() + options_.drip;
      for (int i = 0; kind == Kind::never_reading && i < options_.pipelined; ++i) {
        if (send(client.fd, request_.data(), request_.size(), MSG_NOSIGNAL | MSG_DONTWAIT) < 0) break;
      }
    }
  }

  bool connect(Client& client) {
    client.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    const int on = 1;
    setsockopt(client.fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(options_.port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(client.fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 && errno != EINPROGRESS) {
      ++totals_.connect_errors;
      drop(client);
      return false;
    }
    struct epoll_event event {};
    event.events = EPOLLRDHUP | EPOLLET | (client.kind == Kind::never_reading ? 0U : static_cast<unsigned>(EPOLLIN | EPOLLOUT));
    event.data.ptr = &client;
    epoll_ctl(epoll_, EPOLL_CTL_ADD, client.fd, &event);
    return true;
  }

  void drop(Client& client) {
    if (client.fd >= 0) close(client.fd);
    client.fd = -1;
    client.received.clear();
    client.waiting = false;
    client.unsent = false;
  }

  void ask(Client& client) {
    client.asked = Clock::now();
    if (client.fd < 0 && !connect(client)) return finish(client);
    client.waiting = true;
    client.next = client.asked + options_.timeout;
    client.unsent = true;
    send_request(client);
  }

  /// At once, or when the connection has come about. Requests are small: they fit or they do not.
  void send_request(Client& client) {
    client.unsent = send(client.fd, request_.data(), request_.size(), MSG_NOSIGNAL) < 0;
    if (!client.unsent || errno == EAGAIN || errno == ENOTCONN) return;
    ++totals_.errors;
    drop(client);
    finish(client);
  }

  /// After an answer, or after none.
  void finish(Client& client) {
    client.waiting = false;
    ++client.done;
    const bool more = options_.seconds > 0 || client.done < std::max(1L, options_.requests);
    client.next = more ? Clock::now() + options_.think : Clock::time_point::max();
    if (!more) ++finished_;
  }

  void on_ready(Client& client) {
    if (client.unsent) send_request(client);
    char bytes[65536];
    bool closed = false;
    while (client.fd >= 0 && !closed) {
      const auto count = recv(client.fd, bytes, sizeof bytes, 0);
      if (count < 0 && (errno == EAGAIN || errno == ENOTCONN)) break;
      closed = count <= 0;
      if (!closed) client.received.append(bytes, static_cast<std::size_t>(count));
    }
    take_answer(client);
    if (closed && client.fd >= 0) on_closed(client);
  }

  void take_answer(Client& client) {
    const auto message = client.waiting ? parse(client.received) : std::nullopt;
    if (!message) return;
    ++totals_.statuses[message->status];
    totals_.wire += static_cast<double>(message->length);
    if (message->status == 200) {
      totals_.latencies_us.push_back(static_cast<std::uint32_t>((Clock::now() - client.asked) / std::chrono::microseconds(1)));
      totals_.body = message->body;
    }
    const bool closes = message->closes || options_.fresh;
    client.received.erase(0, message->length);
    if (closes) drop(client);
    finish(client);
  }

  void on_closed(Client& client) {
    const bool was_waiting = client.waiting;
    if (client.kind != Kind::honest) ++totals_.dropped_bad;
    drop(client);
    if (client.kind != Kind::honest) client.next = Clock::time_point::max();
    if (was_waiting) {
      ++totals_.errors;
      finish(client);
    }
  }

  void on_time(Client& client) {
    if (client.kind == Kind::dripping) {
      client.next = Clock::now() + options_.drip;
      if (client.fd >= 0 && send(client.fd, request_.data(), 1, MSG_NOSIGNAL | MSG_DONTWAIT) < 0) on_closed(client);
    } else if (client.waiting) {
      ++totals_.timeouts;
      drop(client);
      finish(client);
    } else {
      ask(client);
    }
  }

  void serve_until(Clock::time_point end) {
    epoll_event events[256];
    while (Clock::now() < end) {
      auto until = end;
      bool honest = false;
      for (const auto& client : clients_) {
        until = std::min(until, client.next);
        honest |= client.kind == Kind::honest;
      }
      if (honest && finished_ == options_.clients) return;
      const auto left = std::chrono::ceil<milliseconds>(until - Clock::now()).count();
      const int count = epoll_wait(epoll_, events, std::size(events), static_cast<int>(std::clamp<long>(left, 0, 1000)));
      for (int i = 0; i < count; ++i) {
        auto& client = *static_cast<Client*>(events[i].data.ptr);
        if (client.fd < 0) continue;
        client.kind == Kind::never_reading ? on_closed(client) : on_ready(client);
      }
      const auto now = Clock::now();
      for (auto& client : clients_) {
        if (client.next <= now) on_time(client);
      }
    }
  }

  const Options& options_;
  int epoll_;
  std::string request_;
  std::vector<Client> clients_;  // never grows once honest clients are there
  Totals totals_;
  int finished_ = 0;
  Clock::time_point began_{};
  Clock::duration took_{};

 public:
  /// Clients are pointed to by epoll, so the vector must not move.
  void reserve() {
    clients_.reserve(static_cast<std::size_t>(options_.clients + options_.dripping + options_.never_reading + options_.idle));
  }
};

Options parse_options(int argc, char** argv) {
  constexpr option kLong[] = {{"port", 1, nullptr, 'p'},      {"path", 1, nullptr, 'u'},     {"header", 1, nullptr, 'H'},
                              {"clients", 1, nullptr, 'c'},   {"requests", 1, nullptr, 'n'}, {"seconds", 1, nullptr, 's'},
                              {"think", 1, nullptr, 't'},     {"fresh", 0, nullptr, 'f'},    {"timeout", 1, nullptr, 'T'},
                              {"dripping", 1, nullptr, 'd'},  {"drip", 1, nullptr, 'D'},     {"never-reading", 1, nullptr, 'r'},
                              {"pipelined", 1, nullptr, 'P'}, {"idle", 1, nullptr, 'i'},     {"lead", 1, nullptr, 'l'},
                              {"output", 1, nullptr, 'o'},    {nullptr, 0, nullptr, 0}};
  Options options;
  for (int letter = 0; (letter = getopt_long(argc, argv, "", kLong, nullptr)) != -1;) {
    const auto whole = [] { return std::atoi(optarg); };
    switch (letter) {
      case 'p': options.port = static_cast<std::uint16_t>(whole()); break;
      case 'u': options.path = optarg; break;
      case 'H': options.headers.append(optarg).append("\r\n"); break;
      case 'c': options.clients = whole(); break;
      case 'n': options.requests = whole(); break;
      case 's': options.seconds = std::min(60.0, std::atof(optarg)); break;
      case 't': options.think = milliseconds(whole()); break;
      case 'f': options.fresh = true; break;
      case 'T': options.timeout = milliseconds(whole()); break;
      case 'd': options.dripping = whole(); break;
      case 'D': options.drip = milliseconds(whole()); break;
      case 'r': options.never_reading = whole(); break;
      case 'P': options.pipelined = whole(); break;
      case 'i': options.idle = whole(); break;
      case 'l': options.lead = milliseconds(whole()); break;
      case 'o': options.output = optarg; break;
      default: options.port = 0; return options;
    }
  }
  return options;
}

/// As many descriptors as this process may have.
void raise_descriptor_limit() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace

int main(int argc, char** argv) {
  const auto options = parse_options(argc, argv);
  if (options.port == 0) {
    std::fputs(kUsage, stderr);
    return 2;
  }
  raise_descriptor_limit();
  Run run(options);
  run.reserve();
  run.go();
  return run.report();
}
