// SPDX-License-Identifier: Apache-2.0
#include "collectors/kit/exposition.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/host.h"

namespace mixnet {
namespace {

/// What was parsed as lines of the text format again; "error: MESSAGE" where it was refused.
std::string again(std::string_view text) {
  const auto parsed = parse_exposition(text);
  if (!parsed) return "error: " + parsed.error().message;
  Samples samples;
  std::vector<Label> scratch;
  for (const auto& family : parsed->families) {
    const auto index = samples.family(family.type, family.name, family.help.value_or(""));
    for (const auto& series : family.series) add_series(family.type, series, index, samples, scratch);
  }
  return test::lines_of(samples);
}

TEST(Exposition, ReadsValuesLabelsAndComments) {
  EXPECT_EQ(again("# a comment\n"
                  "#\n"
                  "\n"
                  "# HELP up Whether it is up.\n"
                  "# TYPE up gauge\n"
                  "up 1\n"
                  "  a:b_c\t{ x = \"1\" ,y=\"2\", }  -2.5e3\n"
                  "plain{}0\n"),
            "up 1\na:b_c{x=\"1\",y=\"2\"} -2500\nplain 0\n");
}

TEST(Exposition, SortsLabelsAndDropsEmptyOnes) {
  EXPECT_EQ(again("m{zone=\"z\",empty=\"\",area=\"a\"} 1\n"), "m{area=\"a\",zone=\"z\"} 1\n");
}

TEST(Exposition, ReadsHelpAndTypes) {
  const auto parsed = parse_exposition(
      "# HELP c A \\\\ and \\n line.\n# TYPE c Counter\nc 1\n# TYPE g gauge\ng 1\n# TYPE u untyped\nu 1\nn 1\n# TYPE nothing "
      "gauge\n"
      "# HELP n\n# HELP\n");
  ASSERT_TRUE(parsed) << parsed.error().message;
  ASSERT_EQ(parsed->families.size(), 4U);
  EXPECT_EQ(parsed->families[0].help, "A \\ and \n line.");
  EXPECT_EQ(parsed->families[0].type, Type::counter);
  EXPECT_EQ(parsed->families[1].type, Type::gauge);
  EXPECT_EQ(parsed->families[2].type, Type::untyped);
  EXPECT_EQ(parsed->families[3].type, Type::untyped);
  EXPECT_FALSE(parsed->families[3].help);
}

TEST(Exposition, ReadsEscapesInValues) {
  EXPECT_EQ(again("m{a=\"b\\\\c\\\"d\\ne,}f\"} 1\n"), "m{a=\"b\\\\c\\\"d\\ne,}f\"} 1\n");
}

TEST(Exposition, ReadsNumbersAsGoDoes) {
  const auto value = [](std::string_view text) {
    const auto parsed = parse_exposition("m " + std::string(text) + "\n");
    return parsed ? parsed->families[0].series[0].value : -12345;
  };
  EXPECT_TRUE(std::isnan(value("NaN")));
  EXPECT_EQ(value("+Inf"), HUGE_VAL);
  EXPECT_EQ(value("inf"), HUGE_VAL);
  EXPECT_EQ(value("-Inf"), -HUGE_VAL);
  EXPECT_EQ(value("Infinity"), HUGE_VAL);
  EXPECT_EQ(value("+5."), 5);
  EXPECT_EQ(value(".5e1"), 5);
  EXPECT_EQ(value("1e-400"), 0);
  for (const auto* text : {"1e400", "0x10", "-nan", "+-5", "1_0", "1,5", "e", "nan(1)", "--1", "1e"})
    EXPECT_EQ(value(text), -12345) << text;
}

TEST(Exposition, ReadsHistograms) {
  EXPECT_EQ(again("# TYPE h histogram\n"
                  "h_bucket{a=\"x\",le=\"1638400\"} 3\n"
                  "h_bucket{le=\"0.5\",a=\"x\"} 1\n"
                  "h_sum{a=\"x\"} 9.5\n"
                  "h_count{a=\"x\"} 4\n"
                  "h_bucket{a=\"y\",le=\"+Inf\"} 7\n"
                  "h_count{a=\"y\"} 7\n"),
            "h_bucket{a=\"x\",le=\"0.5\"} 1\nh_bucket{a=\"x\",le=\"1.6384e+06\"} 3\nh_bucket{a=\"x\",le=\"+Inf\"} 4\n"
            "h_sum{a=\"x\"} 9.5\nh_count{a=\"x\"} 4\n"
            "h_bucket{a=\"y\",le=\"+Inf\"} 7\nh_sum{a=\"y\"} 0\nh_count{a=\"y\"} 7\n");
}

TEST(Exposition, ReadsSummaries) {
  EXPECT_EQ(again("# TYPE s summary\ns{quantile=\"0.99\"} 2\ns{quantile=\"0.5\"} 1\ns_sum 10\ns_count 5\n"),
            "s{quantile=\"0.5\"} 1\ns{quantile=\"0.99\"} 2\ns_sum 10\ns_count 5\n");
}

TEST(Exposition, TakesASuffixForAPartOnlyOfWhatHasParts) {
  EXPECT_EQ(again("# TYPE g gauge\ng 1\ng_count 2\ng_sum 3\ng_bucket 4\n"), "g 1\ng_count 2\ng_sum 3\ng_bucket 4\n");
  EXPECT_EQ(again("# TYPE s_count counter\ns_count 1\n# TYPE s summary\ns_count 2\n"), "s_count 1\ns_count 2\n");
  EXPECT_EQ(again("# TYPE s summary\ns_bucket 1\n"), "s_bucket 1\n");
}

TEST(Exposition, TellsOfTimestamps) {
  EXPECT_FALSE(parse_exposition("m 1\n")->has_timestamps);
  EXPECT_TRUE(parse_exposition("m 1 1441205977284\n")->has_timestamps);
  EXPECT_TRUE(parse_exposition("m 1  -5\n")->has_timestamps);
}

TEST(Exposition, RefusesWhatIsBrokenAndSaysWhere) {
  const auto error = [](std::string_view text) { return again(text); };
  EXPECT_EQ(error("ok 1\n"), "ok 1\n");
  EXPECT_EQ(error("m 1"), "error: line 1: the last line does not end");
  EXPECT_EQ(error("# no end"), "error: line 1: the last line does not end");
  EXPECT_EQ(error("m 1\n-m 1\n"), "error: line 2: not a metric's name: \"-m 1\"");
  EXPECT_EQ(error("m-x 1\n"), "error: line 1: \"-x\" is not a value");
  EXPECT_EQ(error("m\n"), "error: line 1: \"\" is not a value");
  EXPECT_EQ(error("m 1 \n"), "error: line 1: \"\" is not a timestamp");
  EXPECT_EQ(error("m 1 x\n"), "error: line 1: \"x\" is not a timestamp");
  EXPECT_EQ(error("m 1 2 3\n"), "error: line 1: more behind the timestamp: \" 3\"");
  EXPECT_EQ(error("m 1\r\n"), "error: line 1: \"1\\x0d\" is not a value");
  EXPECT_EQ(error("m{a} 1\n"), "error: line 1: '=' expected behind the label a");
  EXPECT_EQ(error("m{a=b} 1\n"), "error: line 1: '\"' expected in front of the value of a");
  EXPECT_EQ(error("m{a=\"b} 1\n"), "error: line 1: the value of a does not end");
  EXPECT_EQ(error("m{a=\"b\" c=\"d\"} 1\n"), "error: line 1: ',' or '}' expected behind the value of a");
  EXPECT_EQ(error("m{a=\"b\""), "error: line 1: ',' or '}' expected behind the value of a");
  EXPECT_EQ(error("m{1=\"b\"} 1\n"), "error: line 1: not a label's name: \"1=\"b\"} 1\"");
  EXPECT_EQ(error("m{,} 1\n"), "error: line 1: not a label's name: \",} 1\"");
  EXPECT_EQ(error("m{a=\"1\",a=\"2\"} 1\n"), "error: line 1: the label a twice");
  EXPECT_EQ(error("m{a=\"\",a=\"2\"} 1\n"), "error: line 1: the label a twice");
  EXPECT_EQ(error("m{__name__=\"x\"} 1\n"), "error: line 1: the label __name__ is reserved");
  EXPECT_EQ(error("m{a=\"\\t\"} 1\n"), "error: line 1: unknown escape in front of \"t\"} 1\"");
  EXPECT_EQ(error("m{a=\"\xff\"} 1\n"), "error: line 1: the value of a is not UTF-8");
  EXPECT_EQ(error("# TYPE m blob\n"), "error: line 1: unknown type \"blob\"");
  EXPECT_EQ(error("# TYPE m gauge\n# TYPE m gauge\n"), "error: line 2: a second TYPE of m, or one behind its samples");
  EXPECT_EQ(error("m 1\n# TYPE m gauge\n"), "error: line 2: a second TYPE of m, or one behind its samples");
  EXPECT_EQ(error("# HELP m a\n# HELP m a\n"), "error: line 2: a second HELP of m");
  EXPECT_EQ(error("# HELP m a\\q\n"), "error: line 1: unknown escape in front of \"q\"");
  EXPECT_EQ(error("# HELP 1m a\n"), "error: line 1: not a metric's name in a comment");
  EXPECT_EQ(error("# TYPE h histogram\nh_bucket{le=\"x\"} 1\n"), "error: line 2: \"x\" is not a value of le");
  EXPECT_EQ(error("# TYPE h histogram\nh_count -1\n"), "error: line 2: a negative count in a histogram");
}

TEST(Exposition, FromTheNetworkHasToBeWhole) {
  const auto error = [](std::string_view text) {
    const auto parsed = parse_exposition(text, Arrival::network);
    return parsed ? "none" : parsed.error().message;
  };
  EXPECT_EQ(error("m 1\n"), "none");
  EXPECT_EQ(error(""), "line 0: nothing in it");
  EXPECT_EQ(error("# only a comment\n"), "line 1: nothing in it");
  EXPECT_EQ(error("m 1\n# TYPE n gauge\n"), "line 2: cut before the samples of n");
  EXPECT_EQ(error("# TYPE h histogram\nh_bucket{le=\"1\"} 1\n"), "line 2: cut within the histogram h");
  EXPECT_EQ(error("# TYPE h histogram\nh_bucket{le=\"+Inf\"} 1\nh_sum 1\n"), "line 3: cut within the histogram h");
  EXPECT_EQ(error("# TYPE h histogram\nh_sum 1\nh_count 1\n"), "line 3: cut within the histogram h");
  EXPECT_EQ(error("# TYPE h histogram\nh_bucket{le=\"+Inf\"} 1\nh_sum 1\nh_count 1\n"), "none");
  EXPECT_EQ(error("# TYPE s summary\ns{quantile=\"0.5\"} 1\ns_sum 1\n"), "line 3: cut within the summary s");
  EXPECT_EQ(error("# TYPE s summary\ns_sum 1\ns_count 1\n"), "none");
}

TEST(Exposition, CutAnywhereIsRefusedOrEndsBetweenTwoFamilies) {
  const auto whole = test::fixture("nym/prometheus.txt");
  const auto families = parse_exposition(whole, Arrival::network)->families.size();
  std::size_t accepted = 0;
  for (std::size_t length = 0; length < whole.size(); ++length) {
    const auto cut = parse_exposition(std::string_view(whole).substr(0, length), Arrival::network);
    if (!cut) continue;
    ++accepted;
    EXPECT_EQ(whole.substr(length, 7), "# HELP ") << length;
  }
  EXPECT_EQ(accepted, families - 1);
}

}  // namespace
}  // namespace mixnet
