// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "collectors/kit/samples.h"

namespace mixnet {

enum class Format {
  text,         ///< Prometheus text format 0.0.4
  openmetrics,  ///< OpenMetrics 1.0
};

/// The Content-Type that a format is sent with.
std::string_view content_type(Format format);

/// Samples of several collections as one exposition: each family once, in one piece, sorted by name.
///
/// Where two parts have a family of the same name, the first one's type and help stand; a later one of another type is left
/// out, and so is a series that is there already: a doubled series costs a scraper the whole scrape.
/// In OpenMetrics a counter whose name does not end in _total, or would take another family's name without it, is of type
/// unknown, and a family X_created beside the X it belongs to is left out. No _created series are made up.
/// Keeps its working memory: writing the same families again allocates nothing once `out` has grown.
class ExpositionWriter {
 public:
  void write(std::span<const Samples* const> parts, Format format, std::string& out);

 private:
  struct Entry {
    const Samples* part;
    const Family* family;
    std::string_view name() const { return family->name; }
  };
  struct Series {
    std::string_view labels;
    Suffix suffix;
    auto operator<=>(const Series&) const = default;
  };

  void gather(std::span<const Samples* const> parts);
  bool has_family(std::string_view name) const;
  bool loses_its_total(std::size_t at) const;
  bool is_created_of_another(std::string_view name) const;
  void write_group(std::span<const Entry> group, std::size_t at, Format format, class TextOut& out);

  std::vector<Entry> entries_;
  std::vector<std::uint32_t> order_;  ///< the last write's order, which usually is this one's too
  std::vector<Entry> sorted_;
  std::vector<Series> written_;
};

}  // namespace mixnet
