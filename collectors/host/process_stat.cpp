// SPDX-License-Identifier: Apache-2.0
#include "collectors/host/process_stat.h"

#include "collectors/kit/text.h"

namespace mixnet {
namespace {

/// The fields behind the name, by their numbers in proc(5).
constexpr std::size_t field(std::size_t number) { return number - 3; }

constexpr bool is_letter(char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }

}  // namespace

// 701 (odd) name (x) R 1 701 701 0 -1 4194560 1203 0 12 0 2 911 0 0 20 0 2 0 1001 172335104 …
// The name may hold anything, parentheses and newlines too, so what follows is found from the last ')'.
Result<ProcessStat> parse_process_stat(std::string_view text) {
  const auto name_begin = text.find('('), name_end = text.rfind(')');
  if (name_begin == std::string_view::npos || name_end == std::string_view::npos || name_end < name_begin) {
    return fail(Fault::malformed, "no name in " + in_quotes(text));
  }
  const Fields<field(22) + 1> fields(trim(text.substr(name_end + 1)));
  if (fields.count() <= field(22)) return fail(Fault::malformed, "22 fields expected in " + in_quotes(text));
  ProcessStat out{};
  out.name = text.substr(name_begin + 1, name_end - name_begin - 1);
  const auto state = fields[field(3)];
  if (state.size() != 1 || !is_letter(state[0])) return fail(Fault::malformed, in_quotes(state) + " is not a state");
  out.state = state[0];
  out.minor_faults = TRY(number<std::uint64_t>(fields[field(10)]));
  out.major_faults = TRY(number<std::uint64_t>(fields[field(12)]));
  out.user_ticks = TRY(number<std::uint64_t>(fields[field(14)]));
  out.system_ticks = TRY(number<std::uint64_t>(fields[field(15)]));
  out.threads = TRY(number<std::uint64_t>(fields[field(20)]));
  out.start_ticks = TRY(number<std::uint64_t>(fields[field(22)]));
  return out;
}

}  // namespace mixnet
