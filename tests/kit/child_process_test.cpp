// SPDX-License-Identifier: Apache-2.0
#include "collectors/kit/child_process.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <fstream>
#include <string>
#include <thread>

#include "collectors/kit/text.h"
#include "tests/support/host.h"

namespace mixnet {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using Clock = ChildProcess::Clock;
using Kind = ChildEnd::Kind;

constexpr auto kLong = 60s;  // what a test would wait for an end that does not come

ChildOptions script(std::string text) {
  ChildOptions out;
  out.arguments = {"/bin/sh", "-c", std::move(text)};
  out.environment = {"PATH=/usr/sbin:/usr/bin:/sbin:/bin"};
  out.time_max = kLong;
  out.grace = 50ms;
  return out;
}

/// Runs it to its end.
ChildProcess ended(const ChildOptions& options) {
  auto child = ChildProcess::start(options).value();
  EXPECT_TRUE(child.advance(Clock::now() + 2 * kLong, {}));
  return child;
}

/// The first line of what it has written, waited for, as a number.
pid_t pid_said_by(ChildProcess& child) {
  const auto end = Clock::now() + kLong;
  while (child.output().find('\n') == std::string::npos && Clock::now() < end) (void)child.advance(Clock::now() + 10ms, {});
  std::string_view output = child.output();
  return number<pid_t>(take_until(output, '\n')).value();
}

/// Is it there, and no zombie that nobody has taken away yet?
bool lives(pid_t pid) {
  std::ifstream in("/proc/" + std::to_string(pid) + "/stat");
  std::string text;
  std::getline(in, text);
  const auto state = text.rfind(')');
  return state != std::string::npos && text.at(state + 2) != 'Z';
}

bool is_gone_in_the_end(pid_t pid) {
  const auto end = Clock::now() + kLong;
  while (lives(pid) && Clock::now() < end) std::this_thread::sleep_for(5ms);
  return !lives(pid);
}

bool has_no_child() { return ::waitpid(-1, nullptr, WNOHANG) == -1 && errno == ECHILD; }

TEST(ChildProcess, GivesWhatItWroteAndItsStatus) {
  const auto child = ended(script("echo out; echo err >&2; read line || echo no input; exit 3"));
  EXPECT_EQ(child.output(), "out\nno input\n");
  EXPECT_EQ(child.complaint(), "err\n");
  EXPECT_EQ(child.end()->kind, Kind::exited);
  EXPECT_EQ(child.end()->status, 3);
  EXPECT_TRUE(has_no_child()) << "no zombie";
}

TEST(ChildProcess, ReadsItsInput) {
  auto options = script("cat");
  options.input = "{\"a\": 1}\n" + std::string(300'000, 'x');
  const auto child = ended(options);
  EXPECT_EQ(child.output(), options.input) << "more than a pipe holds";
  EXPECT_EQ(child.end()->status, 0);
  options.arguments = {"/bin/true"};
  EXPECT_EQ(ended(options).end()->status, 0) << "nobody has to read it";
}

TEST(ChildProcess, GetsItsArgumentsAndEnvironmentAsTheyAre) {
  auto options = script("");
  options.arguments = {"/usr/bin/printf", "%s|", "$HOME; exit", "*", ""};
  EXPECT_EQ(ended(options).output(), "$HOME; exit|*||");
  options.arguments = {"/usr/bin/env"};
  options.environment = {"A=b c"};
  EXPECT_EQ(ended(options).output(), "A=b c\n");
  options.arguments = {"/bin/pwd"};
  options.directory = "/usr";
  EXPECT_EQ(ended(options).output(), "/usr\n");
}

TEST(ChildProcess, InheritsNoDescriptorAndNoSignalMask) {
  const int leaked = ::open("/dev/null", O_RDONLY);  // as a library might have it
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, &before);
  const auto old = std::signal(SIGPIPE, SIG_IGN);
  auto options = script("");
  options.arguments = {"/bin/ls", "/proc/self/fd"};
  EXPECT_EQ(ended(options).output(), "0\n1\n2\n3\n") << "3 is the folder that ls reads";
  options.arguments = {"/bin/cat", "/proc/self/status"};
  const auto status = ended(options).output();
  EXPECT_THAT(status, HasSubstr("\nSigBlk:\t0000000000000000\n"));
  EXPECT_THAT(status, HasSubstr("\nSigIgn:\t0000000000000000\n"));
  EXPECT_THAT(status, HasSubstr("\nNoNewPrivs:\t1\n"));
  EXPECT_THAT(status, HasSubstr("\nCapAmb:\t0000000000000000\n"));
  std::signal(SIGPIPE, old);
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  ::close(leaked);
}

TEST(ChildProcess, IsNiceAndFirstToGo) {
  auto options = script("nice; ulimit -c; cat /proc/self/oom_score_adj; umask");
  options.nice = 19;
  EXPECT_EQ(ended(options).output(), "19\n0\n1000\n0077\n");
}

TEST(ChildProcess, GetsNoMoreMemoryThanItMay) {
  auto options = script("dd if=/dev/zero of=/dev/null bs=100M count=1 2>/dev/null && echo enough");
  EXPECT_EQ(ended(options).output(), "enough\n");
  options.memory_bytes_max = 32 << 20;
  const auto child = ended(options);
  EXPECT_EQ(child.output(), "");
  EXPECT_NE(child.end()->status, 0);
}

TEST(ChildProcess, IsEndedWhenItsTimeIsUp) {
  auto options = script("exec sleep 1000");
  options.time_max = 50ms;
  const auto child = ended(options);
  EXPECT_EQ(child.end()->kind, Kind::timed_out);
  EXPECT_TRUE(has_no_child());
}

TEST(ChildProcess, IsEndedWithAllThatItStartedThoughTheyDoNotListen) {
  auto options = script("trap '' TERM; sh -c 'echo $$; while :; do sleep 1000; done' & while :; do sleep 1000; done");
  options.time_max = 300ms;
  auto child = ChildProcess::start(options).value();
  const auto below = pid_said_by(child);
  EXPECT_TRUE(lives(below));
  EXPECT_TRUE(child.advance(Clock::now() + kLong, {}));
  EXPECT_EQ(child.end()->kind, Kind::timed_out);
  EXPECT_TRUE(is_gone_in_the_end(below));
  EXPECT_TRUE(has_no_child());
}

TEST(ChildProcess, LeavesNobodyBehindWhenItEndsByItself) {
  auto child = ended(script("trap '' TERM; sleep 1000 & echo $!"));  // it has our pipe, too
  EXPECT_EQ(child.end()->kind, Kind::exited);
  EXPECT_TRUE(is_gone_in_the_end(pid_said_by(child)));
}

TEST(ChildProcess, IsNotWaitedForWhereOneThatGotAwayHasThePipe) {
  auto child = ended(script("setsid sh -c 'echo $$; exec sleep 1000' & sleep 0.2"));
  EXPECT_EQ(child.end()->kind, Kind::exited);
  ::kill(pid_said_by(child), SIGKILL);
}

TEST(ChildProcess, IsEndedWhereItFloods) {
  auto options = script("yes");
  options.output_bytes_max = 10'000;
  const auto child = ended(options);
  EXPECT_EQ(child.end()->kind, Kind::flooded);
  EXPECT_LE(child.output().size(), 10'000U);
  options.arguments.back() = "yes >&2";
  const auto other = ended(options);
  EXPECT_EQ(other.end()->kind, Kind::flooded);
  EXPECT_LE(other.complaint().size(), 10'000U);
}

TEST(ChildProcess, KeepsTheLastOfItsComplaints) {
  const auto child = ended(script("yes | head -n 20000 >&2; echo the end >&2"));
  EXPECT_EQ(child.complaint().size(), 4096U);
  EXPECT_THAT(child.complaint(), testing::EndsWith("\nthe end\n"));
}

TEST(ChildProcess, IsEndedWhenToldTo) {
  std::stop_source stop;
  auto child = ChildProcess::start(script("echo $$; exec sleep 1000")).value();
  const auto pid = pid_said_by(child);
  EXPECT_FALSE(child.advance(Clock::now(), stop.get_token()));
  EXPECT_FALSE(child.end());
  stop.request_stop();
  EXPECT_TRUE(child.advance(Clock::now() + kLong, stop.get_token()));
  EXPECT_EQ(child.end()->kind, Kind::stopped);
  EXPECT_FALSE(lives(pid));
}

TEST(ChildProcess, EndsWithItsObjectAndWithItsThread) {
  pid_t pid = 0;
  {
    auto child = ChildProcess::start(script("echo $$; exec sleep 1000")).value();
    pid = pid_said_by(child);
    const auto moved = std::move(child);
    EXPECT_TRUE(lives(pid));
  }
  EXPECT_FALSE(lives(pid));
  EXPECT_TRUE(has_no_child());

  Result<ChildProcess> child = fail(Fault::absent, "");
  std::thread([&] { child = ChildProcess::start(script("trap '' TERM; sleep 1000; sleep 1000")); }).join();
  ASSERT_TRUE(child->advance(Clock::now() + kLong, {}));
  EXPECT_EQ(child->end()->kind, Kind::signalled);
  EXPECT_EQ(child->end()->status, SIGKILL);
}

TEST(ChildProcess, TellsWhyItCannotStart) {
  const test::TemporaryFolder folder;
  folder.write("text", "no program");
  auto options = script("");
  options.arguments = {"/nowhere/nym-gateway-probe"};
  EXPECT_EQ(ChildProcess::start(options).error().fault, Fault::absent);
  EXPECT_EQ(ChildProcess::start(options).error().message, "/nowhere/nym-gateway-probe: No such file or directory");
  options.arguments = {folder.path() / "text"};
  EXPECT_EQ(ChildProcess::start(options).error().fault, Fault::denied);
  options.arguments = {"sh"};
  EXPECT_EQ(ChildProcess::start(options).error().fault, Fault::malformed);
  EXPECT_EQ(ChildProcess::start({}).error().fault, Fault::malformed);
  EXPECT_TRUE(has_no_child());
}

}  // namespace
}  // namespace mixnet
