// SPDX-License-Identifier: Apache-2.0
#include "collectors/host/os.h"

#include <gtest/gtest.h>

#include "tests/support/host.h"

namespace mixnet {
namespace {

constexpr std::string_view kDebian =
    "node_os_info{build_id=\"\",id=\"debian\",id_like=\"\",image_id=\"\",image_version=\"\",name=\"Debian GNU/Linux\","
    "pretty_name=\"Debian GNU/Linux 12 (bookworm)\",variant=\"\",variant_id=\"\",version=\"12 (bookworm)\","
    "version_codename=\"bookworm\",version_id=\"12\"} 1\n"
    "node_os_version{id=\"debian\",id_like=\"\",name=\"Debian GNU/Linux\"} 12\n"
    "node_os_support_end_timestamp_seconds 1845936000\n";

TEST(Os, NamesTheSystem) { EXPECT_EQ(test::collected(kOs, test::fixtures() / "host"), kDebian); }

TEST(Os, FallsBackToTheVendorsFile) {
  const test::TemporaryFolder host;
  host.write("root/usr/lib/os-release", test::fixture("host/root/etc/os-release"));
  EXPECT_EQ(test::collected(kOs, host.path()), kDebian);
}

TEST(Os, IsReadAgainAfterAnUpgrade) {
  const test::TemporaryFolder host;
  Context context(test::roots_below(host.path()), {});
  host.write("root/etc/os-release", "ID=arch\n");
  const auto before = test::collected(kOs, context);
  EXPECT_NE(before.find("id=\"arch\""), std::string::npos);
  EXPECT_EQ(before.find("node_os_version"), std::string::npos);  // a rolling release has none
  EXPECT_EQ(test::collected(kOs, context), before);
  host.write("root/etc/os-release", "ID=broken\nnonsense\n");
  EXPECT_EQ(test::collected(kOs, context),
            "error: " + (host.path() / "root/etc/os-release").string() + ": line 2: KEY=value expected in \"nonsense\"\n");
  host.write("root/etc/os-release", test::fixture("host/root/etc/os-release"));
  EXPECT_EQ(test::collected(kOs, context), kDebian);
}

TEST(Os, UnquotesAsAShellDoes) {
  OsRelease release;
  ASSERT_TRUE(parse_os_release(
      "# a comment\n\nNAME='Void \"x\"'\nID = void # the id\nVARIANT=\"a \\\"b\\\" \\\\ \"\nVERSION_ID=\"22.04.1\"\n"
      "VERSION=\nPRETTY_NAME=\"M\xc3\xbcnchen # 1\"\nUNKNOWN=1",
      release));
  EXPECT_EQ(release["NAME"], "Void \"x\"");
  EXPECT_EQ(release["ID"], "void");
  EXPECT_EQ(release["VARIANT"], "a \"b\" \\ ");
  EXPECT_EQ(release["PRETTY_NAME"], "M\xc3\xbcnchen # 1");
  EXPECT_EQ(release["VERSION"], "");
  EXPECT_EQ(release.version, 22.04);
  EXPECT_FALSE(release.support_end);
}

TEST(Os, EscapesOnlyWhatAShellDoes) {
  OsRelease release;
  ASSERT_TRUE(parse_os_release(R"(NAME="a\$b\`c"
ID=a\-b
VERSION="x\ty"
BUILD_ID='a\$b'
)",
                               release));
  EXPECT_EQ(release["NAME"], "a$b`c");
  EXPECT_EQ(release["ID"], "a-b");
  EXPECT_EQ(release["VERSION"], "x\\ty");
  EXPECT_EQ(release["BUILD_ID"], "a\\$b");
}

TEST(Os, TakesTheNumberThatAVersionBeginsWith) {
  const auto version = [](std::string_view id) {
    OsRelease release;
    EXPECT_TRUE(parse_os_release("VERSION_ID=" + std::string(id) + "\n", release));
    return release.version;
  };
  EXPECT_EQ(version("12"), 12);
  EXPECT_EQ(version("12."), 12);
  EXPECT_EQ(version("3.20.3"), 3.2);
  EXPECT_EQ(version("20240101_rc1"), 20240101);
  EXPECT_EQ(version("rolling"), std::nullopt);
  EXPECT_EQ(version(""), std::nullopt);
}

TEST(Os, RefusesWhatIsBroken) {
  OsRelease release;
  EXPECT_EQ(parse_os_release("ID=x\nSUPPORT_END=2028-02-30\n", release).error().message,
            "line 2: \"2028-02-30\" is not a date as 2028-06-30");
  EXPECT_EQ(parse_os_release("SUPPORT_END=soon\n", release).error().message, "line 1: \"soon\" is not a date as 2028-06-30");
  EXPECT_TRUE(parse_os_release("SUPPORT_END=\"\"\n", release));
  EXPECT_FALSE(release.support_end);
}

TEST(Os, IsAbsentWhereNothingNamesIt) {
  const test::TemporaryFolder host;
  EXPECT_EQ(test::collected(kOs, host.path()), "error: no os-release in " + (host.path() / "root/etc").string() + " nor " +
                                                   (host.path() / "root/usr/lib").string() + "\n");
}

}  // namespace
}  // namespace mixnet
