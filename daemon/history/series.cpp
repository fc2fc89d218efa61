// SPDX-License-Identifier: Apache-2.0
#include "daemon/history/series.h"

namespace mixnet {

// mode="user",cpu="0"
EscapedLabel take_label(std::string_view& labels) {
  const auto equals = labels.find("=\"");
  if (equals == std::string_view::npos) return labels = {}, EscapedLabel{};
  auto end = equals + 2;
  while (end < labels.size() && labels[end] != '"') end += labels[end] == '\\' ? 2 : 1;
  if (end >= labels.size()) return labels = {}, EscapedLabel{};
  const EscapedLabel label{labels.substr(0, equals), labels.substr(equals + 2, end - equals - 2)};
  labels.remove_prefix(end + 1);
  if (labels.starts_with(',')) labels.remove_prefix(1);
  return label;
}

std::string unescaped_label(std::string_view value) {
  std::string out;
  for (std::size_t at = 0; at < value.size(); ++at) {
    if (value[at] != '\\' || at + 1 == value.size()) {
      out += value[at];
    } else {
      ++at;
      out += value[at] == 'n' ? '\n' : value[at];
    }
  }
  return out;
}

std::string Series::text() const { return labels.empty() ? metric : metric + "{" + labels + "}"; }

std::optional<std::string> Series::label(std::string_view name) const {
  for (std::string_view rest = labels; !rest.empty();) {
    const auto [label_name, value] = take_label(rest);
    if (label_name == name) return unescaped_label(value);
  }
  return std::nullopt;
}

}  // namespace mixnet
