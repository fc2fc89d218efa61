// SPDX-License-Identifier: Apache-2.0
#include "daemon/start_memory.h"

#include <malloc.h>
#include <sys/mman.h>

#include <bit>
#include <charconv>
#include <cstdint>
#include <string_view>

#include "collectors/kit/regular_file.h"
#include "collectors/kit/text.h"

namespace mixnet {
namespace {

constexpr std::size_t kMapsBytesMax = 1 << 20;

/// A line of /proc/self/maps.
///     7f0c5a228000-7f0c5a37d000 r-xp 00028000 fe:00 1835 /usr/lib/x86_64-linux-gnu/libc.so.6
/// Only code that is never written, not even when the program is linked: anything else would come back as it is in the file.
void give_back_if_code(std::string_view line) {
  const auto range = take_field(line);
  if (take_field(line) != "r-xp" || line.find('/') == std::string_view::npos) return;
  const auto dash = range.find('-');
  std::uintptr_t begin = 0, end = 0;
  std::from_chars(range.data(), range.data() + dash, begin, 16);
  std::from_chars(range.data() + dash + 1, range.data() + range.size(), end, 16);
  if (begin != 0 && end > begin) ::madvise(std::bit_cast<void*>(begin), end - begin, MADV_DONTNEED);
}

}  // namespace

void give_back_start_memory() {
  ::malloc_trim(0);
  const auto maps = read_regular_file("/proc/self/maps", kMapsBytesMax);
  if (!maps) return;
  Lines lines(*maps);
  std::string_view line;
  while (lines.next(line)) give_back_if_code(line);
}

}  // namespace mixnet
