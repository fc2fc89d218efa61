// SPDX-License-Identifier: Apache-2.0
// daemon/web with the same body: ours PORT
#include <csignal>
#include <cstdio>
#include <cstdlib>

#include "daemon/web/server.h"

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGTERM);
  sigprocmask(SIG_BLOCK, &ends, nullptr);
  using namespace mixnet;
  auto listener = web::Listener::bind({"127.0.0.1", static_cast<std::uint16_t>(std::atoi(argv[1]))});
  if (!listener) return std::fprintf(stderr, "%s\n", listener.error().message.c_str()), 1;
  web::ServerOptions options;
  options.listeners.push_back(*std::move(listener));
  const auto body = std::make_shared<const std::string>(54'000, 'x');
  const auto server = web::Server::start(std::move(options), [&body](const web::Request&, web::Responder responder) {
    web::Response response;
    response.body = body;
    responder.answer(std::move(response));
  });
  if (!server) return std::fprintf(stderr, "%s\n", server.error().message.c_str()), 1;
  int signal = 0;
  sigwait(&ends, &signal);
}
