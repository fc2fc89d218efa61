// SPDX-License-Identifier: Apache-2.0
// The only file that sees libmicrohttpd. All of it runs on one thread, this file's: libmicrohttpd parses requests and writes
// replies, while accepting, limits and deadlines are ours, because its own time-out counts inactivity only.
#include "daemon/web/server.h"

#include <linux/tcp.h>
#include <malloc.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <optional>
#include <thread>
#include <utility>
#include <variant>

#include "collectors/kit/text.h"

namespace mixnet::web {
namespace {

using Clock = std::chrono::steady_clock;

/// Time-outs are looked at no more often than this.
constexpr std::chrono::milliseconds kSweepPause{250};
/// Without descriptors, accepting is tried again after this.
constexpr std::chrono::milliseconds kAcceptPause{100};
/// Connections accepted before those open get their turn.
constexpr std::size_t kAcceptAtOnce = 64;
/// After a crowd of at least so many has left, its memory is given back.
constexpr std::size_t kCrowd = 256;
/// Descriptors left to the rest of the process.
constexpr std::size_t kOtherDescriptors = 1'024;

constexpr std::string_view kRefusal =
    "HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 21\r\nConnection: "
    "close\r\n\r\n"
    "too many connections\n";

enum class Phase {
  waiting,   ///< for a request, or for the rest of its headers
  asked,     ///< the request is whole; password and handler have their turn
  replying,  ///< the client takes the answer
};

/// What becomes of the descriptor of a connection that is given up.
enum class Farewell { close, reset };

/// Whose answer a request waits for.
enum class Awaited { nobody, password, handler };

/// A password on its way to be verified, and where that is remembered.
struct Claim {
  std::shared_ptr<PasswordTable> users;
  std::string user;
  PasswordTable::Digest digest{};
};

struct Connection {
  MHD_Connection* mhd = nullptr;
  int fd = -1;
  std::uint32_t slot = 0;
  std::uint64_t network = 0;
  std::shared_ptr<const TlsContext> tls;  // lives as long as the session that uses it

  Phase phase = Phase::waiting;
  Clock::time_point since{};
  Clock::time_point deadline{};
  std::optional<std::uint64_t>
      received_before;  // bytes, before the request that is waited for; unknown at first on a used connection
  bool request_begun = false;
  bool asked_before = false;
  bool given_up = false;

  // Of the request under way.
  std::string target;
  const char* method = nullptr;
  bool has_host = true;  // or is of a version that needs none
  bool headers_seen = false;
  bool suspended = false;
  Awaited awaited = Awaited::nobody;
  std::uint64_t serial = 0;
  std::shared_ptr<const Protection> protection;
  Claim claim;
  std::optional<Response> reply;
  int status = 0;  // 0: the reply is not ours
  std::size_t reply_bytes = 0;
};

std::uint64_t received_bytes(int fd) {
  tcp_info info{};
  socklen_t length = sizeof info;
  if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &length) != 0) return 0;
  return info.tcpi_bytes_received;
}

/// How many connections the limit on open files allows, its soft limit raised as far as needed.
std::size_t allowed_connections(std::size_t wanted) {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return wanted;
  const rlim_t needed = wanted + kAcceptAtOnce + kOtherDescriptors;
  if (limit.rlim_cur < needed) {
    limit.rlim_cur = std::min(needed, limit.rlim_max);
    setrlimit(RLIMIT_NOFILE, &limit);
    getrlimit(RLIMIT_NOFILE, &limit);
  }
  if (limit.rlim_cur >= needed) return wanted;
  return std::max<std::size_t>(1, std::min<std::size_t>(wanted, limit.rlim_cur / 2));
}

Response unauthorized() {
  auto response = plain_response(401);
  response.headers.push_back({"WWW-Authenticate", "Basic realm=\"mixnet-exporter\", charset=\"UTF-8\""});
  return response;
}

bool has_body(MHD_Connection* connection) {
  if (MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Transfer-Encoding") != nullptr) return true;
  const char* length = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Content-Length");
  return length != nullptr && std::string_view(length) != "0";
}

}  // namespace

class Server::Core {
 public:
  Core(ServerOptions options, Handler handler)
      : options_(std::move(options)),
        handler_(std::move(handler)),
        limits_(options_.limits),
        inbox_(std::make_shared<Inbox>()) {}
  ~Core() { drain({}); }
  Core(const Core&) = delete;
  Core& operator=(const Core&) = delete;

  Result<void> start();
  void drain(std::chrono::milliseconds time);

  const std::vector<std::string>& addresses() const { return addresses_; }
  std::uint16_t port() const { return port_; }
  const Instruments& instruments() const { return instruments_; }

 private:
  // The loop.
  void run();
  void wait_and_serve();
  int milliseconds_to_wait() const;
  void run_daemons();
  void end();

  // Connections.
  void accept_from(int listener);
  void admit(int fd, const sockaddr_storage& peer, socklen_t length);
  bool make_room();
  void refuse(int fd, bool tls);
  void pause_accepting();
  void resume_accepting();
  void give_up(Connection& connection, Farewell farewell);
  void enter(Connection& connection, Phase phase);
  void give_memory_back();
  void sweep();
  void check_deadline(Connection& connection, Clock::time_point now);
  void check_waiting(Connection& connection, Clock::time_point now);

  // Requests.
  MHD_Result on_request(Connection& connection);
  void begin(Connection& connection);
  std::optional<Response> refusal(Connection& connection);
  void ask_password(Connection& connection);
  void ask_handler(Connection& connection);
  Ticket await(Connection& connection, Awaited whom);
  void read_letters();
  void on_verdict(Connection& connection, bool fits);
  void set_reply(Connection& connection, Response response);
  MHD_Result queue_reply(Connection& connection);
  void on_completed(Connection& connection, MHD_RequestTerminationCode how);
  void on_open(MHD_Connection* mhd);
  void on_closed(Connection& connection);

  // What libmicrohttpd calls.
  static void connection_notice(void* core, MHD_Connection* mhd, void** context, MHD_ConnectionNotificationCode what);
  static void* target_notice(void* core, const char* target, MHD_Connection* mhd);
  static MHD_Result request_notice(void* core, MHD_Connection* mhd, const char*, const char* method, const char*, const char*,
                                   std::size_t*, void** context);
  static void completed_notice(void* core, MHD_Connection* mhd, void** context, MHD_RequestTerminationCode how);
  static void log_notice(void* core, const char* format, va_list arguments);

  Result<MHD_Daemon*> start_daemon(unsigned flags);
  Result<void> watch(int fd);
  std::shared_ptr<const Protection> protection() { return options_.protection ? options_.protection->current() : nullptr; }

  ServerOptions options_;
  Handler handler_;
  Limits limits_;
  std::shared_ptr<Inbox> inbox_;
  Instruments instruments_;
  std::vector<std::string> addresses_;
  std::uint16_t port_ = 0;

  // Used by the server's thread, from the time it runs.
  int epoll_ = -1;
  MHD_Daemon* plain_ = nullptr;
  MHD_Daemon* tls_ = nullptr;
  PasswordChecker checker_;
  std::vector<std::unique_ptr<Connection>> connections_;  // by slot; null: free
  std::vector<std::uint32_t> free_slots_;
  std::size_t open_ = 0;
  std::size_t open_tls_ = 0;  // of libmicrohttpd's, those given up included
  std::size_t crowd_ = 0;     // the most that were open since memory was given back
  std::size_t pending_ = 0;
  std::uint64_t last_serial_ = 0;
  std::unique_ptr<Connection> arriving_;  // on its way through MHD_add_connection
  Request request_;                       // filled again for each request
  std::vector<Letter> letters_;
  Clock::time_point next_sweep_ = Clock::time_point::max();
  Clock::time_point accept_again_ = Clock::time_point::max();
  std::optional<Clock::time_point> drained_by_;

  std::atomic<bool> drain_asked_ = false;
  std::atomic<Clock::rep> drain_by_ = 0;
  std::thread thread_;
};

Result<MHD_Daemon*> Server::Core::start_daemon(unsigned flags) {
  const auto connections = static_cast<unsigned>(limits_.connections + kAcceptAtOnce);
  // Sessions get their certificates from TlsContext::attach; libmicrohttpd only wants to see some source of them.
  const MHD_OptionItem tls_options[] = {{MHD_OPTION_HTTPS_CERT_CALLBACK2, 0, reinterpret_cast<void*>(+[] { return -1; })},
                                        {MHD_OPTION_END, 0, nullptr}};
  const MHD_OptionItem no_options[] = {{MHD_OPTION_END, 0, nullptr}};
  MHD_Daemon* daemon =
      MHD_start_daemon(MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_NO_LISTEN_SOCKET | MHD_USE_ERROR_LOG | flags, 0,
                       nullptr, nullptr, &request_notice, this,                                   //
                       MHD_OPTION_EXTERNAL_LOGGER, &log_notice, this,                             //
                       MHD_OPTION_CONNECTION_LIMIT, connections,                                  //
                       MHD_OPTION_CONNECTION_MEMORY_LIMIT, limits_.request_bytes,                 //
                       MHD_OPTION_CONNECTION_TIMEOUT, 0U,                                         //
                       MHD_OPTION_NOTIFY_CONNECTION, &connection_notice, this,                    //
                       MHD_OPTION_NOTIFY_COMPLETED, &completed_notice, this,                      //
                       MHD_OPTION_URI_LOG_CALLBACK, &target_notice, this,                         //
                       MHD_OPTION_ARRAY, (flags & MHD_USE_TLS) != 0U ? tls_options : no_options,  //
                       MHD_OPTION_END);
  if (daemon == nullptr) return fail(Fault::unavailable, std::string("libmicrohttpd does not start: ") + std::strerror(errno));
  return daemon;
}

Result<void> Server::Core::watch(int fd) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = fd;
  if (epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event) != 0) {
    return fail(Fault::unavailable, std::string("epoll: ") + std::strerror(errno));
  }
  return {};
}

Result<void> Server::Core::start() {
  limits_.connections = allowed_connections(limits_.connections);
  epoll_ = epoll_create1(EPOLL_CLOEXEC);
  if (epoll_ < 0) return fail(Fault::unavailable, std::string("epoll: ") + std::strerror(errno));
  plain_ = TRY(start_daemon(0));
  tls_ = TRY(start_daemon(MHD_USE_TLS));
  TRY(watch(inbox_->fd()));
  TRY(watch(MHD_get_daemon_info(plain_, MHD_DAEMON_INFO_EPOLL_FD)->listen_fd));
  TRY(watch(MHD_get_daemon_info(tls_, MHD_DAEMON_INFO_EPOLL_FD)->listen_fd));
  for (const auto& listener : options_.listeners) {
    TRY(watch(listener.fd()));
    addresses_.push_back(listener.address());
  }
  if (!options_.listeners.empty()) port_ = options_.listeners.front().port();
  // Signals are for the main thread.
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  thread_ = std::thread([this] { run(); });
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return {};
}

void Server::Core::drain(std::chrono::milliseconds time) {
  if (thread_.joinable()) {
    drain_by_ = (Clock::now() + time).time_since_epoch().count();
    drain_asked_ = true;
    inbox_->wake();
    thread_.join();
  }
  if (plain_ != nullptr) MHD_stop_daemon(std::exchange(plain_, nullptr));
  if (tls_ != nullptr) MHD_stop_daemon(std::exchange(tls_, nullptr));
  if (epoll_ >= 0) close(std::exchange(epoll_, -1));
  options_.listeners.clear();
}

// ---- the loop

void Server::Core::run() {
  pthread_setname_np(pthread_self(), "web");
  inbox_->belongs_to(std::this_thread::get_id());
  while (!(drained_by_ && (open_ == 0 || Clock::now() >= *drained_by_))) wait_and_serve();
  end();
}

void Server::Core::wait_and_serve() {
  epoll_event events[16];
  const int count = epoll_wait(epoll_, events, std::size(events), milliseconds_to_wait());
  for (int i = 0; i < count; ++i) {
    const int fd = events[i].data.fd;
    const auto is_it = [fd](const Listener& listener) { return listener.fd() == fd; };
    if (fd == inbox_->fd()) inbox_->calm();
    if (std::any_of(options_.listeners.begin(), options_.listeners.end(), is_it)) accept_from(fd);
  }
  read_letters();
  run_daemons();
  if (crowd_ >= kCrowd && open_ < crowd_ / 4) give_memory_back();
  const auto now = Clock::now();
  if (now >= next_sweep_) sweep();
  if (now >= accept_again_) resume_accepting();
  if (drain_asked_ && !drained_by_) {
    drained_by_ = Clock::time_point(Clock::duration(drain_by_));
    // Closing a listener takes it out of the epoll set too.
    options_.listeners.clear();
    accept_again_ = Clock::time_point::max();
    for (const auto& connection : connections_) {
      if (connection && connection->phase == Phase::waiting) give_up(*connection, Farewell::close);
    }
  }
}

int Server::Core::milliseconds_to_wait() const {
  for (auto* daemon : {plain_, tls_}) {
    unsigned long long timeout = 0;
    if (MHD_get_timeout(daemon, &timeout) == MHD_YES && timeout == 0) return 0;
  }
  auto until = std::min(next_sweep_, accept_again_);
  if (drained_by_) until = std::min(until, *drained_by_);
  if (until == Clock::time_point::max()) return -1;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now());
  return static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, 60'000));
}

void Server::Core::run_daemons() {
  MHD_run(plain_);
  if (open_tls_ > 0) MHD_run(tls_);  // it asks the kernel for events even where there can be none
}

/// Answers who is still waiting, then lets go of everything.
void Server::Core::end() {
  for (const auto& connection : connections_) {
    if (connection && connection->phase == Phase::asked) set_reply(*connection, plain_response(503));
  }
  run_daemons();
  run_daemons();
  for (const auto& connection : connections_) {
    if (connection) give_up(*connection, Farewell::close);
  }
  run_daemons();
}

// ---- connections

void Server::Core::accept_from(int listener) {
  for (std::size_t i = 0; i < kAcceptAtOnce; ++i) {
    sockaddr_storage peer{};
    socklen_t length = sizeof peer;
    const int fd = accept4(listener, reinterpret_cast<sockaddr*>(&peer), &length, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd >= 0) {
      admit(fd, peer, length);
    } else if (errno != ECONNABORTED && errno != EINTR) {
      if (errno != EAGAIN) pause_accepting();
      return;
    }
  }
}

void Server::Core::admit(int fd, const sockaddr_storage& peer, socklen_t length) {
  auto protected_by = protection();
  const bool tls = protected_by && protected_by->tls;
  if (open_ >= limits_.connections && !make_room()) return refuse(fd, tls);
  ++instruments_.connections_accepted;
  arriving_ = std::make_unique<Connection>();
  arriving_->fd = fd;
  if (tls) arriving_->tls = protected_by->tls;
  arriving_->network = network_of(reinterpret_cast<const sockaddr*>(&peer));
  // A Unix socket's peer has no address; libmicrohttpd wants to copy one all the same.
  MHD_Daemon* daemon = tls ? tls_ : plain_;
  const auto added = MHD_add_connection(daemon, fd, reinterpret_cast<const sockaddr*>(&peer),
                                        std::max<socklen_t>(length, sizeof(sa_family_t)));
  // Since its version 1.0 libmicrohttpd only queues it, and tells of it when it runs next.
  if (added == MHD_YES && arriving_) MHD_run(daemon);
  arriving_.reset();
}

/// Gives up the connection that can best be spared; false where each has a request under way.
bool Server::Core::make_room() {
  Connection* least = nullptr;
  for (const auto& connection : connections_) {
    if (!connection || connection->phase != Phase::waiting || connection->given_up) continue;
    if (least == nullptr ||
        std::pair(connection->asked_before, connection->since) < std::pair(least->asked_before, least->since)) {
      least = connection.get();
    }
  }
  if (least == nullptr) return false;
  ++instruments_.connections_evicted;
  give_up(*least, Farewell::close);
  return true;
}

void Server::Core::refuse(int fd, bool tls) {
  ++instruments_.connections_refused;
  if (!tls) (void)send(fd, kRefusal.data(), kRefusal.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  close(fd);
}

void Server::Core::pause_accepting() {
  ++instruments_.accept_errors;
  make_room();
  for (const auto& listener : options_.listeners) epoll_ctl(epoll_, EPOLL_CTL_DEL, listener.fd(), nullptr);
  accept_again_ = Clock::now() + kAcceptPause;
}

void Server::Core::resume_accepting() {
  accept_again_ = Clock::time_point::max();
  for (const auto& listener : options_.listeners) (void)watch(listener.fd());
}

/// The connection closes when libmicrohttpd next looks at it. Not for one that is suspended, which it does not look at.
void Server::Core::give_up(Connection& connection, Farewell farewell) {
  if (std::exchange(connection.given_up, true)) return;
  // What the client never took would stay in the kernel for minutes otherwise.
  const linger discard{1, 0};
  if (farewell == Farewell::reset) setsockopt(connection.fd, SOL_SOCKET, SO_LINGER, &discard, sizeof discard);
  shutdown(connection.fd, SHUT_RDWR);
  --open_;
}

/// The allocator keeps what is free below what is in use, which after thousands of connections is most of the memory.
void Server::Core::give_memory_back() {
  crowd_ = open_;
  malloc_trim(0);
}

void Server::Core::enter(Connection& connection, Phase phase) {
  if (connection.phase == Phase::asked) --instruments_.requests_in_flight;
  if (phase == Phase::asked) ++instruments_.requests_in_flight;
  connection.phase = phase;
  connection.since = Clock::now();
  switch (phase) {
    case Phase::waiting:
      connection.request_begun = false;
      connection.received_before.reset();
      connection.deadline = connection.since + limits_.request_time;
      break;
    case Phase::asked: connection.deadline = connection.since + limits_.answer_time; break;
    case Phase::replying: connection.deadline = connection.since + limits_.reply_time; break;
  }
  next_sweep_ = std::min(next_sweep_, std::max(connection.deadline, connection.since + kSweepPause));
}

void Server::Core::sweep() {
  const auto now = Clock::now();
  auto next = Clock::time_point::max();
  for (const auto& connection : connections_) {
    if (!connection || connection->given_up) continue;
    if (connection->deadline <= now) check_deadline(*connection, now);
    if (!connection->given_up) next = std::min(next, connection->deadline);
  }
  next_sweep_ = next == Clock::time_point::max() ? next : std::max(next, now + kSweepPause);
  run_daemons();
}

void Server::Core::check_deadline(Connection& connection, Clock::time_point now) {
  switch (connection.phase) {
    case Phase::waiting: return check_waiting(connection, now);
    case Phase::asked:
      connection.deadline = now + limits_.answer_time;
      return set_reply(connection, plain_response(503, "503 no answer in time"));
    case Phase::replying: ++instruments_.connections_timed_out; return give_up(connection, Farewell::reset);
  }
}

/// libmicrohttpd does not tell when a request begins, so we ask the kernel how much the client has sent, at each check.
void Server::Core::check_waiting(Connection& connection, Clock::time_point now) {
  if (connection.request_begun || now >= connection.since + limits_.idle_time) {
    ++instruments_.connections_timed_out;
    return give_up(connection, Farewell::close);
  }
  const auto received = received_bytes(connection.fd);
  connection.request_begun = received != connection.received_before.value_or(received);
  connection.received_before = received;
  connection.deadline = std::min(now + limits_.request_time, connection.since + limits_.idle_time);
}

// ---- requests

/// Called twice or thrice for a request: with its headers, when a body would follow; when it is whole; and when it is resumed.
MHD_Result Server::Core::on_request(Connection& connection) {
  if (!std::exchange(connection.headers_seen, true)) {
    // Answered now, the connection closes after the answer and the body is not read.
    if (has_body(connection.mhd)) connection.reply = plain_response(413, "413 requests with a body are not taken");
    return connection.reply ? queue_reply(connection) : MHD_YES;
  }
  if (connection.phase == Phase::waiting) {
    begin(connection);
    read_letters();
  }
  if (connection.reply) return queue_reply(connection);
  connection.suspended = true;
  MHD_suspend_connection(connection.mhd);
  return MHD_YES;
}

void Server::Core::begin(Connection& connection) {
  connection.asked_before = true;
  connection.protection = protection();
  enter(connection, Phase::asked);
  if (auto refused = refusal(connection)) {
    connection.reply = std::move(refused);
  } else if (connection.protection && connection.protection->users) {
    ask_password(connection);
  } else {
    ask_handler(connection);
  }
}

/// What is refused before anybody is asked.
std::optional<Response> Server::Core::refusal(Connection& connection) {
  const auto* protected_by = connection.protection.get();
  if (protected_by != nullptr && protected_by->rate && !protected_by->rate->allow(Clock::now())) return plain_response(429);
  if (!connection.has_host) return plain_response(400, "400 Bad Request: no Host header");
  const std::string_view method(connection.method);
  if (method == MHD_HTTP_METHOD_GET || method == MHD_HTTP_METHOD_HEAD) return std::nullopt;
  auto response = plain_response(405);
  response.headers.push_back({"Allow", "GET, HEAD"});
  return response;
}

void Server::Core::ask_password(Connection& connection) {
  const char* header = MHD_lookup_connection_value(connection.mhd, MHD_HEADER_KIND, MHD_HTTP_HEADER_AUTHORIZATION);
  const auto credentials = parse_basic_authorization(header == nullptr ? "" : header);
  if (!credentials) return set_reply(connection, unauthorized());
  const auto& users = connection.protection->users;
  if (users->is_verified(*credentials)) return ask_handler(connection);

  connection.claim = {users, credentials->user, users->digest(*credentials)};
  const auto ticket = await(connection, Awaited::password);
  const auto tell = [inbox = inbox_, ticket](bool fits) { inbox->post({ticket, fits}); };
  const auto hash = users->hash_for(credentials->user);
  switch (checker_.check(connection.network, connection.claim.digest, credentials->password, hash, tell)) {
    case PasswordChecker::Admission::taken: return;
    case PasswordChecker::Admission::queue_full: return set_reply(connection, plain_response(503));
    case PasswordChecker::Admission::too_many_of_one: return set_reply(connection, plain_response(429));
  }
}

void Server::Core::on_verdict(Connection& connection, bool fits) {
  if (fits) {
    connection.claim.users->remember(connection.claim.user, connection.claim.digest);
    return ask_handler(connection);
  }
  ++instruments_.password_failures;
  set_reply(connection, unauthorized());
}

void Server::Core::ask_handler(Connection& connection) {
  if (pending_ >= limits_.pending) return set_reply(connection, plain_response(503));
  if (const auto parsed = parse_target(connection.target, request_.target); !parsed) {
    return set_reply(connection, plain_response(400, "400 Bad Request: " + parsed.error().message));
  }
  request_.method = connection.method;
  request_.headers.clear();
  const auto add = [](void* headers, MHD_ValueKind, const char* name, const char* value) {
    static_cast<std::vector<RequestHeader>*>(headers)->push_back({name, value == nullptr ? "" : value});
    return MHD_YES;
  };
  MHD_get_connection_values(connection.mhd, MHD_HEADER_KIND, add, &request_.headers);
  const auto ticket = await(connection, Awaited::handler);
  handler_(request_, Responder(inbox_, ticket));
}

Ticket Server::Core::await(Connection& connection, Awaited whom) {
  if (whom == Awaited::handler) ++pending_;
  connection.awaited = whom;
  connection.serial = ++last_serial_;
  return {connection.slot, connection.serial};
}

void Server::Core::read_letters() {
  while (inbox_->take(letters_)) {
    for (auto& letter : letters_) {
      const auto& connection = connections_[letter.ticket.slot];
      if (!connection || connection->awaited == Awaited::nobody || connection->serial != letter.ticket.serial) continue;
      if (auto* response = std::get_if<Response>(&letter.content)) {
        set_reply(*connection, std::move(*response));
      } else {
        on_verdict(*connection, std::get<bool>(letter.content));
      }
    }
    letters_.clear();
  }
}

void Server::Core::set_reply(Connection& connection, Response response) {
  if (connection.awaited == Awaited::handler) --pending_;
  connection.awaited = Awaited::nobody;
  connection.reply = std::move(response);
  if (std::exchange(connection.suspended, false)) MHD_resume_connection(connection.mhd);
}

MHD_Result Server::Core::queue_reply(Connection& connection) {
  auto reply = *std::exchange(connection.reply, std::nullopt);
  static const auto kEmpty = std::make_shared<const std::string>();
  auto body = std::make_unique<std::shared_ptr<const std::string>>(reply.body ? reply.body : kEmpty);
  connection.reply_bytes = std::string_view(connection.method) == MHD_HTTP_METHOD_HEAD ? 0 : (*body)->size();
  connection.status = reply.status;
  const auto release = [](void* held) { delete static_cast<std::shared_ptr<const std::string>*>(held); };
  MHD_Response* response = MHD_create_response_from_buffer_with_free_callback_cls(
      (*body)->size(), const_cast<char*>((*body)->data()), release, body.get());
  if (response == nullptr) return MHD_NO;
  (void)body.release();  // the response has it now
  const auto add = [response](const Header& header) {
    MHD_add_response_header(response, header.name.c_str(), header.value.c_str());
  };
  MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, reply.content_type.c_str());
  std::for_each(reply.headers.begin(), reply.headers.end(), add);
  if (const auto& own = connection.protection) std::for_each(own->headers.begin(), own->headers.end(), add);
  if (drained_by_) MHD_add_response_header(response, MHD_HTTP_HEADER_CONNECTION, "close");
  instruments_.count_response(connection.status);
  enter(connection, Phase::replying);
  const auto queued = MHD_queue_response(connection.mhd, static_cast<unsigned>(connection.status), response);
  MHD_destroy_response(response);
  return queued;
}

void Server::Core::on_completed(Connection& connection, MHD_RequestTerminationCode how) {
  if (connection.status != 0 && how == MHD_REQUEST_TERMINATED_COMPLETED_OK) {
    instruments_.response_bytes += connection.reply_bytes;
  } else if (connection.status != 0) {
    ++instruments_.responses_cut_off;
  }
  if (connection.awaited == Awaited::handler) --pending_;
  connection.awaited = Awaited::nobody;
  connection.headers_seen = false;
  connection.reply.reset();
  connection.claim = {};
  connection.protection.reset();
  connection.status = 0;
  enter(connection, Phase::waiting);
  if (drained_by_) give_up(connection, Farewell::close);
}

void Server::Core::on_open(MHD_Connection* mhd) {
  auto& connection = *arriving_;
  if (free_slots_.empty()) {
    free_slots_.push_back(static_cast<std::uint32_t>(connections_.size()));
    connections_.emplace_back();
  }
  connection.slot = free_slots_.back();
  free_slots_.pop_back();
  connection.mhd = mhd;
  if (connection.tls) {
    ++open_tls_;
    const auto* info = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_GNUTLS_SESSION);
    connection.tls->attach(static_cast<gnutls_session_int*>(info->tls_session));
  }
  enter(connection, Phase::waiting);
  connection.received_before = 0;
  connections_[connection.slot] = std::move(arriving_);
  ++open_;
  crowd_ = std::max(crowd_, open_);
  ++instruments_.connections_open;
}

void Server::Core::on_closed(Connection& connection) {
  if (connection.tls && !connection.asked_before && !connection.given_up) ++instruments_.tls_failures;
  if (!connection.given_up) --open_;
  if (connection.tls) --open_tls_;
  --instruments_.connections_open;
  free_slots_.push_back(connection.slot);
  connections_[connection.slot].reset();
}

// ---- what libmicrohttpd calls

void Server::Core::connection_notice(void* core, MHD_Connection* mhd, void** context, MHD_ConnectionNotificationCode what) {
  auto& self = *static_cast<Core*>(core);
  if (what == MHD_CONNECTION_NOTIFY_STARTED) {
    *context = self.arriving_.get();
    self.on_open(mhd);
  } else {
    self.on_closed(*static_cast<Connection*>(*context));
  }
}

namespace {

Connection& connection_of(MHD_Connection* mhd) {
  return *static_cast<Connection*>(MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context);
}

}  // namespace

/// The only place where the target is as the client wrote it: libmicrohttpd decodes it in place afterwards.
void* Server::Core::target_notice(void*, const char* target, MHD_Connection* mhd) {
  connection_of(mhd).target = target;
  return nullptr;
}

MHD_Result Server::Core::request_notice(void* core, MHD_Connection* mhd, const char*, const char* method, const char* version,
                                        const char*, std::size_t*, void**) {
  auto& connection = connection_of(mhd);
  connection.method = method;
  connection.has_host = std::string_view(version) != MHD_HTTP_VERSION_1_1 ||
                        MHD_lookup_connection_value(mhd, MHD_HEADER_KIND, MHD_HTTP_HEADER_HOST) != nullptr;
  return static_cast<Core*>(core)->on_request(connection);
}

void Server::Core::completed_notice(void* core, MHD_Connection* mhd, void**, MHD_RequestTerminationCode how) {
  static_cast<Core*>(core)->on_completed(connection_of(mhd), how);
}

/// libmicrohttpd answers what it cannot parse (400, 414, 431 ...) by itself and tells only its log.
void Server::Core::log_notice(void* core, const char* format, va_list arguments) {
  if (std::strstr(format, "HTTP response code is %u") == nullptr) return;
  static_cast<Core*>(core)->instruments_.count_response(static_cast<int>(va_arg(arguments, unsigned)));
}

// ---- the narrow header

Server::Server(std::unique_ptr<Core> core) : core_(std::move(core)) {}

Server::~Server() = default;

Result<std::unique_ptr<Server>> Server::start(ServerOptions options, Handler handler) {
  auto core = std::make_unique<Core>(std::move(options), std::move(handler));
  TRY(core->start());
  return std::unique_ptr<Server>(new Server(std::move(core)));
}

const std::vector<std::string>& Server::addresses() const { return core_->addresses(); }

std::uint16_t Server::port() const { return core_->port(); }

const Instruments& Server::instruments() const { return core_->instruments(); }

void Server::drain(std::chrono::milliseconds time) { core_->drain(time); }

}  // namespace mixnet::web
