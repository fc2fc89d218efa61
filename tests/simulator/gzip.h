// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace mixnet::simulator {

/// `text` as a gzip file.
std::string gzip(std::string_view text);

/// So many bytes that are all zero, which become a thousandth of that.
std::string gzip_of_zeros(std::size_t bytes);

}  // namespace mixnet::simulator
