// SPDX-License-Identifier: Apache-2.0
#include "collectors/host/uname.h"

#include <gtest/gtest.h>
#include <sys/utsname.h>

#include "tests/support/host.h"

namespace mixnet {
namespace {

TEST(Uname, ReadsTheFilesOfAForeignRoot) {
  EXPECT_EQ(test::collected(kUname, test::fixtures() / "host"),
            "node_uname_info{domainname=\"(none)\",machine=\"x86_64\",nodename=\"mixnode1\",release=\"6.1.0-28-amd64\","
            "sysname=\"Linux\",version=\"#1 SMP PREEMPT_DYNAMIC Debian 6.1.119-1 (2024-11-22)\"} 1\n");
}

TEST(Uname, AsksTheKernelOfThisHost) {
  utsname name{};
  ASSERT_EQ(::uname(&name), 0);
  Context context(Roots{}, {});
  EXPECT_EQ(test::collected(kUname, context), std::string("node_uname_info{domainname=\"") + name.domainname + "\",machine=\"" +
                                                  name.machine + "\",nodename=\"" + name.nodename + "\",release=\"" +
                                                  name.release + "\",sysname=\"" + name.sysname + "\",version=\"" +
                                                  name.version + "\"} 1\n");
}

TEST(Uname, KnowsTheMachineWhereTheKernelHasNoFileOfIt) {  // before Linux 6.1
  const test::TemporaryFolder host;
  host.write("proc/sys/kernel/hostname", "old\n");
  utsname name{};
  ASSERT_EQ(::uname(&name), 0);
  EXPECT_EQ(test::collected(kUname, host.path()), std::string("node_uname_info{domainname=\"\",machine=\"") + name.machine +
                                                      "\",nodename=\"old\",release=\"\",sysname=\"\",version=\"\"} 1\n");
}

TEST(Uname, IsAbsentWhereNoFileSaysAnything) {
  const test::TemporaryFolder host;
  EXPECT_EQ(test::collected(kUname, host.path()),
            "error: " + (host.path() / "proc/sys/kernel").string() + " does not name the system\n");
}

}  // namespace
}  // namespace mixnet
