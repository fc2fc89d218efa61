// SPDX-License-Identifier: Apache-2.0
// docs/check.md lists every check: compared with the table of checks.
#include <gtest/gtest.h>

#include "daemon/checks/words.h"
#include "daemon/checks_config.h"
#include "tests/daemon/generated_part.h"

namespace mixnet {
namespace {

std::string checks_as_table() {
  std::string out = "\n| Name | Alert | Warning | Critical | For | The value |\n|---|---|---|---|---|---|\n";
  for (const auto& check : all_checks()) {
    const auto limit = [](const std::optional<Range>& range) { return range ? test::code_in_table(range->text()) : ""; };
    out += "| `" + check.key() + "` | `" + std::string(check.alert) + "` | " + limit(check.limits.warning) + " | " +
           limit(check.limits.critical) + " | " + duration_text(check.limits.over) + " | " + test::in_table(check.help) +
           " |\n";
  }
  return out + "\n";
}

TEST(ChecksDoc, ListsEveryCheck) { test::expect_generated_part("check.md", "checks", checks_as_table()); }

}  // namespace
}  // namespace mixnet
