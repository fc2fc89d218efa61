// SPDX-License-Identifier: Apache-2.0
#include "daemon/history/column_codec.h"

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

#include "daemon/history/bytes.h"

namespace mixnet {
namespace {

// A column is
//   count     varint
//   present   runs of varints: so many values, so many gaps, so many values ... until `count` is reached
//   form      one byte, and then the values that are present:
//     decimals: the number of decimals in one byte, the first as an integer, then what each differs from the one before
//     steady:   the same, of what each difference differs from the difference before
//     bits:     of each the bits that differ from the one before: a byte with the number of zero bytes on the left and on the
//               right, then the bytes between
// An integer is a zigzag varint. In decimals and steady a zero is followed by how many more zeros there are.

constexpr std::array<double, 10> kPowers = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9};
constexpr double kExactIntegers = 9007199254740992;  // 2^53

enum class Form : std::uint8_t { decimals, steady, bits };

constexpr std::uint64_t zigzag(std::int64_t value) {
  return (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63);
}
constexpr std::int64_t unzigzag(std::uint64_t value) {
  return static_cast<std::int64_t>(value >> 1) ^ -static_cast<std::int64_t>(value & 1);
}

/// Is `value` a number with so many decimals, exactly?
bool has_decimals(double value, double power, std::int64_t& as_integer) {
  const double scaled = std::nearbyint(value * power);
  if (!(std::abs(scaled) < kExactIntegers) || scaled / power != value) return false;
  if (scaled == 0 && std::signbit(value)) return false;  // an integer has no -0
  as_integer = static_cast<std::int64_t>(scaled);
  return true;
}

/// The least number of decimals that all of them have, with the integers that they are then; -1 where that is not to be had.
int as_integers(std::span<const double> values, std::vector<std::int64_t>& out) {
  out.resize(values.size());
  std::size_t decimals = 0, index = 0;
  while (index < values.size()) {
    if (has_decimals(values[index], kPowers[decimals], out[index])) {
      ++index;
    } else {
      if (++decimals == kPowers.size()) return -1;
      index = 0;
    }
  }
  return static_cast<int>(decimals);
}

/// Integers as they come, runs of zeros shortened.
class IntegerWriter {
 public:
  explicit IntegerWriter(std::string& out) : out_(out) {}
  ~IntegerWriter() { end_zeros(); }
  IntegerWriter(const IntegerWriter&) = delete;
  IntegerWriter& operator=(const IntegerWriter&) = delete;

  void put(std::int64_t value) {
    if (value == 0) {
      ++zeros_;
      return;
    }
    end_zeros();
    put_varint(zigzag(value), out_);
  }

 private:
  void end_zeros() {
    if (zeros_ == 0) return;
    out_ += '\0';
    put_varint(zeros_ - 1, out_);
    zeros_ = 0;
  }

  std::string& out_;
  std::uint64_t zeros_ = 0;
};

void put_decimals(std::span<const std::int64_t> values, int decimals, bool steady, std::string& out) {
  out += static_cast<char>(steady ? Form::steady : Form::decimals);
  out += static_cast<char>(decimals);
  IntegerWriter writer(out);
  std::int64_t before = 0, difference_before = 0;
  for (const auto value : values) {
    const auto difference = value - before;
    writer.put(steady ? difference - difference_before : difference);
    before = value;
    difference_before = difference;
  }
}

void put_bits(std::span<const double> values, std::string& out) {
  out += static_cast<char>(Form::bits);
  std::uint64_t before = 0;
  for (const double value : values) {
    const auto bits = std::bit_cast<std::uint64_t>(value);
    const auto changed = bits ^ before;
    before = bits;
    const int left = std::countl_zero(changed) / 8, right = changed == 0 ? 0 : std::countr_zero(changed) / 8;
    out += static_cast<char>(left << 4 | right);
    for (int byte = 7 - left; byte >= right; --byte) out += static_cast<char>(changed >> (8 * byte));
  }
}

/// Takes a column apart again.
class ColumnReader {
 public:
  explicit ColumnReader(std::string_view text) : text_(text) {}

  bool at_end() const { return text_.empty(); }

  Result<std::uint8_t> byte() {
    if (text_.empty()) return cut_off();
    const auto out = static_cast<std::uint8_t>(text_.front());
    text_.remove_prefix(1);
    return out;
  }

  Result<std::uint64_t> varint() {
    const auto out = take_varint(text_);
    if (!out) return cut_off();
    return *out;
  }

  static tl::unexpected<Error> cut_off() { return fail(Fault::malformed, "the column is cut off"); }

 private:
  std::string_view text_;
};

Result<void> take_decimals(ColumnReader& reader, bool steady, std::vector<double>& out) {
  const std::size_t decimals = TRY(reader.byte());
  if (decimals >= kPowers.size()) return fail(Fault::malformed, "a number of decimals that is never written");
  std::uint64_t value = 0, difference = 0, zeros = 0;  // unsigned, so that what is no column overflows as defined
  for (auto& each : out) {
    if (std::isnan(each)) continue;
    std::uint64_t change = 0;
    if (zeros > 0) {
      --zeros;
    } else {
      change = static_cast<std::uint64_t>(unzigzag(TRY(reader.varint())));
      if (change == 0) zeros = TRY(reader.varint());
    }
    difference = steady ? difference + change : change;
    value += difference;
    each = static_cast<double>(static_cast<std::int64_t>(value)) / kPowers[decimals];
  }
  if (zeros > 0) return fail(Fault::malformed, "more values than the column has");
  return {};
}

Result<void> take_bits(ColumnReader& reader, std::vector<double>& out) {
  std::uint64_t bits = 0;
  for (auto& each : out) {
    if (std::isnan(each)) continue;
    const int zeros = TRY(reader.byte());
    const int left = zeros >> 4, right = zeros & 0xf;
    if (left + right > 8) return fail(Fault::malformed, "more bytes than a value has");
    std::uint64_t changed = 0;
    for (int byte = 7 - left; byte >= right; --byte) {
      const std::uint64_t next = TRY(reader.byte());
      changed |= next << (8 * byte);
    }
    bits ^= changed;
    each = std::bit_cast<double>(bits);
  }
  return {};
}

void put_present(std::span<const double> values, std::string& out) {
  bool gap = false;
  std::size_t begin = 0;
  for (std::size_t index = 0; index < values.size(); ++index) {
    if (std::isnan(values[index]) == gap) continue;
    put_varint(index - begin, out);
    begin = index;
    gap = !gap;
  }
  put_varint(values.size() - begin, out);
}

/// Makes `out` as long as the column is, with NaN for the gaps and 0 where a value follows.
Result<void> take_present(ColumnReader& reader, std::vector<double>& out) {
  const auto count = TRY(reader.varint());
  if (count > kColumnValuesMax) return fail(Fault::malformed, "more values than a column may have");
  out.clear();
  bool gap = false;
  do {
    const auto run = TRY(reader.varint());
    if (run > count - out.size()) return fail(Fault::malformed, "more gaps and values than the column has");
    if (run == 0 && !out.empty()) return fail(Fault::malformed, "a run of nothing");
    out.insert(out.end(), run, gap ? std::numeric_limits<double>::quiet_NaN() : 0);
    gap = !gap;
  } while (out.size() < count);
  return {};
}

}  // namespace

void encode_column(std::span<const double> values, std::string& out) {
  put_varint(values.size(), out);
  put_present(values, out);
  std::vector<double> present;
  for (const double value : values) {
    if (!std::isnan(value)) present.push_back(value);
  }
  if (present.empty()) return;
  std::vector<std::int64_t> integers;
  const int decimals = as_integers(present, integers);
  if (decimals < 0) return put_bits(present, out);
  std::string plain, steady;
  put_decimals(integers, decimals, false, plain);
  put_decimals(integers, decimals, true, steady);
  out += steady.size() < plain.size() ? steady : plain;
}

Result<void> decode_column(std::string_view text, std::vector<double>& out) {
  ColumnReader reader(text);
  TRY(take_present(reader, out));
  bool any = false;
  for (const double each : out) any = any || !std::isnan(each);
  if (any) {
    switch (static_cast<Form>(TRY(reader.byte()))) {
      case Form::decimals: TRY(take_decimals(reader, false, out)); break;
      case Form::steady: TRY(take_decimals(reader, true, out)); break;
      case Form::bits: TRY(take_bits(reader, out)); break;
      default: return fail(Fault::malformed, "a form of columns that is not known");
    }
  }
  if (!reader.at_end()) return fail(Fault::malformed, "something after the column");
  return {};
}

}  // namespace mixnet
