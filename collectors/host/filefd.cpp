// SPDX-License-Identifier: Apache-2.0
#include "collectors/host/filefd.h"

namespace mixnet {
namespace {

constexpr Metric kAllocated = gauge("node_filefd_allocated", "File descriptor statistics: allocated.");
constexpr Metric kMaximum = gauge("node_filefd_maximum", "File descriptor statistics: maximum.");
constexpr const Metric* kMetrics[] = {&kAllocated, &kMaximum};

Result<void> collect(Context& context, Samples& out) {
  const auto files = TRY(context.proc.parse("sys/fs/file-nr", Shape::value, parse_file_nr));
  out.add(kAllocated, static_cast<double>(files.allocated));
  out.add(kMaximum, static_cast<double>(files.maximum));
  return {};
}

}  // namespace

// 857	0	2466170
// The second number has been 0 since Linux 2.6: free descriptions are not counted any more.
Result<FileNr> parse_file_nr(std::string_view text) {
  Lines lines(text);
  std::string_view line;
  if (!lines.next(line)) return fail(Fault::malformed, "the file is empty");
  const Fields<3> fields(line);
  if (fields.count() < 3) return lines.malformed("three numbers expected in " + in_quotes(line));
  FileNr files{};
  files.allocated = TRY(lines.field<std::uint64_t>(fields[0]));
  files.maximum = TRY(lines.field<std::uint64_t>(fields[2]));
  return files;
}

constinit const Collector kFilefd{
    "filefd", "Open files of the host from /proc/sys/fs/file-nr.", true, Schedule::at_scrape, kMetrics, collect};

}  // namespace mixnet
