// SPDX-License-Identifier: Apache-2.0
#include "collectors/node/system_bus.h"

#include <poll.h>
#include <systemd/sd-bus.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace mixnet {
namespace {

using Clock = SystemBus::Clock;

constexpr const char* kSystemd = "org.freedesktop.systemd1";

std::chrono::microseconds left_until(Clock::time_point deadline) {
  const auto left = std::chrono::duration_cast<std::chrono::microseconds>(deadline - Clock::now());
  return std::max(left, std::chrono::microseconds(0));
}

tl::unexpected<Error> failed(int error, std::string_view what) {
  return fail(error == EACCES || error == EPERM ? Fault::denied : Fault::unavailable,
              std::string(what) + ": " + std::strerror(error));
}

/// Waits until the bus has something for us, or we can send; nothing to tell where the deadline passes.
void wait_for(sd_bus* bus, Clock::time_point deadline) {
  pollfd poll{.fd = sd_bus_get_fd(bus), .events = static_cast<short>(sd_bus_get_events(bus)), .revents = 0};
  const auto milliseconds = std::chrono::ceil<std::chrono::milliseconds>(left_until(deadline)).count();
  (void)::poll(&poll, 1, static_cast<int>(milliseconds));
}

/// Signs on to the bus. Left to itself sd-bus waits for that as long as it takes.
Result<void> sign_on(sd_bus* bus, Clock::time_point deadline) {
  for (;;) {
    const int ready = sd_bus_is_ready(bus);
    if (ready > 0) return {};
    if (ready < 0) return failed(-ready, "the system bus");
    if (Clock::now() >= deadline) return fail(Fault::unavailable, "the system bus did not sign us on in time");
    const int done = sd_bus_process(bus, nullptr);
    if (done < 0) return failed(-done, "the system bus");
    if (done == 0) wait_for(bus, deadline);
  }
}

/// What systemd, or the bus in its place, answered with.
Error refused(const sd_bus_error& error) {
  const std::string_view name = error.name == nullptr ? "" : error.name;
  auto message = std::string("systemd: ") + (error.message == nullptr ? "no reason given" : error.message);
  constexpr std::string_view kAbsent[] = {SD_BUS_ERROR_SERVICE_UNKNOWN, SD_BUS_ERROR_NAME_HAS_NO_OWNER,
                                          SD_BUS_ERROR_UNKNOWN_OBJECT, SD_BUS_ERROR_UNKNOWN_PROPERTY,
                                          SD_BUS_ERROR_UNKNOWN_INTERFACE};
  if (std::find(std::begin(kAbsent), std::end(kAbsent), name) != std::end(kAbsent)) return {Fault::absent, std::move(message)};
  if (name == SD_BUS_ERROR_ACCESS_DENIED) return {Fault::denied, std::move(message)};
  return {Fault::unavailable, std::move(message)};
}

/// Is what failed the connection, and not only one question?
bool breaks_connection(const Error& error) { return error.fault == Fault::unavailable; }

}  // namespace

// Without a word to the other side, which may not be listening.
void SystemBus::Close::operator()(sd_bus* bus) const { sd_bus_close_unref(bus); }

Result<std::string> SystemBus::unit_path(const std::string& unit) {
  char* path = nullptr;
  const int done = sd_bus_path_encode("/org/freedesktop/systemd1/unit", unit.c_str(), &path);
  if (done < 0) return failed(-done, "the path of a unit");
  std::string out = path;
  std::free(path);
  return out;
}

Result<void> SystemBus::connect(Clock::time_point deadline) {
  if (bus_) return {};
  sd_bus* bus = nullptr;
  const int opened = sd_bus_open_system(&bus);
  if (opened == -ENOENT || opened == -ECONNREFUSED) {
    return fail(Fault::absent, std::string("there is no system bus: ") + std::strerror(-opened));
  }
  if (opened < 0) return failed(-opened, "the system bus");
  bus_.reset(bus);
  auto signed_on = sign_on(bus, deadline);
  if (!signed_on) bus_.reset();
  return signed_on;
}

Result<void> SystemBus::get(const std::string& path, const char* interface, const char* property, const char* type, void* value,
                            Clock::time_point deadline) {
  TRY(connect(deadline));
  sd_bus_message* question = nullptr;
  sd_bus_message* answer = nullptr;
  sd_bus_error error{};
  int done =
      sd_bus_message_new_method_call(bus_.get(), &question, kSystemd, path.c_str(), "org.freedesktop.DBus.Properties", "Get");
  if (done >= 0) done = sd_bus_message_append(question, "ss", interface, property);
  // A limit of 0 would stand for sd-bus's own, of 25 s.
  const auto limit =
      static_cast<std::uint64_t>(std::max(left_until(deadline).count(), decltype(left_until(deadline).count()){1}));
  if (done >= 0) done = sd_bus_call(bus_.get(), question, limit, &error, &answer);
  Result<void> out;
  if (done < 0) {
    out = sd_bus_error_is_set(&error) != 0 ? tl::unexpected<Error>(refused(error)) : failed(-done, "systemd");
  } else if (sd_bus_message_enter_container(answer, 'v', type) < 0) {
    out = fail(Fault::malformed, std::string("systemd: ") + property + " is of another type");
  } else if (type[0] == 's') {
    const char* text = nullptr;
    (void)sd_bus_message_read_basic(answer, type[0], &text);
    *static_cast<std::string*>(value) = text == nullptr ? "" : text;
  } else {
    (void)sd_bus_message_read_basic(answer, type[0], value);
  }
  sd_bus_error_free(&error);
  sd_bus_message_unref(answer);
  sd_bus_message_unref(question);
  if (!out && breaks_connection(out.error())) bus_.reset();
  return out;
}

Result<std::string> SystemBus::text(const std::string& path, const char* interface, const char* property,
                                    Clock::time_point deadline) {
  std::string out;
  TRY(get(path, interface, property, "s", &out, deadline));
  return out;
}

Result<std::uint32_t> SystemBus::number32(const std::string& path, const char* interface, const char* property,
                                          Clock::time_point deadline) {
  std::uint32_t out = 0;
  TRY(get(path, interface, property, "u", &out, deadline));
  return out;
}

Result<std::uint64_t> SystemBus::number64(const std::string& path, const char* interface, const char* property,
                                          Clock::time_point deadline) {
  std::uint64_t out = 0;
  TRY(get(path, interface, property, "t", &out, deadline));
  return out;
}

}  // namespace mixnet
