// SPDX-License-Identifier: Apache-2.0
#include "daemon/checks/plugin_output.h"

#include <algorithm>
#include <cctype>
#include <cmath>

#include "daemon/checks/words.h"

namespace mixnet {
namespace {

std::string upper(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return out;
}

/// To a thousandth.
std::string value_text(double value) { return plain_number(std::abs(value) < 1e12 ? std::round(value * 1000) / 1000 : value); }

std::string range_text(const std::optional<Range>& range) { return range ? range->text() : ""; }
std::string bound_text(const std::optional<double>& bound) { return bound ? value_text(*bound) : ""; }

/// A label in quotes: what is a quote in it is doubled, and it has no equals sign.
std::string label_text(std::string_view label) {
  std::string out = "'";
  for (const char c : plugin_text(label)) {
    if (c == '\'') out += '\'';
    out += c == '=' ? '_' : c;
  }
  return out + "'";
}

void append_perfdata(std::string& out, std::span<const Finding> findings) {
  bool first = true;
  for (const auto& finding : findings) {
    for (const auto& measure : finding.measures) {
      if (std::isnan(measure.value)) continue;
      out.append(first ? " | " : " ").append(label_text(measure.label)).append("=");
      first = false;
      out.append(value_text(measure.value)).append(measure.unit).append(";");
      out.append(range_text(measure.warning)).append(";").append(range_text(measure.critical)).append(";");
      out.append(bound_text(measure.min)).append(";").append(bound_text(measure.max));
    }
  }
}

/// What is not fine, with what to do, or where all is fine what the check is about first of all.
std::string told(std::span<const Finding> findings) {
  std::string out;
  const auto worst = worst_of(findings);
  for (const auto& finding : findings) {
    if (worst != Status::ok && finding.status == Status::ok) continue;
    if (worst == Status::ok && finding.alert != findings.front().alert) continue;
    out.append(out.empty() ? "" : "; ").append(plugin_text(finding.message));
    if (!finding.remedy.empty()) out.append(". ").append(plugin_text(finding.remedy));
  }
  return out;
}

}  // namespace

std::string plugin_text(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c == '|') c = '/';
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
  }
  return out;
}

std::string plugin_line(std::string_view name, std::span<const Finding> findings) {
  auto out = upper(name).append(" ").append(to_string(worst_of(findings))).append(": ");
  out += findings.empty() ? "this host has nothing of that kind" : told(findings);
  append_perfdata(out, findings);
  return out + "\n";
}

std::string plugin_lines(std::span<const Finding> findings) {
  const auto worst = worst_of(findings);
  const auto bad =
      std::count_if(findings.begin(), findings.end(), [](const Finding& each) { return each.status != Status::ok; });
  std::string out = "MIXNET " + std::string(to_string(worst)) + ": ";
  if (bad == 0) {
    out += findings.empty() ? "there is nothing to check" : "all " + std::to_string(findings.size()) + " are fine";
  } else {
    out +=
        std::to_string(bad) + " of " + std::to_string(findings.size()) + " not fine: " + plugin_text(findings.front().message);
  }
  append_perfdata(out, findings);
  out += "\n";
  for (const auto& finding : findings) {
    out.append("[")
        .append(to_string(finding.status))
        .append("] ")
        .append(finding.check)
        .append(": ")
        .append(plugin_text(finding.message));
    if (!finding.remedy.empty()) out.append(". ").append(plugin_text(finding.remedy));
    out += "\n";
  }
  return out;
}

}  // namespace mixnet
