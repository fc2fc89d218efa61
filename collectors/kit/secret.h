// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "collectors/kit/result.h"

namespace mixnet {

inline constexpr std::size_t kSecretBytesMax = 4096;

/// Where the secret file that the operator calls `path` is: a relative path is the name of a systemd credential and is looked
/// up in $CREDENTIALS_DIRECTORY (of LoadCredential=), an absolute one stands as it is. Fault::unavailable where it is relative
/// and systemd handed over no credentials.
Result<std::string> secret_path(std::string_view path);

/// The secret in the file that the operator calls `path`, without the white space around it. No error shows any of it.
///
/// denied: may not be read; unavailable: is not there, is no regular file, or cannot be read; malformed: empty, longer than
/// kSecretBytesMax, or with other than printable ASCII characters, which no HTTP header can carry.
Result<std::string> read_secret(std::string_view path);

/// Can every user of the host read the file? It is used nonetheless: where a container mounts it the mode is not the
/// operator's choice; who calls read_secret tells the operator once.
bool is_readable_by_all(std::string_view path);

}  // namespace mixnet
