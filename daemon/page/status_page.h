// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "daemon/page/status_view.h"

namespace mixnet {

/// The page at "/", HTML in one piece: how the node is, what to do about it, and charts. It has its style in it, and needs no
/// script; one of the same server refreshes it.
std::string status_page(const StatusView& view);

/// The Content-Security-Policy that it is to be sent with: its own style, a script of this server and nothing else.
std::string_view status_page_policy();

/// Where the script is served, and what it is.
inline constexpr std::string_view kScriptPath = "/status.js";
std::string_view status_script();

/// The style sheet that is in the page, and its digest as the policy has it: base64 of SHA-256.
std::string_view status_style();
std::string_view status_style_digest();

}  // namespace mixnet
