// SPDX-License-Identifier: Apache-2.0
#include "collectors/host/entropy.h"

#include <gtest/gtest.h>

#include "tests/support/host.h"

namespace mixnet {
namespace {

TEST(Entropy, GivesTheBitsAvailableAndThePool) {
  EXPECT_EQ(test::collected(kEntropy, test::fixtures() / "host"),
            "node_entropy_available_bits 256\nnode_entropy_pool_size_bits 256\n");
}

TEST(Entropy, NamesTheFileThatIsBroken) {
  const test::TemporaryFolder host;
  host.write("proc/sys/kernel/random/entropy_avail", "256\n");
  host.write("proc/sys/kernel/random/poolsize", "many\n");
  EXPECT_EQ(test::collected(kEntropy, host.path()), "error: " + (host.path() / "proc/sys/kernel/random/poolsize: ").string() +
                                                        "\"many\" is not a number of the kind expected\n");
}

}  // namespace
}  // namespace mixnet
