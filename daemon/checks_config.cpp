// SPDX-License-Identifier: Apache-2.0
#include "daemon/checks_config.h"

#include "collectors/kit/text.h"
#include "collectors/settings.h"
#include "daemon/checks/words.h"

namespace mixnet {
namespace {

constexpr std::string_view kNoLimit = "none";

/// Takes what `parse` makes of a value's text, or refuses it there.
template <class T, class Parse>
void take(const YamlValue& value, T& to, Parse parse) {
  const auto text = value.text();
  if (!text) return;
  auto parsed = parse(*text);
  if (!parsed) return value.refuse(parsed.error().message);
  to = *std::move(parsed);
}

/// true, false, or a mapping with `enabled` and the limits.
void read_limits(const YamlValue& value, CheckLimits& out) {
  if (!value.given()) return;
  if (!value.is_mapping()) {
    out.on = value.boolean().value_or(out.on);
    return;
  }
  const auto mapping = value.mapping();
  out.on = mapping.get("enabled").boolean().value_or(out.on);
  take(mapping.get("warning"), out.warning, parse_limit_range);
  take(mapping.get("critical"), out.critical, parse_limit_range);
  take(mapping.get("for"), out.over, parse_check_time);
}

std::string values_of(const CheckLimits& limits, std::string_view separator) {
  std::string out = "enabled: ";
  out.append(limits.on ? "true" : "false").append(separator);
  out.append("warning: ").append(yaml_scalar(limit_text(limits.warning))).append(separator);
  out.append("critical: ").append(yaml_scalar(limit_text(limits.critical))).append(separator);
  return out.append("for: ").append(duration_text(limits.over));
}

}  // namespace

Result<std::optional<Range>> parse_limit_range(std::string_view text) {
  if (text == kNoLimit) return std::optional<Range>();
  return std::optional<Range>(TRY(Range::parse(text)));
}

std::string limit_text(const std::optional<Range>& limit) { return limit ? limit->text() : std::string(kNoLimit); }

Result<std::chrono::milliseconds> parse_check_time(std::string_view text) {
  const auto time = TRY(parse_duration(text));
  if (time > kCheckTimeMax) return fail(Fault::malformed, in_quotes(text) + " is more than " + duration_text(kCheckTimeMax));
  return time;
}

/// What turns a check on or off does so with its parts that say nothing else.
std::vector<CheckLimits> read_checks(const YamlValue& checks) {
  auto out = default_check_limits();
  const auto sections = checks.mapping();
  bool on = true;  // the check that the parts belong to
  for (std::size_t index = 0; index < out.size(); ++index) {
    const auto& check = all_checks()[index];
    const auto value = sections.get(check.name);
    if (check.part.empty()) {
      read_limits(value, out[index]);
      on = out[index].on;
    } else {
      out[index].on = on;
      if (value.is_mapping()) read_limits(value.mapping().get(check.part), out[index]);
    }
  }
  return out;
}

std::string checks_as_yaml(std::span<const CheckLimits> limits) {
  std::string out = "checks:\n";
  for (std::size_t index = 0; index < limits.size(); ++index) {
    const auto& check = all_checks()[index];
    if (check.part.empty()) {
      out.append("  ").append(check.name).append(":\n    ").append(values_of(limits[index], "\n    ")).append("\n");
    } else {
      out.append("    ").append(check.part).append(": {").append(values_of(limits[index], ", ")).append("}\n");
    }
  }
  return out;
}

}  // namespace mixnet
