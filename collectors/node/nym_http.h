// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <vector>

#include "collectors/kit/http.h"
#include "collectors/kit/result.h"
#include "collectors/node/nym_options.h"

namespace mixnet {

/// The requests that a Nym node answers with what it was told to do. `base` is its API's URL without a slash at the end.
std::vector<HttpExchange> nym_fact_requests(const std::string& base);

/// What the answers to nym_fact_requests say; announced ports that the node leaves at their defaults are these. unavailable:
/// nobody answered; malformed: who answered is no Nym node. Of the answers but the first (/roles) any may be missing.
Result<NymOptions> nym_facts(std::span<const HttpExchange> exchanges);

}  // namespace mixnet
