// SPDX-License-Identifier: Apache-2.0
#include "collectors/host/sockstat.h"

#include <unistd.h>

namespace mixnet {
namespace {

constexpr Metric kUsed = gauge("node_sockstat_sockets_used", "Number of IPv4 sockets in use.");
constexpr Metric kProtocol = gauge("node_sockstat_<protocol>_<state>", "Number of <protocol> sockets in state <state>.");
constexpr const Metric* kMetrics[] = {&kUsed, &kProtocol};

struct Pair {
  std::string_view key;
  std::optional<std::int64_t> SockstatProtocol::*field;
};

constexpr Pair kPairs[] = {{"orphan", &SockstatProtocol::orphan},
                           {"tw", &SockstatProtocol::tw},
                           {"alloc", &SockstatProtocol::alloc},
                           {"mem", &SockstatProtocol::mem},
                           {"memory", &SockstatProtocol::memory}};

void set(SockstatProtocol& protocol, std::string_view key, std::int64_t value) {
  if (key == "inuse") protocol.inuse = value;
  for (const auto& pair : kPairs) {
    if (pair.key == key) protocol.*pair.field = value;
  }
}

void add(std::string_view protocol, std::string_view state, std::int64_t value, Samples& out) {
  const Path name("node_sockstat_", protocol, "_", state);
  const Path help("Number of ", protocol, " sockets in state ", state, ".");
  out.add_to(out.family(Type::gauge, name, help), static_cast<double>(value));
}

void emit(const SockstatProtocol& protocol, Samples& out) {
  static const std::int64_t kPageBytes = ::sysconf(_SC_PAGESIZE);
  add(protocol.name, "inuse", protocol.inuse, out);
  for (const auto& pair : kPairs) {
    if (const auto& value = protocol.*pair.field) add(protocol.name, pair.key, *value, out);
  }
  if (protocol.mem) add(protocol.name, "mem_bytes", *protocol.mem * kPageBytes, out);
}

/// A kernel without IPv4 or IPv6 lacks the file.
Result<void> collect_file(Context& context, std::string_view file, Samples& out) {
  auto& stat = context.memory.get<Sockstat>();
  auto done = context.proc.parse(file, Shape::single, parse_sockstat, stat);
  if (!done && done.error().fault == Fault::absent) return {};
  if (!done) return done;
  if (stat.used) out.add(kUsed, static_cast<double>(*stat.used));
  for (const auto& protocol : stat.protocols) emit(protocol, out);
  return {};
}

Result<void> collect(Context& context, Samples& out) {
  TRY(collect_file(context, "net/sockstat", out));
  return collect_file(context, "net/sockstat6", out);
}

}  // namespace

// sockets: used 15
// TCP: inuse 1 orphan 0 tw 0 alloc 1 mem 294
// FRAG6: inuse 0 memory 0
Result<void> parse_sockstat(std::string_view text, Sockstat& out) {
  out.used.reset();
  out.protocols.clear();
  Lines lines(text);
  std::string_view line;
  while (lines.next(line)) {
    SockstatProtocol protocol{};
    protocol.name = take_until(line, ':');
    if (!fits_in_a_name(protocol.name)) return lines.malformed("a protocol expected in " + in_quotes(protocol.name));
    for (auto key = take_field(line); !key.empty(); key = take_field(line)) {
      const auto value = TRY(lines.field<std::int64_t>(take_field(line)));
      if (protocol.name == "sockets" && key == "used") out.used = value;
      set(protocol, key, value);
    }
    if (protocol.name != "sockets") out.protocols.push_back(protocol);
  }
  return {};
}

constinit const Collector kSockstat{
    "sockstat", "Sockets by protocol, from /proc/net/sockstat and sockstat6.", true, Schedule::at_scrape, kMetrics, collect};

}  // namespace mixnet
