// SPDX-License-Identifier: Apache-2.0
#include "tests/simulator/connection.h"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <filesystem>

#include "collectors/kit/text.h"
#include "tests/simulator/civetweb.h"

namespace mixnet::simulator {
namespace {

constexpr std::size_t kMostParameters = 16;

std::string text_of(const char* text) { return text == nullptr ? "" : text; }

Parameters parse_query(const char* query) {
  Parameters out;
  std::string text = text_of(query);
  std::array<mg_header, kMostParameters> fields{};
  const int count = text.empty() ? 0 : mg_split_form_urlencoded(text.data(), fields.data(), fields.size());
  for (int i = 0; i < count; ++i) {
    const auto& field = fields.at(static_cast<std::size_t>(i));
    out[text_of(field.name)] = text_of(field.value);
  }
  return out;
}

/// As much of it as a simulator is ever sent.
std::string read_body(mg_connection* connection) {
  constexpr std::size_t kMostBytes = 65'536;
  std::string out(kMostBytes, '\0');
  std::size_t filled = 0;
  while (filled < out.size()) {
    const int read = mg_read(connection, out.data() + filled, out.size() - filled);
    if (read <= 0) break;
    filled += static_cast<std::size_t>(read);
  }
  out.resize(filled);
  return out;
}

/// The ports of both ends of an IPv4 connection; 0 where the descriptor is none.
struct Ends {
  std::uint16_t local = 0;
  std::uint16_t remote = 0;
};

Ends ends_of(int socket) {
  sockaddr_in local{};
  sockaddr_in remote{};
  socklen_t size = sizeof local;
  if (::getsockname(socket, reinterpret_cast<sockaddr*>(&local), &size) != 0) return {};
  size = sizeof remote;
  if (::getpeername(socket, reinterpret_cast<sockaddr*>(&remote), &size) != 0) return {};
  return {ntohs(local.sin_port), ntohs(remote.sin_port)};
}

}  // namespace

Request Connection::request() const {
  const mg_request_info& info = *mg_get_request_info(connection_);
  Request out;
  out.method = text_of(info.request_method);
  out.path = text_of(info.local_uri_raw);
  out.parameters = parse_query(info.query_string);
  if (const char* value = mg_get_header(connection_, "Authorization")) out.authorization = value;
  out.from_loopback = std::string_view(info.remote_addr).starts_with("127.");
  for (const char* name : {"user-agent", "accept-encoding", "if-none-match", "if-modified-since"}) {
    if (const char* value = mg_get_header(connection_, name)) out.headers[name] = value;
  }
  out.query = text_of(info.query_string);
  if (out.method == "POST") out.body = read_body(connection_);
  return out;
}

bool Connection::mark() {
  static int marked = 0;
  if (mg_get_user_connection_data(connection_) != nullptr) return false;
  mg_set_user_connection_data(connection_, &marked);
  return true;
}

void Connection::begin_head(const Answer& answer) {
  mg_printf(connection_, "HTTP/1.1 %d %s\r\n", answer.status, mg_get_response_code_text(connection_, answer.status));
  if (!answer.content_type.empty()) mg_printf(connection_, "content-type: %s\r\n", answer.content_type.c_str());
  if (!answer.location.empty()) mg_printf(connection_, "location: %s\r\n", answer.location.c_str());
  for (const auto& [name, value] : answer.headers) mg_printf(connection_, "%s: %s\r\n", name.c_str(), value.c_str());
}

void Connection::send_head(const Answer& answer) {
  begin_head(answer);
  mg_printf(connection_, "content-length: %zu\r\nconnection: keep-alive\r\n\r\n", answer.body.size());
}

void Connection::send_chunked_head(const Answer& answer) {
  begin_head(answer);
  mg_printf(connection_, "transfer-encoding: chunked\r\n\r\n");
}

bool Connection::send(std::string_view bytes) {
  return bytes.empty() || mg_write(connection_, bytes.data(), bytes.size()) == static_cast<int>(bytes.size());
}

bool Connection::send_chunk(std::string_view bytes) {
  return mg_send_chunk(connection_, bytes.data(), static_cast<unsigned>(bytes.size())) > 0;
}

/// Disconnecting a TCP socket sends a reset; civetweb, which closes it afterwards, knows no way to.
void Connection::reset() {
  sockaddr nowhere{};
  nowhere.sa_family = AF_UNSPEC;
  (void)::connect(socket(), &nowhere, sizeof nowhere);
}

void Connection::end() { ::shutdown(socket(), SHUT_RDWR); }

bool Connection::wait(double seconds) const {
  pollfd client{socket(), POLLRDHUP, 0};
  return ::poll(&client, 1, static_cast<int>(seconds * 1000)) == 0;
}

/// civetweb does not tell which of the descriptors of this process it is.
int Connection::socket() const {
  const mg_request_info& info = *mg_get_request_info(connection_);
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    const auto descriptor = number<int>(entry.path().filename().string());
    if (!descriptor) continue;
    const auto ends = ends_of(*descriptor);
    if (ends.local == info.server_port && ends.remote == info.remote_port) return *descriptor;
  }
  return -1;
}

}  // namespace mixnet::simulator
