// SPDX-License-Identifier: Apache-2.0
#include "daemon/gzip.h"

#include <gtest/gtest.h>
#include <zlib.h>

namespace mixnet {
namespace {

std::string inflated(const std::string& compressed) {
  z_stream z{};
  inflateInit2(&z, 15 + 16);
  std::string out(1 << 20, '\0');
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(compressed.data()));
  z.avail_in = static_cast<uInt>(compressed.size());
  z.next_out = reinterpret_cast<Bytef*>(out.data());
  z.avail_out = static_cast<uInt>(out.size());
  const int status = inflate(&z, Z_FINISH);
  out.resize(z.total_out);
  inflateEnd(&z);
  return status == Z_STREAM_END && z.avail_in == 0 ? out : "not a whole gzip stream";
}

TEST(Gzip, GivesWholeStreamsAgainAndAgain) {
  Gzip gzip;
  std::string out;
  std::string text;
  for (int line = 0; line < 2000; ++line) text += "node_cpu_seconds_total{cpu=\"" + std::to_string(line * 7919) + "\"} 1\n";
  for (const auto& each : {text, std::string(), std::string("x"), text}) {
    gzip.compress(each, out);
    EXPECT_EQ(inflated(out), each);
  }
  EXPECT_LT(out.size(), text.size() / 4);
}

}  // namespace
}  // namespace mixnet
