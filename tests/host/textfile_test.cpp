// SPDX-License-Identifier: Apache-2.0
#include "collectors/host/textfile.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <memory>

#include "tests/support/host.h"

namespace mixnet {
namespace {

/// A folder of text files, and a scrape of it. The folder's path is cut out of what it gives.
class Textfile : public ::testing::Test {
 protected:
  void write(const std::string& name, std::string_view content) const {
    folder_.write(name, content);
    const timespec written[2] = {{1'700'000'001, 999'999'999}, {1'700'000'001, 999'999'999}};
    ASSERT_EQ(::utimensat(AT_FDCWD, (folder_.path() / name).c_str(), written, 0), 0);
  }
  void read_from(const std::string& pattern) { settings_.textfile.directories.push_back((folder_.path() / pattern).string()); }
  void start() {
    if (settings_.textfile.directories.empty()) settings_.textfile.directories.push_back(folder_.path());
    context_ = std::make_unique<Context>(Roots{}, settings_);
  }
  std::string collect() {
    if (!context_) start();
    return without_folder(test::collected(kTextfile, *context_));
  }
  /// What the last collection remarked on, a line each.
  std::string remarks() const {
    std::string out;
    for (const auto& remark : context_->remarks.all()) out += remark.subject + ": " + remark.error.message + "\n";
    return without_folder(out);
  }
  std::string help_of(std::string_view name) {
    if (!context_) start();
    Samples samples;
    EXPECT_TRUE(kTextfile.collect(*context_, samples));
    for (const auto& family : samples.families()) {
      if (family.name == name) return without_folder(std::string(family.help));
    }
    return "none";
  }
  std::string without_folder(std::string text) const {
    const auto path = folder_.path().string();
    for (auto at = text.find(path); at != std::string::npos; at = text.find(path)) text.erase(at, path.size());
    return text;
  }

  test::TemporaryFolder folder_;
  Settings settings_;
  std::unique_ptr<Context> context_;
};

constexpr const char* kGood = "node_textfile_scrape_error 0\n";
constexpr const char* kBad = "node_textfile_scrape_error 1\n";

std::string read(const std::string& file) { return "node_textfile_mtime_seconds{file=\"/" + file + "\"} 1700000001\n"; }

TEST_F(Textfile, HasNoErrorWithoutADirectory) {
  context_ = std::make_unique<Context>(Roots{}, settings_);
  EXPECT_EQ(collect(), kGood);
}

TEST_F(Textfile, ReadsFilesOfItsSuffixOnly) {
  write("b.prom", "b{x=\"1\"} 2\n");
  write("a.prom", "a 1\n");
  write("c.txt", "c 1\n");
  write("d.prom.tmp", "broken");
  EXPECT_EQ(collect(), "a 1\nb{x=\"1\"} 2\n" + read("a.prom") + read("b.prom") + kGood);
  EXPECT_EQ(help_of("a"), "Metric read from /a.prom");
}

TEST_F(Textfile, DeclaresWhatItEmits) {
  write("a.prom",
        "# TYPE h histogram\nh_count 1\n# TYPE s summary\ns_count 1\n# TYPE c counter\nc 1\n# TYPE g gauge\ng 1\nu 1\n");
  start();
  EXPECT_EQ(test::undeclared(kTextfile, *context_), "");
}

TEST_F(Textfile, MergesAFamilyOfSeveralFiles) {
  write("a.prom", "# HELP m The same.\n# TYPE m counter\nm{f=\"a\"} 1\n");
  write("b.prom", "# HELP m The same.\n# TYPE m counter\nm{f=\"b\"} 2\n");
  write("c.prom", "# TYPE m counter\nm{f=\"c\"} 3\n");
  EXPECT_EQ(collect(), "m{f=\"a\"} 1\nm{f=\"b\"} 2\nm{f=\"c\"} 3\n" + read("a.prom") + read("b.prom") + read("c.prom") + kGood);
  EXPECT_EQ(help_of("m"), "The same.");
}

TEST_F(Textfile, MakesUpHelpFromAllFilesThatHaveNone) {
  write("a.prom", "m{f=\"a\"} 1\n");
  write("b.prom", "# HELP m\nm{f=\"b\"} 2\n");
  EXPECT_EQ(help_of("m"), "Metric read from /a.prom, /b.prom");
}

TEST_F(Textfile, BelievesTheFirstOfTwoHelps) {
  write("a.prom", "# HELP m One.\nm{f=\"a\"} 1\n");
  write("b.prom", "# HELP m Another.\nm{f=\"b\"} 2\nother 3\n");
  EXPECT_EQ(collect(), "m{f=\"a\"} 1\nother 3\n" + read("a.prom") + read("b.prom") + kBad);
  EXPECT_EQ(help_of("m"), "One.");
}

TEST_F(Textfile, BelievesTheFirstOfTwoTypes) {
  write("a.prom", "# TYPE m counter\nm{f=\"a\"} 1\n");
  write("b.prom", "# TYPE m gauge\nm{f=\"b\"} 2\n");
  EXPECT_EQ(collect(), "m{f=\"a\"} 1\n" + read("a.prom") + read("b.prom") + kBad);
}

TEST_F(Textfile, TakesTheFirstOfEqualSeries) {
  write("a.prom", "m{x=\"1\",y=\"2\"} 1\nm{y=\"2\",x=\"1\"} 2\n");
  write("b.prom", "m{x=\"1\",y=\"2\",z=\"\"} 3\nm 4\n");
  EXPECT_EQ(collect(), "m{x=\"1\",y=\"2\"} 1\nm 4\n" + read("a.prom") + read("b.prom") + kBad);
}

TEST_F(Textfile, LosesOnlyTheBadFile) {
  write("bad.prom", "before 1\nnot a metric\n");
  write("good.prom", "good 1\n");
  write("timestamp.prom", "early 1\nstamped 1 1441205977284\n");
  write("unended.prom", "unended 1");
  std::filesystem::create_symlink("nowhere", folder_.path() / "dangling.prom");
  std::filesystem::create_directory(folder_.path() / "directory.prom");
  EXPECT_EQ(collect(), "good 1\n" + read("good.prom") + kBad);
}

TEST_F(Textfile, RefusesAFileTooLarge) {
  write("good.prom", "good 1\n");
  write("large.prom", "large 1\n");
  std::filesystem::resize_file(folder_.path() / "large.prom", (16 << 20) + 1);
  EXPECT_EQ(collect(), "good 1\n" + read("good.prom") + kBad);
}

TEST_F(Textfile, NamesTheFilesThatItRefusesAndWhy) {
  write("a.prom", "# TYPE value gauge\nvalue 1\n");
  write("broken.prom", "fine 1\nbroken\n");
  write("clash.prom", "# TYPE value counter\nvalue 2\n");
  write("timed.prom", "timed 1 1700000000000\n");
  read_from("");
  read_from("gone");
  (void)collect();
  EXPECT_EQ(remarks(),
            "/gone: /gone: No such file or directory\n"
            "/clash.prom: part of it is left out, as a file before it says otherwise\n"
            "/broken.prom: line 2: \"\" is not a value\n"
            "/timed.prom: it has timestamps, which Prometheus is to set\n");
  write("broken.prom", "fine 1\n");
  for (const auto* file : {"clash.prom", "timed.prom"}) std::filesystem::remove(folder_.path() / file);
  (void)collect();
  EXPECT_EQ(remarks(), "/gone: /gone: No such file or directory\n");
}

TEST_F(Textfile, ReadsDirectoriesByPattern) {
  write("one/a.prom", "a 1\n");
  write("two/b.prom", "b 1\n");
  write("other/c.prom", "c 1\n");
  read_from("[ot][nw]*");
  read_from("other/");
  read_from("t*");  // a second time
  EXPECT_EQ(collect(), "a 1\nb 1\nc 1\n" + read("one/a.prom") + read("two/b.prom") + read("other/c.prom") + kGood);
}

TEST_F(Textfile, TellsOfADirectoryThatIsNotThere) {
  write("there/a.prom", "a 1\n");
  read_from("nowhere");
  read_from("nothing*");
  read_from("there");
  EXPECT_EQ(collect(), "a 1\n" + read("there/a.prom") + kBad);
}

TEST_F(Textfile, FollowsChanges) {
  write("a.prom", "m{f=\"a\"} 1\n");
  write("b.prom", "# TYPE m gauge\nm{f=\"b\"} 1\n");
  EXPECT_EQ(collect(), "m{f=\"a\"} 1\n" + read("a.prom") + read("b.prom") + kBad);
  write("a.prom", "m{f=\"a\"} 2\n");  // of the same size
  EXPECT_EQ(collect(), "m{f=\"a\"} 2\n" + read("a.prom") + read("b.prom") + kBad);
  EXPECT_EQ(collect(), "m{f=\"a\"} 2\n" + read("a.prom") + read("b.prom") + kBad);
  std::filesystem::remove(folder_.path() / "a.prom");
  EXPECT_EQ(collect(), "m{f=\"b\"} 1\n" + read("b.prom") + kGood);
  write("0.prom", "zero 0\n");
  EXPECT_EQ(collect(), "zero 0\nm{f=\"b\"} 1\n" + read("0.prom") + read("b.prom") + kGood);
}

}  // namespace
}  // namespace mixnet
