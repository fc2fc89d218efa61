// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mixnet {

class YamlMapping;
class YamlValue;
namespace detail {
struct YamlNode;
struct YamlFault;
}  // namespace detail

/// A strict reader of configuration files. The caller asks each mapping for the keys it knows and each value for the type it
/// needs; what does not fit is noted with its place, and what was never asked for is an unknown key:
///
///     Yaml yaml("web.yml", text);
///     auto server = yaml.top().get("tls_server_config").mapping();
///     if (auto file = server.get("cert_file"); auto path = file.text()) {
///       if (!readable(*path)) file.refuse("no such file");
///     }
///     for (const auto& fault : yaml.faults()) print(fault);  // web.yml:3:5: unknown key "cert"; did you mean "cert_file"?
///
/// Anchors, aliases, merge keys, tags, duplicate keys, several documents, control characters, what is not UTF-8, and whatever
/// exceeds the limits below are faults. A syntax error leaves nothing to read: the top is an empty mapping then.
class Yaml {
 public:
  static constexpr std::size_t kMaxBytes = 256 << 10;
  static constexpr std::size_t kMaxValues = 10'000;
  static constexpr std::size_t kMaxDepth = 16;

  /// Parses `text`; `file` is the name in the faults.
  Yaml(std::string file, std::string_view text);
  ~Yaml();
  Yaml(const Yaml&) = delete;
  Yaml& operator=(const Yaml&) = delete;

  /// The whole document; an empty one is an empty mapping.
  YamlMapping top();

  /// Every fault as "FILE:LINE:COLUMN: message", in the order of the lines. To be called when all known keys have been asked
  /// for.
  std::vector<std::string> faults() const;

 private:
  friend class YamlValue;
  friend class YamlMapping;
  void note(const detail::YamlNode& at, std::string message);

  std::string file_;
  std::unique_ptr<detail::YamlNode> top_;
  std::vector<detail::YamlFault> faults_;
};

/// One value of the document, or nothing where its key is not there. A key without a value (`web:` and nothing below) counts
/// as not there. Valid as long as the Yaml it came from.
class YamlValue {
 public:
  /// Is there a value, of whatever type?
  bool given() const { return node_ != nullptr; }
  bool is_list() const;
  bool is_mapping() const;

  // Each gives nothing where there is no value, or one of another type, which is then noted as a fault.
  std::optional<bool> boolean() const;      ///< plain true or false
  std::optional<std::string> text() const;  ///< any scalar, as it is written
  std::optional<std::int64_t> integer(std::int64_t smallest, std::int64_t largest) const;
  std::vector<YamlValue> list() const;
  YamlMapping mapping() const;

  /// Notes a fault at this value's place.
  void refuse(std::string message) const;

 private:
  friend class Yaml;
  friend class YamlMapping;
  YamlValue(Yaml* yaml, detail::YamlNode* node) : yaml_(yaml), node_(node) {}
  void wrong_type(std::string_view expected) const;

  Yaml* yaml_;
  detail::YamlNode* node_;
};

/// A mapping of the document; empty where there is none. Valid as long as the Yaml it came from.
class YamlMapping {
 public:
  /// The value of `key`, which is a known key from now on.
  YamlValue get(std::string_view key) const;

  /// All keys and values, for mappings whose keys the operator chooses: none is unknown.
  std::vector<std::pair<std::string, YamlValue>> entries() const;

 private:
  friend class Yaml;
  friend class YamlValue;
  YamlMapping(Yaml* yaml, detail::YamlNode* node) : yaml_(yaml), node_(node) {}

  Yaml* yaml_;
  detail::YamlNode* node_;
};

/// `text` as a YAML scalar that is read back as the same text: plain where that is safe, in quotes otherwise.
std::string yaml_scalar(std::string_view text);

}  // namespace mixnet
