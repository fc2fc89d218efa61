// SPDX-License-Identifier: Apache-2.0
#include "collectors/kit/state_folder.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>

#include "tests/support/host.h"

namespace mixnet {
namespace {

using namespace std::chrono_literals;
using Time = StateFolder::Time;

TEST(StateFolder, GivesBackWhatWasWritten) {
  const test::TemporaryFolder above;
  const StateFolder folder(above.path().string() + "/state/nym_api");
  EXPECT_EQ(folder.read("bonded.json", 100).error().fault, Fault::absent);
  ASSERT_TRUE(folder.write("bonded.json", "{}"));
  const auto file = folder.read("bonded.json", 100).value();
  EXPECT_EQ(file.text, "{}");
  EXPECT_LT(std::chrono::abs(file.written - Time::clock::now()), 60s);
  ASSERT_TRUE(folder.write("bonded.json", "[1]"));
  EXPECT_EQ(folder.read("bonded.json", 100)->text, "[1]");
  EXPECT_EQ(folder.read("bonded.json", 2).error().fault, Fault::malformed) << "longer than it may be";

  struct stat status {};
  ASSERT_EQ(::stat((folder.path() + "/bonded.json").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600U);
}

TEST(StateFolder, LeavesWhatWasThereWhereTheNewCannotBeWritten) {
  const test::TemporaryFolder above;
  const StateFolder folder(above.path().string());
  ASSERT_TRUE(folder.write("a", "old"));
  {
    const test::FileSizeLimit full_disk(2);
    const auto written = folder.write("a", "new");
    ASSERT_FALSE(written);
    EXPECT_EQ(written.error().message, above.path().string() + "/a: File too large");
  }
  EXPECT_EQ(folder.read("a", 10)->text, "old");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(above.path()), std::filesystem::directory_iterator()), 1);
}

TEST(StateFolder, FollowsNoLinkOfSomebodyElse) {
  const test::TemporaryFolder above;
  const StateFolder folder(above.path().string());
  std::ofstream(above.path().string() + "/secret") << "secret";
  std::filesystem::create_symlink(above.path().string() + "/secret", above.path().string() + "/a");
  EXPECT_FALSE(folder.read("a", 10));
  ASSERT_TRUE(folder.write("a", "x"));
  EXPECT_EQ(folder.read("a", 10)->text, "x") << "in the link's place";
  EXPECT_EQ(folder.read("secret", 10)->text, "secret");
}

TEST(StateFolder, MayBeNone) {
  const StateFolder none;
  EXPECT_TRUE(none.write("a", "x"));
  EXPECT_EQ(none.read("a", 10).error().fault, Fault::absent);
  none.forget_older_than(Time::clock::now());
}

TEST(StateFolder, TouchesAndForgets) {
  const test::TemporaryFolder above;
  const StateFolder folder(above.path().string());
  EXPECT_EQ(folder.touch("a").error().fault, Fault::absent);
  ASSERT_TRUE(folder.write("a", "x"));
  ASSERT_TRUE(folder.write("b", "y"));
  const auto long_ago = std::filesystem::file_time_type::clock::now() - 48h;
  for (const auto* name : {"/a", "/b"}) std::filesystem::last_write_time(above.path().string() + name, long_ago);
  EXPECT_GT(Time::clock::now() - folder.read("a", 10)->written, 47h);
  ASSERT_TRUE(folder.touch("a"));
  EXPECT_LT(Time::clock::now() - folder.read("a", 10)->written, 60s);
  folder.forget_older_than(Time::clock::now() - 24h);
  EXPECT_TRUE(folder.read("a", 10));
  EXPECT_FALSE(folder.read("b", 10));
}

}  // namespace
}  // namespace mixnet
