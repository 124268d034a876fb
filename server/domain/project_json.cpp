// The project object is written by hand: lists of hundreds are asked for at every start of a
// client.

#include "domain/projects.hpp"

#include <charconv>

#include <nlohmann/json.hpp>

namespace qfcsync::server {
namespace {

using nlohmann::json;

bool needs_escape(std::string_view text) {
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\' || c == 0x7f) return true;
  }
  return false;
}

/// Appends the members of one object.
class Writer {
 public:
  explicit Writer(std::string& text) : text_(text) { text_ += '{'; }
  ~Writer() { text_.back() = '}'; }
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  void add(std::string_view key, std::string_view value) {
    begin(key);
    if (needs_escape(value)) {
      text_ += json(value).dump(-1, ' ', false, json::error_handler_t::replace);
    } else {
      text_ += '"';
      text_ += value;
      text_ += '"';
    }
    text_ += ',';
  }

  void add_optional(std::string_view key, const std::optional<std::string>& value) {
    if (value) return add(key, std::string_view(*value));
    begin(key);
    text_ += "null,";
  }

  void add_flag(std::string_view key, bool value) {
    begin(key);
    text_ += value ? "true," : "false,";
  }

  void add_number(std::string_view key, std::int64_t value) {
    char digits[24];
    begin(key);
    text_.append(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
    text_ += ',';
  }

  void add_time(std::string_view key, const std::optional<Timestamp>& time) {
    begin(key);
    if (time) {
      text_ += '"';
      append_iso(text_, *time);
      text_ += "\",";
    } else {
      text_ += "null,";
    }
  }

 private:
  void begin(std::string_view key) {
    text_ += '"';
    text_ += key;
    text_ += "\":";
  }

  std::string& text_;
};

}  // namespace

void append_project(std::string& text, const ProjectRecord& project) {
  Writer object(text);
  object.add("id", project.id);
  object.add("name", project.name);
  object.add("project_type", project.type);
  object.add("owner", project.owner);
  object.add("description", project.description);
  object.add_flag("private", !project.is_public);
  object.add_flag("is_public", project.is_public);
  object.add_time("created_at", project.created_at);
  object.add_time("updated_at", project.updated_at);
  object.add_time("data_last_packaged_at", project.data_last_packaged_at);
  object.add_time("data_last_updated_at", project.data_last_updated_at);
  object.add_time("restricted_data_last_updated_at", project.restricted_data_last_updated_at);
  object.add_flag("can_repackage", project.type != "template");
  object.add_flag("needs_repackaging", project.needs_repackaging());
  object.add("status", project.status());
  object.add("user_role", to_string(project.role));
  object.add("user_role_origin", to_string(project.origin));
  object.add_optional("shared_datasets_project_id", project.shared_datasets_project_id);
  object.add_flag("is_shared_datasets_project", project.type == "shared_datasets");
  object.add_flag("is_featured", project.is_featured);
  object.add_flag("is_attachment_download_on_demand", project.is_attachment_download_on_demand);
  object.add_flag("has_restricted_projectfiles", project.has_restricted_projectfiles);
  object.add_flag("overwrite_conflicts", project.overwrite_conflicts);
  object.add_number("file_storage_bytes", project.storage_bytes);
  object.add_optional("the_qgis_file_name", project.qgis_file);
}

json project_json(const ProjectRecord& project) {
  std::string text;
  append_project(text, project);
  return json::parse(text);
}

}  // namespace qfcsync::server
