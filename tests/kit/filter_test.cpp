// SPDX-License-Identifier: Apache-2.0
#include "collectors/kit/filter.h"

#include <gtest/gtest.h>

#include "collectors/settings.h"

namespace mixnet {
namespace {

Regex regex(std::string_view pattern) { return Regex::compile(pattern).value(); }

TEST(Filter, WithoutAnythingSetWantsAll) { EXPECT_TRUE(Filter().wants("eth0")); }

TEST(Filter, ExcludeBeatsInclude) {
  const Filter filter{.include = regex("^eth"), .exclude = regex("1$")};
  EXPECT_TRUE(filter.wants("eth0"));
  EXPECT_FALSE(filter.wants("eth1"));
  EXPECT_FALSE(filter.wants("lo"));
}

TEST(Regex, SaysWhatIsWrong) {
  const auto refused = Regex::compile("a(");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message, "bad regular expression: missing ): a(");
}

TEST(Settings, EachIsReadBackAsItWasSet) {
  for (const auto& setting : all_settings()) {
    Settings settings;
    const auto text = setting.kind == Setting::Kind::boolean                                            ? "true"
                      : setting.kind == Setting::Kind::duration                                         ? "3600s"
                      : setting.kind == Setting::Kind::path                                             ? "/some/thing"
                      : setting.kind == Setting::Kind::host || setting.kind == Setting::Kind::host_list ? "some.thing"
                                                                                                        : "^some.thing$";
    ASSERT_TRUE(setting.set(settings, text)) << setting.name;
    EXPECT_EQ(setting.get(settings), text) << setting.name;
  }
}

TEST(Settings, RefusesTextOfAnotherKind) {
  for (const auto& setting : all_settings()) {
    if (setting.kind == Setting::Kind::path_list) continue;
    Settings settings;
    EXPECT_FALSE(setting.set(settings, "(")) << setting.name;
  }
}

TEST(Duration, IsWrittenAsPrometheusDoes) {
  EXPECT_EQ(parse_duration("15s").value().count(), 15000);
  EXPECT_EQ(parse_duration("7d").value().count(), 604800000);
  for (const auto* bad : {"", "15", "s", "1.5s", "-1s", "15 s", "99999999999s"}) EXPECT_FALSE(parse_duration(bad)) << bad;
}

}  // namespace
}  // namespace mixnet
