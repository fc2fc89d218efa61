// SPDX-License-Identifier: Apache-2.0
#include "collectors/host/nvme.h"

#include <gtest/gtest.h>

#include "tests/support/host.h"

namespace mixnet {
namespace {

TEST(Nvme, GivesControllersAndNamespaces) {
  EXPECT_EQ(test::collected(kNvme, test::fixtures() / "host"),
            "node_nvme_info{cntlid=\"6\",device=\"nvme0\",firmware_revision=\"GXA7801Q\",model=\"SAMSUNG MZVL2512HCJQ-00B00\","
            "serial=\"S675NX0T123456\",state=\"live\"} 1\n"
            "node_nvme_namespace_logical_block_size_bytes{device=\"nvme0\",nsid=\"1\"} 512\n"
            "node_nvme_namespace_size_bytes{device=\"nvme0\",nsid=\"1\"} 512110190592\n"
            "node_nvme_namespace_capacity_bytes{device=\"nvme0\",nsid=\"1\"} 512110190592\n"
            "node_nvme_namespace_used_bytes{device=\"nvme0\",nsid=\"1\"} 225896300544\n"
            "node_nvme_namespace_info{ana_state=\"unknown\",device=\"nvme0\",nsid=\"1\"} 1\n");
}

TEST(Nvme, GivesWhatKernelsBeforeTheUsedBlocksHave) {
  const test::TemporaryFolder host;
  const std::filesystem::path controller = "sys/class/nvme/nvme10";
  host.write(controller / "model", "A \"disk\"\n");
  host.write(controller / "nvme10n12/size", "8\n");
  host.write(controller / "nvme10n12/queue/logical_block_size", "4096\n");
  host.write(controller / "nvme10n12/ana_state", "optimized\n");
  host.write(controller / "nvme10c0n1/size", "8\n");  // one path of several, not a namespace
  host.write(controller / "hwmon2/name", "nvme\n");
  EXPECT_EQ(
      test::collected(kNvme, host.path()),
      "node_nvme_info{cntlid=\"\",device=\"nvme10\",firmware_revision=\"\",model=\"A \\\"disk\\\"\",serial=\"\",state=\"\"} 1\n"
      "node_nvme_namespace_logical_block_size_bytes{device=\"nvme10\",nsid=\"12\"} 4096\n"
      "node_nvme_namespace_size_bytes{device=\"nvme10\",nsid=\"12\"} 32768\n"
      "node_nvme_namespace_capacity_bytes{device=\"nvme10\",nsid=\"12\"} 32768\n"
      "node_nvme_namespace_info{ana_state=\"optimized\",device=\"nvme10\",nsid=\"12\"} 1\n");
}

TEST(Nvme, DeclaresWhatItEmits) {
  Context context(test::roots_below(test::fixtures() / "host"), {});
  EXPECT_EQ(test::undeclared(kNvme, context), "");
}

TEST(Nvme, IsAbsentWithoutControllers) {
  const test::TemporaryFolder host;
  Context context(test::roots_below(host.path()), {});
  Samples samples;
  EXPECT_EQ(kNvme.collect(context, samples).error().fault, Fault::absent);
}

}  // namespace
}  // namespace mixnet
