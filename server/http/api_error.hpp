#pragma once

#include <qfcsync/error.hpp>

#include <exception>
#include <string>
#include <string_view>

namespace qfcsync::server {

/// An answer of the API that is an error: HTTP status, stable code, sentence.
///
/// Codes and sentences are QFieldCloud's; clients show them and test some of them.
class ApiError : public std::exception {
 public:
  ApiError(unsigned status, std::string_view code, std::string message)
      : status_(status), code_(code), message_(std::move(message)) {}

  const char* what() const noexcept override { return message_.c_str(); }
  unsigned status() const noexcept { return status_; }
  /// The compact JSON body; QField searches it for exact bytes.
  std::string body() const;

  /// A note for the person who has to fix the request, sent as `detail`.
  ApiError with_detail(std::string detail) const;

 private:
  unsigned status_;
  std::string_view code_;  // always a literal
  std::string message_;
  std::string detail_;
};

/// The one table from engine errors to answers of the API.
ApiError api_error_of(const Error& error);

namespace errors {

inline ApiError authentication_failed() {
  return {401, "authentication_failed", "Authentication failed"};
}
inline ApiError token_authentication_failed() {
  return {401, "token_authentication_failed", "Token authentication failed"};
}
inline ApiError not_authenticated() { return {401, "not_authenticated", "Not authenticated"}; }
inline ApiError too_many_failed_login_attempts() {
  return {401, "too_many_failed_login_attempts", "Too many failed login attempts!"};
}
inline ApiError permission_denied() { return {403, "permission_denied", "Permission denied"}; }
inline ApiError empty_content() { return {400, "empty_content", "Empty content"}; }
inline ApiError multiple_contents() { return {400, "multiple_contents", "Multiple contents"}; }
inline ApiError explicit_deletion_of_last_version() {
  return {400, "explicit_deletion_of_last_version",
          "Explicit deletion of last file version is not allowed!"};
}
inline ApiError object_not_found() { return {404, "object_not_found", "Object not found"}; }
inline ApiError api_error(unsigned status) { return {status, "api_error", "API Error"}; }
inline ApiError validation_error() { return {400, "validation_error", "Validation error"}; }
inline ApiError invalid_qgis_project_file() {
  return {400, "invalid_qgis_project_file", "Invalid QGIS project file"};
}
inline ApiError multiple_projects() { return {400, "multiple_projects", "Multiple projects"}; }
inline ApiError restricted_project_modification() {
  return {403, "restricted_project_modification", "Restricted project modification"};
}
inline ApiError invalid_deltafile(std::string message) {
  return {400, "invalid_deltafile", std::move(message)};
}
inline ApiError no_qgis_project() {
  return {400, "no_qgis_project", "The project does not contain a valid QGIS project file"};
}
inline ApiError invalid_job() { return {400, "invalid_job", "Invalid job"}; }
inline ApiError project_already_exists() {
  return {400, "project_already_exists", "This user already owns a project with the same name."};
}
inline ApiError invalid_http_range() {
  return {416, "invalid_http_range", "The provided HTTP range header is invalid."};
}
inline ApiError qgis_project_file_not_allowed() {
  return {400, "qgis_project_file_not_allowed",
          "QGIS project files are not allowed in this project."};
}
inline ApiError operation_not_allowed_for_template_project() {
  return {400, "operation_not_allowed_for_template_project",
          "This operation is not allowed on a template project."};
}
inline ApiError not_cloneable_project() {
  return {400, "not_cloneable_project", "This project cannot be cloned."};
}
inline ApiError over_quota() { return {402, "over_quota", "Quota error"}; }
inline ApiError inactive_subscription() {
  return {403, "inactive_subscription", "Permission denied because the subscription is inactive"};
}
inline ApiError plan_insufficient() {
  return {403, "permission_denied_plan_insufficient",
          "Permission denied because the useraccount's plan is insufficient"};
}
inline ApiError organization_has_max_number_of_members() {
  return {403, "organization_has_max_number_of_members",
          "Cannot add new organization members, account limit has been reached."};
}
inline ApiError unknown_error() { return {500, "unknown_error", "QFieldcloud Unknown Error"}; }

}  // namespace errors
}  // namespace qfcsync::server
