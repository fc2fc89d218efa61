// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/checks/check.h"
#include "daemon/page/charts.h"

namespace mixnet {

/// A chart with its values, ready to be drawn.
struct Plot {
  struct DrawnLine {
    const Line* line;
    LineValues values;
  };
  /// A moment that is marked across the chart: something began anew.
  struct Mark {
    UnixMs time;
    std::string text;
  };
  /// A time that is marked: an alarm.
  struct Span {
    UnixMs begin, end;
    Status status;
    std::string text;
  };

  const Chart* chart;
  UnixMs start = 0, step = 1;
  std::size_t count = 0;  ///< of steps
  UnixMs mark_step = 1;   ///< the time axis has a mark at each multiple of this
  std::vector<DrawnLine> lines;
  std::vector<Mark> marks;
  std::vector<Span> spans;
  std::string description;  ///< what there is to see, for who cannot

  UnixMs end() const { return start + static_cast<UnixMs>(count) * step; }
};

/// Appends it as SVG that takes the width that it is given, its text always of one size: what is drawn stretches, what is
/// written does not. A step without a value is a gap; where a step has more than one value the band between the least and the
/// greatest is drawn too. All colours are classes of the page's style sheet.
void append_svg(const Plot& plot, std::string& out);

}  // namespace mixnet
