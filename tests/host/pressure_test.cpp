// SPDX-License-Identifier: Apache-2.0
#include "collectors/host/pressure.h"

#include <gtest/gtest.h>

#include "tests/support/host.h"

namespace mixnet {
namespace {

TEST(Pressure, GivesMicrosecondsAsSeconds) {
  EXPECT_EQ(test::collected(kPressure, test::fixtures() / "host"),
            "node_pressure_cpu_waiting_seconds_total 38389.619217\n"
            "node_pressure_io_waiting_seconds_total 1203.388412\n"
            "node_pressure_io_stalled_seconds_total 988.120331\n"
            "node_pressure_memory_waiting_seconds_total 0.48122699999999996\n"
            "node_pressure_memory_stalled_seconds_total 0.401877\n"
            "node_pressure_irq_stalled_seconds_total 9.912044\n");
}

TEST(Pressure, GivesWhatAnOlderKernelHas) {
  const test::TemporaryFolder host;
  host.write("proc/pressure/cpu", "some avg10=0.00 avg60=0.00 avg300=0.00 total=2000000\n");
  EXPECT_EQ(test::collected(kPressure, host.path()), "node_pressure_cpu_waiting_seconds_total 2\n");
}

TEST(Pressure, IsAbsentWhereTheKernelKeepsNone) {
  const test::TemporaryFolder host;
  Context context(test::roots_below(host.path()), {});
  Samples samples;
  const auto done = kPressure.collect(context, samples);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().fault, Fault::absent);
  EXPECT_EQ(done.error().message, (host.path() / "proc/pressure/cpu").string() + ": No such file or directory");
}

}  // namespace
}  // namespace mixnet
