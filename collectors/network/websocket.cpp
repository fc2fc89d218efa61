// SPDX-License-Identifier: Apache-2.0
#include "collectors/network/websocket.h"

#include <sys/random.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "collectors/kit/sha1.h"
#include "collectors/kit/text.h"

namespace mixnet {
namespace {

std::string base64(std::span<const std::uint8_t> bytes) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    const auto byte = [&](std::size_t index) { return index < bytes.size() ? std::uint32_t{bytes[index]} : 0U; };
    const auto group = byte(at) << 16 | byte(at + 1) << 8 | byte(at + 2);
    out += kDigits[group >> 18];
    out += kDigits[group >> 12 & 63];
    out += at + 1 < bytes.size() ? kDigits[group >> 6 & 63] : '=';
    out += at + 2 < bytes.size() ? kDigits[group & 63] : '=';
  }
  return out;
}

}  // namespace

std::string websocket_key() {
  std::array<std::uint8_t, 16> bytes{};
  (void)::getrandom(bytes.data(), bytes.size(), 0);
  return base64(bytes);
}

std::string websocket_accept(std::string_view key) {
  return base64(sha1(std::string(key) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"));
}

Result<void> check_websocket_answer(const HttpHead& head, std::string_view key) {
  if (head.status() != 101)
    return fail(Fault::malformed, "the answer to a WebSocket handshake is " + std::to_string(head.status()));
  if (!head.has_word("Upgrade", "websocket") || !head.has_word("Connection", "upgrade")) {
    return fail(Fault::malformed, "the answer upgrades to something other than WebSocket");
  }
  if (head.header("Sec-WebSocket-Accept") != websocket_accept(key)) {
    return fail(Fault::malformed, "Sec-WebSocket-Accept is not of the key that was sent");
  }
  return {};
}

// A close frame without a body. A mask of zeros is a mask: there is nothing to be masked.
std::string websocket_close_frame() { return {'\x88', '\x80', '\0', '\0', '\0', '\0'}; }

}  // namespace mixnet
