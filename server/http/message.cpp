#include "http/message.hpp"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

namespace qfcsync::server {
namespace {

bool same_name(std::string_view left, std::string_view right) {
  return std::equal(left.begin(), left.end(), right.begin(), right.end(), [](char a, char b) {
    return std::tolower(static_cast<unsigned char>(a)) ==
           std::tolower(static_cast<unsigned char>(b));
  });
}

}  // namespace

std::string_view Request::header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (same_name(key, name)) return value;
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
