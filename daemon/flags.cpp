// SPDX-License-Identifier: Apache-2.0
#include "daemon/flags.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "collectors/all_collectors.h"
#include "collectors/kit/text.h"
#include "daemon/nearest.h"
#include "daemon/version.h"

namespace mixnet {
namespace {

constexpr std::string_view kConfigFile = "config.file";

/// Names that node_exporter keeps for old command lines, and what they are called now.
struct OldName {
  std::string_view old, now;
};
constexpr OldName kOldNames[] = {
    {"collector.diskstats.ignored-devices", "collector.diskstats.device-exclude"},
    {"collector.filesystem.ignored-fs-types", "collector.filesystem.fs-types-exclude"},
    {"collector.filesystem.ignored-mount-points", "collector.filesystem.mount-points-exclude"},
    {"collector.netdev.device-blacklist", "collector.netdev.device-exclude"},
    {"collector.netdev.device-whitelist", "collector.netdev.device-include"},
};

std::vector<Flag> common_flags() {
  const auto defaults = read_config({}, "", "").value();
  std::vector<Flag> out;
  out.push_back({std::string(kConfigFile), "Configuration file; the default one need not exist.", kDefaultConfigFile});
  for (const auto& option : all_options()) {
    std::string preset;
    for (const auto& value : option.get(defaults)) preset.append(preset.empty() ? "" : ",").append(value);
    out.push_back({option.flag, option.help, preset, option.kind == Option::Kind::boolean, option.kind == Option::Kind::list});
  }
  for (const auto* collector : all_collectors()) {
    out.push_back({"collector." + std::string(collector->name), "Enable the " + std::string(collector->name) + " collector.",
                   collector->on_by_default ? "true" : "false", true});
  }
  const auto rank = [](const Flag& flag) { return flag.name.starts_with("collector.") ? 1 : 0; };
  std::stable_sort(out.begin(), out.end(), [&](const Flag& a, const Flag& b) {
    return rank(a) != rank(b) ? rank(a) < rank(b) : rank(a) == 1 && a.name < b.name;
  });
  return out;
}

const Flag* find(const std::vector<Flag>& flags, std::string_view name) {
  const auto at = std::find_if(flags.begin(), flags.end(), [&](const Flag& flag) { return flag.name == name; });
  return at == flags.end() ? nullptr : &*at;
}

tl::unexpected<Error> unknown_flag(const std::vector<Flag>& flags, std::string_view name) {
  std::vector<std::string> names = {"help", "version"};
  for (const auto& flag : flags) {
    names.push_back(flag.name);
    if (flag.boolean) names.push_back("no-" + flag.name);
  }
  return fail(Fault::malformed, "unknown flag " + in_quotes("--" + std::string(name)) + did_you_mean(name, names, "--"));
}

class Parser {
 public:
  Parser(std::span<const char* const> arguments, std::span<const Command> commands)
      : arguments_(arguments), commands_(commands), flags_(all_flags(commands)) {}

  Result<CommandLine> parse() {
    while (at_ < arguments_.size()) {
      std::string_view argument = arguments_[at_++];
      if (argument == "-h" || argument == "--help") {
        out_.print = help_text(commands_);
      } else if (argument == "--version") {
        out_.print = version_text();
      } else if (argument.starts_with("-")) {
        TRY(take_flag(argument));
      } else {
        words_.emplace_back(argument);
      }
    }
    if (!words_.empty() && out_.print.empty()) TRY(take_command());
    if (out_.print.empty()) TRY(check_own_flags());
    return std::move(out_);
  }

 private:
  Result<void> take_flag(std::string_view argument) {
    if (!argument.starts_with("--")) return fail(Fault::malformed, "unknown flag " + in_quotes(argument));
    std::optional<std::string> value;
    auto rest = argument.substr(2);
    auto name = take_until(rest, '=');
    if (name.size() + 2 < argument.size()) value = rest;
    for (const auto& [old, now] : kOldNames) {
      if (name == old) name = now;
    }
    const Flag* flag = find(flags_, name);
    if (flag == nullptr && name.starts_with("no-")) {
      flag = find(flags_, name.substr(3));
      if (flag == nullptr || !flag->boolean) return unknown_flag(flags_, name);
      if (value) return fail(Fault::malformed, in_quotes("--" + std::string(name)) + " takes no value");
      value = "false";
    }
    if (flag == nullptr) return unknown_flag(flags_, name);
    if (flag->boolean) return take_boolean(*flag, value.value_or("true"));
    if (!value && (at_ == arguments_.size() || std::string_view(arguments_[at_]).starts_with("--"))) {
      return fail(Fault::malformed, in_quotes("--" + flag->name) + " needs a value");
    }
    return keep(*flag, value ? *std::move(value) : std::string(arguments_[at_++]));
  }

  Result<void> take_boolean(const Flag& flag, std::string value) {
    if (value == "true" || value == "false") return keep(flag, std::move(value));
    return fail(Fault::malformed, in_quotes("--" + flag.name) + " is true or false, not " + in_quotes(value));
  }

  Result<void> keep(const Flag& flag, std::string value) {
    const auto same = [&](const auto& option) { return option.first == flag.name; };
    auto& options = flag.command.empty() ? out_.flags.options : out_.flags.of_command;
    const bool config_file = flag.name == kConfigFile;
    const bool given = config_file ? !out_.flags.config_file.empty() : std::any_of(options.begin(), options.end(), same);
    if (given && !flag.repeatable) return fail(Fault::malformed, in_quotes("--" + flag.name) + " cannot be repeated");
    if (config_file && value.empty()) return fail(Fault::malformed, in_quotes("--" + flag.name) + " needs a value");
    if (config_file) {
      out_.flags.config_file = std::move(value);
    } else {
      options.emplace_back(flag.name, std::move(value));
    }
    return {};
  }

  /// A flag of another command than the one that is given.
  Result<void> check_own_flags() const {
    for (const auto& [name, value] : out_.flags.of_command) {
      const auto is_own = [&, name = std::string_view(name)](const Flag& flag) {
        return flag.name == name && flag.command == out_.flags.command;
      };
      if (std::any_of(flags_.begin(), flags_.end(), is_own)) continue;
      return fail(Fault::malformed, in_quotes("--" + name) + " is a flag of " + in_quotes(find(flags_, name)->command));
    }
    return {};
  }

  /// The words from `first` on, as they were written.
  std::string joined(std::size_t first) const {
    std::string out;
    for (auto at = first; at < words_.size(); ++at) out.append(out.empty() ? "" : " ").append(words_[at]);
    return out;
  }

  /// The command whose name the first words are; the rest has to be its argument.
  Result<void> take_command() {
    const Command* found = nullptr;
    std::size_t length = 0;
    std::string name;
    for (std::size_t count = 1; count <= words_.size(); ++count) {
      name.append(name.empty() ? "" : " ").append(words_[count - 1]);
      const auto at = std::find_if(commands_.begin(), commands_.end(), [&](const Command& each) { return each.name == name; });
      if (at == commands_.end()) continue;
      found = &*at;
      length = count;
    }
    const auto rest = joined(length);
    if (found == nullptr || (found->argument.empty() && !rest.empty())) return unknown_command();
    if (!found->argument.empty() && rest.empty()) {
      return fail(Fault::malformed, in_quotes(found->name) + " needs " + std::string(found->argument));
    }
    out_.flags.command = found->name;
    out_.flags.argument = rest;
    return {};
  }

  tl::unexpected<Error> unknown_command() const {
    std::vector<std::string> names;
    std::string list;
    for (const auto& command : commands_) {
      if (command.hidden) continue;
      names.emplace_back(command.name);
      list.append(list.empty() ? "" : ", ").append(command.name);
    }
    const auto words = joined(0);
    const auto hint = did_you_mean(words, names);
    return fail(Fault::malformed, "unknown command " + in_quotes(words) + (hint.empty() ? "; there are " + list : hint));
  }

  std::span<const char* const> arguments_;
  std::span<const Command> commands_;
  std::size_t at_ = 0;
  std::vector<Flag> flags_;
  std::vector<std::string> words_;
  CommandLine out_;
};

/// `head`, and beside it, or below where it is too long, `text` in lines that fit a terminal.
void append_entry(std::string& out, std::string_view head, std::string_view text) {
  constexpr std::size_t kColumn = 33, kWidth = 80;
  out += head;
  auto column = head.size();
  if (column + 2 > kColumn) {
    out += '\n';
    column = 0;
  }
  out.append(kColumn - column, ' ');
  column = kColumn;
  for (auto word = take_field(text); !word.empty(); word = take_field(text)) {
    if (column > kColumn && column + 1 + word.size() > kWidth) {
      out.append("\n").append(kColumn, ' ');
      column = kColumn;
    }
    if (column > kColumn) out += ' ';
    column += word.size() + (column > kColumn ? 1 : 0);
    out += word;
  }
  out += '\n';
}

}  // namespace

std::vector<Flag> all_flags(std::span<const Command> commands) {
  auto out = common_flags();
  for (const auto& command : commands) {
    for (const auto& flag : command.flags) {
      out.push_back({std::string(flag.name), std::string(flag.help), "", flag.value.empty(), flag.repeatable, command.name,
                     std::string(flag.value), command.hidden});
    }
  }
  return out;
}

Result<CommandLine> parse_command_line(std::span<const char* const> arguments, std::span<const Command> commands) {
  return Parser(arguments, commands).parse();
}

std::string help_text(std::span<const Command> commands) {
  std::string out =
      "usage: mixnet-exporter [<flags>] [<command>]\n\n"
      "Exposes metrics of this host, as node_exporter does, to Prometheus.\n\nCommands:\n";
  for (const auto& command : commands) {
    if (command.hidden) continue;
    const std::string argument = command.argument.empty() ? "" : " " + std::string(command.argument);
    append_entry(out, "  " + std::string(command.name) + argument, command.help);
  }
  out += "\nFlags:\n";
  append_entry(out, "  -h, --help", "Show this help.");
  append_entry(out, "      --version", "Show the version.");
  std::string_view command;
  for (const auto& flag : all_flags(commands)) {
    if (flag.hidden) continue;
    if (flag.command != command) out.append("\nFlags of ").append(flag.command).append(":\n");
    command = flag.command;
    if (flag.boolean && !flag.command.empty()) {
      append_entry(out, "      --" + flag.name, flag.help);
    } else if (flag.boolean) {
      const std::string state = flag.preset == "true" ? "enabled" : "disabled";
      append_entry(out, "      --[no-]" + flag.name, flag.help + " (default: " + state + ")");
    } else {
      const std::string value = flag.preset.empty() ? flag.value : "\"" + flag.preset + "\"";
      append_entry(out, "      --" + flag.name + "=" + value + (flag.repeatable ? " ..." : ""), flag.help);
    }
  }
  return out + "\nA flag beats the configuration file. Without a command the exporter runs.\n";
}

}  // namespace mixnet
