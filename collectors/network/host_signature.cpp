// SPDX-License-Identifier: Apache-2.0
#include "collectors/network/host_signature.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <limits>
#include <optional>
#include <string_view>

#include "collectors/kit/base58.h"
#include "collectors/network/ed25519.h"

namespace mixnet {
namespace {

constexpr std::size_t kAddressesMax = 64;
constexpr std::size_t kSignatureBytes = 64;
constexpr std::uint32_t kNoRotation = std::numeric_limits<std::uint32_t>::max();

/// As serde_json writes a string.
std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    switch (c) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\b': out += "\\b"; break;
      case '\f': out += "\\f"; break;
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      case '\t': out += "\\t"; break;
      default:
        if (static_cast<unsigned char>(c) < ' ') {
          char escape[8];
          std::snprintf(escape, sizeof escape, "\\u%04x", static_cast<unsigned>(c));
          out += escape;
        } else {
          out += c;
        }
    }
  }
  return out + '"';
}

/// An IP address in its shortest form, as Rust writes it.
std::optional<std::string> canonical(const std::string& text) {
  std::array<char, INET6_ADDRSTRLEN> out{};
  in_addr v4{};
  if (::inet_pton(AF_INET, text.c_str(), &v4) == 1) return ::inet_ntop(AF_INET, &v4, out.data(), out.size());
  in6_addr v6{};
  if (::inet_pton(AF_INET6, text.c_str(), &v6) != 1) return std::nullopt;
  // Only libc writes ::203.0.113.17, an address of a kind that was given up.
  const auto low = ntohl(v6.s6_addr32[3]);
  if (IN6_IS_ADDR_V4COMPAT(&v6) && low >> 16 != 0) {
    std::snprintf(out.data(), out.size(), "::%x:%x", low >> 16, low & 0xffff);
    return out.data();
  }
  return ::inet_ntop(AF_INET6, &v6, out.data(), out.size());
}

/// "ip_address":["203.0.113.17"],"hostname":null
std::optional<std::string> host_part(const Json& data) {
  const auto addresses = data["ip_address"];
  if (!addresses.is_list() || addresses.size() > kAddressesMax) return std::nullopt;
  std::string out = "\"ip_address\":[";
  for (std::size_t index = 0; index < addresses.size(); ++index) {
    const auto text = addresses.at(index).text();
    const auto address = text ? canonical(*text) : std::nullopt;
    if (!address) return std::nullopt;
    out.append(index == 0 ? "" : ",").append(quoted(*address));
  }
  const auto hostname = data["hostname"];
  if (hostname && !hostname.is_null() && !hostname.text()) return std::nullopt;
  return out + "],\"hostname\":" + (hostname.text() ? quoted(*hostname.text()) : "null");
}

/// A key in base 58 that stands for 32 bytes, under its present or its former name.
std::optional<std::string> key_of(const Json& keys, std::string_view name, std::string_view former = {}) {
  const auto text = keys[name] || former.empty() ? keys[name].text() : keys[former].text();
  return text && is_identity_key(*text) ? text : std::nullopt;
}

/// {"rotation_id":167,"public_key":"5M6c…"}
std::optional<std::string> sphinx_key(const Json& key) {
  const auto rotation = key["rotation_id"].integer<std::uint32_t>();
  const auto text = key_of(key, "public_key");
  if (!rotation || !text) return std::nullopt;
  return "{\"rotation_id\":" + std::to_string(*rotation) + ",\"public_key\":" + quoted(*text) + "}";
}

/// "null" where it is not there; nothing where it is broken.
template <class Write>
std::optional<std::string> or_null(const Json& value, Write write) {
  return !value || value.is_null() ? std::optional<std::string>("null") : write(value);
}

std::optional<std::string> noise_key(const Json& noise) {
  const auto version = noise["supported_version"].integer<std::uint8_t>();
  const auto key = key_of(noise, "x25519_pubkey");
  if (!version || !key) return std::nullopt;
  return "{\"supported_version\":" + std::to_string(*version) + ",\"x25519_pubkey\":" + quoted(*key) + "}";
}

}  // namespace

std::vector<std::string> signed_texts(const Json& data) {
  const auto keys = data["keys"];
  const auto host = host_part(data);
  const auto identity = key_of(keys, "ed25519_identity", "ed25519");
  const auto sphinx = key_of(keys, "x25519_sphinx", "x25519");
  const auto next = or_null(keys["pre_announced_x25519_sphinx_key"], sphinx_key);
  const auto noise = or_null(keys["x25519_versioned_noise"], noise_key);
  const auto given_primary = or_null(keys["primary_x25519_sphinx_key"], sphinx_key);
  if (!host || !identity || !sphinx || !next || !noise || !given_primary) return {};
  // A node of before key rotation has its only key as the primary one, of a rotation that never is.
  const bool has_primary = *given_primary != "null";
  const auto primary_key = has_primary ? *keys["primary_x25519_sphinx_key"]["public_key"].text() : *sphinx;
  const auto primary = has_primary
                           ? *given_primary
                           : "{\"rotation_id\":" + std::to_string(kNoRotation) + ",\"public_key\":" + quoted(primary_key) + "}";
  const auto plain_noise = keys["x25519_versioned_noise"]["x25519_pubkey"].text();

  const auto with_keys = [&](const std::string& text) { return "{" + *host + ",\"keys\":{" + text + "}}"; };
  const auto older = "\"ed25519_identity\":" + quoted(*identity) + ",\"x25519_sphinx\":" + quoted(primary_key);
  return {with_keys("\"ed25519_identity\":" + quoted(*identity) + ",\"x25519_sphinx\":" + quoted(*sphinx) +
                    ",\"primary_x25519_sphinx_key\":" + primary + ",\"pre_announced_x25519_sphinx_key\":" + *next +
                    ",\"x25519_versioned_noise\":" + *noise),
          with_keys(older + ",\"x25519_noise\":" + (plain_noise ? quoted(*plain_noise) : "null")),
          with_keys(older + ",\"x25519_noise\":" + quoted(plain_noise.value_or(""))),
          with_keys("\"ed25519\":" + quoted(*identity) + ",\"x25519\":" + quoted(primary_key))};
}

Result<bool> has_good_signature(const Json& body) {
  const auto texts = signed_texts(body["data"]);
  const auto signature = decode_base58(body["signature"].text().value_or(""));
  if (texts.empty() || !signature || signature->size() != kSignatureBytes)
    return fail(Fault::malformed, "not what nym-api can read");
  const auto keys = body["data"]["keys"];
  const auto key = decode_base58(*key_of(keys, "ed25519_identity", "ed25519"));
  for (const auto& text : texts) {
    if (TRY(is_signed(text, *key, *signature))) return true;
  }
  return false;
}

bool are_public(const Json& addresses) {
  for (std::size_t index = 0; index < addresses.size(); ++index) {
    const auto text = addresses.at(index).text().value_or("");
    in_addr v4{};
    in6_addr v6{};
    if (::inet_pton(AF_INET, text.c_str(), &v4) == 1) {
      const auto address = ntohl(v4.s_addr);
      if (address == INADDR_ANY || address >> 24 == IN_LOOPBACKNET || IN_MULTICAST(address)) return false;
    } else if (::inet_pton(AF_INET6, text.c_str(), &v6) == 1) {
      if (IN6_IS_ADDR_UNSPECIFIED(&v6) || IN6_IS_ADDR_LOOPBACK(&v6) || IN6_IS_ADDR_MULTICAST(&v6)) return false;
    }
  }
  return true;
}

}  // namespace mixnet
