// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "collectors/kit/result.h"

namespace mixnet {

/// A value of a JSON document, or nothing: a field that is missing, null or of another type than asked for gives nothing and
/// costs nothing else, so documents of later versions can be read. Shares the document it came from.
///
///     const auto load = TRY(Json::parse(body));
///     const auto uptime = load["uptime"].number();
class Json {
 public:
  /// Fault::malformed, with line and column, where `text` is no JSON, or nested more than 64 deep.
  static Result<Json> parse(std::string_view text);

  /// The same for a document with long lists of objects: each such object is handed to `take` with the keys that lead to its
  /// list ("previous.data.results"), and not kept, so that memory is bounded by the longest of them. The list that `secret`
  /// leads to comes out empty, whatever is in it.
  using TakeEntry = std::function<void(std::string_view path, const Json& entry)>;
  static Result<Json> parse_entries(std::string_view text, const TakeEntry& take, std::string_view secret = {});

  /// The same for a document that comes in pieces, of which `next` gives one after the other, the last one empty. One with a
  /// value (a text, blanks) longer than 2 MiB is refused, so that memory is bounded whatever comes.
  using NextPiece = std::function<std::string_view()>;
  static Result<Json> parse_entries(const NextPiece& next, const TakeEntry& take);

  /// {"KEY":[…]}, of values of documents.
  using List = std::vector<Json>;
  static Json object_of(const std::string& key, const List& list);

  Json() = default;  ///< nothing

  explicit operator bool() const { return value_ != nullptr; }
  bool is_null() const;
  bool is_object() const;
  bool is_list() const;

  /// The value of a key; nothing where this is no object or the key is not there.
  Json operator[](std::string_view key) const;
  /// An entry of a list; nothing beyond its end.
  Json at(std::size_t index) const;
  std::size_t size() const;               ///< entries of a list or an object, else 0
  std::vector<std::string> keys() const;  ///< of an object

  /// As a document that parses to the same; empty where this is nothing.
  std::string serialized() const;

  std::optional<std::string> text() const;
  std::optional<bool> boolean() const;
  std::optional<double> number() const;

  /// A whole number that fits T, exactly.
  template <std::integral T>
  std::optional<T> integer() const {
    if (const auto small = unsigned_integer(); small && *small <= static_cast<std::uint64_t>(std::numeric_limits<T>::max())) {
      return static_cast<T>(*small);
    }
    return std::nullopt;
  }

 private:
  template <class Iterator>
  static Result<Json> parse_range(Iterator begin, Iterator end, const TakeEntry& take, std::string_view secret,
                                  std::size_t* bytes);
  std::optional<std::uint64_t> unsigned_integer() const;

  std::shared_ptr<const void> value_;  ///< of the library's own type, see json.cpp
};

}  // namespace mixnet
