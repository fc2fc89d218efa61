// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "collectors/kit/result.h"
#include "collectors/kit/samples.h"

namespace mixnet {

/// What somebody else exposes in Prometheus's text format 0.0.4.
struct Exposition {
  struct Label {
    std::string name, value;
    bool operator==(const Label&) const = default;
  };
  /// A bucket of a histogram or a quantile of a summary.
  struct Point {
    double bound, value;
    std::string bound_text;  ///< as the text format writes it
  };
  struct Series {
    std::vector<Label> labels;  ///< in the order of their names, without le and quantile and without empty ones
    double value = 0;           ///< of all but histograms and summaries
    double sum = 0, count = 0;  ///< of histograms and summaries
    std::vector<Point> points;  ///< in the order of their bounds; a histogram's end with +Inf
    bool has_sum = false, has_count = false;
  };
  struct Family {
    Type type = Type::untyped;
    std::string name;
    std::optional<std::string> help;
    std::vector<Series> series;
  };

  std::vector<Family> families;  ///< that have a sample, in the order first named
  bool has_timestamps = false;
};

/// How sure one is to have all of a text.
enum class Arrival {
  file,     ///< taken as it stands
  network,  ///< may have been cut: refused where it is empty, a histogram or summary lacks its +Inf bucket, sum or count, or
            ///< the family named last has no sample
};

/// Parses the text format as strictly as Prometheus's own parser does; Fault::malformed with the line's number. Series that
/// stand there twice are there twice.
Result<Exposition> parse_exposition(std::string_view text, Arrival arrival = Arrival::file);

/// Adds one series to the family `index` of `out`. `scratch` is memory to use again.
void add_series(Type type, const Exposition::Series& series, std::uint32_t index, Samples& out, std::vector<Label>& scratch);

}  // namespace mixnet
