// SPDX-License-Identifier: Apache-2.0
#include "collectors/node/lacking.h"

#include <utility>

namespace mixnet {
namespace {

constexpr auto kTriedAgain = std::chrono::minutes(1);

}  // namespace

std::optional<std::string_view> Lacking::read(Context& context, Tree& tree, std::string_view file, Shape shape,
                                              std::string_view node, std::string_view remedy) {
  const auto now = error_ ? Clock::now() : Clock::time_point{};  // the clock is asked only where it matters
  if (!is_due(context, now)) return std::nullopt;
  auto text = tree.read(file, shape);
  if (text) {
    found();
    return *text;
  }
  lacks(context, Clock::now(), std::string(node) + ": " + std::string(file.substr(file.rfind('/') + 1)),
        std::move(text).error(), remedy);
  return std::nullopt;
}

bool Lacking::is_due(Context& context, Clock::time_point now) {
  if (!error_ || now >= again_) return true;
  context.remarks.add(subject_, *error_);
  return false;
}

void Lacking::lacks(Context& context, Clock::time_point now, std::string subject, Error error, std::string_view remedy) {
  again_ = now;
  if (error.fault == Fault::absent || error.fault == Fault::denied) {
    error.fault = Fault::absent;
    error.message.append("; ").append(remedy);
    again_ += kTriedAgain;
  }
  subject_ = std::move(subject);
  error_ = std::move(error);
  context.remarks.add(subject_, *error_);
}

}  // namespace mixnet
