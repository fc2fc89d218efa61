// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

struct libdeflate_compressor;

namespace mixnet {

/// gzip at libdeflate's level 1: a third of the time of zlib's level 1, for fewer bytes. Keeps its state, so that a steady use
/// allocates nothing.
class Gzip {
 public:
  Gzip();
  ~Gzip();
  Gzip(const Gzip&) = delete;
  Gzip& operator=(const Gzip&) = delete;

  /// Replaces `out` by the compressed `text`.
  void compress(std::string_view text, std::string& out);

 private:
  libdeflate_compressor* compressor_;
};

}  // namespace mixnet
