// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>

#include "collectors/kit/memory.h"
#include "collectors/kit/metric.h"
#include "collectors/kit/remarks.h"
#include "collectors/kit/result.h"
#include "collectors/kit/samples.h"
#include "collectors/kit/tree.h"
#include "collectors/network/network_directory.h"
#include "collectors/node/nodes.h"
#include "collectors/settings.h"

namespace mixnet {

/// Where the host's files are: one binary runs against any tree of fixtures, or a host's trees mounted into a container.
struct Roots {
  std::string proc = "/proc";
  std::string sys = "/sys";
  std::string rootfs = "/";
  std::string udev_data = "/run/udev/data";
  std::string cgroup = "/sys/fs/cgroup";           ///< the hierarchy of version 2
  std::string state = "/var/lib/mixnet-exporter";  ///< the exporter's own, what it remembers over restarts

  /// Is it this host that is looked at? System calls that name no root (netlink, adjtimex, uname) answer for it only.
  bool is_this_host() const { return proc == "/proc" && sys == "/sys"; }
};

/// All that a collector may touch. Used by one thread at a time; a collector that runs on a thread of its own has its own.
struct Context {
  Context(const Roots& host_roots, const Settings& the_settings,
          std::shared_ptr<NodeDirectory> the_directory = std::make_shared<NodeDirectory>(),
          std::shared_ptr<NetworkDirectory> the_network = std::make_shared<NetworkDirectory>())
      : roots(host_roots),
        settings(the_settings),
        proc(roots.proc),
        sys(roots.sys),
        rootfs(roots.rootfs),
        udev_data(roots.udev_data),
        cgroup(roots.cgroup),
        directory(std::move(the_directory)),
        network(std::move(the_network)),
        nodes(directory->latest()) {}

  /// Called once before each collection. What two collectors read from one source is read once for each `collection`.
  void begin_collection() {
    ++collection;
    nodes = directory->latest();
    for (Tree* tree : {&proc, &sys, &rootfs, &udev_data, &cgroup}) tree->begin_collection();
  }

  Roots roots;
  Settings settings;
  Tree proc, sys, rootfs, udev_data, cgroup;
  std::shared_ptr<NodeDirectory> directory;
  std::shared_ptr<NetworkDirectory> network;
  NodeDirectory::Edition nodes;  ///< those known when the collection began
  Memory memory;
  Remarks remarks;       ///< cleared before each collector runs
  std::stop_token stop;  ///< asked of a collector that waits for the network: it is to return at once
  std::uint64_t collection = 0;
};

/// Which thread a collector runs on.
enum class Schedule {
  at_scrape,           ///< on the scrape's thread, so that values are fresh and a daemon nobody asks does nothing
  at_scrape_detached,  ///< at the scrape too, but on a thread of its own with a deadline: its source can block (sensors)
  background,          ///< on a thread of its own, by itself: its source is the network; a scrape gives what it found last
};

/// An extension is one row and one function: what it is called, what it may emit, and how to collect it.
struct Collector {
  std::string_view name, help;
  bool on_by_default;
  Schedule schedule;
  std::span<const Metric* const> metrics;  ///< all it may emit; the documentation and the tests read this

  /// Reads its source once and adds what it found. It keeps nothing between runs but in context.memory, does not log and
  /// does not throw. On an error what it added so far is discarded: a gap is honest.
  Result<void> (*collect)(Context& context, Samples& out);

  /// Of Schedule::background, from one run's begin to the next; a run also follows whenever other nodes are found.
  std::chrono::milliseconds every{0};
};

}  // namespace mixnet
