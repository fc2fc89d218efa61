// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "collectors/kit/result.h"
#include "collectors/node/nodes.h"
#include "collectors/node/nym_options.h"
#include "collectors/node/process_scan.h"

namespace mixnet {

/// All that is known of one node, from wherever it was had. What is not there is null.
struct NodeSources {
  const NodeSettings* settings = nullptr;  ///< what the operator says beats all
  const FoundProcess* process = nullptr;   ///< null: none was ever seen
  bool running = false;                    ///< false: `process` has ended
  std::string config_file;                 ///< its path, where it was read or should be; empty where that is not known
  std::string config_guess;                ///< how the path was guessed, for the operator; empty where it was told
  Result<NymOptions> config = fail(Fault::absent, "nobody tells where its config.toml is");
  Result<NymOptions> http = fail(Fault::absent, "its HTTP API was not asked");
  std::string http_url;          ///< empty where it is not known
  std::string http_url_unknown;  ///< why
  bool only_node = true;         ///< no other node on the host could have what Nym takes by default
};

/// The address its configuration or its command line gives its HTTP API, and who says so; empty and null where neither does.
struct HttpBind {
  std::string address;
  const std::string* source = nullptr;
};
HttpBind http_bind(const NodeSources& sources);

/// The node that the sources make together, with a finding for every fact; its name is not set.
Node assembled_node(const NodeSources& sources);

}  // namespace mixnet
