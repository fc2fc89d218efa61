// SPDX-License-Identifier: Apache-2.0
#include "collectors/host/timex.h"

namespace mixnet {
namespace {

constexpr Metric kOffset = gauge("node_timex_offset_seconds", "Time offset in between local system and reference clock.");
constexpr Metric kFrequency = gauge("node_timex_frequency_adjustment_ratio", "Local clock frequency adjustment.");
constexpr Metric kMaxError = gauge("node_timex_maxerror_seconds", "Maximum error in seconds.");
constexpr Metric kEstimatedError = gauge("node_timex_estimated_error_seconds", "Estimated error in seconds.");
constexpr Metric kStatus = gauge("node_timex_status", "Value of the status array bits.");
constexpr Metric kConstant = gauge("node_timex_loop_time_constant", "Phase-locked loop time constant.");
constexpr Metric kTick = gauge("node_timex_tick_seconds", "Seconds between clock ticks.");
constexpr Metric kPpsFrequency = gauge("node_timex_pps_frequency_hertz", "Pulse per second frequency.");
constexpr Metric kPpsJitter = gauge("node_timex_pps_jitter_seconds", "Pulse per second jitter.");
constexpr Metric kPpsShift = gauge("node_timex_pps_shift_seconds", "Pulse per second interval duration.");
constexpr Metric kPpsStability =
    gauge("node_timex_pps_stability_hertz", "Pulse per second stability, average of recent frequency changes.");
constexpr Metric kPpsJitterExceeded =
    counter("node_timex_pps_jitter_total", "Pulse per second count of jitter limit exceeded events.");
constexpr Metric kPpsCalibrations =
    counter("node_timex_pps_calibration_total", "Pulse per second count of calibration intervals.");
constexpr Metric kPpsErrors = counter("node_timex_pps_error_total", "Pulse per second count of calibration errors.");
constexpr Metric kPpsStabilityExceeded =
    counter("node_timex_pps_stability_exceeded_total", "Pulse per second count of stability limit exceeded events.");
constexpr Metric kTai = gauge("node_timex_tai_offset_seconds", "International Atomic Time (TAI) offset.");
constexpr Metric kSync = gauge("node_timex_sync_status", "Is clock synchronized to a reliable server (1 = yes, 0 = no).");
constexpr const Metric* kMetrics[] = {&kOffset,
                                      &kFrequency,
                                      &kMaxError,
                                      &kEstimatedError,
                                      &kStatus,
                                      &kConstant,
                                      &kTick,
                                      &kPpsFrequency,
                                      &kPpsJitter,
                                      &kPpsShift,
                                      &kPpsStability,
                                      &kPpsJitterExceeded,
                                      &kPpsCalibrations,
                                      &kPpsErrors,
                                      &kPpsStabilityExceeded,
                                      &kTai,
                                      &kSync};

constexpr double kMicro = 1e6;
constexpr double kScaledPpm = 1e6 * 65536;  // frequencies are parts per million with 16 bits behind the point

Result<void> collect(Context& context, Samples& out) {
  emit_timex(*TRY(kernel_clock(context)), out);
  return {};
}

}  // namespace

void emit_timex(const KernelClock& answer, Samples& out) {
  const auto& clock = answer.state;
  const auto add = [&out](const Metric& metric, auto value, double divisor = 1) {
    out.add(metric, static_cast<double>(value) / divisor);
  };
  const double unit = answer.units_a_second();
  add(kSync, answer.is_synchronised() ? 1 : 0);
  out.add(kOffset, answer.offset_seconds());
  out.add(kFrequency, 1 + static_cast<double>(clock.freq) / kScaledPpm);
  add(kMaxError, clock.maxerror, kMicro);
  add(kEstimatedError, clock.esterror, kMicro);
  add(kStatus, clock.status);
  add(kConstant, clock.constant);
  add(kTick, clock.tick, kMicro);
  add(kPpsFrequency, clock.ppsfreq, kScaledPpm);
  add(kPpsJitter, clock.jitter, unit);
  add(kPpsShift, clock.shift);
  add(kPpsStability, clock.stabil, kScaledPpm);
  add(kPpsJitterExceeded, clock.jitcnt);
  add(kPpsCalibrations, clock.calcnt);
  add(kPpsErrors, clock.errcnt);
  add(kPpsStabilityExceeded, clock.stbcnt);
  add(kTai, clock.tai);
}

constinit const Collector kTimex{
    "timex", "State of the kernel's clock discipline from adjtimex(2).", true, Schedule::at_scrape, kMetrics, collect};

}  // namespace mixnet
