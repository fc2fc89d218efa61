// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <charconv>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "collectors/kit/result.h"

namespace mixnet {

namespace detail {
tl::unexpected<Error> not_a_number(std::string_view text);
}

template <class T>
concept Number = std::integral<T> || std::floating_point<T>;

/// The whole of `text` as a number of type T; Fault::malformed where it is anything else or does not fit.
template <Number T>
Result<T> number(std::string_view text, int base = 10) {
  T value{};
  const char* end = text.data() + text.size();
  std::from_chars_result parsed{};
  if constexpr (std::integral<T>) {
    parsed = std::from_chars(text.data(), end, value, base);
  } else {
    parsed = std::from_chars(text.data(), end, value);
  }
  if (parsed.ec != std::errc{} || parsed.ptr != end || text.empty()) return detail::not_a_number(text);
  return value;
}

/// A number in decimal, for a label or a path, put together on the stack.
class Decimal {
 public:
  explicit Decimal(std::uint64_t value) : end_(std::to_chars(text_.data(), text_.data() + text_.size(), value).ptr) {}
  Decimal(const Decimal&) = delete;
  Decimal& operator=(const Decimal&) = delete;
  operator std::string_view() const { return {text_.data(), static_cast<std::size_t>(end_ - text_.data())}; }

 private:
  std::array<char, 20> text_;
  const char* end_;
};

/// The lines of a text, without their newlines, counted from 1 so that an error can say where it is.
class Lines {
 public:
  /// `before` lines have been taken already, where the text is a piece of a longer one.
  explicit Lines(std::string_view text, std::size_t before = 0) : rest_(text), number_(before) {}

  /// Takes the next line; false when none is left.
  bool next(std::string_view& line);

  /// The number of the line taken last.
  std::size_t number() const { return number_; }

  /// Fault::malformed at the line taken last: "line 3: REASON".
  tl::unexpected<Error> malformed(std::string_view reason) const;

  /// A field of the line taken last as a number; Fault::malformed with the line's number.
  template <class T>
  Result<T> field(std::string_view text, int base = 10) const {
    auto value = mixnet::number<T>(text, base);
    if (!value) return malformed(value.error().message);
    return value;
  }

 private:
  std::string_view rest_;
  std::size_t number_;
};

/// Takes the next field, separated by blanks and tabs, off the front of `line`; empty when none is left.
std::string_view take_field(std::string_view& line);

/// Takes what stands before the first `separator` off the front of `text`, and the separator with it; all of it when there is
/// none.
std::string_view take_until(std::string_view& text, char separator);

/// `text` without the white space around it.
std::string_view trim(std::string_view text);

/// A line split at blanks: the first N fields, and how many there were (which may be more than N).
template <std::size_t N>
class Fields {
 public:
  explicit Fields(std::string_view line) {
    for (auto field = take_field(line); !field.empty(); field = take_field(line)) {
      if (count_ < N) at_[count_] = field;
      ++count_;
    }
  }
  std::size_t count() const { return count_; }
  std::string_view operator[](std::size_t index) const { return index < N ? at_[index] : std::string_view{}; }

 private:
  std::array<std::string_view, N> at_{};
  std::size_t count_ = 0;
};

/// `text` cut to a length fit for an error message, control characters made visible, in quotes.
std::string in_quotes(std::string_view text);

}  // namespace mixnet
