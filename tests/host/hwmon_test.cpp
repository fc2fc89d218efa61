// SPDX-License-Identifier: Apache-2.0
#include "collectors/host/hwmon.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "tests/support/host.h"

namespace mixnet {
namespace {

using ::testing::HasSubstr;

const std::string kChip = "{chip=\"chip\",sensor=\"";

/// The lines of a host with one chip, called "chip", that has one file.
std::string one_file(const std::string& name, const std::string& value) {
  const test::TemporaryFolder host;
  host.write("sys/class/hwmon/hwmon0/name", "chip\n");
  host.write("sys/class/hwmon/hwmon0/" + name, value + "\n");
  auto lines = test::collected(kHwmon, host.path());
  const std::string chip_line = "node_hwmon_chip_names{chip=\"chip\",chip_name=\"chip\"} 1\n";
  EXPECT_TRUE(lines.starts_with(chip_line)) << lines;
  return lines.substr(chip_line.size());
}

TEST(Hwmon, NamesChipsAfterTheirDevices) {
  const auto lines = test::collected(kHwmon, test::fixtures() / "host");
  for (const auto* line : {R"(node_hwmon_chip_names{chip="platform_coretemp_0",chip_name="coretemp"} 1)",
                           R"(node_hwmon_chip_names{chip="nvme_nvme0",chip_name="nvme"} 1)",
                           R"(node_hwmon_sensor_label{chip="platform_coretemp_0",label="Package id 0",sensor="temp1"} 1)",
                           R"(node_hwmon_temp_celsius{chip="platform_coretemp_0",sensor="temp2"} 45)",
                           R"(node_hwmon_temp_crit_alarm_celsius{chip="platform_coretemp_0",sensor="temp1"} 0)",
                           R"(node_hwmon_temp_alarm{chip="nvme_nvme0",sensor="temp1"} 0)",
                           R"(node_hwmon_temp_celsius{chip="nvme_nvme0",sensor="temp1"} 38.85)"}) {
    EXPECT_THAT(lines, HasSubstr(std::string(line) + "\n"));
  }
}

TEST(Hwmon, DeclaresWhatItEmits) {
  Context context(test::roots_below(test::fixtures() / "host"), {});
  EXPECT_EQ(test::undeclared(kHwmon, context), "");
}

TEST(Hwmon, GivesEachKindItsUnit) {
  EXPECT_EQ(one_file("in0_input", "1032"), "node_hwmon_in_volts" + kChip + "in0\"} 1.032\n");
  EXPECT_EQ(one_file("cpu0_vid", "1350"), "node_hwmon_cpu_vid_volts" + kChip + "cpu0\"} 1.35\n");
  EXPECT_EQ(one_file("curr1_max", "2500"), "node_hwmon_curr_max_amps" + kChip + "curr1\"} 2.5\n");
  EXPECT_EQ(one_file("energy1_input", "2500000"), "node_hwmon_energy_joule_total" + kChip + "energy1\"} 2.5\n");
  EXPECT_EQ(one_file("power1_average", "45500000"), "node_hwmon_power_average_watt" + kChip + "power1\"} 45.5\n");
  EXPECT_EQ(one_file("power1_accuracy", "50000"), "node_hwmon_power_accuracy" + kChip + "power1\"} 0.05\n");
  EXPECT_EQ(one_file("power1_average_interval", "1000"), "node_hwmon_power_average_interval_seconds" + kChip + "power1\"} 1\n");
  EXPECT_EQ(one_file("humidity1_input", "500000"), "node_hwmon_humidity" + kChip + "humidity1\"} 0.5\n");
  EXPECT_EQ(one_file("fan2_input", "1200"), "node_hwmon_fan_rpm" + kChip + "fan2\"} 1200\n");
  EXPECT_EQ(one_file("fan2_div", "8"), "node_hwmon_fan_div" + kChip + "fan2\"} 8\n");
  EXPECT_EQ(one_file("fan2_beep", "1"), "node_hwmon_fan_beep_enabled" + kChip + "fan2\"} 1\n");
  EXPECT_EQ(one_file("fan2_fault", "0"), "node_hwmon_fan_fault" + kChip + "fan2\"} 0\n");
  EXPECT_EQ(one_file("temp1_type", "4"), "node_hwmon_temp_type" + kChip + "temp1\"} 4\n");
  EXPECT_EQ(one_file("pwm1", "128"), "node_hwmon_pwm" + kChip + "pwm1\"} 128\n");
  EXPECT_EQ(one_file("intrusion0_alarm", "1"), "node_hwmon_intrusion_alarm" + kChip + "intrusion0\"} 1\n");
  EXPECT_EQ(one_file("beep_enable", "1"), "node_hwmon_beep_enabled" + kChip + "beep_enable0\"} 1\n");
  EXPECT_EQ(one_file("beep_enable", "0"), "node_hwmon_beep_enabled" + kChip + "beep_enable0\"} 0\n");
  EXPECT_EQ(one_file("vrm", "82"), "node_hwmon_voltage_regulator_version" + kChip + "vrm0\"} 82\n");
  EXPECT_EQ(one_file("update_interval", "1000"), "node_hwmon_update_interval_seconds" + kChip + "update_interval0\"} 1\n");
  EXPECT_EQ(one_file("freq1_input", "1000000"), "");  // without a label
  EXPECT_EQ(one_file("temp1_input", "broken"), "");
  EXPECT_EQ(one_file("uevent", "1"), "");
}

TEST(Hwmon, GivesHelpAsNodeExporter) {
  const test::TemporaryFolder host;
  host.write("sys/class/hwmon/hwmon0/name", "amdgpu\n");
  host.write("sys/class/hwmon/hwmon0/freq1_input", "800000000\n");
  host.write("sys/class/hwmon/hwmon0/freq1_label", "sclk \n");
  host.write("sys/class/hwmon/hwmon0/temp1", "30000\n");
  host.write("sys/class/hwmon/hwmon0/temp1_input", "31000\n");
  Context context(test::roots_below(host.path()), {});
  context.begin_collection();
  Samples samples;
  ASSERT_TRUE(kHwmon.collect(context, samples));
  EXPECT_EQ(test::lines_of(samples),
            "node_hwmon_chip_names{chip=\"amdgpu\",chip_name=\"amdgpu\"} 1\n"
            "node_hwmon_sensor_label{chip=\"amdgpu\",label=\"sclk \",sensor=\"freq1\"} 1\n"
            "node_hwmon_freq_freq_mhz{chip=\"amdgpu\",sensor=\"sclk\"} 800\n"
            "node_hwmon_temp_celsius{chip=\"amdgpu\",sensor=\"temp1\"} 30\n"
            "node_hwmon_temp_input_celsius{chip=\"amdgpu\",sensor=\"temp1\"} 31\n");
  EXPECT_EQ(samples.families()[2].help, "Hardware monitor for GPU frequency in MHz");
  EXPECT_EQ(samples.families()[3].help, "Hardware monitor for temperature (input)");
}

TEST(Hwmon, TellsChipsOfOneDeviceApart) {
  const test::TemporaryFolder host;
  const auto hwmon = host.path() / "sys/class/hwmon";
  for (const auto* chip : {"hwmon3", "hwmon4", "hwmon5"}) {
    host.write("sys/devices/platform/asus/hwmon/" + std::string(chip) + "/temp1_input", "1000\n");
    std::filesystem::create_directories(hwmon);
    std::filesystem::create_directory_symlink("../../devices/platform/asus/hwmon/" + std::string(chip), hwmon / chip);
    std::filesystem::create_directory_symlink("../../../asus", hwmon / chip / "device");
  }
  host.write("sys/class/hwmon/hwmon3/name", "fans\n");
  host.write("sys/class/hwmon/hwmon4/name", "keys\n");
  host.write("sys/class/hwmon/hwmon5/name", "keys\n");
  const auto lines = test::collected(kHwmon, host.path());
  for (const auto* chip : {"platform_asus_fans", "platform_asus_hwmon4", "platform_asus_hwmon5"}) {
    EXPECT_THAT(lines, HasSubstr("node_hwmon_temp_celsius{chip=\"" + std::string(chip) + "\",sensor=\"temp1\"} 1\n"));
  }
}

TEST(Hwmon, FallsBackToTheEntrysName) {
  const test::TemporaryFolder host;
  host.write("sys/class/hwmon/hwmon7/temp1_input", "1000\n");
  EXPECT_EQ(test::collected(kHwmon, host.path()), "node_hwmon_temp_celsius{chip=\"hwmon7\",sensor=\"temp1\"} 1\n");
}

TEST(Hwmon, ObeysFilters) {
  Settings settings;
  settings.hwmon.chip.exclude = Regex::compile("nvme").value();
  settings.hwmon.sensor.include = Regex::compile("coretemp_0;temp2$").value();
  EXPECT_EQ(test::collected(kHwmon, test::fixtures() / "host", settings),
            "node_hwmon_chip_names{chip=\"platform_coretemp_0\",chip_name=\"coretemp\"} 1\n"
            "node_hwmon_sensor_label{chip=\"platform_coretemp_0\",label=\"Core 0\",sensor=\"temp2\"} 1\n"
            "node_hwmon_temp_celsius{chip=\"platform_coretemp_0\",sensor=\"temp2\"} 45\n");
}

TEST(Hwmon, FollowsValuesAndChips) {
  const test::TemporaryFolder host;
  host.write("sys/class/hwmon/hwmon0/temp1_input", "1000\n");
  Context context(test::roots_below(host.path()), {});
  EXPECT_EQ(test::collected(kHwmon, context), "node_hwmon_temp_celsius{chip=\"hwmon0\",sensor=\"temp1\"} 1\n");
  host.write("sys/class/hwmon/hwmon0/temp1_input", "2000\n");
  host.write("sys/class/hwmon/hwmon1/fan1_input", "900\n");
  EXPECT_EQ(
      test::collected(kHwmon, context),
      "node_hwmon_temp_celsius{chip=\"hwmon0\",sensor=\"temp1\"} 2\nnode_hwmon_fan_rpm{chip=\"hwmon1\",sensor=\"fan1\"} 900\n");
  std::filesystem::remove_all(host.path() / "sys/class/hwmon/hwmon0");
  EXPECT_EQ(test::collected(kHwmon, context), "node_hwmon_fan_rpm{chip=\"hwmon1\",sensor=\"fan1\"} 900\n");
}

TEST(HwmonFile, SplitsNames) {
  const auto file = parse_hwmon_file("temp12_crit_alarm");
  ASSERT_TRUE(file);
  EXPECT_EQ(file->type, "temp");
  EXPECT_EQ(file->number, 12U);
  EXPECT_EQ(file->property, "crit_alarm");
  EXPECT_EQ(parse_hwmon_file("beep_enable")->type, "beep_enable");
  EXPECT_EQ(parse_hwmon_file("pwm1")->property, "");
  for (const auto* name : {"", "12", "temp1x", "temp1_", "temp99999999999999_input"})
    EXPECT_FALSE(parse_hwmon_file(name)) << name;
}

TEST(HwmonFile, CleansNames) {
  EXPECT_EQ(clean_hwmon_name("0000:3b:00.0"), "0000:3b:00_0");
  EXPECT_EQ(clean_hwmon_name("_AB c-\n"), "ab_c");
  EXPECT_EQ(clean_hwmon_name("t\xc3\xa4st"), "t_st");
  EXPECT_EQ(clean_hwmon_name("--"), "");
}

}  // namespace
}  // namespace mixnet
