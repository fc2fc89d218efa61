// SPDX-License-Identifier: Apache-2.0
#include "daemon/commands/probe.h"

#include <sys/stat.h>

#include <array>
#include <cstdio>
#include <optional>
#include <string>
#include <string_view>

#include "collectors/kit/regular_file.h"
#include "collectors/kit/samples.h"
#include "collectors/network/probe_metrics.h"
#include "collectors/network/probe_result.h"
#include "daemon/exposition_writer.h"

namespace mixnet {
namespace {

constexpr std::size_t kBytesMax = 4 << 20;  // the log of a probe has hundreds of kB

/// What is to be read, what to call it, and when it was written.
struct Input {
  std::string name, text;
  std::optional<double> written;
};

Result<Input> read_stdin() {
  Input out;
  out.name = "standard input";
  std::array<char, 4096> chunk;
  for (std::size_t got = 0; (got = std::fread(chunk.data(), 1, chunk.size(), stdin)) > 0;) {
    out.text.append(chunk.data(), got);
    if (out.text.size() > kBytesMax) {
      return fail(Fault::malformed, out.name + ": longer than " + std::to_string(kBytesMax) + " bytes");
    }
  }
  if (std::ferror(stdin) != 0) return fail(Fault::unavailable, out.name + ": cannot be read");
  return out;
}

Result<Input> read_input(const std::string& file) {
  if (file.empty()) {
    return fail(Fault::malformed, "probe needs --file=FILE, a result that nym-gateway-probe has printed, or --file=-");
  }
  if (file == "-") return read_stdin();
  Input out;
  out.name = file;
  out.text = TRY(read_regular_file(file, kBytesMax));
  struct stat status {};
  if (::stat(file.c_str(), &status) == 0) out.written = static_cast<double>(status.st_mtim.tv_sec);
  return out;
}

/// What to call the node. Of two gateways, releases of the probe differ in which one they write under which key.
Result<std::string> node_of(const ProbeResult& probe, std::string_view given) {
  if (!given.empty()) return std::string(given);
  if (probe.node.empty()) return fail(Fault::malformed, "it names no gateway; --node=NAME gives it a name");
  if (!probe.used_entry.empty() && probe.used_entry != probe.node) {
    return fail(Fault::malformed, "it is of two gateways, " + probe.node + " and " + probe.used_entry +
                                      ", and releases of the probe differ in which is which; --node=NAME says whose it is");
  }
  return probe.node;
}

Result<std::string> exposition_of(const Input& input, std::string_view given_node) {
  const auto probe = TRY(parse_probe_output(input.text));
  const auto node = TRY(node_of(probe, given_node));
  Samples samples;
  add_probe_result(samples, node, kGatewayProbeSource, probe);
  if (input.written) samples.add(network::kProbeTime, *input.written, {{"node", node}, {"source", kGatewayProbeSource}});
  const Samples* parts[] = {&samples};
  std::string out;
  ExpositionWriter().write(parts, Format::text, out);
  return out;
}

}  // namespace

int run_probe(const Flags& flags) {
  const auto input = read_input(std::string(flags.own("file")));
  if (!input) {
    std::fprintf(stderr, "%s\n", input.error().message.c_str());
    return 1;
  }
  const auto text = exposition_of(*input, flags.own("node"));
  if (!text) {
    std::fprintf(stderr, "%s: %s\n", input->name.c_str(), text.error().message.c_str());
    return 1;
  }
  return std::fwrite(text->data(), 1, text->size(), stdout) == text->size() && std::fflush(stdout) == 0 ? 0 : 1;
}

}  // namespace mixnet
