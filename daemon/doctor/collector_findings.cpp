// SPDX-License-Identifier: Apache-2.0
#include "daemon/doctor/collector_findings.h"

#include <algorithm>
#include <string>
#include <string_view>

namespace mixnet {
namespace {

bool is_about_rights(const Error& error) {
  constexpr std::string_view kSigns[] = {"ermission denied", "Operation not permitted",  "CAP_", "not permitted",
                                         "may not be",       "asks for its access token"};
  return error.fault == Fault::denied || std::any_of(std::begin(kSigns), std::end(kSigns), [&](std::string_view sign) {
           return error.message.find(sign) != std::string::npos;
         });
}

}  // namespace

Diagnosis judged(std::string subject, const Error& error) {
  Diagnosis out;
  out.subject = std::move(subject);
  out.verdict = is_about_rights(error) ? Verdict::not_permitted : error.fault == Fault::absent ? Verdict::absent : Verdict::bad;
  // A remark ends with its remedy: "/proc/812/io: Permission denied; needs CAP_SYS_PTRACE".
  const auto remedy = error.message.find("; ");
  out.text = error.message.substr(0, remedy);
  if (remedy != std::string::npos) out.remedy = error.message.substr(remedy + 2);
  if (out.verdict == Verdict::not_permitted && out.remedy.empty()) out.remedy = "permissions.md says what gives the right";
  return out;
}

Diagnoses collector_findings(const Board& board) {
  Diagnoses out{"Collectors", {}};
  for (const auto& run : board.runs()) {
    const auto* outcome = run.outcome();
    const std::string name(run.collector->name);
    if (outcome == nullptr) continue;
    if (outcome->error) {
      out.findings.push_back(judged(name, *outcome->error));
    } else {
      out.add(Verdict::good, name, "works");
    }
    for (const auto& remark : outcome->remarks.all()) out.findings.push_back(judged("  " + remark.subject, remark.error));
  }
  return out;
}

}  // namespace mixnet
