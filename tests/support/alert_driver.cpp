// SPDX-License-Identifier: Apache-2.0
// The alarms and their sender as the daemon has them, with findings that a test gives in place of the checks':
//     alert_driver CONFIG STATE
// reads lines from stdin, and answers each with one.
//     critical ALERT NODE MESSAGE...   what is found from now on; ok, warning and unknown likewise, "-" is no node
//     evaluate                         as every 15 seconds, except that nothing is held
//     report                           NAME=ATTEMPTS/FAILURES/LOST of each receiver
// It ends with its input, as the daemon does.
#include <algorithm>
#include <iostream>
#include <map>
#include <string>
#include <utility>

#include "collectors/kit/text.h"
#include "daemon/alerts/alert_sender.h"
#include "daemon/config.h"

namespace mixnet {
namespace {

using Condition = std::pair<std::string, std::string>;

class Driver {
 public:
  explicit Driver(const Config& config)
      : state_(config.roots.state),
        sender_({.state = state_, .host = "host1", .pace = {std::chrono::milliseconds(100), std::chrono::milliseconds(500)}}) {
    if (const auto kept = state_.read("alarms", 1 << 20)) alarms_ = Alarms::parse(kept->text).value();
    sender_.use(config.alerts);
  }

  std::string obey(std::string_view line) {
    const auto word = take_field(line);
    if (word == "evaluate") return evaluate();
    if (word == "report") return report();
    find(word, line);
    return "noted";
  }

 private:
  void find(std::string_view word, std::string_view line) {
    constexpr std::pair<std::string_view, Status> kWords[] = {
        {"ok", Status::ok}, {"warning", Status::warning}, {"critical", Status::critical}, {"unknown", Status::unknown}};
    const std::string alert(take_field(line)), node(take_field(line));
    const auto place = findings_.try_emplace({alert, node}).first;
    auto& finding = place->second;
    finding.alert = place->first.first;
    finding.node = node == "-" ? "" : node;
    finding.message = trim(line);
    for (const auto& [name, status] : kWords) {
      if (name == word) finding.status = status;
    }
  }

  std::string evaluate() {
    std::vector<Finding> findings;
    for (const auto& [condition, finding] : findings_) findings.push_back(finding);
    last_ = std::max(last_ + 1, unix_ms());
    const auto now = last_;
    const auto changes = alarms_.update(findings, now, std::chrono::milliseconds(0));
    (void)state_.write("alarms", alarms_.serialized());
    sender_.update(alarms_.all(), now);
    return std::to_string(changes.size()) + " changes";
  }

  std::string report() const {
    std::string out;
    for (const auto& [name, counts] : sender_.report().receivers) {
      out.append(out.empty() ? "" : " ").append(name).append("=").append(std::to_string(counts.attempts)).append("/");
      out.append(std::to_string(counts.failures)).append("/").append(std::to_string(counts.lost));
    }
    return out;
  }

  std::map<Condition, Finding> findings_;
  Alarms alarms_;
  UnixMs last_ = 0;
  StateFolder state_;
  AlertSender sender_;
};

int drive(const char* config_file, const char* state) {
  auto config = load_config({.config_file = config_file, .options = {}});
  if (!config) {
    std::cerr << config.error().message << "\n";
    return 1;
  }
  config->roots.state = state;
  Driver driver(*config);
  for (std::string line; std::getline(std::cin, line);) std::cout << driver.obey(line) << std::endl;
  return 0;
}

}  // namespace
}  // namespace mixnet

int main(int count, char** arguments) { return count == 3 ? mixnet::drive(arguments[1], arguments[2]) : 2; }
