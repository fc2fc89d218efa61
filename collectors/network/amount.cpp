// SPDX-License-Identifier: Apache-2.0
#include "collectors/network/amount.h"

#include <string>

#include "collectors/kit/text.h"

namespace mixnet {

Result<double> nym_of_unym(std::string_view unym) {
  constexpr std::size_t kPlaces = 6, kDigitsMax = 80;
  constexpr std::string_view kDigits = "0123456789";
  auto fraction = unym;
  const auto whole = take_until(fraction, '.');
  const auto is_decimal = [&](std::string_view text) { return text.find_first_not_of(kDigits) == std::string_view::npos; };
  if (whole.empty() || unym.ends_with('.') || unym.size() > kDigitsMax || !is_decimal(whole) || !is_decimal(fraction)) {
    return fail(Fault::malformed, in_quotes(unym) + " is not an amount of unym");
  }
  std::string digits(whole.size() < kPlaces ? kPlaces - whole.size() : 0, '0');
  digits.append(whole).insert(digits.size() - kPlaces, ".").append(fraction);
  return number<double>("0" + digits);
}

}  // namespace mixnet
