// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace mixnet::test {

/// How often this program has called operator new so far. Only in programs linked with allocations.cpp, which replaces it.
std::size_t allocations();

}  // namespace mixnet::test
