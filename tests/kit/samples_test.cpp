// SPDX-License-Identifier: Apache-2.0
#include "collectors/kit/samples.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/support/host.h"

namespace mixnet {
namespace {

constexpr Metric kBytes = counter("node_bytes_total", "Bytes.");
constexpr Metric kUp = gauge("node_up", "Up.");

TEST(Metric, KnowsWhichKeysFitInAName) {
  EXPECT_TRUE(fits_in_a_name("HugePages_Total"));
  for (const auto* key : {"", "Active(anon)", "a b", "a-b", "caf\xc3\xa9"}) EXPECT_FALSE(fits_in_a_name(key)) << key;
}

TEST(Samples, KeepsEachFamilyTogetherInTheOrderAdded) {
  Samples samples;
  for (const auto* device : {"eth0", "eth1"}) {
    samples.add(kBytes, 1, {{"device", device}});
    samples.add(kUp, 2, {{"device", device}});
  }
  EXPECT_EQ(test::lines_of(samples),
            "node_bytes_total{device=\"eth0\"} 1\nnode_bytes_total{device=\"eth1\"} 1\n"
            "node_up{device=\"eth0\"} 2\nnode_up{device=\"eth1\"} 2\n");
}

TEST(Samples, EscapesLabelsAndReplacesWhatIsNotUtf8) {
  Samples samples;
  samples.add(kUp, 1, {{"a", "back\\slash \"quote\" new\nline"}, {"b", "\xc3\xa4\xff"}});
  EXPECT_EQ(test::lines_of(samples), "node_up{a=\"back\\\\slash \\\"quote\\\" new\\nline\",b=\"\xc3\xa4\xef\xbf\xbd\"} 1\n");
}

TEST(Samples, TakesALabelThatIsNothing) {
  Samples samples;
  samples.add(kUp, 1, {{"a", std::string_view()}});  // which has no address, so memcpy may not be given it
  EXPECT_EQ(test::lines_of(samples), "node_up{a=\"\"} 1\n");
}

TEST(Samples, CopiesTheNamesOfFamiliesMadeAtRunTime) {
  Samples samples;
  {
    std::string name = "node_memory_MemFree_bytes";
    samples.add_to(samples.family(Type::gauge, name, "help"), 3);
    name.assign(name.size(), 'x');
  }
  EXPECT_EQ(test::lines_of(samples), "node_memory_MemFree_bytes 3\n");
}

TEST(Samples, HoldsMoreFamiliesThanTheFirstTableAndIsEmptyOnceCleared) {
  Samples samples;
  for (int round = 0; round < 2; ++round) {
    for (int index = 0; index < 2000; ++index) {
      samples.add_to(samples.family(Type::gauge, "family_" + std::to_string(index % 1000), "help"), index);
    }
    EXPECT_EQ(samples.families().size(), 1000U);
    EXPECT_EQ(samples.size(), 2000U);
    EXPECT_EQ(samples.sample(samples.families()[7].last).value, 1007);
    samples.clear();
    EXPECT_EQ(samples.size(), 0U);
  }
}

}  // namespace
}  // namespace mixnet
