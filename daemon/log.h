// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <concepts>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>

#include "collectors/kit/result.h"

namespace mixnet {

enum class LogLevel { debug, info, warn, error };
enum class LogFormat { logfmt, json };

Result<LogLevel> parse_log_level(std::string_view text);
Result<LogFormat> parse_log_format(std::string_view text);
std::string_view to_string(LogLevel level);
std::string_view to_string(LogFormat format);

/// One key and its value, of text, a number or a truth: {"collector", name}, {"status", 404}.
struct LogField {
  LogField(std::string_view the_key, std::string_view text) : key(the_key), value(text), is_text(true) {}
  LogField(std::string_view the_key, const char* text) : LogField(the_key, std::string_view(text)) {}
  LogField(std::string_view the_key, const std::string& text) : LogField(the_key, std::string_view(text)) {}
  LogField(std::string_view the_key, bool truth) : key(the_key), value(truth ? "true" : "false"), is_text(false) {}
  template <std::integral T>
  LogField(std::string_view the_key, T number) : key(the_key), value(std::to_string(number)), is_text(false) {}
  LogField(std::string_view the_key, double number);

  std::string_view key;
  std::string value;
  bool is_text;
};

/// Sets what is logged and how, for the whole process. Lines go to stderr; where that is the journal they carry its
/// priorities and no time. Never log a secret.
void log_open(LogLevel level, LogFormat format);

/// Writes one line. From any thread. No text that comes from outside can end it or forge another.
void log_debug(std::string_view message, std::initializer_list<LogField> fields = {});
void log_info(std::string_view message, std::initializer_list<LogField> fields = {});
void log_warn(std::string_view message, std::initializer_list<LogField> fields = {});
void log_error(std::string_view message, std::initializer_list<LogField> fields = {});

/// How a line is written, apart from where to.
struct alignas(8) LogStyle {  // so that an atomic one needs no lock, nor clang a library for it
  LogFormat format = LogFormat::logfmt;
  bool journal = false;
};

/// The line, its newline included.
std::string log_line(LogStyle style, LogLevel level, std::chrono::system_clock::time_point at, std::string_view message,
                     std::span<const LogField> fields);

/// Is `descriptor` what $JOURNAL_STREAM, "DEVICE:INODE", says the journal listens to?
bool is_journal(int descriptor, const char* journal_stream);

}  // namespace mixnet
