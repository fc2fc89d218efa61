// SPDX-License-Identifier: Apache-2.0
#include <set>
#include <string>
#include <string_view>

#include "collectors/all_collectors.h"
#include "daemon/checks/check.h"
#include "daemon/commands/all_commands.h"
#include "daemon/config.h"
#include "daemon/documents/documents.h"
#include "daemon/flags.h"
#include "daemon/nodes_config.h"
#include "daemon/version.h"

namespace mixnet {
namespace {

/// `text` so that troff prints it as it is: a minus that can be copied, no request at a line's begin.
std::string plain(std::string_view text) {
  std::string out = text.starts_with('.') || text.starts_with('\'') ? "\\&" : "";
  for (const char c : text) {
    switch (c) {
      case '\\': out += "\\e"; break;
      case '-': out += "\\-"; break;
      case '^': out += "\\(ha"; break;
      case '~': out += "\\(ti"; break;
      case '`': out += "\\(ga"; break;
      case '\'': out += "\\(aq"; break;
      case '|': out += "|\\:"; break;  // regular expressions have nowhere else to be broken
      default: out += c;
    }
  }
  return out;
}

std::string bold(std::string_view text) { return "\\fB" + plain(text) + "\\fR"; }
std::string italic(std::string_view text) { return "\\fI" + plain(text) + "\\fR"; }

void append_head(std::string& out, std::string_view name, std::string_view section, std::string_view about) {
  out.append(".TH ").append(name).append(" ").append(section).append(" \"\" \"mixnet-exporter ");
  out.append(build_info().version)
      .append("\"\n.ad l\n.nh\n.SH NAME\n")
      .append(plain(name))
      .append(" \\- ")
      .append(about)
      .append("\n");
}

/// An entry: what it is called, and what it is.
void append_entry(std::string& out, std::string_view head, std::string_view text) {
  out.append(".TP\n").append(head).append("\n").append(plain(text)).append("\n");
}

std::string head_of(const Flag& flag) {
  if (flag.boolean) return bold(flag.command.empty() ? "--[no-]" + flag.name : "--" + flag.name);
  return bold("--" + flag.name) + "=" + italic(flag.command.empty() ? "VALUE" : flag.value) + (flag.repeatable ? " ..." : "");
}

std::string text_of(const Flag& flag) {
  if (flag.boolean && !flag.command.empty()) return flag.help;
  if (flag.boolean) return flag.help + " Default: " + (flag.preset == "true" ? "on." : "off.");
  return flag.preset.empty() ? flag.help : flag.help + " Default: " + flag.preset;
}

void append_flags(std::string& out) {
  out += ".SH OPTIONS\nBefore or after the command, as \\-\\-flag=value or \\-\\-flag value. A flag beats the file.\n";
  append_entry(out, bold("-h") + ", " + bold("--help"), "Show all commands and flags.");
  append_entry(out, bold("--version"), "Show the version.");
  std::string_view command;
  for (const auto& flag : all_flags(all_commands())) {
    if (flag.hidden) continue;
    if (flag.command != command) out.append(".SS Of the command ").append(plain(flag.command)).append("\n");
    command = flag.command;
    append_entry(out, head_of(flag), text_of(flag));
  }
}

void append_collectors(std::string& out) {
  out += ".SH COLLECTORS\nEach is turned on and off by its name.\n";
  for (const auto* collector : all_collectors()) {
    append_entry(out, bold(collector->name),
                 std::string(collector->help) + (collector->on_by_default ? "" : " Off by default."));
  }
}

constexpr std::string_view kProgramEnd =
    ".SH SIGNALS\n"
    ".TP\n\\fBSIGHUP\\fR\nRead the configuration again. One that has a fault is refused, and the old one stays in force.\n"
    ".TP\n\\fBSIGTERM\\fR, \\fBSIGINT\\fR\nAnswer what is under way and end, within two seconds.\n"
    ".SH FILES\n"
    ".TP\n\\fI/etc/mixnet\\-exporter/mixnet\\-exporter.yml\\fR\nThe configuration, see\n.BR mixnet\\-exporter.yml (5).\n"
    ".TP\n\\fI/etc/default/mixnet\\-exporter\\fR\nFlags for the service, as ARGS.\n"
    ".TP\n\\fI/var/lib/mixnet\\-exporter\\fR\nWhat the exporter remembers over restarts.\n"
    ".TP\n\\fI/usr/share/mixnet\\-exporter\\fR\nDashboards, alerting rules and scrape configurations.\n"
    ".SH EXIT STATUS\n0 where all went well, 1 where it did not and the reason has been printed.\n"
    ".SH SEE ALSO\n.BR mixnet\\-exporter.yml (5),\n.BR prometheus (1),\n.BR systemctl (1)\n";

constexpr std::string_view kFileHead =
    ".SH SYNOPSIS\n\\fI/etc/mixnet\\-exporter/mixnet\\-exporter.yml\\fR\n"
    ".SH DESCRIPTION\nThe file is YAML and need not be there. It is read strictly: an unknown key, a value of the wrong type "
    "and a\n"
    "key given twice are faults, and with a fault the exporter does not start.\n.B mixnet\\-exporter config check\nprints them "
    "all.\n"
    "A key with nothing behind it counts as not there. A flag of\n.BR mixnet\\-exporter (1)\nbeats the file.\n"
    ".PP\nDurations are written as 500ms, 15s, 5m, 2h or 7d. Regular expressions are RE2\\(aqs and match anywhere unless "
    "anchored.\n"
    "Settings of a collector stand below its name, beside\n.B enabled\nwhich is true or false; a collector without settings "
    "takes\n"
    "true or false itself.\n";

std::string preset_of(const Option& option, const Config& defaults) {
  std::string out;
  for (const auto& value : option.get(defaults)) out.append(out.empty() ? "" : ", ").append(value);
  return out;
}

}  // namespace

std::string manual_of_program() {
  std::string out;
  append_head(out, "mixnet-exporter", "1", "metrics of a Nym node and its host, for Prometheus");
  out += ".SH SYNOPSIS\n.B mixnet\\-exporter\n[\\fIflags\\fR] [\\fIcommand\\fR]\n";
  out +=
      ".SH DESCRIPTION\nServes the metrics of the Nym nodes on this host, of what the network makes of them, and of the host\n"
      "itself, under node_exporter\\(aqs names. It needs no configuration and no privileges.\n";
  out += ".SH COMMANDS\n";
  for (const auto& command : all_commands()) {
    if (command.hidden) continue;
    append_entry(out, bold(command.name) + (command.argument.empty() ? "" : " " + italic(command.argument)), command.help);
  }
  append_flags(out);
  append_collectors(out);
  return out.append(kProgramEnd);
}

std::string manual_of_configuration() {
  const auto defaults = read_config({}, "", "").value();
  std::string out;
  append_head(out, "mixnet-exporter.yml", "5", "configuration of mixnet\\-exporter");
  out += kFileHead;
  std::string section;
  for (const auto& option : all_options()) {
    if (option.section != section) out.append(".SH SECTION ").append(plain(option.section)).append("\n");
    section = option.section;
    const auto preset = preset_of(option, defaults);
    append_entry(out, bold(option.key), preset.empty() ? option.help : option.help + " Default: " + preset);
  }
  out +=
      ".SH SECTION nodes\nA list with an entry for each node of this host; without it every node that runs here is looked "
      "at.\n";
  for (const auto& key : node_keys()) append_entry(out, bold(key.name), key.help);
  return out.append(".SH SEE ALSO\n.BR mixnet\\-exporter (1)\n");
}

}  // namespace mixnet
