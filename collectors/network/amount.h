// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "collectors/kit/result.h"

namespace mixnet {

/// An amount of unym, the millionth part of a NYM, in NYM: "253120111.110203948102394" is 253.120111110203948. The text's
/// decimals are moved before they become a number, so the result is the nearest double to the exact amount. Fault::malformed
/// where `unym` is not a decimal without sign and exponent.
Result<double> nym_of_unym(std::string_view unym);

}  // namespace mixnet
