// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>

namespace mixnet {

/// What there is to tell of the history's file, written by the thread that keeps it, read by a scrape's.
struct HistoryInstruments {
  std::atomic<bool> on{false};              ///< is anything to be written at all?
  std::atomic<bool> up{false};              ///< could it be written last?
  std::atomic<std::uint64_t> ticks{0};      ///< written
  std::atomic<std::uint64_t> dropped{0};    ///< ticks that could not be
  std::atomic<std::uint64_t> set_aside{0};  ///< damaged files
  std::atomic<std::uint64_t> bytes{0};      ///< of the file
  std::atomic<std::uint64_t> series{0};     ///< recorded now
  std::atomic<double> write_seconds{0};     ///< spent on writing, waiting for the disk included
  std::atomic<double> last_write_time{0};   ///< Unix time in seconds
};

}  // namespace mixnet
