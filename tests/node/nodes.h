// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "collectors/collector.h"
#include "tests/support/host.h"

namespace mixnet::test {

/// A node as discovery gives it, whose process and cgroup are those of the fixtures.
inline Node node_of(std::string_view name, NodeProcess process) {
  Node node;
  node.name = name;
  node.kind = "nym";
  node.process = process;
  node.comm = "nym-node";
  node.unit = "nym-node.service";
  node.cgroup = "system.slice/nym-node.service";
  return node;
}

/// The remarks of the last run, a line each: "SUBJECT: MESSAGE", and "!" in front of those that are failures.
inline std::string remarks_of(const Context& context) {
  std::string out;
  for (const auto& remark : context.remarks.all()) {
    if (remark.error.fault != Fault::absent) out += "!";
    out.append(remark.subject).append(": ").append(remark.error.message).append("\n");
  }
  return out;
}

/// Runs a collector as the board does, remarks cleared first.
inline std::string run(const Collector& collector, Context& context) {
  context.remarks.clear();
  return collected(collector, context);
}

}  // namespace mixnet::test
