// SPDX-License-Identifier: Apache-2.0
// libmicrohttpd as it comes: one epoll thread of its own, a body of 54 KiB. What docs/adr/0001 compares: bare_microhttpd PORT
#include <microhttpd.h>

#include <csignal>
#include <cstdlib>
#include <string>

namespace {

const std::string kBody(54'000, 'x');

MHD_Result answer(void*, MHD_Connection* connection, const char*, const char*, const char*, const char*, std::size_t*,
                  void** seen) {
  // A response at the first call, before the request is known to be whole, would end the connection.
  if (*seen == nullptr) {
    *seen = connection;
    return MHD_YES;
  }
  MHD_Response* response =
      MHD_create_response_from_buffer(kBody.size(), const_cast<char*>(kBody.data()), MHD_RESPMEM_PERSISTENT);
  const auto queued = MHD_queue_response(connection, MHD_HTTP_OK, response);
  MHD_destroy_response(response);
  return queued;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  MHD_Daemon* daemon = MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD, static_cast<std::uint16_t>(std::atoi(argv[1])), nullptr,
                                        nullptr, &answer, nullptr, MHD_OPTION_CONNECTION_LIMIT, 4'000U, MHD_OPTION_END);
  if (daemon == nullptr) return 1;
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGTERM);
  sigprocmask(SIG_BLOCK, &ends, nullptr);
  int signal = 0;
  sigwait(&ends, &signal);
  MHD_stop_daemon(daemon);
}
