// SPDX-License-Identifier: Apache-2.0
#include "daemon/web/target.h"

#include <gtest/gtest.h>

namespace mixnet::web {
namespace {

std::string shown(const Target& target) {
  std::string text = target.path;
  for (const auto& [name, value] : target.query) text += " " + name + "=" + value;
  return text;
}

TEST(Target, IsPathAndQuery) {
  Target target;
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"/metrics?collect[]=cpu&collect[]=meminfo", "/metrics collect[]=cpu collect[]=meminfo"},
      {"/metrics?collect%5B%5D=a%26b", "/metrics collect[]=a&b"},
      {"/", "/"},
      {"/?", "/"},
      {"/a+b?a+b=c+d", "/a+b a b=c d"},
      {"/%7Euser?x", "/~user x="},
      {"/?&&x=&&=y&", "/ x= =y"},
      {"/?a=b=c?d", "/ a=b=c?d"},
      {"http://localhost:10087/metrics?a=b", "/metrics a=b"},
      {"https://localhost", "/"},
  };
  for (const auto& [text, expected] : cases) {
    ASSERT_TRUE(parse_target(text, target)) << text;
    EXPECT_EQ(shown(target), expected);
  }
}

TEST(Target, RefusesWhatIsBroken) {
  Target target;
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"", "the path does not begin with \"/\""},
      {"*", "the path does not begin with \"/\""},
      {"metrics", "the path does not begin with \"/\""},
      {"http://host?x", "the path does not begin with \"/\""},
      {"/%", "broken escape \"%\""},
      {"/%4", "broken escape \"%4\""},
      {"/%zz", "broken escape \"%zz\""},
      {"/?a=%f", "broken escape \"%f\""},
      {"/?%g1=a", "broken escape \"%g1\""},
      {"/%00", "a zero byte"},
      {"/?a=%00", "a zero byte"},
      {"/ /", "a space or control character that is not escaped"},
      {"/\x7f", "a space or control character that is not escaped"},
  };
  for (const auto& [text, message] : cases) {
    const auto parsed = parse_target(text, target);
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().message, message) << text;
  }
}

}  // namespace
}  // namespace mixnet::web
