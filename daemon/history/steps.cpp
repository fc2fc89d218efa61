// SPDX-License-Identifier: Apache-2.0
#include "daemon/history/steps.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "daemon/history/bytes.h"
#include "daemon/history/column_codec.h"

namespace mixnet {
namespace {

/// What is worked out, a mean or a rate, need not have more digits than this; it takes half the room.
double rounded(double value) { return static_cast<double>(static_cast<float>(value)); }

void put_column(std::span<const double> values, std::string& out) {
  std::string column;
  encode_column(values, column);
  put_u32(static_cast<std::uint32_t>(column.size()), out);
  out += column;
}

Result<void> take_column(std::string_view& text, std::vector<double>& out) {
  const auto size = take_u32(text);
  if (!size || *size > text.size()) return fail(Fault::malformed, "steps that are cut off");
  TRY(decode_column(text.substr(0, *size), out));
  text.remove_prefix(*size);
  return {};
}

}  // namespace

void Steps::Step::add(double least, double mean, double greatest, double its_weight) {
  min = weight == 0 ? least : std::min(min, least);
  max = weight == 0 ? greatest : std::max(max, greatest);
  sum += mean * its_weight;
  weight += its_weight;
}

Steps::Steps(const Series& series, UnixMs start, UnixMs step, std::size_t count)
    : series_(series), start_(start), step_(step), steps_(count) {}

Steps::Step* Steps::at(UnixMs time) {
  if (time < start_) return nullptr;
  const auto index = static_cast<std::size_t>((time - start_) / step_);
  return index < steps_.size() ? &steps_[index] : nullptr;
}

void Steps::add(UnixMs time, double value) {
  if (std::isnan(value)) return;
  auto* step = at(time);
  if (!series_.is_counter()) {
    if (step != nullptr) step->add(value, value, value, 1);
    return;
  }
  const auto took = time - last_time_;
  if (step != nullptr && !std::isnan(last_value_) && took > 0 && took <= kGapMax) {
    const double seconds = static_cast<double>(took) / 1000;
    const double rate = (value < last_value_ ? value : value - last_value_) / seconds;
    step->add(rate, rate, rate, seconds);
  }
  go_on_from(time, value);
}

void Steps::go_on_from(UnixMs time, double value) {
  if (std::isnan(value)) return;
  last_time_ = time;
  last_value_ = value;
}

std::string Steps::write() const {
  std::array<std::vector<double>, 4> columns;
  for (const auto& step : steps_) {
    const bool empty = step.weight == 0;
    const bool exact = !series_.is_counter();
    columns[0].push_back(empty ? kGap : step.weight);
    columns[1].push_back(empty ? kGap : exact ? step.min : rounded(step.min));
    columns[2].push_back(empty ? kGap : rounded(step.sum / step.weight));
    columns[3].push_back(empty ? kGap : exact ? step.max : rounded(step.max));
  }
  std::string out;
  for (const auto& column : columns) put_column(column, out);
  return out;
}

Result<void> Steps::add_written(UnixMs start, UnixMs step, std::string_view text) {
  std::array<std::vector<double>, 4> columns;
  for (auto& column : columns) TRY(take_column(text, column));
  const auto& [weights, least, means, greatest] = columns;
  const bool even = least.size() == weights.size() && means.size() == weights.size() && greatest.size() == weights.size();
  if (!even || !text.empty()) return fail(Fault::malformed, "steps of unequal number");
  for (std::size_t index = 0; index < weights.size(); ++index) {
    if (std::isnan(weights[index]) || weights[index] <= 0) continue;
    auto* to = at(start + static_cast<UnixMs>(index) * step);
    if (to != nullptr) to->add(least[index], means[index], greatest[index], weights[index]);
  }
  return {};
}

Curve Steps::curve() const {
  Curve out{series_, start_, step_, {}, {}, {}};
  for (const auto& step : steps_) {
    const bool empty = step.weight == 0;
    out.min.push_back(empty ? kGap : step.min);
    out.mean.push_back(empty ? kGap : step.sum / step.weight);
    out.max.push_back(empty ? kGap : step.max);
  }
  return out;
}

}  // namespace mixnet
