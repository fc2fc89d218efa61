// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

namespace mixnet::test {

/// A certificate and its key, in PEM.
struct Identity {
  std::string certificate, key;
};

/// "dns:localhost", "ip:127.0.0.1", "uri:spiffe://host/name" or "email:a@example.org".
using Sans = std::vector<std::string>;

/// A certificate signed by itself that may sign others.
Identity make_authority(const std::string& name);

/// A certificate signed by `authority`, for servers and clients alike.
Identity make_identity(const Identity& authority, const std::string& name, const Sans& sans = {}, bool rsa = false);

/// The name in the subject of a certificate in DER.
std::string subject_of(const void* der, std::size_t size);

}  // namespace mixnet::test
