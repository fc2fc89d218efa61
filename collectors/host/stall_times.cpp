// SPDX-License-Identifier: Apache-2.0
#include "collectors/host/stall_times.h"

#include "collectors/kit/text.h"

namespace mixnet {

// some avg10=0.00 avg60=0.12 avg300=0.05 total=38389619
// full avg10=0.00 avg60=0.00 avg300=0.00 total=0
Result<StallTimes> parse_stall_times(std::string_view text) {
  constexpr std::string_view kTotal = "total=";
  StallTimes times;
  Lines lines(text);
  for (std::string_view line; lines.next(line);) {
    const Fields<5> fields(line);
    if (fields[0] != "some" && fields[0] != "full") continue;
    if (!fields[4].starts_with(kTotal)) return lines.malformed("three averages and total= expected in " + in_quotes(line));
    const auto total = TRY(lines.field<std::uint64_t>(fields[4].substr(kTotal.size())));
    (fields[0] == "some" ? times.some_us : times.full_us) = total;
  }
  if (!times.some_us && !times.full_us) return fail(Fault::malformed, "neither \"some\" nor \"full\"");
  return times;
}

}  // namespace mixnet
