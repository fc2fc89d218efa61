// SPDX-License-Identifier: Apache-2.0
#include "collectors/host/socket_table.h"

#include <algorithm>
#include <limits>

#include "collectors/kit/text.h"

namespace mixnet {
namespace {

/// The port of 0100007F:07E8.
Result<std::uint16_t> port_of(const Lines& lines, std::string_view address) {
  const auto colon = address.rfind(':');
  if (colon == std::string_view::npos) return lines.malformed("no port in " + in_quotes(address));
  return lines.field<std::uint16_t>(address.substr(colon + 1), 16);
}

Result<Socket> parse_line(const Lines& lines, std::string_view line, SocketKind kind) {
  const Fields<13> fields(line);
  if (fields.count() < 10) return lines.malformed("10 columns expected in " + in_quotes(line));
  Socket out;
  out.local_port = TRY(port_of(lines, fields[1]));
  out.remote_port = TRY(port_of(lines, fields[2]));
  out.state = TRY(lines.field<std::uint8_t>(fields[3], 16));
  auto received = fields[4];
  const auto transmitted = take_until(received, ':');
  out.transmit_queue = TRY(lines.field<std::uint64_t>(transmitted, 16));
  out.receive_queue = TRY(lines.field<std::uint64_t>(received, 16));
  // TCP has something else there.
  if (kind == SocketKind::udp && fields.count() >= 13) out.drops = TRY(lines.field<std::uint64_t>(fields[12]));
  return out;
}

}  // namespace

void SocketTally::watch(std::span<const std::uint16_t> ports) {
  constexpr std::size_t kPlaces = std::size_t{std::numeric_limits<std::uint16_t>::max()} + 1;
  place_.clear();
  ports_.assign(1, {});  // of the ports that nobody watches
  for (const auto port : ports) {
    if (port == 0 || ports_.size() > std::numeric_limits<std::uint8_t>::max()) continue;
    place_.resize(kPlaces);
    if (place_[port] != 0) continue;
    place_[port] = static_cast<std::uint8_t>(ports_.size());
    ports_.emplace_back();
  }
}

void SocketTally::clear() {
  all = {};
  lines = 0;
  std::fill(ports_.begin(), ports_.end(), PortSockets{});
}

void SocketTally::add(const Socket& socket) {
  all.add(socket);
  if (place_.empty()) return;
  if (const auto place = place_[socket.local_port]; place != 0) {
    auto& port = ports_[place];
    port.drops += socket.drops;
    if (socket.state != kTcpListen) return port.local.add(socket);
    ++port.listening;
    port.accept_queue += socket.receive_queue;
    port.accept_queue_max += socket.transmit_queue;
  } else if (const auto far = place_[socket.remote_port]; far != 0) {
    ports_[far].remote.add(socket);
  }
}

const PortSockets& SocketTally::of(std::uint16_t port) const {
  static constexpr PortSockets kNone;
  return place_.empty() || place_[port] == 0 ? kNone : ports_[place_[port]];
}

//   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
//    0: 0100007F:07E8 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 558 1 00000000fb370f2b ...
Result<void> add_socket_table(std::string_view text, SocketKind kind, SocketTally& out) {
  Lines lines(text, out.lines);
  std::string_view line;
  while (lines.next(line)) {
    out.lines = lines.number();
    if (lines.number() == 1) continue;
    const auto socket = TRY(parse_line(lines, line, kind));
    out.add(socket);
  }
  return {};
}

}  // namespace mixnet
