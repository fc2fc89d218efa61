// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

#include "collectors/kit/result.h"
#include "collectors/kit/text.h"

namespace mixnet::simulator {

/// One flag of a command line that is read into an `Options`. One that stands alone has no name for its value.
template <class Options>
struct Flag {
  std::string_view name, value, help;
  Result<void> (*set)(std::string_view value, Options& out);
};

/// The arguments one after the other, `--flag=value` as two.
class Words {
 public:
  explicit Words(std::span<const char* const> arguments) : rest_(arguments) {}

  bool empty() const { return rest_.empty(); }

  std::string_view take_name() {
    attached_ = take();
    is_attached_ = attached_.find('=') != std::string_view::npos;
    return take_until(attached_, '=');
  }

  Result<std::string_view> take_value(std::string_view name) {
    if (is_attached_) return attached_;
    if (rest_.empty()) return fail(Fault::malformed, std::string(name) + " wants a value");
    return take();
  }

 private:
  std::string_view take() {
    const std::string_view word = rest_.front();
    rest_ = rest_.subspan(1);
    return word;
  }

  std::span<const char* const> rest_;
  std::string_view attached_;
  bool is_attached_ = false;
};

template <class Options>
Result<void> take_flag(std::type_identity_t<std::span<const Flag<Options>>> flags, Words& words, Options& out) {
  const auto name = words.take_name();
  const auto flag = std::find_if(flags.begin(), flags.end(), [&](const auto& known) { return known.name == name; });
  if (flag == flags.end()) return fail(Fault::malformed, "unknown flag " + in_quotes(name));
  std::string_view value;
  if (!flag->value.empty()) value = TRY(words.take_value(name));
  const auto done = flag->set(value, out);
  if (!done) return fail(Fault::malformed, std::string(name) + ": " + done.error().message);
  return {};
}

/// A line for each flag.
template <class Options>
std::string help_lines(std::span<const Flag<Options>> flags) {
  std::string out;
  for (const auto& flag : flags) {
    std::string line = "  " + std::string(flag.name) + " " + std::string(flag.value);
    line.resize(std::max<std::size_t>(line.size(), 42), ' ');
    out += line + "  " + std::string(flag.help) + "\n";
  }
  return out;
}

template <auto Field, class Options>
Result<void> set_text(std::string_view value, Options& out) {
  out.*Field = value;
  return {};
}

template <auto Field, class Options>
Result<void> set_true(std::string_view, Options& out) {
  out.*Field = true;
  return {};
}

template <auto Field, class Options>
Result<void> set_number(std::string_view value, Options& out) {
  out.*Field = TRY(number<std::remove_reference_t<decltype(out.*Field)>>(value));
  return {};
}

}  // namespace mixnet::simulator
