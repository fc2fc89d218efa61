// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "collectors/kit/metric.h"

namespace mixnet {

struct Label {
  std::string_view name, value;
};

/// Labels as they stand in the text format between the braces: a="b",c="d". Valid until the Samples are cleared.
class LabelSet {
 public:
  LabelSet() = default;
  std::string_view text() const { return text_; }

 private:
  friend class Samples;
  explicit LabelSet(std::string_view text) : text_(text) {}
  std::string_view text_;
};

/// What a sample's name adds to its family's: only histograms and summaries have any.
enum class Suffix : std::uint8_t { none, bucket, sum, count };

struct Sample {
  double value;
  LabelSet labels;
  std::uint32_t next;  ///< the family's next sample, or Samples::kEnd
  Suffix suffix;
};

struct Family {
  Type type;
  std::string_view name, help;
  std::uint32_t first, last;  ///< its samples, a list through Sample::next
};

/// One collection's result, in arenas that are cleared and filled again: a steady collection allocates nothing.
///
/// Samples of a family may be added in any order among those of others; each family keeps its own in the order added.
class Samples {
 public:
  static constexpr std::uint32_t kEnd = 0xffffffff;

  Samples();
  Samples(const Samples&) = delete;
  Samples& operator=(const Samples&) = delete;
  Samples(Samples&&) = default;
  Samples& operator=(Samples&&) = default;

  /// Forgets everything added, keeping the memory.
  void clear();

  /// Labels to be used with several samples, escaped once. Bytes that are not UTF-8, and NUL, become U+FFFD.
  LabelSet labels(std::initializer_list<Label> labels);
  LabelSet labels(std::span<const Label> labels);

  void add(const Metric& metric, double value, LabelSet labels = {});
  void add(const Metric& metric, double value, std::initializer_list<Label> labels) {
    add(metric, value, this->labels(labels));
  }

  /// For names known only at run time: finds or makes the family; `name` and `help` are copied. The type and help of the
  /// first call stand. The index stays valid until the Samples are cleared.
  std::uint32_t family(Type type, std::string_view name, std::string_view help);
  void add_to(std::uint32_t family, double value, LabelSet labels = {}, Suffix suffix = Suffix::none);

  std::span<const Family> families() const { return families_; }
  const Sample& sample(std::uint32_t index) const { return samples_[index]; }
  std::size_t size() const { return samples_.size(); }

 private:
  /// Memory in chunks that never move, so that views into it stay valid while it grows.
  class Arena {
   public:
    char* take(std::size_t bytes);
    void give_back(std::size_t bytes) { used_ -= bytes; }
    std::string_view copy(std::string_view text);
    void clear();

   private:
    struct Chunk {
      std::unique_ptr<char[]> bytes;
      std::size_t size;
    };
    std::vector<Chunk> chunks_;
    std::size_t current_ = 0, used_ = 0;
  };

  std::uint32_t find_or_add(Type type, std::string_view name, std::string_view help, bool copy);
  std::uint32_t* slot(std::string_view name);
  void grow_table();

  std::vector<Family> families_;
  std::vector<Sample> samples_;
  std::vector<std::uint32_t> table_;  ///< open addressing on the family's name: an index + 1, or 0
  std::uint32_t last_family_ = 0;
  Arena arena_;
};

}  // namespace mixnet
