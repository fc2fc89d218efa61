// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "collectors/kit/result.h"

namespace re2 {
class RE2;
}

namespace mixnet {

/// A regular expression in RE2's syntax, which is Go's and so node_exporter's; copies share the compiled form.
class Regex {
 public:
  Regex();  ///< the empty expression, which stands for "not set"
  /// Fault::malformed with RE2's reason.
  static Result<Regex> compile(std::string_view pattern);

  const std::string& pattern() const;
  bool empty() const { return pattern().empty(); }
  /// Does it match anywhere in `text`?
  bool found_in(std::string_view text) const;

 private:
  explicit Regex(std::shared_ptr<const re2::RE2> compiled) : compiled_(std::move(compiled)) {}
  std::shared_ptr<const re2::RE2> compiled_;
};

/// Which devices to report, as node_exporter's pairs of flags say it: what matches `include` where that is set, and what does
/// not match `exclude` where that is set.
struct Filter {
  Regex include, exclude;

  bool wants(std::string_view name) const {
    if (!exclude.empty() && exclude.found_in(name)) return false;
    return include.empty() || include.found_in(name);
  }
};

}  // namespace mixnet
