// SPDX-License-Identifier: Apache-2.0
// What holds for every collector there is, on hosts of all kinds.
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <memory>
#include <random>
#include <set>
#include <vector>

#include "collectors/all_collectors.h"
#include "tests/support/host.h"

namespace mixnet {
namespace {

namespace fs = std::filesystem;

/// Everything that can be asked for.
Settings talkative() {
  Settings settings;
  settings.cpu.info = true;
  settings.cpu.info_bugs_include = settings.cpu.info_flags_include = Regex::compile(".").value();
  settings.netdev.address_info = true;
  settings.node_process.pss = true;
  settings.netstat.fields = settings.vmstat.fields = Regex::compile(".").value();
  settings.stat.softirq = true;
  return settings;
}

/// A node that has all there is to have, as far as the host shows it.
std::shared_ptr<NodeDirectory> a_node() {
  Node node;
  node.name = "exit1";
  node.kind = "nym";
  node.process = {20455, 55203311};  // as in fixtures/node/limited
  node.comm = "nym-node";
  node.unit = "nym-node.service";
  node.cgroup = "system.slice/nym-node.service";
  node.accepts_terms = true;
  node.modes = NodeModes{.mixnode = true, .entry = true, .exit = true, .wireguard = true};
  const std::uint16_t ports[] = {1789, 1790, 8080, 9000, 41264, 51264, 51822};
  for (const auto role : kPortRoles) node.ports[role] = ports[static_cast<std::size_t>(role)];
  node.data_directory = "/var/lib/nym/data";
  auto out = std::make_shared<NodeDirectory>();
  out->publish({node});
  return out;
}

class EveryCollector : public ::testing::TestWithParam<const Collector*> {};

std::string name_of(const ::testing::TestParamInfo<const Collector*>& info) {
  std::string name(info.param->name);
  std::replace_if(
      name.begin(), name.end(), [](char c) { return !std::isalnum(static_cast<unsigned char>(c)); }, '_');
  return name;
}

TEST(AllCollectors, AreNamedOnceAndInOrder) {
  const auto all = all_collectors();
  const auto after = [](const Collector* a, const Collector* b) { return a->name >= b->name; };
  EXPECT_EQ(std::adjacent_find(all.begin(), all.end(), after), all.end());
  for (const auto* collector : all) {
    EXPECT_FALSE(collector->name.empty());
    EXPECT_FALSE(collector->help.empty()) << collector->name;
    EXPECT_FALSE(collector->metrics.empty()) << collector->name;
  }
}

/// node_exporter's are node_exporter's.
TEST_P(EveryCollector, SaysInOneLineWhatEachOfItsOwnMetricsIs) {
  constexpr std::size_t kLine = 110;  // each scrape sends it, and pays for writing and compressing it
  for (const auto* metric : GetParam()->metrics) {
    if (metric->name.starts_with("mixnet_")) {
      EXPECT_LT(metric->help.size(), kLine) << metric->name;
    }
  }
}

TEST_P(EveryCollector, DeclaresWhatItEmitsOnAHostOfFixtures) {
  Context context(test::roots_below(test::fixtures() / "host"), talkative(), a_node());
  EXPECT_EQ(test::undeclared(*GetParam(), context), "");
}

TEST_P(EveryCollector, DeclaresWhatItEmitsOfANode) {
  for (const auto* host : {"node/debian12", "node/limited", "node/hybrid"}) {
    Context context(test::roots_below(test::fixtures() / host), talkative(), a_node());
    EXPECT_EQ(test::undeclared(*GetParam(), context), "") << host;
  }
}

TEST_P(EveryCollector, DeclaresWhatItEmitsOnThisHost) {
  Context context(Roots{}, talkative(), a_node());
  EXPECT_EQ(test::undeclared(*GetParam(), context), "");
  EXPECT_EQ(test::undeclared(*GetParam(), context), "") << "the second time";
}

/// Runs a collector twice, as a later scrape finds what the first remembered; an error must say something.
void survives(const Collector& collector, Context& context, const std::string& where) {
  for (int scrape = 0; scrape < 2; ++scrape) {
    context.begin_collection();
    Samples samples;
    const auto done = collector.collect(context, samples);
    if (!done) {
      EXPECT_FALSE(done.error().message.empty()) << where;
    }
    std::set<std::string> series;
    for (const auto& family : samples.families()) {
      for (auto at = family.first; at != Samples::kEnd; at = samples.sample(at).next) {
        const auto& sample = samples.sample(at);
        const auto labels = std::string(sample.labels.text()) + std::to_string(static_cast<int>(sample.suffix));
        if (done) {
          EXPECT_TRUE(series.insert(std::string(family.name) + labels).second) << where << ": twice " << family.name << labels;
        }
      }
    }
  }
}

TEST_P(EveryCollector, SurvivesAnEmptyHost) {
  const test::TemporaryFolder host;
  for (const auto* folder : {"proc", "sys", "root", "udev"}) fs::create_directory(host.path() / folder);
  Context context(test::roots_below(host.path()), talkative(), a_node());
  survives(*GetParam(), context, "an empty host");
}

TEST_P(EveryCollector, SurvivesAHostWithoutAnything) {
  Context context(test::roots_below("/nonexistent"), talkative(), a_node());
  survives(*GetParam(), context, "no host");
}

std::string random_bytes(std::size_t count, std::mt19937& random) {
  std::string out(count, '\0');
  for (auto& byte : out) byte = static_cast<char>(random());
  return out;
}

/// A host of fixtures with every file's content changed.
template <class Change>
void garble(const test::TemporaryFolder& host, const fs::path& from, Change change) {
  const auto fixtures = test::fixtures() / from;
  for (const auto& entry : fs::recursive_directory_iterator(fixtures)) {
    const auto relative = entry.path().lexically_relative(fixtures);
    if (entry.is_symlink()) {
      fs::create_directories((host.path() / relative).parent_path());
      if (!fs::is_symlink(host.path() / relative)) fs::copy_symlink(entry.path(), host.path() / relative);
    } else if (entry.is_regular_file()) {
      host.write(relative, change(test::fixture(from / relative)));
    }
  }
}

/// The same of the host that all collectors share, with a node on it.
template <class Change>
void garble(const test::TemporaryFolder& host, Change change) {
  garble(host, "node/limited", change);
  garble(host, "host", change);
}

/// Runs every collector on what `host` holds.
void all_survive(const test::TemporaryFolder& host, const std::string& what) {
  for (const auto* collector : all_collectors()) {
    Context context(test::roots_below(host.path()), talkative(), a_node());
    survives(*collector, context, std::string(collector->name) + " on " + what);
  }
}

TEST(AllCollectors, SurviveRandomBytes) {
  std::mt19937 random(1);
  const test::TemporaryFolder host;
  garble(host, [&random](const std::string& content) { return random_bytes(content.size() + 1, random); });
  all_survive(host, "random bytes");
}

TEST(AllCollectors, SurviveFilesThatEndHalfway) {
  const test::TemporaryFolder host;
  garble(host, [](const std::string& content) { return content.substr(0, content.size() / 2); });
  all_survive(host, "halves of files");
}

TEST(AllCollectors, SurviveEmptyFiles) {
  const test::TemporaryFolder host;
  garble(host, [](const std::string&) { return std::string(); });
  all_survive(host, "empty files");
}

TEST(AllCollectors, SurviveGarbageWhereTheyRememberBetter) {
  const test::TemporaryFolder host;
  garble(host, [](const std::string& content) { return content; });
  std::vector<std::unique_ptr<Context>> contexts;
  for (const auto* collector : all_collectors()) {
    contexts.push_back(std::make_unique<Context>(test::roots_below(host.path()), talkative(), a_node()));
    survives(*collector, *contexts.back(), std::string(collector->name) + " on the host as it is");
  }
  std::mt19937 random(2);
  garble(host, [&random](const std::string& content) { return random_bytes(content.size() + 1, random); });
  auto context = contexts.begin();
  for (const auto* collector : all_collectors()) {
    survives(*collector, **context++, std::string(collector->name) + " on random bytes after the host as it was");
  }
}

INSTANTIATE_TEST_SUITE_P(All, EveryCollector, ::testing::ValuesIn(all_collectors().begin(), all_collectors().end()), name_of);

}  // namespace
}  // namespace mixnet
