#include "routes/form_files.hpp"

#include <qfcsync/error.hpp>

#include "http/fields.hpp"
#include "http/multipart.hpp"

namespace qfcsync::server {
namespace {

/// Clients of Windows send whole paths, with their own separator.
std::string base_name(const std::string& path) { return path.substr(path.find_last_of("/\\") + 1); }

class FileParts final : public MultipartSink {
 public:
  void on_part(const PartHeader& header) override {
    current_ = nullptr;
    if (!header.filename || header.name.empty()) return;
    current_ = &files[header.name];
    *current_ = {base_name(*header.filename), ""};
  }
  void on_data(std::string_view bytes) override {
    if (current_ != nullptr) current_->bytes += bytes;
  }
  void on_part_end() override { current_ = nullptr; }

  FormFiles files;

 private:
  FormFile* current_ = nullptr;
};

}  // namespace

FormFiles parse_form_files(std::string_view content_type, std::string_view body) {
  const auto boundary = multipart_boundary(content_type);
  if (!boundary) return {};
  FileParts parts;
  try {
    MultipartParser parser(*boundary, parts);
    parser.feed(body);
    parser.finish();
  } catch (const Error& error) {
    throw FieldError(FieldErrorKind::Malformed, error.what());
  }
  return std::move(parts.files);
}

}  // namespace qfcsync::server
