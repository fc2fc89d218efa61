// SPDX-License-Identifier: Apache-2.0
#include "daemon/alerts/notices.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

#include "daemon/alerts/alarm_text.h"

namespace mixnet {
namespace {

using Kind = Notice::Kind;

constexpr std::string_view kHead = "mixnet-exporter alerts 1";
constexpr std::size_t kReceiversMax = 64;
constexpr std::size_t kReceiverBytesMax = 32 << 10;
constexpr std::array kKinds = {Kind::began, Kind::changed, Kind::over, Kind::goes_on};
constexpr std::array kStatuses = {Status::ok, Status::warning, Status::critical};

bool is_same(const Alarm& a, const Alarm& b) { return std::tie(a.alert, a.node) == std::tie(b.alert, b.node); }

bool is_same_alert(const Alarm& a, const Alarm& b) { return is_same(a, b) && a.status == b.status; }

const Alarm* find(std::span<const Alarm> alarms, const Alarm& like, bool (*is_it)(const Alarm&, const Alarm&)) {
  const auto at = std::find_if(alarms.begin(), alarms.end(), [&](const Alarm& each) { return is_it(each, like); });
  return at == alarms.end() ? nullptr : &*at;
}

/// Only so many may wait: of more the oldest are given up.
std::size_t bound(std::vector<Notice>& pending) {
  if (pending.size() <= Record::kPendingMax) return 0;
  const auto lost = pending.size() - Record::kPendingMax;
  pending.erase(pending.begin(), pending.begin() + static_cast<std::ptrdiff_t>(lost));
  return lost;
}

/// What is to be told of one that it knows; nothing where it knows all.
std::optional<Notice> news_of(const Told& told, const Alarm* alarm, std::chrono::milliseconds repeat, UnixMs now) {
  if (alarm == nullptr) return Notice{Kind::over, now, told.alarm, {}, {}};
  if (alarm->status != told.alarm.status) {
    return Notice{Kind::changed, now, *alarm, told.alarm.status, told.alarm.since};
  }
  if (repeat.count() > 0 && now - told.at >= repeat.count()) return Notice{Kind::goes_on, now, *alarm, {}, {}};
  return std::nullopt;
}

/// Keeps what is known of it up to date; since when it is there stays as it was told.
void refresh(Told& told, const Alarm& alarm) {
  const auto since = alarm.status == told.alarm.status ? told.alarm.since : alarm.since;
  told.alarm = alarm;
  told.alarm.since = since;
}

std::string_view name_of(Status status) {
  return status == Status::critical ? "critical" : status == Status::warning ? "warning" : "ok";
}

template <class Value, std::size_t N>
Result<Value> named(const Lines& lines, const std::array<Value, N>& values, std::string_view (*name)(Value),
                    std::string_view text) {
  for (const auto value : values) {
    if (name(value) == text) return value;
  }
  return lines.malformed(in_quotes(text) + " is nothing that is known here");
}

void append(std::string& out, const Told& told) {
  out.append("told\t").append(std::to_string(told.at)).append("\t");
  append_alarm(out, told.alarm);
  out += '\n';
}

void append(std::string& out, const Notice& notice) {
  out.append("pending\t").append(to_string(notice.kind)).append("\t").append(std::to_string(notice.at)).append("\t");
  out.append(name_of(notice.before_status)).append("\t").append(std::to_string(notice.before_since)).append("\t");
  append_alarm(out, notice.alarm);
  out += '\n';
}

// told	1790000000000	MixnetNodeCpuHigh	exit1	critical	…
Result<Told> parse_told(const Lines& lines, std::string_view line) {
  Told out;
  out.at = TRY(parse_time(lines, take_until(line, '\t')));
  out.alarm = TRY(parse_alarm(lines, line));
  return out;
}

// pending	changed	1790000000000	warning	1790000000000	MixnetNodeCpuHigh	exit1	critical	…
Result<Notice> parse_notice(const Lines& lines, std::string_view line) {
  Notice out;
  out.kind = TRY(named(lines, kKinds, to_string, take_until(line, '\t')));
  out.at = TRY(parse_time(lines, take_until(line, '\t')));
  out.before_status = TRY(named(lines, kStatuses, name_of, take_until(line, '\t')));
  out.before_since = TRY(parse_time(lines, take_until(line, '\t')));
  out.alarm = TRY(parse_alarm(lines, line));
  return out;
}

Result<void> add_record(const Lines& lines, std::string_view line, std::vector<Record>& out) {
  Record record;
  record.receiver = TRY(parse_escaped(lines, line, kReceiverBytesMax));
  const auto is_it = [&](const Record& other) { return other.receiver == record.receiver; };
  if (std::any_of(out.begin(), out.end(), is_it)) return lines.malformed("a receiver told twice");
  if (out.size() == kReceiversMax) return lines.malformed("more receivers than there may be");
  out.push_back(std::move(record));
  return {};
}

Result<void> add_to(Record& record, const Lines& lines, std::string_view kind, std::string_view line) {
  if (kind == "told") {
    if (record.told.size() == 2 * Alarms::kMax) return lines.malformed("more alarms than there may be");
    record.told.push_back(TRY(parse_told(lines, line)));
  } else if (kind == "pending") {
    if (record.pending.size() == Record::kPendingMax) return lines.malformed("more pending than may be");
    record.pending.push_back(TRY(parse_notice(lines, line)));
  } else {
    return lines.malformed(in_quotes(kind) + " is nothing that is known here");
  }
  return {};
}

}  // namespace

std::string_view to_string(Notice::Kind kind) {
  switch (kind) {
    case Kind::began: return "began";
    case Kind::changed: return "changed";
    case Kind::over: return "over";
    case Kind::goes_on: break;
  }
  return "goes_on";
}

std::string receiver_key(const AlertReceiver& receiver) {
  switch (receiver.kind) {
    case AlertReceiver::Kind::alertmanager: return "alertmanager " + receiver.url;
    case AlertReceiver::Kind::webhook: return "webhook " + (receiver.url.empty() ? receiver.url_file : receiver.url);
    case AlertReceiver::Kind::command: break;
  }
  std::string out = "command";
  for (const auto& word : receiver.command) out.append(" ").append(word);
  return out;
}

std::size_t note_changes(Record& record, const AlertReceiver& receiver, std::span<const Alarm> alarms, UnixMs now) {
  std::set<std::pair<std::string_view, std::string_view>> known;
  std::vector<Told> told;
  std::vector<Notice> news;
  for (auto& each : record.told) {
    each.at = std::min(each.at, now);  // the clock may have been set back
    const auto* alarm = find(alarms, each.alarm, is_same);
    auto notice = news_of(each, alarm, receiver.repeat_interval, now);
    if (notice) each.at = now;
    if (notice && (notice->kind != Kind::over || receiver.send_resolved)) news.push_back(*std::move(notice));
    if (alarm == nullptr) continue;
    known.emplace(alarm->alert, alarm->node);
    refresh(each, *alarm);
    told.push_back(std::move(each));
  }
  for (const auto& alarm : alarms) {
    if (known.contains({alarm.alert, alarm.node})) continue;
    told.push_back({alarm, now});
    news.push_back({Kind::began, now, alarm, {}, {}});
  }
  record.told = std::move(told);
  record.pending.insert(record.pending.end(), std::make_move_iterator(news.begin()), std::make_move_iterator(news.end()));
  return bound(record.pending);
}

std::size_t note_ends(Record& record, std::span<const Alarm> alarms, UnixMs now) {
  std::erase_if(record.pending, [&](const Notice& each) { return find(alarms, each.alarm, is_same_alert) != nullptr; });
  std::vector<Told> told;
  for (auto& each : record.told) {
    if (const auto* alarm = find(alarms, each.alarm, is_same_alert)) {
      refresh(each, *alarm);
      told.push_back(std::move(each));
    } else {
      record.pending.push_back({Kind::over, now, std::move(each.alarm), {}, {}});
    }
  }
  record.told = std::move(told);
  return bound(record.pending);
}

std::string serialized(std::span<const Record> records) {
  std::string out(kHead);
  out += '\n';
  for (const auto& record : records) {
    out += "receiver\t";
    append_escaped(out, record.receiver);
    out += '\n';
    for (const auto& each : record.told) append(out, each);
    for (const auto& each : record.pending) append(out, each);
  }
  return out;
}

Result<std::vector<Record>> parse_records(std::string_view text) {
  Lines lines(text);
  std::string_view line;
  if (!text.ends_with('\n')) return fail(Fault::malformed, "the end is missing");
  if (!lines.next(line) || line != kHead) return fail(Fault::malformed, "line 1: " + in_quotes(kHead) + " expected");
  std::vector<Record> out;
  while (lines.next(line)) {
    const auto kind = take_until(line, '\t');
    if (kind == "receiver") {
      TRY(add_record(lines, line, out));
    } else if (out.empty()) {
      return lines.malformed("a receiver expected");
    } else {
      TRY(add_to(out.back(), lines, kind, line));
    }
  }
  return out;
}

}  // namespace mixnet
