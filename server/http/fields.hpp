#pragma once

#include <cstddef>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

namespace qfcsync::server {

enum class FieldErrorKind { UnsupportedMediaType, Malformed };

/// A request body, or a field of it, that cannot be understood; what() says which and why.
class FieldError : public std::runtime_error {
 public:
  FieldError(FieldErrorKind kind, const std::string& message)
      : std::runtime_error(message), kind_(kind) {}
  FieldErrorKind kind() const noexcept { return kind_; }

 private:
  FieldErrorKind kind_;
};

/// Deepest nesting of a JSON body.
inline constexpr int kMaxJsonDepth = 32;
/// Most fields of a form body.
inline constexpr std::size_t kMaxFormFields = 1000;

/// Reads a request body into one JSON object, whichever of the three encodings it has.
///
/// application/json gives its object; application/x-www-form-urlencoded and the parts of
/// multipart/form-data that are no files give strings, the last of a name wins. An empty body
/// gives {} whatever its type. The caller bounds the size of the body.
///
/// @errors FieldError UnsupportedMediaType: another content type; Malformed: anything else,
///         also JSON that is no object, too deep, or no UTF-8
nlohmann::json parse_fields(std::string_view content_type, std::string_view body);

/// A field as text, without blanks at its ends; numbers as they are written in JSON.
///
/// @return nullopt if the field is absent or null
/// @errors FieldError Malformed: a boolean, object, array or a text with a NUL
std::optional<std::string> field_string(const nlohmann::json& fields, std::string_view name);

/// A field as truth value: a JSON boolean, 0 or 1, or one of the words 1 0 true false t f yes no
/// y n on off in any case.
///
/// @return nullopt if the field is absent or null
/// @errors FieldError Malformed: anything else
std::optional<bool> field_bool(const nlohmann::json& fields, std::string_view name);

}  // namespace qfcsync::server
