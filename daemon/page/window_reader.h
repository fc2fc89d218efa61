// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <vector>

#include "daemon/history/history_reader.h"

namespace mixnet {

/// A window as if it were a history: what is drawn where there is no file of it. It knows of no events.
class WindowReader : public HistoryReader {
 public:
  /// `window` outlives the reader.
  explicit WindowReader(const Window& window) : window_(window) {}

  Result<std::vector<Series>> series() override;
  Result<std::vector<Curve>> curves(std::span<const std::string_view> metrics, UnixMs from, UnixMs to, UnixMs step) override;
  Result<Window> window(std::span<const std::string_view> metrics, UnixMs from, UnixMs to) override;
  Result<std::vector<HistoryEvent>> events(UnixMs from, UnixMs to) override;

 private:
  const Window& window_;
};

/// What the series of a window are now, as curves of one step: of a gauge the newest value, of a counter the increase per
/// second over the last minute, or since the value before the newest where that is longer ago. What has not been recorded for
/// `stale_after` has kGap.
std::vector<Curve> newest_curves(const Window& window, UnixMs now, UnixMs stale_after);

}  // namespace mixnet
