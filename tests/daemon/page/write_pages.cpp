// SPDX-License-Identifier: Apache-2.0
// Writes the status page of hosts that do not exist, to be looked at: write_status_pages FOLDER. It serves nothing.
#include <cstdio>
#include <fstream>
#include <string>

#include "daemon/page/status_json.h"
#include "daemon/page/status_page.h"
#include "daemon/page/status_text.h"
#include "tests/daemon/page/synthetic.h"

namespace mixnet {
namespace {

bool write(const std::string& path, const std::string& text) {
  std::ofstream out(path, std::ios::binary);
  out << text;
  std::printf("%s: %zu bytes\n", path.c_str(), text.size());
  return out.good();
}

bool write_all(const std::string& folder, const std::string& name, const SyntheticHost& host, bool with_history) {
  SyntheticView synthetic(host, with_history);
  bool done = write(folder + "/" + name + ".json", status_json(synthetic.view())) &&
              write(folder + "/" + name + ".txt", status_text(synthetic.view(), {.colour = true, .width = 100}));
  for (const auto& range : all_ranges()) {
    synthetic.view().range = &range;
    done = done && write(folder + "/" + name + "-" + std::string(range.name) + ".html", status_page(synthetic.view()));
  }
  return done;
}

int run(const std::string& folder) {
  const bool done = write_all(folder, "healthy", {}, true) && write_all(folder, "trouble", {.in_trouble = true}, true) &&
                    write_all(folder, "no-node", {.has_node = false}, true) && write_all(folder, "no-history", {}, false);
  return done && write(folder + "/status.js", std::string(status_script())) ? 0 : 1;
}

}  // namespace
}  // namespace mixnet

int main(int argc, char** argv) {
  if (argc == 2) return mixnet::run(argv[1]);
  std::fputs("write_status_pages FOLDER\n", stderr);
  return 2;
}
