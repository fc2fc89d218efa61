// SPDX-License-Identifier: Apache-2.0
#include "collectors/network/json_fields.h"

#include "collectors/kit/text.h"
#include "collectors/network/amount.h"

namespace mixnet {

Json JsonFields::find(std::string_view path) const {
  auto value = document_;
  while (!path.empty()) value = value[take_until(path, '.')];
  return value;
}

std::optional<double> JsonFields::decimal(std::string_view path) const {
  const auto text = find(path).text();
  const auto value = text ? mixnet::number<double>(*text) : Result<double>(fail(Fault::malformed, ""));
  return noted(path, value ? std::optional(*value) : std::nullopt);
}

std::optional<double> JsonFields::nym(std::string_view path) const {
  auto value = find(path);
  if (value.is_object()) value = value["denom"].text() == "unym" ? value["amount"] : Json();
  const auto text = value.text();
  const auto amount = text ? nym_of_unym(*text) : Result<double>(fail(Fault::malformed, ""));
  return noted(path, amount ? std::optional(*amount) : std::nullopt);
}

void JsonFields::note(std::string_view path) const { lacking_.append(lacking_.empty() ? "" : ", ").append(path); }

}  // namespace mixnet
