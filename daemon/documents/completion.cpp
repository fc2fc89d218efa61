// SPDX-License-Identifier: Apache-2.0
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "daemon/commands/all_commands.h"
#include "daemon/documents/documents.h"
#include "daemon/flags.h"

namespace mixnet {
namespace {

constexpr std::string_view kFunction =
    R"(_mixnet_exporter() {
  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} command='' part flags
  # bash splits --flag=value at the sign.
  if [[ $word == = ]]; then word=''; fi
  if [[ $before == = ]]; then before=${COMP_WORDS[COMP_CWORD-2]}; fi
  for part in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    if [[ $part != -* && -n ${_mixnet_exporter_words[$part]-} ]]; then command=${command:+$command }$part; fi
  done
  COMPREPLY=()
  if [[ $before == --* && -n ${_mixnet_exporter_files[${before#--}]-} ]]; then
    compopt -o filenames
    mapfile -t COMPREPLY < <(compgen -f -- "$word")
  elif [[ $word == -* ]]; then
    flags="$_mixnet_exporter_flags ${_mixnet_exporter_own[${command:-.}]-}"
    mapfile -t COMPREPLY < <(compgen -W "$flags" -- "$word")
    if [[ ${#COMPREPLY[@]} == 1 && ${COMPREPLY[0]} == *= ]]; then compopt -o nospace; fi
  else
    mapfile -t COMPREPLY < <(compgen -W "${_mixnet_exporter_next[${command:-.}]-}" -- "$word")
  fi
}
complete -F _mixnet_exporter mixnet-exporter
)";

/// As it is completed: with its sign where a value follows.
std::string words_for(const Flag& flag) {
  if (!flag.boolean) return "--" + flag.name + "=";
  return flag.command.empty() ? "--" + flag.name + " --no-" + flag.name : "--" + flag.name;
}

bool takes_a_file(const Flag& flag) {
  const std::string_view name = flag.name;
  for (const std::string_view end : {"file", "directory", "program", "output"}) {
    if (name.ends_with(end)) return true;
  }
  return name.starts_with("path.");
}

using Words = std::map<std::string, std::string, std::less<>>;

void append_map(std::string& out, std::string_view name, const Words& words) {
  out.append("declare -gA ").append(name).append("=(\n");
  for (const auto& [key, value] : words) out.append("  [").append(key).append("]=\"").append(value).append("\"\n");
  out.append(")\n");
}

void add(std::string& list, std::string_view word) { list.append(list.empty() ? "" : " ").append(word); }

}  // namespace

std::string bash_completion() {
  std::string common = "--help --version";
  Words own, files, next, words;
  for (const auto& flag : all_flags(all_commands())) {
    if (flag.hidden) continue;
    add(flag.command.empty() ? common : own["\"" + std::string(flag.command) + "\""], words_for(flag));
    if (takes_a_file(flag)) files["\"" + flag.name + "\""] = "yes";
  }
  // "config check" is completed word by word; "." stands for no word yet.
  for (const auto& command : all_commands()) {
    if (command.hidden) continue;
    const auto space = command.name.find(' ');
    const std::string first(command.name.substr(0, space));
    if (words.try_emplace(first, "yes").second) add(next["."], first);
    if (space == std::string_view::npos) continue;
    const std::string second(command.name.substr(space + 1));
    words.try_emplace(second, "yes");
    add(next[first], second);
  }
  std::string out = "# shellcheck shell=bash\n# What bash completes for mixnet-exporter; made from the program's own tables.\n";
  out.append("declare -g _mixnet_exporter_flags=\"").append(common).append("\"\n");
  append_map(out, "_mixnet_exporter_own", own);
  append_map(out, "_mixnet_exporter_files", files);
  append_map(out, "_mixnet_exporter_next", next);
  append_map(out, "_mixnet_exporter_words", words);
  return out.append(kFunction);
}

}  // namespace mixnet
