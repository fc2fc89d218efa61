// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "daemon/history/history_reader.h"
#include "daemon/page/status_view.h"

namespace mixnet {

/// A host with a node that does not exist, for the tests and the benchmark of the page.
struct SyntheticHost {
  bool has_node = true;
  bool in_trouble = false;         ///< it drops packets for lack of CPU since 40 min, and was away for a while before
  UnixMs now = 1'764'079'512'000;  ///< 2025-11-25 14:05:12 UTC
};

/// Everything that the page is made of, from `from` on until before `to`, a tick `every` so many milliseconds.
Window synthetic_window(const SyntheticHost& host, UnixMs from, UnixMs to, UnixMs every);

/// The same as a history.
class SyntheticHistory : public HistoryReader {
 public:
  explicit SyntheticHistory(const SyntheticHost& host) : host_(host) {}

  Result<std::vector<Series>> series() override;
  Result<std::vector<Curve>> curves(std::span<const std::string_view> metrics, UnixMs from, UnixMs to, UnixMs step) override;
  Result<Window> window(std::span<const std::string_view> metrics, UnixMs from, UnixMs to) override;
  Result<std::vector<HistoryEvent>> events(UnixMs from, UnixMs to) override;

 private:
  const SyntheticHost host_;
};

/// A view of such a host and all that it points to.
class SyntheticView {
 public:
  explicit SyntheticView(const SyntheticHost& host, bool with_history = true);
  StatusView& view() { return view_; }

 private:
  std::vector<Finding> findings_;
  std::vector<Alarm> alarms_;
  std::vector<CollectorState> collectors_;
  Window window_;
  SyntheticHistory history_;
  StatusView view_;
};

}  // namespace mixnet
