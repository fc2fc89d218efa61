// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/checks/check.h"

namespace mixnet::test {

/// The time at which the windows of tests end.
inline constexpr UnixMs kNow = 1'790'000'000'000;
inline constexpr double kNowSeconds = 1'790'000'000;

/// A window with a value each 15 s, the last at kNow. What is added tells each value by how many seconds before kNow it was:
/// from -600 to 0 in a window of ten minutes.
class MadeWindow {
 public:
  using Values = std::function<double(double seconds)>;

  explicit MadeWindow(std::chrono::seconds length = std::chrono::minutes(10),
                      std::chrono::seconds step = std::chrono::seconds(15))
      : length_(length), step_(step) {}

  MadeWindow& gauge(std::string_view series, Values values) { return add(series, Type::gauge, std::move(values)); }
  MadeWindow& gauge(std::string_view series, double value) {
    return gauge(series, [value](double) { return value; });
  }
  MadeWindow& counter(std::string_view series, Values values) { return add(series, Type::counter, std::move(values)); }
  /// One that grows by as much each second.
  MadeWindow& counter(std::string_view series, double per_second) {
    return counter(series, [per_second](double seconds) { return 1'000'000 + per_second * seconds; });
  }
  /// A node that has run for a day.
  MadeWindow& node(const std::string& name, double age = 86'400) {
    gauge("mixnet_node_process_up{node=\"" + name + "\"}", 1);
    return gauge("mixnet_node_process_start_time_seconds{node=\"" + name + "\"}", kNowSeconds - age);
  }
  /// What has no value from that many seconds before kNow on.
  MadeWindow& ended(std::string_view series, double value, double at) {
    return gauge(series, [=](double seconds) { return seconds < at ? value : kGap; });
  }

  Window made() const {
    auto series = std::make_shared<std::vector<Series>>();
    for (const auto& each : added_) series->push_back(each.first);
    Window out;
    for (auto time = -length_; time.count() <= 0; time += step_) {
      Tick tick{kNow + std::chrono::milliseconds(time).count(), series, {}};
      for (const auto& each : added_) tick.values.push_back(each.second(static_cast<double>(time.count())));
      out.add(tick);
    }
    return out;
  }

  /// What the check makes of it, with its own limits or others.
  std::vector<Finding> check(std::string_view key) const { return check(key, find(key).limits); }
  std::vector<Finding> check(std::string_view key, const CheckLimits& limits, UnixMs now = kNow) const {
    std::vector<Finding> out;
    evaluate(find(key), made(), now, limits, out);
    return out;
  }
  /// The one finding that it gives; one with the check "nothing" where there is none or are several.
  Finding one(std::string_view key) const {
    auto findings = check(key);
    if (findings.size() == 1) return findings.front();
    Finding out;
    out.check = "nothing";
    out.message = std::to_string(findings.size()) + " findings";
    return out;
  }

  static const Check& find(std::string_view key) {
    for (const auto& each : all_checks()) {
      if (each.key() == key) return each;
    }
    std::abort();
  }

 private:
  // node_cpu_seconds_total{mode="user"}
  MadeWindow& add(std::string_view text, Type type, Values values) {
    const auto brace = text.find('{');
    Series series{std::string(text.substr(0, brace)), "", type};
    if (brace != std::string_view::npos) series.labels = text.substr(brace + 1, text.size() - brace - 2);
    added_.emplace_back(std::move(series), std::move(values));
    return *this;
  }

  std::chrono::seconds length_, step_;
  std::vector<std::pair<Series, Values>> added_;
};

}  // namespace mixnet::test
