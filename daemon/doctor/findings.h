// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace mixnet {

/// What one check found.
enum class Verdict : std::uint8_t {
  good,
  absent,         ///< not on this host, or not set up; nothing is wrong
  not_permitted,  ///< there, but the exporter may not look; the remedy gives the right
  advice,         ///< works, and could be better; never changed by us
  bad             ///< to be mended
};

struct Diagnosis {
  Verdict verdict = Verdict::good;
  std::string subject;  ///< what was looked at: "node_wireguard", "port 10087"
  std::string text;     ///< what was found, on one line
  std::string remedy;   ///< what to do; empty where nothing is to be done
};

/// Findings under one heading.
struct Diagnoses {
  std::string title;
  std::vector<Diagnosis> findings;

  void add(Verdict verdict, std::string subject, std::string text, std::string remedy = {});
};

/// All of it for a terminal: a line for each finding, its remedy below, and at the end how many there are of which kind.
std::string findings_text(const std::vector<Diagnoses>& sections);

/// Is anything to be mended?
bool any_bad(const std::vector<Diagnoses>& sections);

}  // namespace mixnet
