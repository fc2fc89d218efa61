// SPDX-License-Identifier: Apache-2.0
#include "daemon/yaml.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mixnet {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// Reads the keys `name` (text), `port` (1 to 65535), `on` (boolean), `list` (of texts) and `below` (the same again).
void walk(const YamlMapping& top) {
  (void)top.get("name").text();
  (void)top.get("port").integer(1, 65535);
  (void)top.get("on").boolean();
  for (const auto& item : top.get("list").list()) (void)item.text();
  if (const auto below = top.get("below"); below.given()) walk(below.mapping());
}

std::vector<std::string> faults_of(std::string_view text) {
  Yaml yaml("f.yml", text);
  walk(yaml.top());
  return yaml.faults();
}

TEST(Yaml, ReadsWhatIsAskedFor) {
  Yaml yaml("f.yml", "name: n\nport: 80\non: true\nlist:\n- a\n- 'b c'\nbelow: {name: \"inner \\u00e4\"}\nempty:\n");
  const auto top = yaml.top();
  EXPECT_EQ(top.get("name").text(), "n");
  EXPECT_EQ(top.get("port").integer(1, 100), 80);
  EXPECT_EQ(top.get("port").text(), "80");
  EXPECT_EQ(top.get("on").boolean(), true);
  EXPECT_TRUE(top.get("list").is_list());
  ASSERT_EQ(top.get("list").list().size(), 2u);
  EXPECT_EQ(top.get("list").list()[1].text(), "b c");
  EXPECT_TRUE(top.get("below").is_mapping());
  EXPECT_EQ(top.get("below").mapping().get("name").text(), "inner ä");
  EXPECT_FALSE(top.get("empty").given());
  EXPECT_FALSE(top.get("nowhere").given());
  EXPECT_EQ(top.get("nowhere").mapping().get("deeper").text(), std::nullopt);
  EXPECT_THAT(yaml.faults(), IsEmpty());
}

TEST(Yaml, TakesAnEmptyFileForAnEmptyMapping) {
  for (const auto* text : {"", "\n", "# only a remark\n", "---\n", "---\n...\n", "\xef\xbb\xbf", "{}"}) {
    EXPECT_THAT(faults_of(text), IsEmpty()) << text;
  }
}

TEST(Yaml, GivesKeysThatTheOperatorChooses) {
  Yaml yaml("f.yml", "users:\n  alice: a\n  bob:\n");
  const auto users = yaml.top().get("users").mapping().entries();
  ASSERT_EQ(users.size(), 2u);
  EXPECT_EQ(users[0].first, "alice");
  EXPECT_EQ(users[0].second.text(), "a");
  EXPECT_FALSE(users[1].second.given());
  EXPECT_THAT(yaml.faults(), IsEmpty());
}

TEST(Yaml, NotesEveryFaultInTheOrderOfTheLines) {
  EXPECT_THAT(
      faults_of("nmae: x\non: yes\nport: 0\nbelow:\n  prot: 1\n  list: a\nzebra: {name: 1}\n"),
      ElementsAre("f.yml:1:1: unknown key \"nmae\"; did you mean \"name\"?", "f.yml:2:5: expected true or false, found \"yes\"",
                  "f.yml:3:7: expected a whole number from 1 to 65535, found \"0\"",
                  "f.yml:5:3: unknown key \"prot\"; did you mean \"port\"?",
                  "f.yml:6:9: expected a list, found \"a\"",  //
                  "f.yml:7:1: unknown key \"zebra\""));
}

TEST(Yaml, NotesTheCallersOwnFaultsInTheirPlace) {
  Yaml yaml("f.yml", "name: a\nlist: [b, c]\nnaem: d\n");
  const auto top = yaml.top();
  top.get("list").list()[1].refuse("no such thing");
  top.get("name").refuse("no such name");
  top.get("nowhere").refuse("not there, so nothing to refuse");
  EXPECT_THAT(yaml.faults(), ElementsAre("f.yml:1:7: no such name", "f.yml:2:11: no such thing",
                                         "f.yml:3:1: unknown key \"naem\"; did you mean \"name\"?"));
}

struct Bad {
  std::string text, fault;
};

class YamlRefuses : public ::testing::TestWithParam<Bad> {};

TEST_P(YamlRefuses, WithPlaceAndReason) { EXPECT_THAT(faults_of(GetParam().text), ElementsAre(GetParam().fault)); }

std::string nested(std::size_t levels, std::string_view opening, std::string_view closing) {
  std::string out = "list: ";
  for (std::size_t i = 0; i < levels; ++i) out += opening;
  for (std::size_t i = 0; i < levels; ++i) out += closing;
  return out;
}

INSTANTIATE_TEST_SUITE_P(
    Texts, YamlRefuses,
    ::testing::Values(Bad{"name: [a]", "f.yml:1:7: expected text, found a list"},  //
                      Bad{"name: {a: b}", "f.yml:1:7: expected text, found a mapping"},
                      Bad{"on: 'true'", "f.yml:1:5: expected true or false, found \"true\""},
                      Bad{"on: []", "f.yml:1:5: expected true or false, found a list"},
                      Bad{"port: 1e3", "f.yml:1:7: expected a whole number from 1 to 65535, found \"1e3\""},
                      Bad{"port: 99999999999999999999",
                          "f.yml:1:7: expected a whole number from 1 to 65535, found \"99999999999999999999\""},
                      Bad{"port: '80'", "f.yml:1:7: expected a whole number from 1 to 65535, found \"80\""},
                      Bad{"port: [80]", "f.yml:1:7: expected a whole number from 1 to 65535, found a list"},
                      Bad{"below: 7", "f.yml:1:8: expected a mapping, found \"7\""},  //
                      Bad{"below: [1]", "f.yml:1:8: expected a mapping, found a list"},
                      Bad{"list: [a, ~]", "f.yml:1:11: an empty item in a list"},  //
                      Bad{"- a\n- b\n", "f.yml:1:1: expected a mapping, found a list"},
                      Bad{"just words", "f.yml:1:1: expected a mapping, found \"just words\""},
                      Bad{"name: a\non: true\nname: b\n", "f.yml:3:1: duplicate key \"name\", first given in line 1"},
                      Bad{"name: &a x\n", "f.yml:1:7: anchors and aliases are not supported"},
                      Bad{"below: {<<: {name: a}}\n", "f.yml:1:9: merge keys are not supported"},
                      Bad{"name: !!str a\n", "f.yml:1:7: tags are not supported"},  //
                      Bad{"name: !mine a\n", "f.yml:1:7: tags are not supported"},
                      Bad{"name: a\n---\nname: b\n", "f.yml:2:1: a second document; one file holds one"},
                      Bad{"? [a]\n: b\n", "f.yml:1:3: a key must be text, not a list or a mapping"},
                      Bad{"below: {: b}\n", "f.yml:1:9: a key is missing"},
                      Bad{"name: \"a\n", "f.yml:2:1: syntax error: a quote is not closed"},
                      Bad{"below:\n\tname: a\n", "f.yml:2:1: a tab in the indentation, which YAML wants of blanks"},
                      Bad{"name: a\n  on: true\n", "f.yml:2:5: syntax error: illegal map value"},
                      Bad{"list: [a, b\n", "f.yml:2:1: syntax error: end of sequence flow not found"},
                      Bad{"name: a\nport 80\n", "f.yml:2:1: syntax error: \":\" is missing after \"port 80\""},
                      Bad{"name: a\nport\n", "f.yml:2:1: syntax error: \":\" is missing after \"port\""},
                      Bad{"name: a\nport\non: true\n", "f.yml:3:3: syntax error: illegal map value"},
                      Bad{"name: 'a\n\n", "f.yml:3:1: syntax error: a quote is not closed"},
                      Bad{"name: 'a", "f.yml:1:9: syntax error: a quote is not closed"},
                      Bad{std::string("name: a\n ab\0c\n", 14), "f.yml:2:4: control character \"\\x00\""},
                      Bad{"name: a\x04"
                          "b\n",
                          "f.yml:1:8: control character \"\\x04\""},
                      Bad{"name: \x7f\n", "f.yml:1:7: control character \"\\x7f\""},
                      Bad{"name: a\nport: \xff\n", "f.yml:2:7: not UTF-8"}, Bad{"\xff\xfen\0", "f.yml:1:1: not UTF-8"},
                      Bad{"name: " + std::string(1 << 20, 'x'), "f.yml:1:1: larger than 256 KiB"},
                      Bad{nested(100'000, "[", "]"), "f.yml:1:22: nested deeper than 16 levels"},
                      Bad{nested(10'000, "{a: ", "}"), "f.yml:1:67: nested deeper than 16 levels"},
                      Bad{nested(100'000, "- ", ""), "f.yml:1:7: syntax error: illegal block entry"},
                      Bad{"list: [" + std::string(100'000, ',') + "]", "f.yml:1:10005: more than 10000 values"}));

TEST(Yaml, DoesNotExpandAliases) {
  const auto faults = faults_of(
      "a: &a [lol,lol,lol,lol,lol,lol,lol,lol,lol]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\n");
  EXPECT_THAT(faults, ElementsAre("f.yml:1:4: anchors and aliases are not supported",
                                  "f.yml:2:4: anchors and aliases are not supported",
                                  "f.yml:2:8: anchors and aliases are not supported"));
}

TEST(YamlScalar, IsReadBackAsItWas) {
  for (const std::string_view text :
       {"", "info", "/proc", "true", "null", "~", "80", "127.0.0.1:10087", "[::1]:10087", "it's", "^/(dev|proc)($|/)",
        R"(\d+")", "a: b", "# no remark", " blanks ", "two\nlines\ttab", "ä€", "- a", "\x01\x7f\"\\"}) {
    Yaml yaml("f.yml", "name: " + yaml_scalar(text) + "\n");
    EXPECT_EQ(yaml.top().get("name").text(), text);
    EXPECT_THAT(yaml.faults(), IsEmpty()) << yaml_scalar(text);
  }
  EXPECT_EQ(yaml_scalar("/proc"), "/proc");
  EXPECT_EQ(yaml_scalar("no"), "'no'");
}

}  // namespace
}  // namespace mixnet
