// SPDX-License-Identifier: Apache-2.0
#include "daemon/exposition_writer.h"

#include <gtest/gtest.h>
#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <sstream>

#include "tests/support/allocations.h"

namespace mixnet {
namespace {

constexpr Metric kRequests = counter("node_requests_total", "Requests \\ handled\nso far, \"all\".");
constexpr Metric kUp = gauge("node_up", "Up.");

std::string written(std::initializer_list<const Samples*> parts, Format format) {
  std::string out;
  ExpositionWriter().write({parts.begin(), parts.size()}, format, out);
  return out;
}

TEST(ExpositionWriter, SortsFamiliesAndEscapesHelp) {
  Samples samples;
  samples.add(kUp, 1);
  samples.add(kRequests, 7, {{"code", "200"}});
  EXPECT_EQ(written({&samples}, Format::text),
            "# HELP node_requests_total Requests \\\\ handled\\nso far, \"all\".\n"
            "# TYPE node_requests_total counter\n"
            "node_requests_total{code=\"200\"} 7\n"
            "# HELP node_up Up.\n# TYPE node_up gauge\nnode_up 1\n");
  EXPECT_EQ(written({&samples}, Format::openmetrics),
            "# HELP node_requests Requests \\\\ handled\\nso far, \\\"all\\\".\n"
            "# TYPE node_requests counter\n"
            "node_requests_total{code=\"200\"} 7\n"
            "# HELP node_up Up.\n# TYPE node_up gauge\nnode_up 1\n# EOF\n");
}

TEST(ExpositionWriter, WritesNothingForAFamilyWithoutSamples) {
  Samples samples;
  samples.family(Type::gauge, "empty", "Empty.");
  EXPECT_EQ(written({&samples}, Format::text), "");
  EXPECT_EQ(written({}, Format::openmetrics), "# EOF\n");
}

TEST(ExpositionWriter, WritesEveryKindOfNumber) {
  constexpr auto kInfinity = std::numeric_limits<double>::infinity();
  const std::pair<double, const char*> kCases[] = {
      {0, "0"},        {-0.0, "-0"},       {1.5, "1.5"},        {-3, "-3"},           {9007199254740991, "9007199254740991"},
      {1e21, "1e+21"}, {5e-324, "5e-324"}, {kInfinity, "+Inf"}, {-kInfinity, "-Inf"}, {std::nan(""), "NaN"},
      {0.1, "0.1"},
  };
  for (const auto& [value, text] : kCases) {
    Samples samples;
    samples.add(kUp, value);
    EXPECT_EQ(written({&samples}, Format::text),
              "# HELP node_up Up.\n# TYPE node_up gauge\nnode_up " + std::string(text) + "\n");
  }
}

TEST(ExpositionWriter, JoinsAFamilyOfSeveralPartsAndDropsWhatIsDoubled) {
  Samples first, second, other_type;
  first.add(kUp, 1, {{"a", "x"}});
  second.add(kUp, 2, {{"a", "x"}});
  second.add(kUp, 3, {{"a", "y"}});
  other_type.add_to(other_type.family(Type::counter, "node_up", "Clash."), 4);
  EXPECT_EQ(written({&first, &second, &other_type}, Format::text),
            "# HELP node_up Up.\n# TYPE node_up gauge\nnode_up{a=\"x\"} 1\nnode_up{a=\"y\"} 3\n");
}

TEST(ExpositionWriter, OpenMetricsKeepsNamesThatWouldClash) {
  Samples samples;
  for (const auto* name : {"a_total", "a", "b_total", "c"}) samples.add_to(samples.family(Type::counter, name, "H."), 1);
  samples.add_to(samples.family(Type::untyped, "b_created", "H."), 1);
  samples.add_to(samples.family(Type::gauge, "lone_created", "H."), 1);
  EXPECT_EQ(written({&samples}, Format::openmetrics),
            "# HELP a H.\n# TYPE a unknown\na 1\n"
            "# HELP a_total H.\n# TYPE a_total unknown\na_total 1\n"
            "# HELP b H.\n# TYPE b counter\nb_total 1\n"
            "# HELP c H.\n# TYPE c unknown\nc 1\n"
            "# HELP lone_created H.\n# TYPE lone_created gauge\nlone_created 1\n# EOF\n");
}

/// A random exposition in both worlds: our Samples, and prometheus-cpp's families for its own serializer.
class Random {
 public:
  explicit Random(unsigned seed) : random_(seed) {}

  std::vector<prometheus::MetricFamily> fill(Samples& samples) {
    std::vector<prometheus::MetricFamily> families;
    const auto count = below(20);
    for (unsigned index = 0; index < count; ++index) families.push_back(family("family_" + std::to_string(index), samples));
    std::sort(families.begin(), families.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
    return families;
  }

 private:
  unsigned below(unsigned limit) { return std::uniform_int_distribution<unsigned>(0, limit - 1)(random_); }

  prometheus::MetricFamily family(const std::string& name, Samples& samples) {
    const bool counter = below(2) == 0;
    prometheus::MetricFamily out{
        name, "Help of " + name, counter ? prometheus::MetricType::Counter : prometheus::MetricType::Gauge, {}};
    const auto index = samples.family(counter ? Type::counter : Type::gauge, name, out.help);
    const auto count = 1 + below(8);
    for (unsigned at = 0; at < count; ++at) {
      prometheus::ClientMetric metric;
      metric.label = {{"index", std::to_string(at)}, {"text", text()}};
      const double value = this->value();
      (counter ? metric.counter.value : metric.gauge.value) = value;
      samples.add_to(index, value, samples.labels({{"index", metric.label[0].value}, {"text", metric.label[1].value}}));
      out.metric.push_back(metric);
    }
    return out;
  }

  std::string text() {
    static const std::string kPieces[] = {"a", "\\", "\"", "\n", " ", "\xc3\xa4", "{", "}", ",", "=", "#"};
    std::string out;
    for (auto left = below(12); left > 0; --left) out += kPieces[below(std::size(kPieces))];
    return out;
  }

  /// Of ten digits at most: prometheus-cpp prints 16, which are not always enough to read the same number back.
  double value() {
    switch (below(6)) {
      case 0: return std::numeric_limits<double>::infinity();
      case 1: return -std::numeric_limits<double>::infinity();
      case 2: return std::nan("");
      case 3: return below(1'000'000);
      default: {
        const auto text = "-" + std::to_string(below(1'000'000'000)) + "e" + std::to_string(static_cast<int>(below(60)) - 30);
        return std::strtod(text.c_str() + below(2), nullptr);
      }
    }
  }

  std::mt19937 random_;
};

/// The lines of an exposition with their numbers read and written again, so that only their values are compared.
std::string normalised(const std::string& exposition) {
  std::istringstream in(exposition);
  std::string line, out;
  while (std::getline(in, line)) {
    if (!line.starts_with('#')) {
      const auto space = line.rfind(' ');
      char number[64];
      std::snprintf(number, sizeof number, "%.15g", std::strtod(line.c_str() + space, nullptr));
      line = line.substr(0, space + 1) + number;
    }
    out += line + "\n";
  }
  return out;
}

TEST(ExpositionWriter, AgreesWithPrometheusCpp) {
  for (unsigned seed = 0; seed < 300; ++seed) {
    Samples samples;
    const auto families = Random(seed).fill(samples);
    EXPECT_EQ(normalised(written({&samples}, Format::text)), normalised(prometheus::TextSerializer().Serialize(families)))
        << "seed " << seed;
  }
}

TEST(ExpositionWriter, AllocatesNothingTheSecondTime) {
  Samples samples;
  Random(1).fill(samples);
  ExpositionWriter writer;
  std::string out;
  const Samples* const parts[] = {&samples};
  for (const auto format : {Format::text, Format::openmetrics}) {
    writer.write(parts, format, out);
    const auto before = test::allocations();
    writer.write(parts, format, out);
    EXPECT_EQ(test::allocations() - before, 0U);
  }
}

}  // namespace
}  // namespace mixnet
