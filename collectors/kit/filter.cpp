// SPDX-License-Identifier: Apache-2.0
#include "collectors/kit/filter.h"

#include <re2/re2.h>

namespace mixnet {
namespace {

std::shared_ptr<const re2::RE2> compile_quietly(std::string_view pattern) {
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(1 << 20);
  return std::make_shared<const re2::RE2>(re2::StringPiece(pattern.data(), pattern.size()), options);
}

}  // namespace

Regex::Regex() {
  static const auto kEmpty = compile_quietly("");
  compiled_ = kEmpty;
}

Result<Regex> Regex::compile(std::string_view pattern) {
  auto compiled = compile_quietly(pattern);
  if (!compiled->ok()) return fail(Fault::malformed, "bad regular expression: " + compiled->error());
  return Regex(std::move(compiled));
}

const std::string& Regex::pattern() const { return compiled_->pattern(); }

bool Regex::found_in(std::string_view text) const {
  return re2::RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), *compiled_);
}

}  // namespace mixnet
