// SPDX-License-Identifier: Apache-2.0
#include "daemon/gzip.h"

#include <libdeflate.h>

#include <new>

namespace mixnet {

Gzip::Gzip() {
  constexpr int kLevel = 1;
  compressor_ = libdeflate_alloc_compressor(kLevel);
  if (compressor_ == nullptr) throw std::bad_alloc();
}

Gzip::~Gzip() { libdeflate_free_compressor(compressor_); }

void Gzip::compress(std::string_view text, std::string& out) {
  out.resize(libdeflate_gzip_compress_bound(compressor_, text.size()));  // that much always is enough
  out.resize(libdeflate_gzip_compress(compressor_, text.data(), text.size(), out.data(), out.size()));
}

}  // namespace mixnet
