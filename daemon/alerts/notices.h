// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/alerts/alarms.h"
#include "daemon/alerts/alert_settings.h"

namespace mixnet {

/// What there is to tell of an alarm.
struct Notice {
  enum class Kind : std::uint8_t { began, changed, over, goes_on };

  Kind kind = Kind::began;
  UnixMs at = 0;                      ///< when it came to be told
  Alarm alarm;                        ///< one that is over as it was last
  Status before_status = Status::ok;  ///< of one that changed: what it was before,
  UnixMs before_since = 0;            ///< and since when

  bool operator==(const Notice&) const = default;
};

/// "began", "changed", "over" or "goes_on".
std::string_view to_string(Notice::Kind kind);

/// An alarm that a receiver knows of.
struct Told {
  Alarm alarm;
  UnixMs at = 0;  ///< when it was told last

  bool operator==(const Told&) const = default;
};

/// What one receiver knows, and what it still is to be told. It is kept over a restart, so that nothing is told twice for it.
struct Record {
  std::string receiver;         ///< which: see receiver_key
  std::vector<Told> told;       ///< once all of `pending` is told, too
  std::vector<Notice> pending;  ///< the oldest first; to an Alertmanager only what is over

  static constexpr std::size_t kPendingMax = 256;

  bool operator==(const Record&) const = default;
};

/// What tells a receiver from others from one start to the next.
std::string receiver_key(const AlertReceiver& receiver);

/// Compares with what a webhook or a command was told, and adds what is to be told now. The number of notices that were given
/// up for newer ones.
std::size_t note_changes(Record& record, const AlertReceiver& receiver, std::span<const Alarm> alarms, UnixMs now);

/// The same for an Alertmanager, which knows an alarm by its severity too: what it was told of and is no more is over.
std::size_t note_ends(Record& record, std::span<const Alarm> alarms, UnixMs now);

/// As text, to be kept in a file, and from it; malformed with the line and the reason.
std::string serialized(std::span<const Record> records);
Result<std::vector<Record>> parse_records(std::string_view text);

}  // namespace mixnet
