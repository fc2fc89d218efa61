// SPDX-License-Identifier: Apache-2.0
#include "collectors/host/diskstats.h"

#include <charconv>
#include <iterator>
#include <optional>
#include <utility>

#include "collectors/kit/remembered.h"

namespace mixnet {
namespace {

constexpr Metric kInfo = gauge("node_disk_info", "Info of /sys/block/<block_device>.");
constexpr Metric kReads = counter("node_disk_reads_completed_total", "The total number of reads completed successfully.");
constexpr Metric kReadsMerged = counter("node_disk_reads_merged_total", "The total number of reads merged.");
constexpr Metric kReadBytes = counter("node_disk_read_bytes_total", "The total number of bytes read successfully.");
constexpr Metric kReadTime = counter("node_disk_read_time_seconds_total", "The total number of seconds spent by all reads.");
constexpr Metric kWrites = counter("node_disk_writes_completed_total", "The total number of writes completed successfully.");
constexpr Metric kWritesMerged = counter("node_disk_writes_merged_total", "The number of writes merged.");
constexpr Metric kWrittenBytes = counter("node_disk_written_bytes_total", "The total number of bytes written successfully.");
constexpr Metric kWriteTime =
    counter("node_disk_write_time_seconds_total", "This is the total number of seconds spent by all writes.");
constexpr Metric kIoNow = gauge("node_disk_io_now", "The number of I/Os currently in progress.");
constexpr Metric kIoTime = counter("node_disk_io_time_seconds_total", "Total seconds spent doing I/Os.");
constexpr Metric kIoTimeWeighted =
    counter("node_disk_io_time_weighted_seconds_total", "The weighted # of seconds spent doing I/Os.");
constexpr Metric kDiscards =
    counter("node_disk_discards_completed_total", "The total number of discards completed successfully.");
constexpr Metric kDiscardsMerged = counter("node_disk_discards_merged_total", "The total number of discards merged.");
constexpr Metric kDiscardedSectors =
    counter("node_disk_discarded_sectors_total", "The total number of sectors discarded successfully.");
constexpr Metric kDiscardTime =
    counter("node_disk_discard_time_seconds_total", "This is the total number of seconds spent by all discards.");
constexpr Metric kFlushes =
    counter("node_disk_flush_requests_total", "The total number of flush requests completed successfully");
constexpr Metric kFlushTime =
    counter("node_disk_flush_requests_time_seconds_total", "This is the total number of seconds spent by all flush requests.");
constexpr Metric kFilesystemInfo = gauge("node_disk_filesystem_info", "Info about disk filesystem.");
constexpr Metric kDeviceMapperInfo = gauge("node_disk_device_mapper_info", "Info about disk device mapper.");
constexpr Metric kAtaWriteCache = gauge("node_disk_ata_write_cache", "ATA disk has a write cache.");
constexpr Metric kAtaWriteCacheEnabled = gauge("node_disk_ata_write_cache_enabled", "ATA disk has its write cache enabled.");
constexpr Metric kAtaRotationRate = gauge("node_disk_ata_rotation_rate_rpm", "ATA disk rotation rate in RPMs (0 for SSDs).");
constexpr const Metric* kMetrics[] = {&kInfo,
                                      &kReads,
                                      &kReadsMerged,
                                      &kReadBytes,
                                      &kReadTime,
                                      &kWrites,
                                      &kWritesMerged,
                                      &kWrittenBytes,
                                      &kWriteTime,
                                      &kIoNow,
                                      &kIoTime,
                                      &kIoTimeWeighted,
                                      &kDiscards,
                                      &kDiscardsMerged,
                                      &kDiscardedSectors,
                                      &kDiscardTime,
                                      &kFlushes,
                                      &kFlushTime,
                                      &kFilesystemInfo,
                                      &kDeviceMapperInfo,
                                      &kAtaWriteCache,
                                      &kAtaWriteCacheEnabled,
                                      &kAtaRotationRate};

constexpr double kSector = 512;  // whatever the disk's own sectors are
constexpr double kTick = 0.001;  // times are in milliseconds

/// What each value of a line is, in the order they stand in.
constexpr struct {
  const Metric& metric;
  double unit;
} kValues[] = {{kReads, 1},          {kReadsMerged, 1},      {kReadBytes, kSector},    {kReadTime, kTick},
               {kWrites, 1},         {kWritesMerged, 1},     {kWrittenBytes, kSector}, {kWriteTime, kTick},
               {kIoNow, 1},          {kIoTime, kTick},       {kIoTimeWeighted, kTick}, {kDiscards, 1},
               {kDiscardsMerged, 1}, {kDiscardedSectors, 1}, {kDiscardTime, kTick},    {kFlushes, 1},
               {kFlushTime, kTick}};
static_assert(std::size(kValues) == Diskstat::kValuesMax);

/// What is known of a disk beside its counters; read again when udev has written its file anew.
struct Disk {
  bool wanted = false;
  std::string major, minor;
  std::optional<FileStamp> stamp;
  UdevProperties udev;
  bool rotational = false;
};

struct State {
  std::vector<Diskstat> disks;
  Remembered<Disk> known;
};

void describe(Context& context, std::string_view device, Disk& disk) {
  const Path file("b", disk.major, ":", disk.minor);
  disk.udev = {};
  disk.stamp = context.udev_data.stamp(file);
  if (disk.stamp) {
    // Opened anew: udev replaces the file, it does not write into it.
    const auto text = context.udev_data.read_once(file, Shape::records);
    if (text) parse_udev_properties(*text, disk.udev);
  }
  disk.rotational = context.sys.number_if_there<int>(Path("block/", device, "/queue/rotational")) == 1;
}

Disk first_seen(Context& context, const Diskstat& stat) {
  Disk disk;
  disk.wanted = context.settings.diskstats.device.wants(stat.device);
  disk.major = std::to_string(stat.major);
  disk.minor = std::to_string(stat.minor);
  if (disk.wanted) describe(context, stat.device, disk);
  return disk;
}

void emit_ata(const UdevProperties& udev, LabelSet device, Samples& out) {
  if (udev.ata.empty()) return;
  const std::pair<const Metric&, const std::string&> attributes[] = {{kAtaWriteCache, udev.ata_write_cache},
                                                                     {kAtaWriteCacheEnabled, udev.ata_write_cache_enabled},
                                                                     {kAtaRotationRate, udev.ata_rotation_rate_rpm}};
  for (const auto& [metric, text] : attributes) {
    if (text.empty()) continue;
    if (const auto value = number<double>(text)) out.add(metric, *value, device);
  }
}

void emit(const Diskstat& stat, const Disk& disk, Samples& out) {
  const auto& udev = disk.udev;
  out.add(kInfo, 1,
          {{"device", stat.device},
           {"major", disk.major},
           {"minor", disk.minor},
           {"model", udev.model},
           {"path", udev.path},
           {"revision", udev.revision},
           {"rotational", disk.rotational ? "1" : "0"},
           {"serial", udev.serial()},
           {"wwn", udev.wwn}});
  const auto device = out.labels({{"device", stat.device}});
  for (std::size_t index = 0; index < stat.count; ++index) {
    out.add(kValues[index].metric, static_cast<double>(stat.values[index]) * kValues[index].unit, device);
  }
  if (!udev.fs_type.empty()) {
    out.add(kFilesystemInfo, 1,
            {{"device", stat.device},
             {"type", udev.fs_type},
             {"usage", udev.fs_usage},
             {"uuid", udev.fs_uuid},
             {"version", udev.fs_version}});
  }
  if (!udev.dm_name.empty()) {
    out.add(kDeviceMapperInfo, 1,
            {{"device", stat.device},
             {"lv_layer", udev.dm_lv_layer},
             {"lv_name", udev.dm_lv_name},
             {"name", udev.dm_name},
             {"uuid", udev.dm_uuid},
             {"vg_name", udev.dm_vg_name}});
  }
  emit_ata(udev, device, out);
}

Result<void> collect(Context& context, Samples& out) {
  auto& state = context.memory.get<State>();
  TRY(context.proc.parse("diskstats", Shape::short_records, parse_diskstats, state.disks));
  for (std::size_t index = 0; index < state.disks.size(); ++index) {
    const auto& stat = state.disks[index];
    auto& disk = state.known.at(index, stat.device, [&](std::string_view) { return first_seen(context, stat); });
    if (!disk.wanted) continue;
    if (context.udev_data.stamp(Path("b", disk.major, ":", disk.minor)) != disk.stamp) describe(context, stat.device, disk);
    emit(stat, disk, out);
  }
  return {};
}

}  // namespace

//  254       0 vda 100598 30802 4730538 28008 22078 29932 3205568 16821 0 16724 45701 5848 107 1161848 763 2168 108
Result<void> parse_diskstats(std::string_view text, std::vector<Diskstat>& disks) {
  disks.clear();
  Lines lines(text);
  std::string_view line;
  while (lines.next(line)) {
    Diskstat disk{};
    disk.major = TRY(lines.field<std::uint32_t>(take_field(line)));
    disk.minor = TRY(lines.field<std::uint32_t>(take_field(line)));
    disk.device = take_field(line);
    for (auto field = take_field(line); !field.empty() && disk.count < Diskstat::kValuesMax; field = take_field(line)) {
      disk.values[disk.count++] = TRY(lines.field<std::uint64_t>(field));
    }
    constexpr std::size_t kValuesMin = 11;  // Linux 2.6 gave partitions four values, of another meaning
    if (disk.count >= kValuesMin) disks.push_back(disk);
  }
  return {};
}

const std::string& UdevProperties::serial() const {
  if (!scsi_serial.empty()) return scsi_serial;
  return short_serial.empty() ? long_serial : short_serial;
}

// S:disk/by-id/ata-SAMSUNG_MZ7L3480
// E:ID_MODEL=SAMSUNG_MZ7L3480
void parse_udev_properties(std::string_view text, UdevProperties& properties) {
  using Property = std::string UdevProperties::*;
  static constexpr std::pair<std::string_view, Property> kProperties[] = {
      {"DM_LV_LAYER", &UdevProperties::dm_lv_layer},
      {"DM_LV_NAME", &UdevProperties::dm_lv_name},
      {"DM_NAME", &UdevProperties::dm_name},
      {"DM_UUID", &UdevProperties::dm_uuid},
      {"DM_VG_NAME", &UdevProperties::dm_vg_name},
      {"ID_ATA", &UdevProperties::ata},
      {"ID_ATA_ROTATION_RATE_RPM", &UdevProperties::ata_rotation_rate_rpm},
      {"ID_ATA_WRITE_CACHE", &UdevProperties::ata_write_cache},
      {"ID_ATA_WRITE_CACHE_ENABLED", &UdevProperties::ata_write_cache_enabled},
      {"ID_FS_TYPE", &UdevProperties::fs_type},
      {"ID_FS_USAGE", &UdevProperties::fs_usage},
      {"ID_FS_UUID", &UdevProperties::fs_uuid},
      {"ID_FS_VERSION", &UdevProperties::fs_version},
      {"ID_MODEL", &UdevProperties::model},
      {"ID_PATH", &UdevProperties::path},
      {"ID_REVISION", &UdevProperties::revision},
      {"ID_SERIAL", &UdevProperties::long_serial},
      {"ID_SERIAL_SHORT", &UdevProperties::short_serial},
      {"ID_WWN", &UdevProperties::wwn},
      {"SCSI_IDENT_SERIAL", &UdevProperties::scsi_serial},
  };
  Lines lines(text);
  std::string_view line;
  while (lines.next(line)) {
    if (!line.starts_with("E:")) continue;
    line.remove_prefix(2);
    const auto key = take_until(line, '=');
    for (const auto& [name, property] : kProperties) {
      if (key == name) properties.*property = line;
    }
  }
}

constinit const Collector kDiskstats{"diskstats", "Disk I/O from /proc/diskstats, with what udev knows of the disks.",
                                     true,        Schedule::at_scrape,
                                     kMetrics,    collect};

}  // namespace mixnet
