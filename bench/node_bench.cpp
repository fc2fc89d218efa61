// SPDX-License-Identifier: Apache-2.0
// What a node's process costs at each scrape, on a host with few and with many other processes: both ought to be the same.
#include <benchmark/benchmark.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "collectors/host/process_stat.h"
#include "collectors/node/cgroup.h"
#include "collectors/node/process.h"

namespace mixnet {
namespace {

namespace fs = std::filesystem;

constexpr int kNodeThreads = 8;
constexpr unsigned kSecondsMax = 300;  // no child outlives a benchmark that was killed

/// Processes that sleep, ended with this.
class Sleepers {
 public:
  Sleepers(std::int64_t count, int threads) {
    for (std::int64_t index = 0; index < count; ++index) {
      const auto pid = ::fork();
      if (pid == 0) sleep_with(threads);
      if (pid > 0) pids_.push_back(pid);
    }
  }
  ~Sleepers() {
    for (const auto pid : pids_) ::kill(pid, SIGKILL);
    for (const auto pid : pids_) ::waitpid(pid, nullptr, 0);
  }
  Sleepers(const Sleepers&) = delete;
  Sleepers& operator=(const Sleepers&) = delete;

  const std::vector<pid_t>& pids() const { return pids_; }

 private:
  [[noreturn]] static void sleep_with(int threads) {
    ::prctl(PR_SET_NAME, "nym-node");
    ::alarm(kSecondsMax);
    std::vector<std::jthread> others;
    for (int thread = 1; thread < threads; ++thread) others.emplace_back([] { ::pause(); });
    for (;;) ::pause();
  }

  std::vector<pid_t> pids_;
};

NodeProcess identity_of(pid_t pid) {
  Tree proc("/proc");
  const auto text = proc.read(std::to_string(pid) + "/stat", Shape::single);
  const auto stat = text ? parse_process_stat(*text) : Result<ProcessStat>(tl::unexpected(text.error()));
  return stat ? NodeProcess{pid, stat->start_ticks} : NodeProcess{};
}

/// A node with its process in a cgroup, which is a folder of ours as few may make a real one.
struct Host {
  Host() : folder(fs::temp_directory_path() / ("mixnet-bench-" + std::to_string(::getpid()))), sleeper(1, kNodeThreads) {
    fs::create_directories(folder / "node");
    std::ofstream(folder / "cgroup.procs") << "1\n";
    std::ofstream(folder / "node/cgroup.procs") << sleeper.pids().front() << "\n";
    std::this_thread::sleep_for(std::chrono::milliseconds(100));  // until it has its threads
    node.name = "bench";
    node.comm = "nym-node";
    node.cgroup = "node";
    node.process = identity_of(sleeper.pids().front());
  }
  ~Host() { fs::remove_all(folder); }
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;

  fs::path folder;
  Sleepers sleeper;
  Node node;
};

void scrape(benchmark::State& state, const Collector& collector, Context& context) {
  Samples samples;
  for (auto _ : state) {
    context.begin_collection();
    context.remarks.clear();
    samples.clear();
    const auto done = collector.collect(context, samples);
    if (!done) {
      state.SkipWithError(done.error().message.c_str());
      break;
    }
  }
  state.counters["series"] = static_cast<double>(samples.size());
}

void node_process(benchmark::State& state) {
  const Sleepers others(state.range(0), 1);
  const Host host;
  Context context(Roots{.cgroup = host.folder}, Settings{});
  context.directory->publish({host.node});
  scrape(state, kNodeProcess, context);
}

/// Discovery says another process than the one that runs, at each scrape: it is looked for in its cgroup.
void node_process_restarted(benchmark::State& state) {
  const Sleepers others(state.range(0), 1);
  const Host host;
  Context context(Roots{.cgroup = host.folder}, Settings{});
  auto node = host.node;
  Samples samples;
  for (auto _ : state) {
    ++node.process.start_ticks;
    context.directory->publish({node});
    context.begin_collection();
    context.remarks.clear();
    samples.clear();
    (void)kNodeProcess.collect(context, samples);
  }
  state.counters["series"] = static_cast<double>(samples.size());
}

/// All the files of a cgroup, from a folder: what reading and parsing take beside the kernel's own part.
void node_cgroup(benchmark::State& state) {
  const std::string host = MIXNET_FIXTURES "/../node/limited";
  Context context(Roots{.sys = host + "/sys", .cgroup = host + "/cgroup"}, Settings{});
  Node node;
  node.name = "bench";
  node.cgroup = "system.slice/nym-node.service";
  context.directory->publish({node});
  scrape(state, kNodeCgroup, context);
}

BENCHMARK(node_process)->ArgName("others")->Arg(0)->Arg(2000);
BENCHMARK(node_process_restarted)->ArgName("others")->Arg(0)->Arg(2000);
BENCHMARK(node_cgroup);

}  // namespace
}  // namespace mixnet
