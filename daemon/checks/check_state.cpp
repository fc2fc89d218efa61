// SPDX-License-Identifier: Apache-2.0
#include "daemon/checks/check_state.h"

#include <algorithm>
#include <cctype>

#include "collectors/kit/text.h"
#include "daemon/checks/plugin_output.h"
#include "daemon/checks/words.h"

namespace mixnet {
namespace {

constexpr std::string_view kHead = "mixnet-exporter check 1";

std::string upper(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return out;
}

/// "CPU WARNING: ", after the check that raises the alarm.
std::string head_of(const Alarm& alarm, std::string_view status) {
  std::string_view name = "mixnet";
  for (const auto& check : all_checks()) {
    if (check.alert == alarm.alert) name = check.name;
  }
  return upper(name).append(" ").append(status).append(": ");
}

std::string sentence_of(const Alarm& alarm) {
  auto out = plugin_text(alarm.message);
  if (!alarm.remedy.empty()) out.append(". ").append(plugin_text(alarm.remedy));
  return out;
}

std::string span_of(UnixMs from, UnixMs to) { return time_span(static_cast<double>(std::max<UnixMs>(to - from, 0)) / 1000); }

/// The rest of a line that begins with `word`; nothing where it begins with another.
std::optional<std::string_view> after(std::string_view line, std::string_view word) {
  if (!line.starts_with(word)) return std::nullopt;
  return line.substr(word.size());
}

}  // namespace

// mixnet-exporter check 1
// of cpu
// at 1790000000000
// told 1790000000000 MixnetNodeCpuHigh exit1
// unknown 1790000000000 0
// alarms
Result<CheckState> CheckState::parse(std::string_view text, std::string name) {
  CheckState out(std::move(name));
  Lines lines(text);
  std::string_view line;
  if (!lines.next(line) || line != kHead) return fail(Fault::malformed, "it is not what this version writes");
  while (lines.next(line) && line != "alarms") {
    if (const auto of = after(line, "of ")) {
      if (*of != out.name_) return lines.malformed("it is of the check " + in_quotes(*of));
    } else if (const auto at = after(line, "at ")) {
      out.updated_ = TRY(lines.field<UnixMs>(*at));
    } else if (auto told = after(line, "told ")) {
      const auto time = TRY(lines.field<UnixMs>(take_until(*told, ' ')));
      const std::string alert(take_until(*told, ' '));
      out.told_[{alert, std::string(*told)}] = time;
    } else if (auto unknown = after(line, "unknown ")) {
      const auto since = TRY(lines.field<UnixMs>(take_until(*unknown, ' ')));
      out.unknown_ = Unknown{since, TRY(lines.field<UnixMs>(*unknown))};
    } else {
      return lines.malformed(in_quotes(line) + " is not known");
    }
  }
  const auto place = text.find("\nalarms\n");
  if (place == std::string_view::npos) return fail(Fault::malformed, "it has no end");
  out.alarms_ = TRY(Alarms::parse(text.substr(place + 8)));
  out.alarms_.go_on_from(out.updated_);
  return out;
}

std::string CheckState::serialized() const {
  std::string out(kHead);
  out.append("\nof ").append(name_).append("\nat ").append(std::to_string(updated_)).append("\n");
  for (const auto& [key, time] : told_) {
    out.append("told ")
        .append(std::to_string(time))
        .append(" ")
        .append(key.first)
        .append(" ")
        .append(plugin_text(key.second))
        .append("\n");
  }
  if (unknown_)
    out.append("unknown ")
        .append(std::to_string(unknown_->since))
        .append(" ")
        .append(std::to_string(unknown_->told))
        .append("\n");
  return out + "alarms\n" + alarms_.serialized();
}

std::string CheckState::update(std::span<const Finding> findings, UnixMs now, std::optional<std::chrono::milliseconds> repeat) {
  const auto changes = alarms_.update(findings, now, kHold);
  updated_ = now;
  std::string out;
  tell_changes(changes, now, out);
  if (repeat) tell_again(now, *repeat, out);
  tell_unknown(findings, now, repeat, out);
  return out;
}

void CheckState::tell_changes(std::span<const AlarmChange> changes, UnixMs now, std::string& out) {
  for (const auto& [kind, alarm] : changes) {
    const Key key{alarm.alert, plugin_text(alarm.node)};
    if (kind == AlarmChange::Kind::over) {
      told_.erase(key);
      out += head_of(alarm, "OK") + "over after " + span_of(alarm.since, now) + ": " + plugin_text(alarm.message) + "\n";
    } else {
      told_[key] = now;
      out += head_of(alarm, to_string(alarm.status)) + sentence_of(alarm) + "\n";
    }
  }
}

void CheckState::tell_again(UnixMs now, std::chrono::milliseconds repeat, std::string& out) {
  for (const auto& alarm : alarms_.all()) {
    auto& told = told_[{alarm.alert, plugin_text(alarm.node)}];
    told = std::min(told, now);  // the clock was set back
    if (now - told < repeat.count()) continue;
    told = now;
    out += head_of(alarm, to_string(alarm.status)) + "for " + span_of(alarm.since, now) + " now: " + sentence_of(alarm) + "\n";
  }
}

void CheckState::tell_unknown(std::span<const Finding> findings, UnixMs now, std::optional<std::chrono::milliseconds> repeat,
                              std::string& out) {
  std::vector<Finding> unknown(findings.begin(), findings.end());
  std::erase_if(unknown, [](const Finding& finding) { return finding.status != Status::unknown; });
  const bool was_told = unknown_ && unknown_->told != 0;
  if (unknown.empty()) {
    if (was_told) out += upper(name_) + " OK: all of it can be told again, after " + span_of(unknown_->since, now) + "\n";
    unknown_.reset();
    return;
  }
  if (!unknown_) unknown_ = Unknown{now, 0};
  const bool due = was_told ? repeat && now - unknown_->told >= repeat->count()
                            : now - unknown_->since >= UnixMs{std::chrono::milliseconds(kUnknownFor).count()};
  if (!due) return;
  unknown_->told = now;
  for (auto& finding : unknown) finding.measures.clear();
  out += plugin_line(name_, unknown);
}

Status CheckState::status() const {
  if (!alarms_.all().empty()) return alarms_.all().front().status;
  return unknown_ ? Status::unknown : Status::ok;
}

}  // namespace mixnet
