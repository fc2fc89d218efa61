// SPDX-License-Identifier: Apache-2.0
#include "collectors/network/websocket.h"

#include <gtest/gtest.h>

namespace mixnet {
namespace {

constexpr const char* kKey = "dGhlIHNhbXBsZSBub25jZQ==";  // of RFC 6455, 1.3
const std::string kGood =
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";

std::string fault_of(std::string head, std::string_view without = "", std::string_view put = "") {
  if (!without.empty()) head.replace(head.find(without), without.size(), put);
  const auto parsed = HttpHead::parse(head);
  if (!parsed) return parsed.error().message;
  const auto taken = check_websocket_answer(*parsed, kKey);
  return taken ? "" : taken.error().message;
}

TEST(Websocket, IsAcceptedAsTheStandardHasIt) {
  EXPECT_EQ(websocket_accept(kKey), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  EXPECT_EQ(fault_of(kGood), "");
  EXPECT_EQ(fault_of(kGood, "Upgrade: websocket", "UPGRADE:WebSocket"), "");
  EXPECT_EQ(fault_of(kGood, "Connection: Upgrade", "Connection: keep-alive, upgrade"), "");
  EXPECT_EQ(fault_of(kGood, " Switching Protocols", ""), "") << "the reason may be missing";
}

TEST(Websocket, IsNotAcceptedOtherwise) {
  EXPECT_NE(fault_of(kGood, "101", "200"), "");
  EXPECT_NE(fault_of(kGood, "Upgrade: websocket", "Upgrade: h2c"), "");
  EXPECT_NE(fault_of(kGood, "Connection: Upgrade", "Connection: close"), "");
  EXPECT_NE(fault_of(kGood, "s3pP", "S3pP"), "");
  EXPECT_NE(fault_of(kGood, "Sec-WebSocket-Accept", "Sec-WebSocket-Key"), "");
}

TEST(Websocket, KeysAreOf16BytesAndNotTheSame) {
  const auto key = websocket_key();
  EXPECT_EQ(key.size(), 24U);
  EXPECT_TRUE(key.ends_with("=="));
  EXPECT_NE(key, websocket_key());
}

TEST(Websocket, EndsWithAMaskedCloseFrame) {
  const auto frame = websocket_close_frame();
  ASSERT_EQ(frame.size(), 6U);
  EXPECT_EQ(frame.substr(0, 2), "\x88\x80");
}

TEST(HttpHead, IsTakenApart) {
  const std::string head = "HTTP/1.0 404 Not Found\r\nServer: a: b\r\nserver: c\r\nEmpty:\r\n\r\n";
  EXPECT_EQ(HttpHead::end_of(head + "rest"), head.size());
  EXPECT_FALSE(HttpHead::end_of(head.substr(0, head.size() - 1)));
  const auto parsed = HttpHead::parse(head).value();
  EXPECT_EQ(parsed.status(), 404);
  EXPECT_EQ(parsed.header("SERVER"), "a: b") << "the first";
  EXPECT_EQ(parsed.header("Empty"), "");
  EXPECT_FALSE(parsed.has_word("Nothing", ""));
}

TEST(HttpHead, IsNothingElse) {
  for (const auto* bad : {"", "\r\n\r\n", "HTTP/2 200\r\n\r\n", "HTTP/1.1\r\n\r\n", "HTTP/1.1 20 x\r\n\r\n",
                          "HTTP/1.1 099 x\r\n\r\n", "HTTP/1.1 -20 x\r\n\r\n", "ICY 200 OK\r\n\r\n"}) {
    EXPECT_FALSE(HttpHead::parse(bad)) << bad;
  }
}

}  // namespace
}  // namespace mixnet
