// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linux/netlink.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace mixnet::test {

/// Netlink messages put together by hand.
template <class T>
std::string bytes_of(const T& value) {
  return {reinterpret_cast<const char*>(&value), sizeof value};
}

inline std::string attribute(std::uint16_t type, std::string_view value) {
  const nlattr header{static_cast<std::uint16_t>(NLA_HDRLEN + value.size()), type};
  std::string out = bytes_of(header).append(value);
  out.resize(NLA_ALIGN(out.size()));
  return out;
}

template <class T>
std::string attribute_of(std::uint16_t type, T value) {
  return attribute(type, bytes_of(value));
}

}  // namespace mixnet::test
