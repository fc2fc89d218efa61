// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace mixnet {

/// Who is to be told of alarms, and how.
struct AlertReceiver {
  enum class Kind : std::uint8_t { alertmanager, webhook, command };

  Kind kind = Kind::alertmanager;
  std::string url;                              ///< of an Alertmanager without /api/v2
  std::string url_file;                         ///< a webhook's in place of `url`, where it is a secret
  std::string username, password_file;          ///< basic authentication
  std::string credentials_file;                 ///< a bearer token
  std::string ca_file;                          ///< in place of the system's certificate authorities
  std::string proxy_url;                        ///< empty: none
  std::vector<std::string> command;             ///< the program's absolute path and its arguments
  std::chrono::milliseconds timeout{10'000};    ///< for one attempt
  bool send_resolved = true;                    ///< tell a webhook or a command what is over, too
  std::chrono::milliseconds repeat_interval{};  ///< tell them again of what goes on; 0: never

  bool operator==(const AlertReceiver&) const = default;
};

/// The configuration's `alerts:`.
struct AlertSettings {
  std::vector<AlertReceiver> receivers;
  std::map<std::string, std::string> external_labels;  ///< of every alert, `instance` and `job` in place of ours
  std::string external_url;                            ///< under which the exporter is reached, for links to it; empty: unknown
  std::chrono::milliseconds resend_delay{60'000};      ///< how often an Alertmanager is told of what goes on

  bool operator==(const AlertSettings&) const = default;
};

}  // namespace mixnet
