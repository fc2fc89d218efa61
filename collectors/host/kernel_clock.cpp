// SPDX-License-Identifier: Apache-2.0
#include "collectors/host/kernel_clock.h"

#include <cerrno>
#include <cstring>
#include <string>

namespace mixnet {
namespace {

struct Kept {
  Result<KernelClock> clock = KernelClock{};
  std::uint64_t collection = ~std::uint64_t{0};
};

Result<KernelClock> ask(const Roots& roots) {
  if (!roots.is_this_host()) return fail(Fault::absent, "the clock's state is known for this host only");
  KernelClock out{};  // no modes: asks, changes nothing
  out.result = ::adjtimex(&out.state);
  // Some sandboxes refuse even the question, which is no fault of the clock's.
  if (out.result < 0 && fault_of(errno) == Fault::denied)
    return fail(Fault::absent, "adjtimex is not permitted here; 15-clock.conf among the examples of the unit gives it");
  if (out.result < 0) return fail(fault_of(errno), std::string("adjtimex: ") + std::strerror(errno));
  return out;
}

}  // namespace

Result<const KernelClock*> kernel_clock(Context& context) {
  auto& kept = context.memory.get<Kept>();
  if (kept.collection != context.collection) kept.clock = ask(context.roots);
  kept.collection = context.collection;
  if (!kept.clock) return tl::unexpected<Error>(kept.clock.error());
  return &*kept.clock;
}

}  // namespace mixnet
