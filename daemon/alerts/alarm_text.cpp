// SPDX-License-Identifier: Apache-2.0
#include "daemon/alerts/alarm_text.h"

#include <algorithm>
#include <array>
#include <optional>

namespace mixnet {
namespace {

constexpr UnixMs kTimeMax = 253'402'300'799'999;  // the end of the year 9999
constexpr std::size_t kFields = 8;

std::optional<std::string> unescaped(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '\\') {
      out += text[at];
      continue;
    }
    if (++at == text.size()) return std::nullopt;
    switch (text[at]) {
      case 't': out += '\t'; break;
      case 'n': out += '\n'; break;
      case '\\': out += '\\'; break;
      default: return std::nullopt;
    }
  }
  return out;
}

bool is_alert_name(std::string_view text) {
  constexpr std::string_view kAllowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
  return !text.empty() && text.size() <= 100 && text.find_first_not_of(kAllowed) == std::string_view::npos;
}

}  // namespace

void append_escaped(std::string& out, std::string_view text) {
  for (const char c : text) {
    switch (c) {
      case '\t': out += "\\t"; break;
      case '\n': out += "\\n"; break;
      case '\\': out += "\\\\"; break;
      default: out += c;
    }
  }
}

Result<UnixMs> parse_time(const Lines& lines, std::string_view text) {
  const auto time = TRY(lines.field<UnixMs>(text));
  if (time < 0 || time > kTimeMax) return lines.malformed(in_quotes(text) + " is no time");
  return time;
}

Result<std::string> parse_escaped(const Lines& lines, std::string_view text, std::size_t bytes_max) {
  auto out = unescaped(text);
  if (!out) return lines.malformed("an escape that is none in " + in_quotes(text));
  if (out->size() > bytes_max) return lines.malformed("a text that is too long");
  return *std::move(out);
}

void append_alarm(std::string& out, const Alarm& alarm) {
  out.append(alarm.alert).append("\t");
  append_escaped(out, alarm.node);
  out.append(alarm.status == Status::critical ? "\tcritical" : "\twarning");
  for (const auto time : {alarm.since, alarm.last_seen, alarm.last_bad}) out.append("\t").append(std::to_string(time));
  for (const auto* text : {&alarm.message, &alarm.remedy}) {
    out += '\t';
    append_escaped(out, *text);
  }
}

// MixnetNodeCpuHigh	exit1	critical	1790000000000	1790000015000	1790000015000	node exit1 takes 97 % of 2 CPUs
// Look for …
Result<Alarm> parse_alarm(const Lines& lines, std::string_view line) {
  if (std::count(line.begin(), line.end(), '\t') != kFields - 1) {
    return lines.malformed(std::to_string(kFields) + " fields expected");
  }
  std::array<std::string_view, kFields> field;
  for (auto& each : field) each = take_until(line, '\t');
  Alarm out;
  if (!is_alert_name(field[0])) return lines.malformed(in_quotes(field[0]) + " is not an alert's name");
  out.alert = field[0];
  out.node = TRY(parse_escaped(lines, field[1], Alarms::kTextBytesMax));
  if (field[2] != "warning" && field[2] != "critical") return lines.malformed(in_quotes(field[2]) + " is no severity");
  out.status = field[2] == "warning" ? Status::warning : Status::critical;
  out.since = TRY(parse_time(lines, field[3]));
  out.last_seen = TRY(parse_time(lines, field[4]));
  out.last_bad = TRY(parse_time(lines, field[5]));
  out.message = TRY(parse_escaped(lines, field[6], Alarms::kTextBytesMax));
  out.remedy = TRY(parse_escaped(lines, field[7], Alarms::kTextBytesMax));
  return out;
}

}  // namespace mixnet
