// SPDX-License-Identifier: Apache-2.0
#include "collectors/host/netstat.h"

namespace mixnet {
namespace {

constexpr Metric kField = untyped("node_netstat_<field>", "Statistic <field>.");
constexpr const Metric* kMetrics[] = {&kField};

struct Netstat {
  std::string pattern;  ///< that the plans were made for
  NetstatPlan netstat, snmp, snmp6;
  std::vector<NetstatValue> values;
};

void plan_field(std::string_view protocol, std::string_view name, const Regex& fields, NetstatLine& line) {
  const auto position = line.count++;
  const auto key = std::string(protocol) + "_" + std::string(name);
  if (!fits_in_a_name(key) || !fields.found_in(key)) return;
  line.wanted.push_back({position, "node_netstat_" + key, "Statistic " + std::string(protocol) + std::string(name) + "."});
}

// TcpExt: SyncookiesSent SyncookiesRecv SyncookiesFailed EmbryonicRsts PruneCalled
NetstatLine plan_names(std::string_view names, const Regex& fields) {
  NetstatLine line;
  const auto protocol = take_until(names, ':');
  for (auto name = take_field(names); !name.empty(); name = take_field(names)) plan_field(protocol, name, fields, line);
  return line;
}

// Ip6InReceives
NetstatLine plan_name6(std::string_view name, const Regex& fields) {
  NetstatLine line;
  const auto six = name.find('6');
  if (six != std::string_view::npos) plan_field(name.substr(0, six + 1), name.substr(six + 1), fields, line);
  return line;
}

/// A file of IPv6 is not there where that is switched off.
Result<void> unless_absent(Result<void> done) {
  if (!done && done.error().fault == Fault::absent) return {};
  return done;
}

Result<void> collect(Context& context, Samples& out) {
  auto& own = context.memory.get<Netstat>();
  const auto& fields = context.settings.netstat.fields;
  if (own.pattern != fields.pattern()) own = {fields.pattern(), {}, {}, {}, {}};
  own.values.clear();
  TRY(context.proc.parse("net/netstat", Shape::single, parse_netstat, fields, own.netstat, own.values));
  TRY(context.proc.parse("net/snmp", Shape::single, parse_netstat, fields, own.snmp, own.values));
  TRY(unless_absent(context.proc.parse("net/snmp6", Shape::single, parse_snmp6, fields, own.snmp6, own.values)));
  for (const auto& value : own.values) out.add_to(out.family(Type::untyped, value.name, value.help), value.value);
  return {};
}

}  // namespace

// Udp: InDatagrams NoPorts InErrors OutDatagrams RcvbufErrors SndbufErrors InCsumErrors IgnoredMulti MemErrors
// Udp: 14 0 0 14 0 0 0 0 0
Result<void> parse_netstat(std::string_view text, const Regex& fields, NetstatPlan& plan, std::vector<NetstatValue>& out) {
  Lines lines(text);
  std::string_view names, values;
  for (std::size_t index = 0; lines.next(names); ++index) {
    const auto protocol = names.substr(0, names.find(':'));
    if (protocol.size() == names.size()) return lines.malformed("no protocol in " + in_quotes(names));
    const auto& line = plan.at(index, names, [&](std::string_view key) { return plan_names(key, fields); });
    if (!lines.next(values)) return lines.malformed("names without values: " + in_quotes(names));
    if (take_until(values, ':') != protocol) return lines.malformed("values of another protocol than " + in_quotes(protocol));
    auto wanted = line.wanted.begin();
    std::size_t position = 0;
    for (auto value = take_field(values); !value.empty(); value = take_field(values), ++position) {
      if (wanted == line.wanted.end() || wanted->position != position) continue;
      out.push_back({wanted->name, wanted->help, TRY(lines.field<double>(value))});
      ++wanted;
    }
    if (position != line.count) return lines.malformed("more or fewer values than names of " + in_quotes(protocol));
  }
  return {};
}

// Ip6InReceives                   	7
Result<void> parse_snmp6(std::string_view text, const Regex& fields, NetstatPlan& plan, std::vector<NetstatValue>& out) {
  Lines lines(text);
  std::string_view line;
  for (std::size_t index = 0; lines.next(line); ++index) {
    const auto name = take_field(line);
    const auto value = take_field(line);
    const auto& planned = plan.at(index, name, [&](std::string_view key) { return plan_name6(key, fields); });
    for (const auto& field : planned.wanted) {
      if (value.empty()) return lines.malformed("no value of " + in_quotes(name));
      out.push_back({field.name, field.help, TRY(lines.field<double>(value))});
    }
  }
  return {};
}

constinit const Collector kNetstat{
    "netstat", "Protocol statistics, from /proc/net/netstat, snmp and snmp6.", true, Schedule::at_scrape, kMetrics, collect};

}  // namespace mixnet
