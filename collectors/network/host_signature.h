// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "collectors/kit/json.h"
#include "collectors/kit/result.h"

namespace mixnet {

/// The texts one of which a node has signed, where its /host-information has `data`: nym-api reads the fields that it knows,
/// writes them as JSON again, as they are now and as they were in three releases before, and accepts a signature of any.
/// Empty where a field is missing or of another type: such an answer nym-api cannot read.
std::vector<std::string> signed_texts(const Json& data);

/// Is `body`, an answer of /host-information, signed with the key that it announces? malformed: nym-api could not read it.
Result<bool> has_good_signature(const Json& body);

/// Does nym-api accept these addresses? None may be unspecified, of the loopback, or a multicast one.
bool are_public(const Json& addresses);

}  // namespace mixnet
