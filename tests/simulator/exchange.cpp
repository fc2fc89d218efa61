// SPDX-License-Identifier: Apache-2.0
#include "tests/simulator/exchange.h"

namespace mixnet::simulator {

Answer plain(int status, std::string text) { return {status, "text/plain; charset=utf-8", std::move(text), {}}; }

Answer in_format(Answer json, const Parameters& parameters) {
  const auto output = parameters.find("output");
  if (output == parameters.end() || output->second == "json") return json;
  if (output->second == "yaml") {
    json.content_type = "application/yaml";
    return json;
  }
  return plain(400, "Failed to deserialize query string: output: unknown variant `" + output->second +
                        "`, expected one of `json`, `yaml`, `bincode`");
}

}  // namespace mixnet::simulator
