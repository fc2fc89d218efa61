// SPDX-License-Identifier: Apache-2.0
#include "daemon/commands/check.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <optional>
#include <string>
#include <vector>

#include "collectors/kit/regular_file.h"
#include "collectors/kit/replace_file.h"
#include "collectors/kit/text.h"
#include "collectors/settings.h"
#include "daemon/check_data.h"
#include "daemon/checks/check_state.h"
#include "daemon/checks/look.h"
#include "daemon/checks/plugin_output.h"
#include "daemon/checks_config.h"
#include "daemon/nearest.h"

namespace mixnet {
namespace {

constexpr std::string_view kAll = "all";
constexpr std::size_t kStateBytesMax = 4 << 20;

/// What the flags say.
struct Wanted {
  std::string name;  ///< "cpu", "cpu.steal" or "all"
  std::vector<ChosenCheck> checks;
  bool quiet_ok = false;
  std::string state_file;
  std::optional<std::chrono::milliseconds> repeat;

  bool all() const { return name == kAll; }
};

Result<std::vector<ChosenCheck>> chosen_by(const std::string& name, const Config& config) {
  std::vector<ChosenCheck> named, on;
  std::vector<std::string> names{std::string(kAll)};
  for (std::size_t index = 0; index < config.checks.size(); ++index) {
    const auto& check = all_checks()[index];
    if (check.part.empty()) names.emplace_back(check.name);
    if (name != kAll && name != check.name && name != check.key()) continue;
    named.push_back({&check, config.checks[index]});
    if (config.checks[index].on) on.push_back(named.back());
  }
  if (named.empty()) {
    std::string list;
    for (const auto& each : names) list.append(list.empty() ? "" : ", ").append(each);
    const auto hint = did_you_mean(name, names);
    return fail(Fault::malformed, "unknown check " + in_quotes(name) + (hint.empty() ? "; there are " + list : hint));
  }
  // One that is off is made all the same where it is asked for by name.
  return on.empty() && name != kAll ? named : on;
}

template <class T, class Parse>
Result<void> take(const Flags& flags, std::string_view name, T& to, Parse parse) {
  for (const auto& [flag, value] : flags.of_command) {
    if (flag != name) continue;
    auto parsed = parse(value);
    if (!parsed) return fail(parsed.error().fault, "--" + flag + ": " + parsed.error().message);
    to = *std::move(parsed);
  }
  return {};
}

/// --warning and its like are for what a check is about first of all.
Result<void> take_limits(const Flags& flags, Wanted& wanted) {
  const bool any = std::any_of(flags.of_command.begin(), flags.of_command.end(), [](const auto& flag) {
    return flag.first == "warning" || flag.first == "critical" || flag.first == "for";
  });
  if (!any) return {};
  if (wanted.all())
    return fail(Fault::malformed, "--warning, --critical and --for are for one check; those of all are in the configuration");
  auto& limits = wanted.checks.front().limits;
  TRY(take(flags, "warning", limits.warning, parse_limit_range));
  TRY(take(flags, "critical", limits.critical, parse_limit_range));
  return take(flags, "for", limits.over, parse_check_time);
}

Result<Wanted> wanted_by(const Flags& flags, const Config& config) {
  Wanted out;
  out.name = flags.argument;
  out.checks = TRY(chosen_by(out.name, config));
  TRY(take_limits(flags, out));
  out.quiet_ok = flags.own("quiet-ok") == "true";
  out.state_file = flags.own("state");
  TRY(take(flags, "repeat", out.repeat, parse_duration));
  if (out.repeat && out.state_file.empty()) return fail(Fault::malformed, "--repeat goes with --state");
  return out;
}

UnixMs unix_now() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

CheckData data_for(const Config& config, std::vector<ChosenCheck>& checks) {
  auto recorded = recorded_data(config, checks, unix_now());
  if (recorded) return *std::move(recorded);
  auto sampled = sampled_data(config, checks);
  sampled.note = "looked at just now: " + recorded.error().message;
  return sampled;
}

bool is_about_nodes(const Check& check) {
  const auto of_node = [](std::string_view metric) { return metric.find("_node_") != std::string_view::npos; };
  return check.metrics.empty() || std::any_of(check.metrics.begin(), check.metrics.end(), of_node);
}

/// A node that is not seen at all is no good news: it may have been forgotten as it does not run.
void note_that_there_is_no_node(const Wanted& wanted, const CheckData& data, std::vector<Finding>& out) {
  const auto& first = wanted.checks.front();
  const bool matters = first.check->name == "node" || (out.empty() && is_about_nodes(*first.check));
  const Past past(data.window, data.now, std::chrono::milliseconds(0));
  if (!matters || !Look{*first.check, past, first.limits, out}.nodes().empty()) return;
  Finding finding;
  finding.check = first.check->name;
  finding.alert = first.check->alert;
  finding.status = Status::unknown;
  finding.message = "no node is known on this host";
  finding.remedy = "See `mixnet-exporter discover`, and name the node below `nodes:` of the configuration.";
  out.push_back(std::move(finding));
}

std::vector<Finding> findings_of(const Wanted& wanted, const CheckData& data) {
  std::vector<Finding> out;
  for (const auto& [check, limits] : wanted.checks) evaluate(*check, data.window, data.now, limits, out);
  if (!wanted.checks.empty()) note_that_there_is_no_node(wanted, data, out);
  sort_by_gravity(out);
  return out;
}

int print(const std::string& text, int status) {
  const bool printed = std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0;
  return printed ? status : kPluginUnknown;
}

int cannot_tell(std::string_view reason) { return print("MIXNET UNKNOWN: " + plugin_text(reason) + "\n", kPluginUnknown); }

std::string output_of(const Wanted& wanted, const CheckData& data, std::span<const Finding> findings) {
  if (wanted.all()) return plugin_lines(findings) + (data.note.empty() ? "" : plugin_text(data.note) + "\n");
  auto line = plugin_line(wanted.checks.front().check->name, findings);
  if (data.note.empty()) return line;
  const auto place = std::min(line.find(" | "), line.size() - 1);
  return line.insert(place, " (" + plugin_text(data.note) + ")");
}

Result<CheckState> state_of(const Wanted& wanted) {
  const auto text = read_regular_file(wanted.state_file, kStateBytesMax);
  if (!text && text.error().fault == Fault::absent) return CheckState(wanted.name);
  if (!text) return tl::unexpected<Error>(text.error());
  auto state = CheckState::parse(*text, wanted.name);
  if (!state) return fail(Fault::malformed, wanted.state_file + ": " + state.error().message + "; remove it to begin anew");
  return state;
}

/// Tells what has changed since the run before. What cannot be remembered is not told as if it were new at each run: that it
/// cannot be is.
int tell_changes(const Wanted& wanted, const CheckData& data, std::span<const Finding> findings) {
  auto state = state_of(wanted);
  if (!state) return cannot_tell(state.error().message);
  const auto text = state->update(findings, data.now, wanted.repeat);
  if (const auto written = replace_file(wanted.state_file, state->serialized(), 0640); !written) {
    return cannot_tell(written.error().message);
  }
  return print(text, static_cast<int>(state->status()));
}

}  // namespace

int run_check(const Flags& flags) {
  const auto config = load_config(flags);
  if (!config) return cannot_tell(config.error().message);
  auto wanted = wanted_by(flags, *config);
  if (!wanted) return cannot_tell(wanted.error().message);
  const auto data = data_for(*config, wanted->checks);
  const auto findings = findings_of(*wanted, data);
  if (!wanted->state_file.empty()) return tell_changes(*wanted, data, findings);
  const auto status = worst_of(findings);
  if (status == Status::ok && wanted->quiet_ok) return 0;
  return print(output_of(*wanted, data, findings), static_cast<int>(status));
}

}  // namespace mixnet
