// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "daemon/exposition_writer.h"

namespace mixnet {

/// The format to answer with, from an Accept header as Prometheus 2.42 and 3.x send it (RFC 9110: highest q, and among equals
/// the first named). OpenMetrics only where it is named; anything else, or no header, gets the text format.
///
///     application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1
Format negotiate_format(std::string_view accept);

/// Does an Accept-Encoding header allow gzip? "gzip", "gzip;q=0.5" and "*" do, "gzip;q=0" does not.
bool accepts_gzip(std::string_view accept_encoding);

}  // namespace mixnet
