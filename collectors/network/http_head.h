// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "collectors/kit/result.h"

namespace mixnet {

/// The head of an HTTP/1 answer, of which it is a view.
class HttpHead {
 public:
  /// As much as a head may have.
  static constexpr std::size_t kBytesMax = 16 << 10;

  /// Where the head at the beginning of `bytes` ends; nothing where it has not all come.
  static std::optional<std::size_t> end_of(std::string_view bytes);
  /// malformed: it is no such head.
  static Result<HttpHead> parse(std::string_view head);

  int status() const { return status_; }
  /// The value of the first header of that name, in whatever case; empty where there is none.
  std::string_view header(std::string_view name) const;
  /// Does a header that is a list with commas have `word`, in whatever case?
  bool has_word(std::string_view name, std::string_view word) const;

 private:
  int status_ = 0;
  std::string_view headers_;
};

}  // namespace mixnet
