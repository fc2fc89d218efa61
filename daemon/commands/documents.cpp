// SPDX-License-Identifier: Apache-2.0
#include "daemon/commands/documents.h"

#include <cstdio>
#include <string>
#include <string_view>

#include "collectors/kit/replace_file.h"
#include "daemon/documents/documents.h"

namespace mixnet {
namespace {

struct Document {
  std::string_view name;
  std::string (*text)();
};

constexpr Document kDocuments[] = {
    {"mixnet-exporter.1", manual_of_program},
    {"mixnet-exporter.yml.5", manual_of_configuration},
    {"mixnet-exporter.yml", sample_configuration},
    {"mixnet-exporter.bash", bash_completion},
};

}  // namespace

int run_documents(const Flags& flags) {
  const std::string folder = flags.of_command.empty() ? "." : flags.of_command.front().second;
  for (const auto& document : kDocuments) {
    const auto written = replace_file(folder + "/" + std::string(document.name), document.text(), 0644);
    if (written) continue;
    std::fprintf(stderr, "%s\n", written.error().message.c_str());
    return 1;
  }
  return 0;
}

}  // namespace mixnet
