#pragma once

#include <map>
#include <string>
#include <string_view>

namespace qfcsync::server {

/// A file among the fields of a form.
struct FormFile {
  std::string filename;  ///< base name as the client sent it
  std::string bytes;
};

using FormFiles = std::map<std::string, FormFile, std::less<>>;

/// The parts of a multipart body that are files, by their field names; the last of a name wins.
/// Other bodies have none. The caller bounds the size of the body.
///
/// @errors FieldError Malformed: no multipart body
FormFiles parse_form_files(std::string_view content_type, std::string_view body);

}  // namespace qfcsync::server
