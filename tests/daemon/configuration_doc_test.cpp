// SPDX-License-Identifier: Apache-2.0
// docs/configuration.md lists every option: compared with the table of options.
#include <gtest/gtest.h>

#include "daemon/config.h"
#include "tests/daemon/generated_part.h"

namespace mixnet {
namespace {

std::string options_as_tables() {
  const auto defaults = read_config({}, "", "").value();
  std::string out, section;
  for (const auto& option : all_options()) {
    if (option.section != section) {
      section = option.section;
      out += "\n### `" + section + "`\n\n| Key | Flag | Default | Meaning |\n|---|---|---|---|\n";
    }
    const auto values = option.get(defaults);
    out += "| `" + option.key + "` | `--" + option.flag + "` | " + test::code_in_table(values.empty() ? "" : values.front()) +
           " | " + option.help + " |\n";
  }
  return out + "\n";
}

TEST(ConfigurationDoc, ListsEveryOption) { test::expect_generated_part("configuration.md", "options", options_as_tables()); }

}  // namespace
}  // namespace mixnet
