// SPDX-License-Identifier: Apache-2.0
#include "collectors/kit/tree.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/host.h"

namespace mixnet {
namespace {

std::size_t open_descriptors() {
  std::size_t count = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) ++count;
  return count;
}

TEST(Tree, ReadsTheSameFileAgainThroughOneDescriptor) {
  const test::TemporaryFolder folder;
  folder.write("a/value", "1\n");
  Tree tree(folder.path());
  EXPECT_EQ(tree.read("a/value", Shape::value).value(), "1\n");
  const auto before = open_descriptors();
  folder.write("a/value", "22\n");
  EXPECT_EQ(tree.read("a/value", Shape::value).value(), "22\n");
  EXPECT_EQ(open_descriptors(), before);
}

TEST(Tree, ReadsAFileLongerThanItsBuffer) {
  const test::TemporaryFolder folder;
  const std::string content(300'000, 'x');
  folder.write("long", content);
  Tree tree(folder.path());
  EXPECT_EQ(tree.read("long", Shape::records).value(), content);
}

TEST(Tree, ReadsAllOfALongKernelFile) {
  Tree tree("/proc");
  std::ifstream in("/proc/kallsyms");
  const std::string expected{std::istreambuf_iterator<char>(in), {}};
  if (expected.size() < 100'000) GTEST_SKIP() << "no /proc/kallsyms here";
  EXPECT_EQ(tree.read("kallsyms", Shape::records).value(), expected);
  EXPECT_EQ(tree.read("kallsyms", Shape::short_records).value(), expected);
  EXPECT_EQ(tree.read("kallsyms", Shape::short_records).value(), expected);  // through the descriptor kept open
}

TEST(Tree, ReadsShortRecordsUpToTheirEnd) {
  const test::TemporaryFolder folder;
  Tree tree(folder.path());
  for (const std::size_t size : {0, 1, 3583, 3584, 3585, 4096, 16383, 16384, 16385, 20000, 300'000}) {
    const std::string content(size, 'x');
    folder.write("file", content);
    EXPECT_EQ(tree.read_once("file", Shape::short_records).value(), content) << size;
  }
}

TEST(Tree, StampsTellVersionsOfAFileApart) {
  const test::TemporaryFolder folder;
  const Tree tree(folder.path());
  EXPECT_FALSE(tree.stamp("release"));
  folder.write("release", "12");
  const auto first = tree.stamp("release");
  ASSERT_TRUE(first);
  EXPECT_EQ(tree.stamp("release"), first);
  folder.write("release", "13.1");
  EXPECT_NE(tree.stamp("release"), first);
}

TEST(Tree, StreamsALongFileInWholeLines) {
  const test::TemporaryFolder folder;
  std::string content;
  for (int line = 0; line < 50'000; ++line) content += std::to_string(line) + "\n";
  content += "no newline at the end";
  folder.write("long", content);
  Tree tree(folder.path());
  for (int times = 0; times < 2; ++times) {
    std::string seen;
    std::size_t longest = 0;
    const auto done = tree.stream("long", [&](std::string_view lines) -> Result<void> {
      EXPECT_TRUE(lines.empty() || lines.ends_with('\n') || lines.ends_with("the end"));
      seen += lines;
      longest = std::max(longest, lines.size());
      return {};
    });
    EXPECT_TRUE(done);
    EXPECT_EQ(seen, content);
    EXPECT_LE(longest, std::size_t{64 << 10});
  }
}

TEST(Tree, StreamsALineLongerThanItsBuffer) {
  const test::TemporaryFolder folder;
  const std::string content = std::string(200'000, 'x') + "\nend\n";
  folder.write("line", content);
  Tree tree(folder.path());
  std::string seen;
  EXPECT_TRUE(tree.stream("line", [&](std::string_view lines) -> Result<void> {
    seen += lines;
    return {};
  }));
  EXPECT_EQ(seen, content);
}

TEST(Tree, NamesTheFileWhereAStreamEndsEarly) {
  const test::TemporaryFolder folder;
  folder.write("x", "1\n");
  Tree tree(folder.path());
  const auto refuse = [](std::string_view) -> Result<void> { return fail(Fault::malformed, "bad"); };
  EXPECT_EQ(tree.stream("x", refuse).error().message, (folder.path() / "x").string() + ": bad");
  EXPECT_EQ(tree.stream("nothing", refuse).error().fault, Fault::absent);
}

TEST(Tree, TellsAbsentFromDenied) {
  const test::TemporaryFolder folder;
  Tree tree(folder.path());
  const auto absent = tree.read("nothing", Shape::value);
  ASSERT_FALSE(absent);
  EXPECT_EQ(absent.error().fault, Fault::absent);
  EXPECT_EQ(absent.error().message, (folder.path() / "nothing").string() + ": No such file or directory");
  EXPECT_FALSE(tree.read_if_there("nothing"));
  if (::geteuid() == 0) GTEST_SKIP() << "root is denied nothing";
  folder.write("secret", "x");
  std::filesystem::permissions(folder.path() / "secret", std::filesystem::perms::none);
  EXPECT_EQ(tree.read("secret", Shape::value).error().fault, Fault::denied);
}

TEST(Tree, ClosesWhatNoCollectionReads) {
  const test::TemporaryFolder folder;
  folder.write("gone", "1");
  Tree tree(folder.path());
  const auto before = open_descriptors();
  ASSERT_TRUE(tree.read("gone", Shape::value));
  EXPECT_EQ(open_descriptors(), before + 1);
  for (int collection = 0; collection < 200; ++collection) tree.begin_collection();
  EXPECT_EQ(open_descriptors(), before);
}

TEST(Tree, ListsSortedAndReusesNames) {
  const test::TemporaryFolder folder;
  for (const auto* name : {"d/b", "d/a", "d/c"}) folder.write(name, "");
  Tree tree(folder.path());
  std::vector<std::string> names{"old", "older", "oldest", "more"};
  ASSERT_TRUE(tree.list("d", names));
  EXPECT_EQ(names, (std::vector<std::string>{"a", "b", "c"}));
  EXPECT_EQ(tree.list("nowhere", names).error().fault, Fault::absent);
}

TEST(Tree, RefusesAPathTooLongToBeOne) {
  Tree tree("/proc");
  EXPECT_EQ(tree.read(std::string(5000, 'x'), Shape::value).error().fault, Fault::unavailable);
}

TEST(Tree, CountsDescriptorsOnlyWhereTheKernelTellsTheirNumber) {
  Tree proc("/proc");
  std::vector<std::string> names;
  ASSERT_TRUE(proc.list("self/fd", names));
  const auto told = proc.told_count("self/fd");
  if (told) {                            // from Linux 6.2 on
    EXPECT_EQ(*told + 1, names.size());  // the listing has a descriptor of its own
  }
  EXPECT_EQ(proc.told_count("self/nothing"), std::nullopt);
  const test::TemporaryFolder folder;  // whose size is something else
  folder.write("fd/0", "");
  EXPECT_EQ(Tree(folder.path()).told_count("fd"), std::nullopt);
}

}  // namespace
}  // namespace mixnet
