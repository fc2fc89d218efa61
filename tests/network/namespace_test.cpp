// SPDX-License-Identifier: Apache-2.0
// Where a node is asked at the ports that Nym takes by itself; in a network namespace, where nobody else has them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "collectors/network/self_description_check.h"
#include "tests/network/described_node.h"

namespace mixnet {
namespace {

using test::answer;
using test::DescribedNode;
using test::Reply;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

bool raise_loopback() {
  const int fd = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  ifreq request{};
  std::strcpy(request.ifr_name, "lo");
  request.ifr_flags = IFF_UP;
  const bool raised = ::ioctl(fd, SIOCSIFFLAGS, &request) == 0;
  ::close(fd);
  return raised;
}

class AddressesOfANode : public testing::Test {
 protected:
  void SetUp() override {
    if (::unshare(CLONE_NEWNET) != 0) GTEST_SKIP() << "unshare(CLONE_NEWNET): " << std::strerror(errno);
    ASSERT_TRUE(raise_loopback());
  }

  static SelfDescription check(std::optional<std::uint16_t> port) {
    Http http;
    return check_self_description(http, {"127.0.0.1", port, DescribedNode::kKey}, {});
  }
};

TEST_F(AddressesOfANode, TheBondedPortIsAskedFirst) {
  const DescribedNode bonded(8001), usual(8080);
  EXPECT_EQ(check(8001).url, "http://127.0.0.1:8001");
  EXPECT_THAT(usual.asked(), IsEmpty());
  EXPECT_EQ(check(std::nullopt).url, "http://127.0.0.1:8080");
}

TEST_F(AddressesOfANode, TheNextIsAskedUntilOneIsUp) {
  DescribedNode bonded(8001), usual(8080), last(80);
  bonded.set("/health", answer(200, R"({"status":"down"})"));
  usual.set("/health", {"", Reply::Then::reset});
  const auto result = check(8001);
  EXPECT_EQ(result.failed, std::nullopt) << result.error.message;
  EXPECT_EQ(result.url, "http://127.0.0.1");
  EXPECT_THAT(bonded.asked(), ElementsAre("/health"));
  EXPECT_THAT(usual.asked(), ElementsAre("/health"));
}

TEST_F(AddressesOfANode, WhereNoneIsUpAllAreTold) {
  const auto refused = check(8001);
  EXPECT_EQ(refused.failed, DescriptionStep::health);
  EXPECT_EQ(refused.reason, "unreachable");
  EXPECT_EQ(refused.url, "");
  EXPECT_THAT(refused.error.message,
              HasSubstr("none of http://127.0.0.1:8001, http://127.0.0.1:8080, https://127.0.0.1, http://127.0.0.1 answers"));
  DescribedNode last(80);
  last.set("/health", answer(500, ""));
  EXPECT_EQ(check(8001).reason, "server_error");
  last.set("/health", answer(200, R"({"status":"down"})"));
  EXPECT_EQ(check(8001).reason, "malformed");
}

// This one takes the 5 s that such a request has.
TEST_F(AddressesOfANode, OneThatHangsHoldsUpTheOthersForAWhile) {
  DescribedNode hung(8001), usual(8080);
  hung.set("/health", {"", Reply::Then::hang});
  EXPECT_EQ(check(8001).url, "http://127.0.0.1:8080");
}

}  // namespace
}  // namespace mixnet
