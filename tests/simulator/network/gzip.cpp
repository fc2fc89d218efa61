// SPDX-License-Identifier: Apache-2.0
#include "tests/simulator/network/gzip.h"

#include <libdeflate.h>

namespace mixnet::simulator {

std::string gzip(std::string_view text) {
  constexpr int kFast = 1;
  libdeflate_compressor* compressor = libdeflate_alloc_compressor(kFast);
  std::string out(libdeflate_gzip_compress_bound(compressor, text.size()), '\0');
  out.resize(libdeflate_gzip_compress(compressor, text.data(), text.size(), out.data(), out.size()));
  libdeflate_free_compressor(compressor);
  return out;
}

}  // namespace mixnet::simulator
