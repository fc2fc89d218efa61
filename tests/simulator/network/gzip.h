// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace mixnet::simulator {

/// `text` as a gzip file.
std::string gzip(std::string_view text);

}  // namespace mixnet::simulator
