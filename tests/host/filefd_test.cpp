// SPDX-License-Identifier: Apache-2.0
#include "collectors/host/filefd.h"

#include <gtest/gtest.h>

#include "tests/support/host.h"

namespace mixnet {
namespace {

TEST(Filefd, GivesAllocatedAndMaximum) {
  EXPECT_EQ(test::collected(kFilefd, test::fixtures() / "host"),
            "node_filefd_allocated 4128\nnode_filefd_maximum 9223372036854775808\n");
}

TEST(Filefd, RefusesWhatIsBroken) {
  EXPECT_EQ(parse_file_nr("").error().message, "the file is empty");
  EXPECT_EQ(parse_file_nr("857\t0\n").error().message, "line 1: three numbers expected in \"857\\x090\"");
  EXPECT_EQ(parse_file_nr("857\t0\t-1\n").error().message, "line 1: \"-1\" is not a number of the kind expected");
}

}  // namespace
}  // namespace mixnet
