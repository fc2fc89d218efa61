// SPDX-License-Identifier: Apache-2.0
#include "collectors/host/loadavg.h"

#include <gtest/gtest.h>

#include "tests/support/host.h"

namespace mixnet {
namespace {

TEST(Loadavg, GivesTheThreeAverages) {
  EXPECT_EQ(test::collected(kLoadavg, test::fixtures() / "host"), "node_load1 0.2\nnode_load5 0.18\nnode_load15 0.12\n");
}

TEST(Loadavg, RefusesWhatIsBroken) {
  EXPECT_EQ(parse_loadavg("").error().message, "the file is empty");
  EXPECT_EQ(parse_loadavg("0.1 0.2\n").error().message, "line 1: three averages expected in \"0.1 0.2\"");
  EXPECT_EQ(parse_loadavg("0.1 x 0.2 1/2 3\n").error().message, "line 1: \"x\" is not a number of the kind expected");
}

TEST(Loadavg, NamesTheFileInItsErrors) {
  const test::TemporaryFolder host;
  host.write("proc/loadavg", "nonsense\n");
  EXPECT_EQ(test::collected(kLoadavg, host.path()),
            "error: " + (host.path() / "proc/loadavg").string() + ": line 1: three averages expected in \"nonsense\"\n");
}

}  // namespace
}  // namespace mixnet
