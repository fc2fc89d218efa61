// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include "daemon/web/message.h"
#include "daemon/web/passwords.h"
#include "daemon/web/rate.h"
#include "daemon/web/tls.h"

namespace mixnet::web {

/// A web configuration made ready for use. It never changes once made: a new file makes a new one, and connections keep the TLS
/// they began with.
struct Protection {
  std::shared_ptr<const TlsContext> tls;  ///< none: plain HTTP
  std::shared_ptr<PasswordTable> users;   ///< none: nobody is asked
  std::shared_ptr<RateLimit> rate;        ///< none: no limit
  std::vector<Header> headers;            ///< added to every response
};

/// Where the server asks for the protection in force, at each connection and each request, on its own thread.
class ProtectionSource {
 public:
  virtual ~ProtectionSource() = default;
  virtual std::shared_ptr<const Protection> current() = 0;
};

}  // namespace mixnet::web
