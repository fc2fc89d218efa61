// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "collectors/kit/result.h"

namespace mixnet {

/// The certificate authorities that servers are verified with. Some megabytes where they are the system's: to be had for as
/// long as it takes to ask.
class TlsTrust {
 public:
  /// Those of a file in PEM, or the system's where `ca_file` is empty. unavailable: the file cannot be read, or has none.
  static Result<TlsTrust> load(const std::string& ca_file);

  TlsTrust(TlsTrust&&) noexcept;
  TlsTrust& operator=(TlsTrust&&) noexcept;
  ~TlsTrust();

 private:
  friend class TlsClient;
  struct Impl;
  explicit TlsTrust(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// What a server's certificate is worth.
struct TlsCertificate {
  double expires_s = 0;       ///< since 1970
  bool name_matches = false;  ///< is it for the name that was asked for?
  bool trusted = false;       ///< does it, and what was sent with it, lead to an authority, and are all of them valid now?
};

/// One side of a TLS connection over a non-blocking socket, the side that asks. It goes on whatever the certificate is: the
/// caller is to find out, and tells the server nothing. Used from one thread.
class TlsClient {
 public:
  enum class Step { done, wants_read, wants_write, failed };

  /// `trust` has to outlive it, and so has the socket, which stays the caller's. `name` is told the server, unless it is an
  /// address.
  TlsClient(int socket, const std::string& name, const TlsTrust& trust);
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
