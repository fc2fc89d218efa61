// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "collectors/collector.h"
#include "collectors/kit/remembered.h"

namespace mixnet {

/// What to export of a line of names, decided when it is seen for the first time: matching some hundred names at every scrape
/// would cost more than all else that this collector does.
struct NetstatLine {
  /// A field that is wanted, with the texts made of its name.
  struct Field {
    std::size_t position;
    std::string name, help;
  };
  std::size_t count = 0;  ///< of names
  std::vector<Field> wanted;
};
using NetstatPlan = Remembered<NetstatLine>;

struct NetstatValue {
  std::string_view name, help;  ///< of the family, in the plan
  double value;
};

/// /proc/net/netstat and snmp: pairs of lines, names and values. Adds those whose PROTOCOL_NAME matches `fields` to `out`.
Result<void> parse_netstat(std::string_view text, const Regex& fields, NetstatPlan& plan, std::vector<NetstatValue>& out);

/// /proc/net/snmp6: a name and a value a line.
Result<void> parse_snmp6(std::string_view text, const Regex& fields, NetstatPlan& plan, std::vector<NetstatValue>& out);

extern const Collector kNetstat;

}  // namespace mixnet
