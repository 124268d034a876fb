#include "http/message.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

namespace qfcsync::server {

std::string_view Request::header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (base::same_name(key, name)) return value;
  }
  return {};
}

std::string Request::origin() const { return fmt::format("http://{}", header("Host")); }

Response Response::json(unsigned status, std::string body) {
  Response response;
  response.status = status;
  response.body = std::move(body);
  return response;
}

Response Response::empty(unsigned status) {
  Response response;
  response.status = status;
  response.content_type.clear();
  return response;
}

Response Response::html(unsigned status, std::string_view title) {
  Response response;
  response.status = status;
  response.content_type = "text/html; charset=utf-8";
  response.body = fmt::format("<!doctype html><title>{0}</title><h1>{0}</h1>\n", title);
  return response;
}

}  // namespace qfcsync::server
