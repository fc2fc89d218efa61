// SPDX-License-Identifier: Apache-2.0
// civetweb with the same body, its threads and keep-alive as asked: bare_civetweb PORT THREADS KEEP_ALIVE(yes|no)
#include <civetweb.h>

#include <csignal>
#include <string>

namespace {

const std::string kBody(54'000, 'x');

int answer(mg_connection* connection, void*) {
  mg_send_http_ok(connection, "text/plain; version=0.0.4; charset=utf-8", static_cast<long long>(kBody.size()));
  mg_write(connection, kBody.data(), kBody.size());
  return 200;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGTERM);
  sigprocmask(SIG_BLOCK, &ends, nullptr);
  mg_init_library(0);
  const std::string port = std::string("127.0.0.1:") + argv[1];
  const char* options[] = {"listening_ports", port.c_str(),  "num_threads", argv[2], "enable_keep_alive",
                           argv[3],           "tcp_nodelay", "1",           nullptr};
  const mg_callbacks callbacks{};
  mg_context* context = mg_start(&callbacks, nullptr, options);
  if (context == nullptr) return 1;
  mg_set_request_handler(context, "/metrics", &answer, nullptr);
  int signal = 0;
  sigwait(&ends, &signal);
  mg_stop(context);
}
