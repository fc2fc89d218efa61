// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "collectors/kit/result.h"
#include "daemon/web/protection.h"

namespace mixnet::web {

/// Gives the content of a file.
using FileReader = std::function<Result<std::string>(const std::string& path)>;

/// What a file in the format of Prometheus's exporter-toolkit (--web.config.file) asks for. `text` is the content of `file`;
/// the certificates and keys that it names are read through `reader`, relative names from the folder of `file`. What cannot be
/// honoured is refused, never ignored. An error's message has a line for every fault: "web.yml:3:5: unknown key ...".
Result<std::shared_ptr<const Protection>> parse_web_config(const std::string& file, std::string_view text,
                                                           const FileReader& reader);

/// The same from the files themselves.
Result<std::shared_ptr<const Protection>> load_web_config(const std::string& file);

/// The content of a small file, at most 1 MiB, with its name in an error.
Result<std::string> read_small_file(const std::string& path);

}  // namespace mixnet::web
