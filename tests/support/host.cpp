// SPDX-License-Identifier: Apache-2.0
#include "tests/support/host.h"

#include <csignal>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "collectors/kit/filter.h"

namespace mixnet::test {
namespace {

std::string_view suffix_of(const Sample& sample) {
  switch (sample.suffix) {
    case Suffix::bucket: return "_bucket";
    case Suffix::sum: return "_sum";
    case Suffix::count: return "_count";
    case Suffix::none: break;
  }
  return "";
}

std::string shortest(double value) {
  char text[32];
  const auto end = std::to_chars(text, text + sizeof text, value).ptr;
  return {text, end};
}

/// Does a declared name, whose <parts> stand for anything, cover `name`?
bool covers(std::string_view declared, std::string_view name) {
  std::string pattern = "^";
  while (!declared.empty()) {
    pattern += take_until(declared, '<');
    if (declared.empty()) break;
    take_until(declared, '>');
    pattern += "[a-zA-Z0-9_:]+";
  }
  return Regex::compile(pattern + "$").value().found_in(name);
}

}  // namespace

TemporaryFolder::TemporaryFolder() {
  std::string pattern = (std::filesystem::temp_directory_path() / "mixnet-test-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp " + pattern);
  path_ = pattern;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

FileSizeLimit::FileSizeLimit(std::uint64_t bytes) : handler_(::signal(SIGXFSZ, SIG_IGN)) {
  ::getrlimit(RLIMIT_FSIZE, &before_);
  const rlimit limit{bytes, before_.rlim_max};
  ::setrlimit(RLIMIT_FSIZE, &limit);
}

FileSizeLimit::~FileSizeLimit() {
  ::setrlimit(RLIMIT_FSIZE, &before_);
  ::signal(SIGXFSZ, handler_);
}

void TemporaryFolder::write(const std::filesystem::path& relative, std::string_view content) const {
  const auto file = path_ / relative;
  std::filesystem::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << content;
}

std::filesystem::path fixtures() { return MIXNET_FIXTURES; }

std::string fixture(const std::filesystem::path& relative) {
  std::ifstream in(fixtures() / relative, std::ios::binary);
  if (!in) throw std::runtime_error("no fixture " + relative.string());
  return {std::istreambuf_iterator<char>(in), {}};
}

Roots roots_below(const std::filesystem::path& host) {
  return {.proc = host / "proc",
          .sys = host / "sys",
          .rootfs = host / "root",
          .udev_data = host / "udev",
          .cgroup = host / "cgroup"};
}

std::string collected(const Collector& collector, Context& context) {
  context.begin_collection();
  context.remarks.clear();
  Samples samples;
  const auto done = collector.collect(context, samples);
  return done ? lines_of(samples) : "error: " + done.error().message + "\n";
}

std::string collected(const Collector& collector, const std::filesystem::path& host, const Settings& settings) {
  Context context(roots_below(host), settings);
  return collected(collector, context);
}

std::string lines_of(const Samples& samples) {
  std::string out;
  for (const auto& family : samples.families()) {
    for (auto at = family.first; at != Samples::kEnd; at = samples.sample(at).next) {
      const auto& sample = samples.sample(at);
      out.append(family.name).append(suffix_of(sample));
      if (!sample.labels.text().empty()) out.append("{").append(sample.labels.text()).append("}");
      out.append(" ").append(shortest(sample.value)).append("\n");
    }
  }
  return out;
}

std::string undeclared(const Collector& collector, Context& context) {
  context.begin_collection();
  Samples samples;
  (void)collector.collect(context, samples);
  std::string out;
  for (const auto& family : samples.families()) {
    bool declared = false;
    for (const Metric* metric : collector.metrics) declared |= covers(metric->name, family.name) && metric->type == family.type;
    if (!declared) out.append(family.name).append("\n");
  }
  return out;
}

}  // namespace mixnet::test
