// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "collectors/collector.h"
#include "daemon/history/recording.h"
#include "daemon/history/window.h"

namespace mixnet {

/// Picks what is to be recorded out of what a collection gave. It remembers which sample belongs to which series, so that the
/// labels of one are read once.
class Picker {
 public:
  /// The most series that are recorded; what is more is left out.
  static constexpr std::size_t kSeriesMax = 2000;

  explicit Picker(std::vector<Recording> recordings);

  Tick pick(UnixMs time, std::span<const Samples* const> parts);

  /// Those of `collectors` that may give what is picked.
  std::vector<std::string> collectors_needed(std::span<const Collector* const> collectors) const;

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };
  template <class Value>
  using TextMap = std::unordered_map<std::string, Value, Hash, std::equal_to<>>;

  struct Row {
    Recording recording;
    TextMap<std::size_t> places;  ///< a sample's labels: which series it belongs to, or kNone
  };

  void pick(const Samples& part, const Family& family, Row& row, std::vector<double>& values);
  std::size_t place_of(const Family& family, std::string_view labels, Row& row);
  std::size_t find_or_add(Series series);

  std::vector<Row> rows_;
  TextMap<std::vector<std::size_t>> rows_of_;  ///< by metric
  TextMap<std::size_t> series_places_;         ///< by the series' text
  std::shared_ptr<const std::vector<Series>> series_ = std::make_shared<std::vector<Series>>();
};

/// The recordings that are made where nothing else is configured, and those of `more`, which have been parsed before.
std::vector<Recording> recordings(bool with_defaults, std::span<const std::string> more);

}  // namespace mixnet
