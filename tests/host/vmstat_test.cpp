// SPDX-License-Identifier: Apache-2.0
#include "collectors/host/vmstat.h"

#include <gtest/gtest.h>

#include "tests/support/host.h"

namespace mixnet {
namespace {

TEST(Vmstat, GivesTheFieldsThatNodeExporterGivesByDefault) {
  EXPECT_EQ(test::collected(kVmstat, test::fixtures() / "host"),
            "node_vmstat_pgpgin 91223118\nnode_vmstat_pgpgout 412330982\nnode_vmstat_pswpin 122\nnode_vmstat_pswpout 23162\n"
            "node_vmstat_pgfault 1203311872\nnode_vmstat_pgmajfault 45122\nnode_vmstat_oom_kill 2\n");
}

TEST(Vmstat, GivesTheFieldsAskedFor) {
  Settings settings;
  settings.vmstat.fields = Regex::compile("^nr_(dirty|mlock)$").value();
  EXPECT_EQ(test::collected(kVmstat, test::fixtures() / "host", settings),
            "node_vmstat_nr_mlock 4433\nnode_vmstat_nr_dirty 353\n");
}

TEST(Vmstat, DecidesAnewWhereAnotherFieldHasMovedTo) {
  const test::TemporaryFolder host;
  Context context(test::roots_below(host.path()), {});
  host.write("proc/vmstat", "nr_dirty 1\npgpgin 2\n");
  EXPECT_EQ(test::collected(kVmstat, context), "node_vmstat_pgpgin 2\n");
  host.write("proc/vmstat", "pgpgin 3\nnr_dirty 1\n");
  EXPECT_EQ(test::collected(kVmstat, context), "node_vmstat_pgpgin 3\n");
}

TEST(Vmstat, RefusesWhatIsBroken) {
  Vmstat vmstat;
  EXPECT_EQ(parse_vmstat("", vmstat).error().message, "the file is empty");
  EXPECT_EQ(parse_vmstat("pgpgin 1\npgpgout\n", vmstat).error().message,
            "line 2: a field's name and a number expected in \"pgpgout\"");
  EXPECT_EQ(parse_vmstat("pg-in 1\n", vmstat).error().message, "line 1: a field's name and a number expected in \"pg-in 1\"");
  EXPECT_EQ(parse_vmstat("pgpgin -1\n", vmstat).error().message, "line 1: \"-1\" is not a number of the kind expected");
}

}  // namespace
}  // namespace mixnet
