// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

namespace mixnet {

enum class Type : std::uint8_t { counter, gauge, untyped, histogram, summary };

/// The word after "# TYPE name" in the text format.
std::string_view to_string(Type type);

/// Can `text`, a key that the kernel made up, be part of a metric's name as it stands?
constexpr bool fits_in_a_name(std::string_view text) {
  constexpr std::string_view kAllowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
  return !text.empty() && text.find_first_not_of(kAllowed) == std::string_view::npos;
}

/// A metric family as a constant beside the code that emits it; one whose name breaks the rules does not compile.
///
/// Families whose names the kernel makes up at run time (a line of /proc/meminfo) are declared with the part that varies in
/// angle brackets, node_memory_<field>_bytes, and emitted through Samples::family; the declaration is for the documentation
/// and for the test that nothing undeclared is emitted.
struct Metric {
  Type type;
  std::string_view name;
  std::string_view help;

  consteval Metric(Type metric_type, std::string_view metric_name, std::string_view metric_help)
      : type(metric_type), name(metric_name), help(metric_help) {
    check(!help.empty(), "a metric without help");
    check(!name.empty() && !is_digit(name.front()), "a metric's name is empty or starts with a digit");
    bool in_pattern = false;
    for (const char c : name) {
      if (c == '<' || c == '>') in_pattern = c == '<';
      check(is_letter(c) || is_digit(c) || c == '_' || c == '<' || c == '>', "a character no metric's name has");
    }
    check(!in_pattern, "a '<' that is not closed");
    const bool ours = name.starts_with("mixnet_");  // node_exporter's names are history, ours follow the rules
    check(!ours || (type == Type::counter) == name.ends_with("_total"), "_total belongs on counters, and on them only");
  }

 private:
  static consteval bool is_digit(char c) { return c >= '0' && c <= '9'; }
  static consteval bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
  static consteval void check(bool holds, const char* why) {
    if (!holds) throw why;  // not a constant expression: the compiler shows this line
  }
};

consteval Metric counter(std::string_view name, std::string_view help) { return {Type::counter, name, help}; }
consteval Metric gauge(std::string_view name, std::string_view help) { return {Type::gauge, name, help}; }
consteval Metric untyped(std::string_view name, std::string_view help) { return {Type::untyped, name, help}; }

}  // namespace mixnet
