// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/web/target.h"

namespace mixnet::web {

/// One header of a request, as it was sent.
struct RequestHeader {
  std::string_view name, value;
};

/// A request that may be answered. Its views are valid while the handler runs.
struct Request {
  std::string_view method;  ///< "GET" or "HEAD": the server itself refuses others
  Target target;
  std::vector<RequestHeader> headers;

  const std::string& path() const { return target.path; }
  const std::vector<Parameter>& query() const { return target.query; }
  /// The first header of that name, in whatever case.
  std::optional<std::string_view> header(std::string_view name) const;
};

/// A header of a response.
struct Header {
  std::string name, value;
};

/// A response. The body is shared: many clients may be sent one text, which lives until the last has it.
struct Response {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::vector<Header> headers =
      {};  ///< beside Content-Type, Content-Length, Date, Connection and those of the web configuration
  std::shared_ptr<const std::string> body = nullptr;  ///< none: empty
};

/// A plain-text response: "404 Not Found" where `text` is empty.
Response plain_response(int status, std::string text = {});

}  // namespace mixnet::web
