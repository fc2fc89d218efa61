// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "collectors/kit/result.h"
#include "daemon/checks/check.h"

namespace mixnet {

/// A condition that is not fine, from when it began until it is over.
struct Alarm {
  std::string alert, node;          ///< as a Finding has them; what tells one from another
  Status status = Status::warning;  ///< warning or critical
  UnixMs since = 0;                 ///< when it began, with this status
  UnixMs last_seen = 0;             ///< when it was last found as grave, or could not be told
  UnixMs last_bad = 0;              ///< when it was last found other than fine, be it less grave, or could not be told
  std::string message, remedy;      ///< as found last

  bool operator==(const Alarm&) const = default;
};

/// What changed: an alarm that began, got worse or better, or is over.
struct AlarmChange {
  enum class Kind { began, changed, over };
  Kind kind;
  Alarm alarm;  ///< as it is now; one that is over as it was last
};

/// The alarms that there are, kept from one evaluation to the next so that one that flaps is one: it is over, or less grave,
/// only once it has been found so for a while.
class Alarms {
 public:
  /// How long a condition must be fine, or less grave, to be taken for it.
  static constexpr std::chrono::minutes kHold{5};
  /// More than these are not kept: what is found beyond them is no alarm until another is over.
  static constexpr std::size_t kMax = 1000;
  /// Of a message, a remedy and a node's name each; what is longer is cut.
  static constexpr std::size_t kTextBytesMax = 1000;

  /// Takes what the checks found at `now`. Status::unknown changes nothing: what was is taken to go on. So it is where this
  /// was just parsed, or the clock was set back. A condition of which nothing is found is fine.
  std::vector<AlarmChange> update(std::span<const Finding> findings, UnixMs now, std::chrono::milliseconds hold = kHold);

  /// Those that there are, the gravest and then the oldest first.
  std::span<const Alarm> all() const { return alarms_; }

  /// As text, to be kept in a file over a restart, and from it; malformed with the line and the reason.
  std::string serialized() const;
  static Result<Alarms> parse(std::string_view text);

  /// It was updated last at `time`, by another process, and only time has passed since: what was noted of each still holds.
  void go_on_from(UnixMs time) { last_update_ = time; }

  bool operator==(const Alarms& other) const { return alarms_ == other.alarms_; }

 private:
  void begin_anew(UnixMs now);

  std::vector<Alarm> alarms_;
  std::optional<UnixMs> last_update_;
};

}  // namespace mixnet
