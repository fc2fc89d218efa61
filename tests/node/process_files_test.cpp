// SPDX-License-Identifier: Apache-2.0
#include "collectors/node/process_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mixnet {
namespace {

TEST(Sizes, AreBytesAtTheirKeysPlaces) {
  constexpr std::string_view kKeys[] = {"VmRSS", "VmSwap", "RssAnon"};
  std::optional<std::uint64_t> sizes[3] = {1, 1, 1};
  ASSERT_TRUE(parse_sizes("Name:\tnym-node\nVmRSS:\t     412 kB\nVmLib:\todd\nRssAnon:\t 2 kB\n", kKeys, sizes));
  EXPECT_THAT(sizes, ::testing::ElementsAre(412 * 1024, std::nullopt, 2048));
}

TEST(Sizes, RefuseWhatIsBroken) {
  constexpr std::string_view kKeys[] = {"VmRSS"};
  std::optional<std::uint64_t> sizes[1];
  EXPECT_EQ(parse_sizes("VmRSS:\t 12\n", kKeys, sizes).error().message, "line 1: a size in kB expected in \"VmRSS:\\x09 12\"");
  EXPECT_FALSE(parse_sizes("VmRSS:\t 12 MB\n", kKeys, sizes));
  EXPECT_FALSE(parse_sizes("VmRSS:\t -12 kB\n", kKeys, sizes));
  EXPECT_FALSE(parse_sizes("VmRSS", kKeys, sizes));
}

TEST(ProcessIo, GivesBytes) {
  const auto io = parse_process_io("rchar: 1\nwchar: 2\nsyscr: 3\nsyscw: 4\nread_bytes: 5\nwrite_bytes: 6\n");
  ASSERT_TRUE(io);
  EXPECT_EQ(io->read_chars, 1u);
  EXPECT_EQ(io->written_chars, 2u);
  EXPECT_EQ(io->read_bytes, 5u);
  EXPECT_EQ(io->written_bytes, 6u);
  EXPECT_EQ(parse_process_io("rchar: 1\nwchar: 2\n").error().message, "rchar, wchar, read_bytes and write_bytes expected");
  EXPECT_FALSE(parse_process_io("rchar: x\n"));
}

TEST(OpenFilesLimit, IsTheSoftOne) {
  EXPECT_EQ(parse_open_files_limit("Max open files            1024                 524288               files\n").value(),
            1024u);
  EXPECT_EQ(parse_open_files_limit("Max open files            unlimited            unlimited            files\n").value(),
            std::nullopt);
  EXPECT_EQ(parse_open_files_limit("Max processes 1 2 processes\n").error().message, "no line of open files");
  EXPECT_FALSE(parse_open_files_limit("Max open files "));
}

TEST(ThreadRuns, AreTheLastTwoNumbers) {
  const auto runs = parse_thread_runs("7812035524 90122871 41022\n");
  ASSERT_TRUE(runs);
  EXPECT_EQ(runs->waited_ns, 90122871u);
  EXPECT_EQ(runs->runs, 41022u);
  for (const auto* text : {"", "1 2", "1 x 3", "1 2 y"}) EXPECT_FALSE(parse_thread_runs(text)) << text;
}

}  // namespace
}  // namespace mixnet
