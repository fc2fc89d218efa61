// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace mixnet::test {

/// A page of docs/ holds a part that is made from the sources, between two lines of which the first begins "<!-- PART: made
/// from" and the second is "<!-- end of PART -->". Fails the test where that part is not `expected`, or writes it anew where
/// MIXNET_UPDATE_DOCS is set.
void expect_generated_part(std::string_view page, std::string_view part, const std::string& expected);

/// `text` as it has to stand in a cell of a Markdown table to be read as it is.
std::string in_table(std::string_view text);

/// The same as code; nothing for no text.
std::string code_in_table(std::string_view text);

}  // namespace mixnet::test
