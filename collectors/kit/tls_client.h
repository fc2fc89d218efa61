// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "collectors/kit/result.h"

namespace mixnet {

/// A server's certificate.
struct TlsCertificate {
  double expires_s = 0;            ///< since 1970
  bool name_matches = false;       ///< is it for the name that was asked for?
  std::vector<std::string> chain;  ///< it, and what the server sent with it, in DER
};

/// The certificate authorities that certificates are verified with. Of the system there are megabytes: to be had only where
/// there is a certificate, and for as long as it takes.
class TlsTrust {
 public:
  /// Those of a file in PEM, or the system's where `ca_file` is empty. unavailable: the file cannot be read, or has none.
  static Result<TlsTrust> load(const std::string& ca_file);

  TlsTrust(TlsTrust&&) noexcept;
  TlsTrust& operator=(TlsTrust&&) noexcept;
  ~TlsTrust();

  /// Does the chain lead from a server's certificate to an authority, and are all of it valid now?
  bool trusts(std::span<const std::string> chain) const;

 private:
  struct Impl;
  explicit TlsTrust(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// One side of a TLS connection over a non-blocking socket, the side that asks. It goes on whatever the certificate is: the
/// caller is to judge. Used from one thread.
class TlsClient {
 public:
  enum class Step { done, wants_read, wants_write, failed };

  /// The socket stays the caller's, and has to outlive it. `name` is told the server, unless it is an address.
  TlsClient(int socket, const std::string& name);
  ~TlsClient();
  TlsClient(const TlsClient&) = delete;
  TlsClient& operator=(const TlsClient&) = delete;

  /// Goes on with the handshake; to be called again when the socket is ready for what it wants.
  Step handshake();
  /// Of a handshake that is done.
  Result<TlsCertificate> certificate() const;

  /// Sends the front of `bytes` and says how much it was.
  Step send(std::string_view bytes, std::size_t& sent);
  /// Receives; done with 0 bytes where the server has closed.
  Step receive(std::span<char> bytes, std::size_t& received);

  /// Why the last step failed.
  const std::string& error() const { return error_; }

 private:
  struct Impl;
  Step step_of(long result);

  std::unique_ptr<Impl> impl_;
  std::string name_, error_;
};

}  // namespace mixnet
