// SPDX-License-Identifier: Apache-2.0
#include "tests/daemon/generated_part.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

namespace mixnet::test {
namespace {

std::string with_backslash_before(std::string_view special, std::string_view text) {
  std::string out;
  for (const char c : text) out.append(special.find(c) == std::string_view::npos ? "" : "\\").append(1, c);
  return out;
}

}  // namespace

void expect_generated_part(std::string_view page, std::string_view part, const std::string& expected) {
  const std::string name(part), path = MIXNET_SOURCE "/docs/" + std::string(page);
  std::ifstream in(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(in), {}};
  const auto begin = text.find("<!-- " + name + ": made from "), end = text.find("<!-- end of " + name + " -->\n");
  ASSERT_NE(begin, std::string::npos) << "no line in " << path << " begins the " << name;
  ASSERT_NE(end, std::string::npos) << "no line in " << path << " ends the " << name;
  const auto first = text.find('\n', begin) + 1;
  if (std::getenv("MIXNET_UPDATE_DOCS") != nullptr) {
    text.replace(first, end - first, expected);
    std::ofstream(path, std::ios::binary) << text;
    return;
  }
  EXPECT_EQ(text.substr(first, end - first), expected)
      << path << " is stale; MIXNET_UPDATE_DOCS=1 daemon_test --gtest_filter='*Doc.*' writes it anew";
}

std::string in_table(std::string_view text) { return with_backslash_before("\\`*[]<>|", text); }

std::string code_in_table(std::string_view text) { return text.empty() ? "" : "`" + with_backslash_before("|", text) + "`"; }

}  // namespace mixnet::test
