// SPDX-License-Identifier: Apache-2.0
#include "daemon/web/message.h"

#include <strings.h>

#include <utility>

namespace mixnet::web {
namespace {

std::string_view reason(int status) {
  switch (status) {
    case 200: return "OK";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 413: return "Content Too Large";
    case 429: return "Too Many Requests";
    case 500: return "Internal Server Error";
    case 503: return "Service Unavailable";
    default: return "";
  }
}

}  // namespace

std::optional<std::string_view> Request::header(std::string_view name) const {
  for (const auto& header : headers) {
    if (header.name.size() == name.size() && strncasecmp(header.name.data(), name.data(), name.size()) == 0)
      return header.value;
  }
  return std::nullopt;
}

Response plain_response(int status, std::string text) {
  if (text.empty()) text = std::to_string(status) + " " + std::string(reason(status));
  text.push_back('\n');
  Response response;
  response.status = status;
  response.body = std::make_shared<const std::string>(std::move(text));
  return response;
}

}  // namespace mixnet::web
