// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "daemon/alerts/alarms.h"
#include "daemon/checks/check.h"

namespace mixnet {

/// What `check --state` remembers from one run to the next, so that it tells of a trouble once, and when it is over.
class CheckState {
 public:
  /// What was bad must be fine for as long to be over, so that what flaps is told once.
  static constexpr std::chrono::minutes kHold{10};
  /// For as long nothing can be said of a check before that is told: a host that boots knows nothing for a while.
  static constexpr std::chrono::minutes kUnknownFor{10};

  /// Of a check by its name, "cpu" or "all".
  explicit CheckState(std::string name) : name_(std::move(name)) {}

  /// malformed: with the line, or as it is of another check.
  static Result<CheckState> parse(std::string_view text, std::string name);
  std::string serialized() const;

  /// Takes what was found at `now`; gives what there is to tell of it, a line each, nothing where nothing has changed. What
  /// goes on is told again after `repeat`, where there is one.
  std::string update(std::span<const Finding> findings, UnixMs now, std::optional<std::chrono::milliseconds> repeat);

  /// The gravest that goes on.
  Status status() const;

 private:
  using Key = std::pair<std::string, std::string>;  ///< alert and node

  struct Unknown {
    UnixMs since = 0;
    UnixMs told = 0;  ///< 0: not yet
  };

  void tell_changes(std::span<const AlarmChange> changes, UnixMs now, std::string& out);
  void tell_again(UnixMs now, std::chrono::milliseconds repeat, std::string& out);
  void tell_unknown(std::span<const Finding> findings, UnixMs now, std::optional<std::chrono::milliseconds> repeat,
                    std::string& out);

  std::string name_;
  UnixMs updated_ = 0;
  Alarms alarms_;
  std::map<Key, UnixMs> told_;  ///< when each alarm was told last
  std::optional<Unknown> unknown_;
};

}  // namespace mixnet
