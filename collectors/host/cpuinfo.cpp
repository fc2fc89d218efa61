// SPDX-License-Identifier: Apache-2.0
#include "collectors/host/cpuinfo.h"

#include "collectors/kit/text.h"

namespace mixnet {
namespace {

struct Field {
  std::string_view key;
  std::string_view CpuinfoCpu::*value;
};

constexpr Field kFields[] = {
    {"vendor_id", &CpuinfoCpu::vendor},      {"cpu family", &CpuinfoCpu::family},   {"model", &CpuinfoCpu::model},
    {"model name", &CpuinfoCpu::model_name}, {"stepping", &CpuinfoCpu::stepping},   {"microcode", &CpuinfoCpu::microcode},
    {"cache size", &CpuinfoCpu::cache_size}, {"physical id", &CpuinfoCpu::package}, {"core id", &CpuinfoCpu::core},
    {"flags", &CpuinfoCpu::flags},           {"Features", &CpuinfoCpu::flags},      {"bugs", &CpuinfoCpu::bugs},
};

}  // namespace

// processor	: 0
// vendor_id	: GenuineIntel
// model name	: Intel(R) Xeon(R) E-2224 CPU @ 3.40GHz
// cpu MHz		: 3400.000
// flags		: fpu vme …
Result<void> parse_cpuinfo(std::string_view text, Cpuinfo& out) {
  out.cpus.clear();
  Lines lines(text);
  for (std::string_view line; lines.next(line);) {
    auto rest = line;
    const auto key = trim(take_until(rest, ':'));
    const auto value = trim(rest);
    if (key == "processor") {
      TRY(lines.field<std::uint32_t>(value));
      out.cpus.emplace_back().processor = value;
    }
    if (out.cpus.empty()) continue;  // old ARM kernels say something of the whole machine first
    auto& cpu = out.cpus.back();
    for (const auto& field : kFields) {
      if (field.key == key) cpu.*field.value = value;
    }
    if (key == "cpu MHz") cpu.mhz = TRY(lines.field<double>(value));
  }
  if (out.cpus.empty()) return fail(Fault::malformed, "no processor");
  return {};
}

}  // namespace mixnet
