// SPDX-License-Identifier: Apache-2.0
#include "daemon/doctor/findings.h"

#include <algorithm>
#include <array>

namespace mixnet {
namespace {

constexpr std::array<std::string_view, 5> kNames = {"good", "absent", "not permitted", "advice", "BAD"};
constexpr std::size_t kVerdictWidth = 15;

std::string_view name_of(Verdict verdict) { return kNames[static_cast<std::size_t>(verdict)]; }

/// What came from outside cannot begin a line of its own, or do anything to the terminal.
std::string on_one_line(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < ' ' || byte == 0x7f) c = ' ';
  }
  return out;
}

void append_padded(std::string& out, std::string_view text, std::size_t width) {
  out += text;
  out.append(width > text.size() ? width - text.size() : 1, ' ');
}

void append(std::string& out, const Diagnosis& finding, std::size_t width) {
  out += "  ";
  append_padded(out, name_of(finding.verdict), kVerdictWidth);
  append_padded(out, on_one_line(finding.subject), width);
  out.append(on_one_line(finding.text)).append("\n");
  if (finding.remedy.empty()) return;
  out.append(2 + kVerdictWidth + width, ' ').append("-> ").append(on_one_line(finding.remedy)).append("\n");
}

std::size_t count(const std::vector<Diagnoses>& sections, Verdict verdict) {
  std::size_t found = 0;
  for (const auto& section : sections) {
    for (const auto& finding : section.findings) found += finding.verdict == verdict ? 1 : 0;
  }
  return found;
}

}  // namespace

void Diagnoses::add(Verdict verdict, std::string subject, std::string text, std::string remedy) {
  findings.push_back({verdict, std::move(subject), std::move(text), std::move(remedy)});
}

std::string findings_text(const std::vector<Diagnoses>& sections) {
  constexpr std::size_t kSubjectMax = 32;
  std::size_t width = 0;
  for (const auto& section : sections) {
    for (const auto& finding : section.findings) width = std::max(width, finding.subject.size() + 2);
  }
  width = std::min(width, kSubjectMax);
  std::string out;
  for (const auto& section : sections) {
    if (section.findings.empty()) continue;
    out.append(section.title).append("\n");
    for (const auto& finding : section.findings) append(out, finding, width);
    out += '\n';
  }
  out.append(std::to_string(count(sections, Verdict::bad))).append(" to mend, ");
  out.append(std::to_string(count(sections, Verdict::not_permitted))).append(" not permitted, ");
  out.append(std::to_string(count(sections, Verdict::advice))).append(" of advice, ");
  out.append(std::to_string(count(sections, Verdict::good))).append(" good.\n");
  return out;
}

bool any_bad(const std::vector<Diagnoses>& sections) { return count(sections, Verdict::bad) > 0; }

}  // namespace mixnet
