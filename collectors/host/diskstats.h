// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "collectors/collector.h"

namespace mixnet {

/// One line of /proc/diskstats. The name points into the text parsed.
struct Diskstat {
  static constexpr std::size_t kValuesMax = 17;

  std::uint32_t major, minor;
  std::string_view device;
  std::array<std::uint64_t, kValuesMax> values;
  std::size_t count;  ///< how many of them this kernel has: 11, 15 since Linux 4.18, 17 since 5.5
};

/// /proc/diskstats, as Documentation/admin-guide/iostats.rst of the kernel describes it.
Result<void> parse_diskstats(std::string_view text, std::vector<Diskstat>& disks);

/// What udev found out about a block device; empty where it does not say.
struct UdevProperties {
  std::string scsi_serial, short_serial, long_serial;
  std::string path, wwn, model, revision;
  std::string fs_type, fs_usage, fs_uuid, fs_version;
  std::string dm_name, dm_uuid, dm_vg_name, dm_lv_name, dm_lv_layer;
  std::string ata, ata_write_cache, ata_write_cache_enabled, ata_rotation_rate_rpm;

  const std::string& serial() const;  ///< the one printed on the disk's label, if udev knows it
};

/// A file of udev's database, /run/udev/data/b8:0.
void parse_udev_properties(std::string_view text, UdevProperties& properties);

extern const Collector kDiskstats;

}  // namespace mixnet
