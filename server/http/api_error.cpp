#include "http/api_error.hpp"

#include <nlohmann/json.hpp>

namespace qfcsync::server {

std::string ApiError::body() const {
  nlohmann::json document = {{"code", code_}, {"message", message_}};
  if (!detail_.empty()) document["detail"] = detail_;
  return document.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

ApiError ApiError::with_detail(std::string detail) const {
  ApiError copy = *this;
  copy.detail_ = std::move(detail);
  return copy;
}

ApiError api_error_of(const Error& error) {
  switch (error.code()) {
    case ErrorCode::InvalidArgument:
    case ErrorCode::AlreadyExists:
      return errors::validation_error().with_detail(error.what());
    case ErrorCode::NotFound:
      return errors::object_not_found();
    case ErrorCode::Denied:
      return errors::permission_denied();
    case ErrorCode::LimitExceeded:
      return errors::api_error(413).with_detail(error.what());
    case ErrorCode::Corrupt:
    case ErrorCode::Unsupported:
      return errors::api_error(400).with_detail(error.what());
    case ErrorCode::Busy:
      return errors::api_error(503);
    default:
      return errors::unknown_error();
  }
}

}  // namespace qfcsync::server
