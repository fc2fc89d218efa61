// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "collectors/collector.h"
#include "collectors/host/socket_table.h"

namespace mixnet {

/// Adds one message of a dump of TCP sockets, struct inet_diag_msg of sock_diag(7), to `out`; one that is too short is nothing.
void add_tcp_socket(std::string_view message, SocketTotals& out);

extern const Collector kTcpstat;

}  // namespace mixnet
