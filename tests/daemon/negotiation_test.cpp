// SPDX-License-Identifier: Apache-2.0
#include "daemon/negotiation.h"

#include <gtest/gtest.h>

namespace mixnet {
namespace {

TEST(Negotiation, AnswersPrometheusAsItAsks) {
  // Prometheus 2.42
  EXPECT_EQ(negotiate_format("application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,"
                             "text/plain;version=0.0.4;q=0.5,*/*;q=0.1"),
            Format::openmetrics);
  // Prometheus 3.x, with and without protobuf first
  EXPECT_EQ(
      negotiate_format("application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,"
                       "application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,"
                       "text/plain;version=0.0.4;q=0.2,*/*;q=0.1"),
      Format::openmetrics);
  EXPECT_EQ(negotiate_format("application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.6,"
                             "text/plain;version=0.0.4;q=0.5"),
            Format::text);
  EXPECT_EQ(negotiate_format("text/plain;version=0.0.4;q=0.5,*/*;q=0.1"), Format::text);
}

TEST(Negotiation, FallsBackToTextAndNeverGuessesOpenMetrics) {
  for (const auto* accept :
       {"", "*/*", "text/html, */*;q=0.8", "application/json", "application/openmetrics-text;version=2.0.0",
        "application/openmetrics-text;q=0", ";;,,=", "application/openmetrics-text;q=x"}) {
    EXPECT_EQ(negotiate_format(accept), Format::text) << accept;
  }
}

TEST(Negotiation, ReadsQuotedAndMixedCaseParameters) {
  EXPECT_EQ(negotiate_format("Application/OpenMetrics-Text ; Version=\"1.0.0\" ; Q=0.9 , text/plain;q=0.8"),
            Format::openmetrics);
}

TEST(Negotiation, CompressesWhenAsked) {
  for (const auto* yes : {"gzip", "deflate, gzip;q=0.5", "*", "GZIP", "x-gzip"}) EXPECT_TRUE(accepts_gzip(yes)) << yes;
  for (const auto* no : {"", "identity", "gzip;q=0", "*;q=0", "gzip;q=0, *", "br"}) EXPECT_FALSE(accepts_gzip(no)) << no;
}

}  // namespace
}  // namespace mixnet
