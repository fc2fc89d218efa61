// SPDX-License-Identifier: Apache-2.0
#include "collectors/host/thermal_zone.h"

#include <gtest/gtest.h>

#include "tests/support/host.h"

namespace mixnet {
namespace {

TEST(ThermalZone, GivesZonesAndCoolingDevices) {
  EXPECT_EQ(test::collected(kThermalZone, test::fixtures() / "host"),
            "node_cooling_device_cur_state{name=\"0\",type=\"Processor\"} 0\n"
            "node_cooling_device_max_state{name=\"0\",type=\"Processor\"} 10\n"
            "node_thermal_zone_temp{type=\"x86_pkg_temp\",zone=\"0\"} 47\n");
}

TEST(ThermalZone, LeavesOutWhatHasNoValue) {
  const test::TemporaryFolder host;
  host.write("sys/class/thermal/thermal_zone0/type", "asleep\n");
  host.write("sys/class/thermal/thermal_zone1/type", "acpitz\n");
  host.write("sys/class/thermal/thermal_zone1/temp", "-2500\n");
  host.write("sys/class/thermal/thermal_zone12/temp", "hot\n");
  host.write("sys/class/thermal/thermal_zonex/temp", "1\n");
  host.write("sys/class/thermal/cooling_device3/type", "intel_powerclamp\n");
  host.write("sys/class/thermal/cooling_device3/cur_state", "-1\n");
  host.write("sys/class/thermal/cooling_device3/max_state", "100\n");
  host.write("sys/class/thermal/cooling_device4/type", "Fan\n");
  EXPECT_EQ(test::collected(kThermalZone, host.path()),
            "node_cooling_device_cur_state{name=\"3\",type=\"intel_powerclamp\"} -1\n"
            "node_cooling_device_max_state{name=\"3\",type=\"intel_powerclamp\"} 100\n"
            "node_thermal_zone_temp{type=\"acpitz\",zone=\"1\"} -2.5\n");
}

TEST(ThermalZone, IsAbsentFromAMachineWithoutSensors) {
  const test::TemporaryFolder host;
  Context context(test::roots_below(host.path()), {});
  context.begin_collection();
  Samples samples;
  EXPECT_EQ(kThermalZone.collect(context, samples).error().fault, Fault::absent);
}

TEST(ThermalZone, DeclaresWhatItEmits) {
  Context context(test::roots_below(test::fixtures() / "host"), {});
  EXPECT_EQ(test::undeclared(kThermalZone, context), "");
}

}  // namespace
}  // namespace mixnet
