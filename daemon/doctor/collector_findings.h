// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "daemon/board.h"
#include "daemon/doctor/findings.h"

namespace mixnet {

/// What each collector that is on found in the board's last collection: works, absent, or not permitted with what would give
/// the right; and of each part of a node that it lacks the same.
Diagnoses collector_findings(const Board& board);

/// How `error` is to be judged. Collectors call a right that they lack absent, which is no failure of theirs; that it is a
/// right shows in what they say.
Diagnosis judged(std::string subject, const Error& error);

}  // namespace mixnet
