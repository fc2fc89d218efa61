// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string>

namespace mixnet {

/// Does the server at `address` ("127.0.0.1:10087", "[::]:10087", "unix:/run/x.sock") answer a connection within `time`? Any
/// answer will do: one that wants TLS hangs up on us, which shows as well that its loop goes round.
bool answers(const std::string& address, std::chrono::milliseconds time);

}  // namespace mixnet
