// SPDX-License-Identifier: Apache-2.0
#include "collectors/network/probe_turns.h"

#include <algorithm>
#include <utility>

#include "collectors/kit/text.h"

namespace mixnet {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using SystemTime = std::chrono::system_clock::time_point;

constexpr std::string_view kFile = "started";
constexpr std::size_t kFileBytesMax = 64 << 10;
constexpr auto kForgotten = std::chrono::hours(24 * 30);

std::int64_t unix_seconds(SystemTime time) { return std::chrono::duration_cast<seconds>(time.time_since_epoch()).count(); }

}  // namespace

ProbeTurns::ProbeTurns(StateFolder state, Times times, std::uint32_t random, Clock clock)
    : state_(std::move(state)), times_(times), random_(random), clock_(std::move(clock)) {
  not_before_ = clock_().steady + times_.start_delay / 2 + some_of(times_.start_delay);
  later_ = some_of(times_.interval / 20);
}

milliseconds ProbeTurns::some_of(milliseconds time) {
  return milliseconds(std::uniform_int_distribution<std::int64_t>(0, time.count())(random_));
}

Result<void> ProbeTurns::load(Use use) {
  const auto file = state_.read(kFile, kFileBytesMax);
  if (!file && file.error().fault != Fault::absent) return tl::unexpected<Error>(file.error());
  starts_.clear();
  if (file) read(file->text);
  return use == Use::write ? state_.write(kFile, text()) : Result<void>();
}

// A line for each gateway: its key, a blank, when its last run began, in seconds since 1970.
void ProbeTurns::read(const std::string& text) {
  const auto now = clock_();
  Lines lines(text);
  for (std::string_view line; lines.next(line);) {
    const auto key = take_until(line, ' ');
    const auto time = number<std::uint32_t>(line);  // until 2106
    // One in the future, and a line that cannot be read, are taken for a run that begins now: that is the safe side.
    const auto started = time ? std::min(now.system, SystemTime(seconds(*time))) : now.system;
    if (now.system - started > kForgotten) continue;
    const auto age = std::chrono::duration_cast<std::chrono::steady_clock::duration>(now.system - started);
    starts_.push_back({std::string(key), now.steady - age, started});
  }
}

std::string ProbeTurns::text() const {
  std::string out;
  for (const auto& start : starts_) {
    out.append(start.key).append(" ").append(std::to_string(unix_seconds(start.system))).append("\n");
  }
  return out;
}

std::chrono::steady_clock::time_point ProbeTurns::due_steady() const {
  auto due = not_before_;
  for (const auto& start : starts_) due = std::max(due, start.steady + times_.interval + later_);
  return due;
}

SystemTime ProbeTurns::due() const {
  const auto now = clock_();
  return now.system + std::chrono::duration_cast<SystemTime::duration>(due_steady() - now.steady);
}

std::optional<std::string> ProbeTurns::next(std::span<const std::string> keys) const {
  if (keys.empty() || clock_().steady < due_steady()) return std::nullopt;
  const auto last = [this](const std::string& key) {
    const auto at = std::find_if(starts_.begin(), starts_.end(), [&](const Start& start) { return start.key == key; });
    return at == starts_.end() ? std::chrono::steady_clock::time_point::min() : at->steady;
  };
  return *std::min_element(keys.begin(), keys.end(),
                           [&](const auto& one, const auto& other) { return last(one) < last(other); });
}

Result<void> ProbeTurns::begin(const std::string& key) {
  const auto now = clock_();
  auto before = starts_;
  std::erase_if(starts_, [&](const Start& start) { return start.key == key || now.steady - start.steady > kForgotten; });
  starts_.push_back({key, now.steady, now.system});
  auto written = state_.write(kFile, text());
  if (written) {
    later_ = some_of(times_.interval / 20);
  } else {
    starts_ = std::move(before);
  }
  return written;
}

}  // namespace mixnet
