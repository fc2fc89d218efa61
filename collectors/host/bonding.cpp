// SPDX-License-Identifier: Apache-2.0
#include "collectors/host/bonding.h"

#include <string>

namespace mixnet {
namespace {

constexpr Metric kSlaves = gauge("node_bonding_slaves", "Number of configured slaves per bonding interface.");
constexpr Metric kActive = gauge("node_bonding_active", "Number of active slaves per bonding interface.");
constexpr const Metric* kMetrics[] = {&kSlaves, &kActive};

/// Texts kept while other files of the same tree are read.
struct Bonding {
  std::string masters, slaves;
};

bool is_active(Tree& sys, std::string_view master, std::string_view slave) {
  auto status = sys.read_if_there(Path("class/net/", master, "/lower_", slave, "/bonding_slave/mii_status"));
  if (!status) status = sys.read_if_there(Path("class/net/", master, "/slave_", slave, "/bonding_slave/mii_status"));  // < 3.13
  return status && trim(*status) == "up";
}

Result<void> collect(Context& context, Samples& out) {
  auto& texts = context.memory.get<Bonding>();
  texts.masters.assign(TRY(context.sys.read("class/net/bonding_masters", Shape::value)));
  auto masters = trim(texts.masters);  // bond0 bond1
  for (auto master = take_field(masters); !master.empty(); master = take_field(masters)) {
    const auto listed = context.sys.read_if_there(Path("class/net/", master, "/bonding/slaves"));
    if (!listed) continue;  // gone since the masters were listed
    texts.slaves.assign(*listed);
    auto slaves = trim(texts.slaves);  // eth0 ens19
    int count = 0, active = 0;
    for (auto slave = take_field(slaves); !slave.empty(); slave = take_field(slaves)) {
      ++count;
      if (is_active(context.sys, master, slave)) ++active;
    }
    const auto labels = out.labels({{"master", master}});
    out.add(kSlaves, count, labels);
    out.add(kActive, active, labels);
  }
  return {};
}

}  // namespace

constinit const Collector kBonding{
    "bonding", "Slaves of bonding interfaces, from /sys/class/net.", true, Schedule::at_scrape, kMetrics, collect};

}  // namespace mixnet
