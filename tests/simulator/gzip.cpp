// SPDX-License-Identifier: Apache-2.0
#include "tests/simulator/gzip.h"

#include <libdeflate.h>
#include <sys/mman.h>

namespace mixnet::simulator {

std::string gzip(std::string_view text) {
  constexpr int kFast = 1;
  libdeflate_compressor* compressor = libdeflate_alloc_compressor(kFast);
  std::string out(libdeflate_gzip_compress_bound(compressor, text.size()), '\0');
  out.resize(libdeflate_gzip_compress(compressor, text.data(), text.size(), out.data(), out.size()));
  libdeflate_free_compressor(compressor);
  return out;
}

/// From pages that are never written to, and so take no memory.
std::string gzip_of_zeros(std::size_t bytes) {
  void* zeros = ::mmap(nullptr, bytes, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (zeros == MAP_FAILED) return {};
  std::string out = gzip({static_cast<const char*>(zeros), bytes});
  ::munmap(zeros, bytes);
  out.shrink_to_fit();
  return out;
}

}  // namespace mixnet::simulator
