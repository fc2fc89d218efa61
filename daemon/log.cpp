// SPDX-License-Identifier: Apache-2.0
#include "daemon/log.h"

#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <ctime>

#include "collectors/kit/text.h"
#include "collectors/kit/utf8.h"

namespace mixnet {
namespace {

struct LevelName {
  LogLevel level;
  std::string_view name, upper, journal_priority;
};

// The journal's priorities are syslog's, sd-daemon(3).
constexpr LevelName kLevels[] = {
    {LogLevel::debug, "debug", "DEBUG", "<7>"},
    {LogLevel::info, "info", "INFO", "<6>"},
    {LogLevel::warn, "warn", "WARN", "<4>"},
    {LogLevel::error, "error", "ERROR", "<3>"},
};

const LevelName& names_of(LogLevel level) { return kLevels[static_cast<std::size_t>(level)]; }

std::atomic<LogLevel> least{LogLevel::info};
std::atomic<LogStyle> current_style{LogStyle{}};

/// 2026-01-31T12:00:00.123Z
std::string timestamp(std::chrono::system_clock::time_point at) {
  const auto since = std::chrono::duration_cast<std::chrono::milliseconds>(at.time_since_epoch()).count();
  const std::time_t seconds = since / 1000;
  std::tm utc{};
  ::gmtime_r(&seconds, &utc);
  char text[64];
  const auto length = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &utc);
  std::snprintf(text + length, sizeof text - length, ".%03dZ", static_cast<int>(since % 1000));
  return text;
}

void append_escape(std::string& out, unsigned char byte) {
  constexpr char kHex[] = "0123456789abcdef";
  switch (byte) {
    case '"': out += "\\\""; return;
    case '\\': out += "\\\\"; return;
    case '\n': out += "\\n"; return;
    case '\r': out += "\\r"; return;
    case '\t': out += "\\t"; return;
    default: out.append("\\u00").append(1, kHex[byte >> 4]).append(1, kHex[byte & 15]);
  }
}

/// Is the character at the front of `text`, `length` bytes long, a control character? C1 ones and the line separators U+2028
/// and U+2029, which some viewers obey, as well.
bool is_control(std::string_view text, std::size_t length) {
  const auto character = text.substr(0, length);
  if (length == 1) return static_cast<unsigned char>(text.front()) < 0x20 || text.front() == 0x7f;
  const bool c1 = length == 2 && text[0] == '\xc2' && static_cast<unsigned char>(text[1]) < 0xa0;
  return c1 || character == "\u2028" || character == "\u2029";
}

/// As JSON writes it, which logfmt's readers understand as well. Bytes that are not UTF-8 and wide control characters become
/// U+FFFD.
void append_quoted(std::string& out, std::string_view text) {
  out += '"';
  while (!text.empty()) {
    const auto length = utf8_length(text);
    const auto byte = static_cast<unsigned char>(text.front());
    if (length == 1 && (is_control(text, 1) || byte == '"' || byte == '\\')) {
      append_escape(out, byte);
    } else if (length == 0 || is_control(text, length)) {
      out += "\ufffd";
    } else {
      out += text.substr(0, length);
    }
    text.remove_prefix(length == 0 ? 1 : length);
  }
  out += '"';
}

void append_logfmt(std::string& out, bool first, std::string_view key, std::string_view value) {
  constexpr std::string_view kBare =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:+,@%[]{}()*~^$!?<>;&|#";
  if (!first) out += ' ';
  out.append(key).append("=");
  if (!value.empty() && value.find_first_not_of(kBare) == std::string_view::npos) {
    out += value;
  } else {
    append_quoted(out, value);
  }
}

void append_json(std::string& out, bool first, std::string_view key, std::string_view value, bool is_text) {
  out += first ? '{' : ',';
  append_quoted(out, key);
  out += ':';
  if (is_text) {
    append_quoted(out, value);
  } else {
    out += value;
  }
}

void write_line(LogLevel level, std::string_view message, std::initializer_list<LogField> fields) {
  if (level < least.load(std::memory_order_relaxed)) return;
  const auto line = log_line(current_style.load(std::memory_order_relaxed), level, std::chrono::system_clock::now(), message,
                             {fields.begin(), fields.size()});
  // One write a line, so that those of other threads and processes do not get into it. Nobody is left to be told of a failure.
  [[maybe_unused]] const auto ignored = ::write(STDERR_FILENO, line.data(), line.size());
}

}  // namespace

Result<LogLevel> parse_log_level(std::string_view text) {
  for (const auto& each : kLevels) {
    if (text == each.name) return each.level;
  }
  return fail(Fault::malformed, in_quotes(text) + " is not one of debug, info, warn, error");
}

Result<LogFormat> parse_log_format(std::string_view text) {
  if (text == "logfmt") return LogFormat::logfmt;
  if (text == "json") return LogFormat::json;
  return fail(Fault::malformed, in_quotes(text) + " is not one of logfmt, json");
}

std::string_view to_string(LogLevel level) { return names_of(level).name; }
std::string_view to_string(LogFormat format) { return format == LogFormat::json ? "json" : "logfmt"; }

LogField::LogField(std::string_view the_key, double number) : key(the_key), is_text(false) {
  char text[32];
  value.assign(text, std::to_chars(text, text + sizeof text, number).ptr);
  is_text = value.find_first_of("in") != std::string::npos;  // inf and nan are no numbers in JSON
}

std::string log_line(LogStyle style, LogLevel level, std::chrono::system_clock::time_point at, std::string_view message,
                     std::span<const LogField> fields) {
  const bool json = style.format == LogFormat::json;
  std::string out(style.journal ? names_of(level).journal_priority : std::string_view{});
  bool first = true;
  const auto append = [&](std::string_view key, std::string_view value, bool is_text) {
    json ? append_json(out, first, key, value, is_text) : append_logfmt(out, first, key, value);
    first = false;
  };
  if (!style.journal) append("time", timestamp(at), true);
  append("level", names_of(level).upper, true);
  append("msg", message, true);
  for (const auto& field : fields) append(field.key, field.value, field.is_text);
  return out + (json ? "}\n" : "\n");
}

bool is_journal(int descriptor, const char* journal_stream) {
  struct stat status {};
  if (journal_stream == nullptr || ::fstat(descriptor, &status) != 0) return false;
  std::string_view text(journal_stream);
  const auto device = number<std::uint64_t>(take_until(text, ':'));
  const auto inode = number<std::uint64_t>(text);
  return device && inode && *device == status.st_dev && *inode == status.st_ino;
}

void log_open(LogLevel level, LogFormat format) {
  least = level;
  current_style = LogStyle{format, is_journal(STDERR_FILENO, std::getenv("JOURNAL_STREAM"))};
}

void log_debug(std::string_view message, std::initializer_list<LogField> fields) {
  write_line(LogLevel::debug, message, fields);
}
void log_info(std::string_view message, std::initializer_list<LogField> fields) { write_line(LogLevel::info, message, fields); }
void log_warn(std::string_view message, std::initializer_list<LogField> fields) { write_line(LogLevel::warn, message, fields); }
void log_error(std::string_view message, std::initializer_list<LogField> fields) {
  write_line(LogLevel::error, message, fields);
}

}  // namespace mixnet
