// SPDX-License-Identifier: Apache-2.0
#include "collectors/kit/regular_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

#include "tests/support/host.h"

namespace mixnet {
namespace {

using ::testing::HasSubstr;

constexpr std::size_t kMax = 4096;

TEST(RegularFile, IsReadUpToItsLimitAndIsNothingElse) {
  const test::TemporaryFolder folder;
  folder.write("config.toml", "id = 'a'\n");
  const auto path = (folder.path() / "config.toml").string();
  EXPECT_EQ(read_regular_file(path, kMax, Symlinks::refuse).value(), "id = 'a'\n");
  const auto link = (folder.path() / "link").string();
  std::filesystem::create_symlink(path, link);
  EXPECT_EQ(read_regular_file(link, kMax, Symlinks::follow).value(), "id = 'a'\n");
  EXPECT_EQ(read_regular_file(link, kMax, Symlinks::refuse).error().fault, Fault::malformed);
  const auto fifo = (folder.path() / "fifo").string();
  ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
  EXPECT_EQ(read_regular_file(fifo, kMax, Symlinks::refuse).error().message, fifo + ": not a regular file");
  EXPECT_EQ(read_regular_file(folder.path(), kMax, Symlinks::refuse).error().fault, Fault::malformed);
  EXPECT_EQ(read_regular_file(path + ".old", kMax, Symlinks::refuse).error().fault, Fault::absent);
  folder.write("large", std::string(kMax + 1, '#'));
  EXPECT_THAT(read_regular_file(folder.path() / "large", kMax, Symlinks::refuse).error().message,
              HasSubstr("longer than 4096 bytes"));
}

}  // namespace
}  // namespace mixnet
