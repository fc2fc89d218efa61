// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "collectors/kit/text.h"
#include "daemon/checks/check.h"
#include "daemon/checks/words.h"

namespace mixnet {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

Result<double> bound(std::string_view text, std::string_view whole) {
  const auto value = number<double>(text);
  if (!value || !std::isfinite(*value)) {
    return fail(Fault::malformed, in_quotes(whole) + " is not a range such as 80, 10:, ~:10, 10:20 or @10:20");
  }
  return *value;
}

}  // namespace

Result<Range> Range::parse(std::string_view text) {
  Range out;
  auto rest = text;
  out.inverted = rest.starts_with('@');
  if (out.inverted) rest.remove_prefix(1);
  const auto colon = rest.find(':');
  if (colon == std::string_view::npos) {
    out.to = TRY(bound(rest, text));
  } else {
    const auto from = rest.substr(0, colon), to = rest.substr(colon + 1);
    if (from == "~") {
      out.from = -kInfinity;
    } else if (!from.empty() || to.empty()) {
      out.from = TRY(bound(from, text));
    }
    if (!to.empty()) out.to = TRY(bound(to, text));
  }
  if (out.from > out.to) return fail(Fault::malformed, "the range " + in_quotes(text) + " ends before it begins");
  return out;
}

std::string Range::text() const {
  std::string out = inverted ? "@" : "";
  const auto end = std::isfinite(to) ? plain_number(to) : "";
  if (from == 0 && std::isfinite(to)) return out + end;
  return out.append(std::isfinite(from) ? plain_number(from) : "~").append(":").append(end);
}

}  // namespace mixnet
