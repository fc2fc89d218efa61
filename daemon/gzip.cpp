// SPDX-License-Identifier: Apache-2.0
#include "daemon/gzip.h"

#include <isa-l/igzip_lib.h>

#include <array>

namespace mixnet {
namespace {

/// What gzip can take more than the text itself: its header and its checks, and five bytes for each block that is stored.
std::size_t bound(std::size_t text_bytes) {
  constexpr std::size_t kStoredBlock = 65535;
  return text_bytes + 5 * (text_bytes / kStoredBlock + 1) + ISAL_DEF_MAX_HDR_SIZE;
}

}  // namespace

struct Gzip::State {
  isal_zstream stream;
  std::array<std::uint8_t, ISAL_DEF_LVL1_SMALL> level;  // a larger one is no faster with texts like ours
};

Gzip::Gzip() : state_(std::make_unique_for_overwrite<State>()) {}
Gzip::~Gzip() = default;

void Gzip::compress(std::string_view text, std::string& out) {
  out.resize(bound(text.size()));
  auto& stream = state_->stream;
  isal_deflate_stateless_init(&stream);
  stream.level = 1;
  stream.level_buf = state_->level.data();
  stream.level_buf_size = static_cast<std::uint32_t>(state_->level.size());
  stream.gzip_flag = IGZIP_GZIP;
  stream.end_of_stream = 1;
  stream.next_in = reinterpret_cast<std::uint8_t*>(const_cast<char*>(text.data()));  // it is only read
  stream.avail_in = static_cast<std::uint32_t>(text.size());
  stream.next_out = reinterpret_cast<std::uint8_t*>(out.data());
  stream.avail_out = static_cast<std::uint32_t>(out.size());
  isal_deflate_stateless(&stream);  // fails where there is too little room only, which there is not
  out.resize(stream.total_out);
}

}  // namespace mixnet
