// SPDX-License-Identifier: Apache-2.0
#include "collectors/network/version.h"

#include "collectors/kit/text.h"

namespace mixnet {
namespace {

constexpr std::string_view kDigits = "0123456789";
constexpr std::string_view kIdentifier = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-";

bool is_number(std::string_view identifier) { return identifier.find_first_not_of(kDigits) == std::string_view::npos; }

std::strong_ordering compare(std::string_view a, std::string_view b) { return a.compare(b) <=> 0; }

/// Numbers by their value and before all that is no number, the rest by its text.
std::strong_ordering compare_identifiers(std::string_view a, std::string_view b) {
  if (is_number(a) != is_number(b)) return is_number(a) ? std::strong_ordering::less : std::strong_ordering::greater;
  if (is_number(a) && a.size() != b.size()) return a.size() <=> b.size();
  return compare(a, b);
}

std::strong_ordering compare_prereleases(std::string_view a, std::string_view b) {
  if (a.empty() || b.empty()) return a.empty() <=> b.empty();
  while (!a.empty() && !b.empty()) {
    if (const auto order = compare_identifiers(take_until(a, '.'), take_until(b, '.')); order != 0) return order;
  }
  return b.empty() <=> a.empty();
}

Result<std::uint64_t> part(std::string_view text, std::string_view whole) {
  const bool leading_zero = text.size() > 1 && text.front() == '0';
  auto value = number<std::uint64_t>(text);
  if (!value || leading_zero) return fail(Fault::malformed, in_quotes(whole) + " is not a version such as 1.31.0");
  return value;
}

/// Identifiers of letters, digits and dashes, with dots between them.
bool is_prerelease(std::string_view text) {
  if (text.ends_with('.')) return false;
  while (!text.empty()) {
    const auto identifier = take_until(text, '.');
    if (identifier.empty() || identifier.find_first_not_of(kIdentifier) != std::string_view::npos) return false;
    if (is_number(identifier) && identifier.size() > 1 && identifier.front() == '0') return false;
  }
  return true;
}

}  // namespace

std::strong_ordering Version::operator<=>(const Version& other) const {
  if (const auto order = major <=> other.major; order != 0) return order;
  if (const auto order = minor <=> other.minor; order != 0) return order;
  if (const auto order = patch <=> other.patch; order != 0) return order;
  return compare_prereleases(prerelease, other.prerelease);
}

Result<Version> parse_version(std::string_view text) {
  const auto whole = text;
  text = text.substr(0, text.find('+'));
  auto numbers = take_until(text, '-');
  const bool has_prerelease = numbers.size() < whole.substr(0, whole.find('+')).size();
  Version out;
  out.major = TRY(part(take_until(numbers, '.'), whole));
  out.minor = TRY(part(take_until(numbers, '.'), whole));
  out.patch = TRY(part(numbers, whole));
  if (has_prerelease && (text.empty() || !is_prerelease(text))) {
    return fail(Fault::malformed, in_quotes(whole) + " has a pre-release that is none");
  }
  out.prerelease = text;
  return out;
}

}  // namespace mixnet
