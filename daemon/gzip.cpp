// SPDX-License-Identifier: Apache-2.0
#include "daemon/gzip.h"

#include <zlib.h>

#include <limits>
#include <new>
#include <stdexcept>

namespace mixnet {

struct Gzip::Stream {
  z_stream z{};
};

Gzip::Gzip() : stream_(std::make_unique<Stream>()) {
  constexpr int kLevel = 1, kGzipWindow = 15 + 16, kMemoryLevel = 8;
  if (deflateInit2(&stream_->z, kLevel, Z_DEFLATED, kGzipWindow, kMemoryLevel, Z_DEFAULT_STRATEGY) != Z_OK)
    throw std::bad_alloc();
}

Gzip::~Gzip() { deflateEnd(&stream_->z); }

void Gzip::compress(std::string_view text, std::string& out) {
  z_stream& z = stream_->z;
  if (text.size() > std::numeric_limits<uInt>::max()) throw std::length_error("gzip: text larger than 4 GiB");
  deflateReset(&z);
  out.resize(deflateBound(&z, static_cast<uLong>(text.size())));
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));  // zlib reads it only
  z.avail_in = static_cast<uInt>(text.size());
  z.next_out = reinterpret_cast<Bytef*>(out.data());
  z.avail_out = static_cast<uInt>(out.size());
  deflate(&z, Z_FINISH);  // deflateBound bytes always are enough
  out.resize(z.total_out);
}

}  // namespace mixnet
