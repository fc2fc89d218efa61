// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linux/netlink.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "collectors/kit/result.h"

namespace mixnet {

class NetlinkRequest;

/// A netlink socket for dumps: lists that the kernel hands out in as many messages as they take.
///
/// It is opened at the first dump and kept open, so a dump of a short list costs three system calls. Messages are handed over
/// as they arrive, so memory stays bounded however long the list is. Used from one thread at a time.
class Netlink {
 public:
  /// NETLINK_ROUTE, NETLINK_SOCK_DIAG ...
  explicit Netlink(int protocol) : protocol_(protocol) {}
  ~Netlink() { close(); }
  Netlink(const Netlink&) = delete;
  Netlink& operator=(const Netlink&) = delete;

  enum class Dump {
    complete,
    interrupted,  ///< the list changed while it was read: entries may be missing or come twice
  };

  /// Asks for the dump of `type` with `body` behind the request's header. `take(std::string_view message)` gets what follows
  /// the header of each message of the answer; valid during the call only.
  template <class Body, class TakeMessage>
  Result<Dump> dump(std::uint16_t type, const Body& body, TakeMessage&& take) {
    // By reference, as a function object of more than two words would be allocated.
    return dump_bytes(type, {reinterpret_cast<const char*>(&body), sizeof body}, std::ref(take));
  }

  /// The same with a request that attributes were written into.
  template <class TakeMessage>
  Result<Dump> dump(std::uint16_t type, const NetlinkRequest& request, TakeMessage&& take);

  /// Overwrites what is left of answers that held secrets.
  void wipe();

 private:
  using Take = std::function<void(std::string_view message)>;

  Result<Dump> dump_bytes(std::uint16_t type, std::string_view body, const Take& take);
  Result<Dump> exchange(std::uint16_t type, std::string_view body, const Take& take);
  Result<void> open();
  Result<void> send(std::uint16_t type, std::string_view body);
  Result<std::string_view> receive();
  void close();

  int protocol_;
  int fd_ = -1;
  std::uint32_t sequence_ = 0;
  std::vector<char> buffer_;
};

/// The body of a request, put together on the stack: a header of the protocol's and attributes with texts.
class NetlinkRequest {
 public:
  template <class Header>
  explicit NetlinkRequest(const Header& header) {
    append({reinterpret_cast<const char*>(&header), sizeof header});
  }
  /// A text with its terminating zero. What does not fit makes the kernel refuse the request.
  NetlinkRequest& add(std::uint16_t type, std::string_view text);

  std::string_view bytes() const { return {bytes_.data(), length_}; }

 private:
  void append(std::string_view bytes);

  std::array<char, 128> bytes_{};
  std::size_t length_ = 0;
};

template <class TakeMessage>
Result<Netlink::Dump> Netlink::dump(std::uint16_t type, const NetlinkRequest& request, TakeMessage&& take) {
  return dump_bytes(type, request.bytes(), std::ref(take));
}

/// The start of `bytes` as a T, which need not be aligned; nothing where they are too few.
template <class T>
std::optional<T> front_as(std::string_view bytes) {
  if (bytes.size() < sizeof(T)) return std::nullopt;
  T value;
  std::memcpy(&value, bytes.data(), sizeof value);
  return value;
}

/// The attributes that end a netlink message, one after another, up to the first that is cut short.
class Attributes {
 public:
  /// `message` begins with a T, which the attributes follow.
  template <class T>
  static Attributes after(std::string_view message) {
    return Attributes(message.substr(std::min(message.size(), std::size_t{NLMSG_ALIGN(sizeof(T))})));
  }

  bool next();
  std::uint16_t type() const { return type_; }
  std::string_view value() const { return value_; }
  /// A string up to its terminating zero.
  std::string_view text() const { return value_.substr(0, value_.find('\0')); }

  /// Those within the value of an attribute.
  static Attributes within(std::string_view value) { return Attributes(value); }

 private:
  explicit Attributes(std::string_view rest) : rest_(rest) {}

  std::string_view rest_, value_;
  std::uint16_t type_ = 0;
};

}  // namespace mixnet
