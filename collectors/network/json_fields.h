// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <optional>
#include <string>
#include <string_view>

#include "collectors/kit/json.h"

namespace mixnet {

/// The fields of a document that another release may not have, by the keys that lead to them: "routing_score.score". One that
/// should be there and is not, or is of another type, is noted by name.
class JsonFields {
 public:
  JsonFields(const Json& document, std::string& lacking) : document_(document), lacking_(lacking) {}

  /// Nothing where it is not there.
  Json find(std::string_view path) const;

  std::optional<double> number(std::string_view path) const { return noted(path, find(path).number()); }
  std::optional<bool> boolean(std::string_view path) const { return noted(path, find(path).boolean()); }
  std::string text(std::string_view path) const { return noted(path, find(path).text()).value_or(""); }
  template <std::integral T>
  std::optional<T> integer(std::string_view path) const {
    return noted(path, find(path).template integer<T>());
  }
  /// A number that is written as text: "0.2".
  std::optional<double> decimal(std::string_view path) const;
  /// An amount of unym in NYM, as text or as {"denom":"unym","amount":"…"}.
  std::optional<double> nym(std::string_view path) const;

  void note(std::string_view path) const;

  template <class T>
  std::optional<T> noted(std::string_view path, std::optional<T> value) const {
    if (!value) note(path);
    return value;
  }

 private:
  const Json& document_;
  std::string& lacking_;
};

}  // namespace mixnet
