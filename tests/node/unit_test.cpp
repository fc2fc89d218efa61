// SPDX-License-Identifier: Apache-2.0
// node_unit against a bus of the test's own, on which a systemd of the test's own answers.
#include "collectors/node/unit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <systemd/sd-bus.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <string>
#include <thread>

#include "tests/node/nodes.h"

namespace mixnet {
namespace {

using test::node_of;
using test::remarks_of;
using test::run;
using ::testing::HasSubstr;
using ::testing::Not;

/// What the systemd of a test says of its one unit.
struct Unit {
  std::string load_state = "loaded", active_state = "active", sub_state = "running", result = "success";
  std::uint32_t restarts = 3;
  std::uint64_t started_us = 1763200022090000;
};

/// How the bus of a test behaves.
enum class Manner { answers, never_accepts, never_signs_on, never_answers };

int answer_text(sd_bus_message* question, const std::string& text) {
  return sd_bus_reply_method_return(question, "v", "s", text.c_str());
}

/// Answers Hello as a bus does, and Properties.Get as systemd does.
int answer(sd_bus_message* question, void* data, sd_bus_error*) {
  const auto& unit = *static_cast<const Unit*>(data);
  if (sd_bus_message_is_method_call(question, "org.freedesktop.DBus", "Hello") > 0) {
    return sd_bus_reply_method_return(question, "s", ":1.7");
  }
  if (sd_bus_message_is_method_call(question, "org.freedesktop.DBus.Properties", "Get") <= 0) return 0;
  const char* interface = nullptr;
  const char* property = nullptr;
  if (sd_bus_message_read(question, "ss", &interface, &property) < 0) return 0;
  const std::string_view path = sd_bus_message_get_path(question);
  if (path != "/org/freedesktop/systemd1/unit/nym_2dnode_2eservice" && path != "/org/freedesktop/systemd1/unit/nym_2escope") {
    return sd_bus_reply_method_errorf(question, SD_BUS_ERROR_UNKNOWN_OBJECT, "Unknown object");
  }
  const std::string_view name = property;
  const bool is_of_unit = name == "LoadState" || name == "ActiveState" || name == "SubState";
  if (std::string_view(interface) != (is_of_unit ? "org.freedesktop.systemd1.Unit" : "org.freedesktop.systemd1.Service")) {
    return sd_bus_reply_method_errorf(question, SD_BUS_ERROR_UNKNOWN_INTERFACE, "Unknown interface");
  }
  if (name == "LoadState") return answer_text(question, unit.load_state);
  if (name == "ActiveState") return answer_text(question, unit.active_state);
  if (name == "SubState") return answer_text(question, unit.sub_state);
  if (name == "Result") return answer_text(question, unit.result);
  if (name == "NRestarts") return sd_bus_reply_method_return(question, "v", "u", unit.restarts);
  if (name == "ExecMainStartTimestamp") return sd_bus_reply_method_return(question, "v", "t", unit.started_us);
  return sd_bus_reply_method_errorf(question, SD_BUS_ERROR_UNKNOWN_PROPERTY, "Unknown property");
}

/// A system bus at a socket of its own, which the environment names while it lives. One client at a time.
class Bus {
 public:
  explicit Bus(Manner manner = Manner::answers, const Unit& unit = {}) : manner_(manner), unit_(unit) {
    const auto socket = (folder_.path() / "bus").string();
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    socket.copy(address.sun_path, sizeof address.sun_path - 1);
    listener_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (::bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 || ::listen(listener_, 4) != 0) {
      ADD_FAILURE() << "no socket for the bus";
    }
    ::setenv("DBUS_SYSTEM_BUS_ADDRESS", ("unix:path=" + socket).c_str(), 1);
    thread_ = std::jthread([this](const std::stop_token& stop) { serve(stop); });
  }
  ~Bus() {
    ::unsetenv("DBUS_SYSTEM_BUS_ADDRESS");
    thread_.request_stop();
    thread_.join();
    ::close(listener_);
  }
  Bus(const Bus&) = delete;
  Bus& operator=(const Bus&) = delete;

  /// Hangs up on the client there is.
  void hang_up() { hang_up_ = true; }
  int clients() const { return clients_; }

 private:
  static bool readable(int fd) {
    pollfd poll{.fd = fd, .events = POLLIN, .revents = 0};
    return ::poll(&poll, 1, 10) > 0;
  }

  void serve(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      if (manner_ == Manner::never_accepts || !readable(listener_)) {
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
        continue;
      }
      const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
      ++clients_;
      hang_up_ = false;
      if (manner_ == Manner::never_signs_on) {
        while (!stop.stop_requested()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
        ::close(client);
      } else {
        talk_to(client, stop);
      }
    }
  }

  void talk_to(int client, const std::stop_token& stop) {
    sd_bus* bus = nullptr;
    sd_id128_t id{};
    (void)sd_id128_randomize(&id);
    sd_bus_new(&bus);
    sd_bus_set_fd(bus, client, client);
    sd_bus_set_server(bus, 1, id);
    sd_bus_set_trusted(bus, 1);
    if (manner_ == Manner::answers) {
      sd_bus_add_filter(bus, nullptr, answer, &unit_);
    } else {
      sd_bus_add_filter(
          bus, nullptr,
          [](sd_bus_message* question, void* data, sd_bus_error* error) {
            return sd_bus_message_is_method_call(question, nullptr, "Hello") > 0 ? answer(question, data, error) : 1;
          },
          &unit_);
    }
    sd_bus_start(bus);
    while (!stop.stop_requested() && !hang_up_) {
      const int done = sd_bus_process(bus, nullptr);
      if (done < 0) break;
      if (done == 0) sd_bus_wait(bus, 5000);
    }
    sd_bus_flush_close_unref(bus);
  }

  const Manner manner_;
  Unit unit_;
  const test::TemporaryFolder folder_;
  int listener_ = -1;
  std::atomic<bool> hang_up_ = false;
  std::atomic<int> clients_ = 0;
  std::jthread thread_;
};

struct Host {
  explicit Host(const Node& node = node_of("exit1", {})) : context(Roots{}, {}) { context.directory->publish({node}); }
  std::string ask() { return run(kNodeUnit, context); }
  /// For an answer that comes, though a busy machine may be late with it.
  std::string ask_patiently() {
    auto lines = ask();
    for (int attempt = 0; attempt < 100 && lines.starts_with("error: "); ++attempt) lines = ask();
    return lines;
  }
  Context context;
};

TEST(NodeUnit, GivesWhatSystemdSays) {
  const Bus bus;
  Host host;
  const auto lines = host.ask_patiently();
  EXPECT_EQ(remarks_of(host.context), "");
  for (const auto* line : {"mixnet_node_unit_state{node=\"exit1\",state=\"active\"} 1\n",
                           "mixnet_node_unit_state{node=\"exit1\",state=\"failed\"} 0\n",
                           "mixnet_node_unit_sub_state{node=\"exit1\",state=\"running\"} 1\n",
                           "mixnet_node_unit_sub_state{node=\"exit1\",state=\"auto-restart\"} 0\n",
                           "mixnet_node_unit_result{node=\"exit1\",result=\"success\"} 1\n",
                           "mixnet_node_unit_result{node=\"exit1\",result=\"oom-kill\"} 0\n",
                           "mixnet_node_unit_restarts_total{node=\"exit1\"} 3\n",
                           "mixnet_node_unit_main_start_time_seconds{node=\"exit1\"} 1763200022.09\n"}) {
    EXPECT_THAT(lines, HasSubstr(line));
  }
}

TEST(NodeUnit, GivesStatesItDoesNotKnow) {
  const Bus bus(Manner::answers,
                {.active_state = "pondering", .sub_state = "auto-restart", .result = "exit-code", .started_us = 0});
  Host host;
  const auto lines = host.ask_patiently();
  EXPECT_THAT(lines, HasSubstr("mixnet_node_unit_state{node=\"exit1\",state=\"pondering\"} 1\n"));
  EXPECT_THAT(lines, HasSubstr("mixnet_node_unit_state{node=\"exit1\",state=\"active\"} 0\n"));
  EXPECT_THAT(lines, HasSubstr("mixnet_node_unit_result{node=\"exit1\",result=\"exit-code\"} 1\n"));
  EXPECT_THAT(lines, Not(HasSubstr("start_time")));
  EXPECT_EQ(test::undeclared(kNodeUnit, host.context), "");
}

TEST(NodeUnit, AsksAScopeForItsStateOnly) {
  const Bus bus;
  auto node = node_of("exit1", {});
  node.unit = "nym.scope";
  Host host(node);
  const auto lines = host.ask_patiently();
  EXPECT_THAT(lines, HasSubstr("mixnet_node_unit_state{node=\"exit1\",state=\"active\"} 1\n"));
  EXPECT_THAT(lines, Not(HasSubstr("restarts")));
}

TEST(NodeUnit, KeepsItsConnectionAndMakesANewOneWhenItIsLost) {
  Bus bus;
  Host host;
  EXPECT_THAT(host.ask_patiently(), HasSubstr("restarts_total"));
  const int clients = bus.clients();
  EXPECT_THAT(host.ask(), HasSubstr("restarts_total"));
  EXPECT_EQ(bus.clients(), clients);
  bus.hang_up();
  for (int attempt = 0; attempt < 100 && bus.clients() == clients; ++attempt) {
    (void)host.ask();
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  EXPECT_GT(bus.clients(), clients);
  EXPECT_THAT(host.ask_patiently(), HasSubstr("restarts_total"));
}

TEST(NodeUnit, IsAbsentWhereThereIsNoUnitOfThatName) {
  const Bus bus(Manner::answers, {.load_state = "not-found"});
  Host host;
  auto answer = host.ask();
  for (int attempt = 0; attempt < 100 && answer.ends_with("in time\n"); ++attempt) answer = host.ask();
  EXPECT_EQ(answer, "error: systemd has no unit nym-node.service\n");
  EXPECT_EQ(remarks_of(host.context), "exit1: nym-node.service: systemd has no unit nym-node.service\n");
}

TEST(NodeUnit, IsAbsentWhereThereIsNoBus) {
  ::setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nowhere/bus", 1);
  Host host;
  EXPECT_EQ(host.ask(), "error: there is no system bus: No such file or directory\n");
  EXPECT_EQ(remarks_of(host.context), "exit1: nym-node.service: there is no system bus: No such file or directory\n");
  ::unsetenv("DBUS_SYSTEM_BUS_ADDRESS");
}

TEST(NodeUnit, IsAbsentWithoutAUnitAndOnAnotherHost) {
  Node node;
  node.name = "container";
  Host host(node);
  EXPECT_EQ(host.ask(), "error: no node is known that a unit of systemd runs\n");
  Context elsewhere(test::roots_below(test::fixtures() / "node/debian12"), {});
  EXPECT_EQ(run(kNodeUnit, elsewhere), "error: systemd answers for the host it runs on only\n");
}

/// sd-bus by itself waits 25 s; far from that is what is meant here.
void gives_up(Manner manner, const std::string& reason) {
  const Bus bus(manner);
  Host host;
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(host.ask(), "error: " + reason + "\n");
  EXPECT_EQ(remarks_of(host.context), "!exit1: nym-node.service: " + reason + "\n");
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(10));
}

TEST(NodeUnit, GivesUpOnABusThatHangs) {
  gives_up(Manner::never_accepts, "the system bus did not sign us on in time");
  gives_up(Manner::never_signs_on, "the system bus did not sign us on in time");
}

TEST(NodeUnit, GivesUpOnASystemdThatHangs) { gives_up(Manner::never_answers, "systemd: Connection timed out"); }

}  // namespace
}  // namespace mixnet
