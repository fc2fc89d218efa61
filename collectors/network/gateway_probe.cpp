// SPDX-License-Identifier: Apache-2.0
#include "collectors/network/gateway_probe.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "collectors/kit/base58.h"
#include "collectors/kit/child_process.h"
#include "collectors/kit/secret.h"
#include "collectors/kit/state_folder.h"
#include "collectors/network/followed_nodes.h"
#include "collectors/network/probe_metrics.h"
#include "collectors/network/probe_result.h"
#include "collectors/network/probe_run.h"
#include "collectors/network/probe_turns.h"

namespace mixnet {
namespace {

using namespace std::chrono_literals;
using namespace network;
using Clock = std::chrono::steady_clock;
using SystemTime = std::chrono::system_clock::time_point;

constexpr Metric kRunning = gauge("mixnet_gateway_probe_running", "Whether nym-gateway-probe is running for this node now.");
constexpr Metric kRuns = counter("mixnet_gateway_probe_runs_total", "Runs of nym-gateway-probe, whatever came of them.");
constexpr Metric kFailures =
    counter("mixnet_gateway_probe_failures_total", "Runs of nym-gateway-probe that gave no result, by the reason.");
constexpr Metric kDuration = gauge("mixnet_gateway_probe_duration_seconds", "How long the last run of nym-gateway-probe took.");
constexpr Metric kNextRun =
    gauge("mixnet_gateway_probe_next_run_timestamp_seconds", "When nym-gateway-probe may run next, for one of the nodes.");

constexpr const Metric* kMetrics[] = {&kRunning,
                                      &kRuns,
                                      &kFailures,
                                      &kDuration,
                                      &kNextRun,
                                      &kProbeSuccess,
                                      &kProbePing,
                                      &kProbeDownloadBytes,
                                      &kProbeDownloadSeconds,
                                      &kProbeSocks5Latency,
                                      &kProbeTime};

constexpr auto kTick = 10s;
constexpr auto kWait = 9s;                          // within a tick; a probe that takes longer goes on in the next
constexpr auto kLookedAtAgain = 60s;                // whether what a run lacks is there
constexpr auto kKept = std::chrono::hours(24 * 7);  // for so long a result holds
constexpr std::size_t kResultBytesMax = 1 << 20;

double unix_time(SystemTime time) { return std::chrono::duration<double>(time.time_since_epoch()).count(); }

/// Of what the operator named, that it is not there is a failure, unlike with the kernel's files.
Error named(Error error) {
  if (error.fault == Fault::absent) error.fault = Fault::unavailable;
  return error;
}

Result<void> check_program(const std::string& path) {
  if (::access(path.c_str(), X_OK) == 0) return {};
  return fail(errno == EACCES ? Fault::denied : Fault::unavailable, path + ": " + std::strerror(errno));
}

/// Words of which no copy of ours is left when they are not needed any more.
class Mnemonic {
 public:
  Mnemonic() = default;
  ~Mnemonic() { clear(); }
  Mnemonic(const Mnemonic&) = delete;
  Mnemonic& operator=(const Mnemonic&) = delete;

  const std::string& words() const { return words_; }
  Result<void> read(const std::string& path) {
    clear();
    if (!path.empty()) words_ = TRY(read_secret(path));
    return {};
  }
  void clear() {
    ::explicit_bzero(words_.data(), words_.size());
    words_.clear();
  }

 private:
  std::string words_;
};

/// A gateway on this host, and how its runs went.
struct Gateway {
  std::string label, key;
  std::optional<ProbeResult> result;
  SystemTime got{};  ///< when the result was had
  std::uint64_t runs = 0;
  std::array<std::uint64_t, kProbeFailures.size()> failures{};
  std::optional<std::string> failure;  ///< of the last run
  std::optional<double> took_s;
};

class Runner {
 public:
  Runner(const std::string& state, const Settings& settings)
      : settings_(settings),
        folder_(state + "/gateway_probe"),
        keys_(StateFolder(state), NodeKeys::Use::read),
        turns_(folder_, {settings.gateway_probe.interval, settings.gateway_probe.start_delay}, std::random_device{}()) {}

  Result<void> run(Context& context, Samples& out) {
    const auto begin = Clock::now();
    follow(followed_nodes(*context.nodes.nodes, {}, keys_));
    if (gateways_.empty() && !child_) return fail(Fault::absent, "no gateway whose identity key is known");
    if (!ready_ && begin >= looked_at_again_) look_for_what_is_lacking(begin);
    if (ready_ && !child_) start_if_due();
    if (child_ && child_->advance(begin + kWait, context.stop)) conclude();
    emit(context.remarks, out);
    return {};
  }

 private:
  void follow(std::vector<FollowedNode> nodes) {
    std::vector<Gateway> gateways;
    for (auto& node : nodes) {
      if (!is_identity_key(node.identity_key) || node.gateway == false) continue;  // it becomes an argument, and a file's name
      const auto known = std::find_if(gateways_.begin(), gateways_.end(), [&](const Gateway& each) {
        return each.label == node.label && each.key == node.identity_key;
      });
      if (known != gateways_.end()) {
        gateways.push_back(std::move(*known));
      } else {
        gateways.push_back(remembered(std::move(node.label), std::move(node.identity_key)));
      }
    }
    gateways_ = std::move(gateways);
  }

  Gateway remembered(std::string label, std::string key) const {
    Gateway out;
    out.label = std::move(label);
    out.key = std::move(key);
    const auto file = folder_.read(out.key + ".json", kResultBytesMax);
    if (!file) return out;
    if (auto result = parse_probe_output(file->text)) {
      out.result = *std::move(result);
      out.got = file->written;
    }
    return out;
  }

  /// The first time nothing is written: a command that looks once may be another user's, whose files the daemon could not read.
  void look_for_what_is_lacking(Clock::time_point now) {
    const bool write = std::exchange(looked_once_, true);
    const auto there = look(write ? ProbeTurns::Use::write : ProbeTurns::Use::read);
    lacking_ = there ? std::nullopt : std::optional(named(there.error()));
    ready_ = write && there.has_value();
    looked_at_again_ = there ? now : now + kLookedAtAgain;
  }

  Result<void> look(ProbeTurns::Use use) {
    TRY(check_program(settings_.gateway_probe.program));
    Mnemonic mnemonic;
    TRY(mnemonic.read(settings_.gateway_probe.mnemonic_file));
    return turns_.load(use);
  }

  void start_if_due() {
    std::vector<std::string> keys;
    for (const auto& each : gateways_) keys.push_back(each.key);
    auto key = turns_.next(keys);
    if (!key) return;
    if (auto begun = begin(*key); !begun) {
      ready_ = false;
      lacking_ = named(begun.error());
      looked_at_again_ = Clock::now() + kLookedAtAgain;
    }
  }

  /// An error is of what a run takes; that the program fails is a run that gave nothing.
  Result<void> begin(const std::string& key) {
    TRY(mnemonic_.read(settings_.gateway_probe.mnemonic_file));
    const auto folder = folder_.path() + "/config";
    if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) {
      return fail(Fault::unavailable, folder + ": " + std::strerror(errno));
    }
    TRY(turns_.begin(key));
    running_ = key;
    auto options = probe_child(settings_, key, mnemonic_.words(), folder);
    auto child = ChildProcess::start(options);
    for (auto& argument : options.arguments) ::explicit_bzero(argument.data(), argument.size());
    if (child) {
      child_ = *std::move(child);
    } else {
      ProbeRun run;
      run.failure = ProbeFailure::start;
      run.reason = child.error().message;
      note(run, 0);
    }
    return {};
  }

  void conclude() {
    if (child_->end()->kind != ChildEnd::Kind::stopped) {
      auto run = judge(*child_, running_, mnemonic_.words());
      if (run.ok) (void)folder_.write(running_ + ".json", probe_document(child_->output()));  // else known until the restart
      note(run, child_->took().count());
    }
    child_.reset();
    mnemonic_.clear();
  }

  void note(ProbeRun& run, double took_s) {
    for (auto& each : gateways_) {
      if (each.key != running_) continue;
      ++each.runs;
      each.took_s = took_s;
      each.failure = run.ok ? std::nullopt : std::optional(run.reason);
      if (!run.ok) ++each.failures[static_cast<std::size_t>(run.failure)];
      if (!run.ok) continue;
      each.result = run.result;
      each.got = std::chrono::system_clock::now();
    }
  }

  void emit(Remarks& remarks, Samples& out) const {
    if (lacking_) remarks.add("nym-gateway-probe is not run", *lacking_);
    if (!lacking_) out.add(kNextRun, unix_time(turns_.due()));
    const auto& secret = settings_.gateway_probe.mnemonic_file;
    if (!secret.empty() && is_readable_by_all(secret)) {
      remarks.add(secret, Error{Fault::absent, "every user of this host can read the mnemonic; chmod o-r it"});
    }
    for (const auto& each : gateways_) emit(each, remarks, out);
  }

  void emit(const Gateway& gateway, Remarks& remarks, Samples& out) const {
    const auto& node = gateway.label;
    const auto labels = out.labels({{"node", node}});
    out.add(kRunning, child_ && running_ == gateway.key ? 1 : 0, labels);
    out.add(kRuns, static_cast<double>(gateway.runs), labels);
    for (const auto failure : kProbeFailures) {
      out.add(kFailures, static_cast<double>(gateway.failures[static_cast<std::size_t>(failure)]),
              {{"node", node}, {"reason", to_string(failure)}});
    }
    if (gateway.took_s) out.add(kDuration, *gateway.took_s, labels);
    if (gateway.failure) remarks.add(node, "nym-gateway-probe", Fault::unavailable, *gateway.failure);
    if (!gateway.result || std::chrono::system_clock::now() - gateway.got > kKept) return;
    add_probe_result(out, node, kGatewayProbeSource, *gateway.result);
    out.add(kProbeTime, unix_time(gateway.got), {{"node", node}, {"source", kGatewayProbeSource}});
  }

  const Settings settings_;
  StateFolder folder_;
  NodeKeys keys_;
  ProbeTurns turns_;
  std::vector<Gateway> gateways_;
  bool looked_once_ = false, ready_ = false;
  Clock::time_point looked_at_again_{};
  std::optional<Error> lacking_;  ///< why it is not run
  Mnemonic mnemonic_;             ///< of the run, so that nothing of it is shown
  std::string running_;           ///< the key of the gateway whose run it is
  std::optional<ChildProcess> child_;
};

struct State {
  std::unique_ptr<Runner> runner;
};

Result<void> collect(Context& context, Samples& out) {
  const auto& settings = context.settings.gateway_probe;
  if (settings.program.empty()) return fail(Fault::absent, "not asked for: gateway_probe.program is not set");
  if (settings.mnemonic_file.empty() == !settings.mock_ecash) {
    return fail(Fault::malformed,
                settings.mock_ecash
                    ? "gateway_probe has both a mnemonic_file and mock_ecash, and nym-gateway-probe takes one"
                    : "gateway_probe has neither a mnemonic_file nor mock_ecash, and nym-gateway-probe takes one");
  }
  auto& state = context.memory.get<State>();
  if (!state.runner) state.runner = std::make_unique<Runner>(context.roots.state, context.settings);
  return state.runner->run(context, out);
}

}  // namespace

constinit const Collector kGatewayProbe{"gateway_probe",
                                        "What nym-gateway-probe finds, run every few hours where it is set up.",
                                        true,
                                        Schedule::background,
                                        kMetrics,
                                        collect,
                                        kTick};

}  // namespace mixnet
