#include "jobs/project_folder.hpp"

#include <qfcsync/error.hpp>

#include "domain/names.hpp"
#include "domain/version_places.hpp"
#include "http/api_error.hpp"

#include <system_error>

#include <fmt/format.h>
#include <limits.h>
#include <spdlog/spdlog.h>

namespace qfcsync::server {
namespace fs = std::filesystem;
namespace {

/// Somebody who uploads a folder sends a database and its log within this time, in any order. A
/// log that is older belongs to a former version of the database.
constexpr Timestamp kSameUploadMicroseconds = 10ll * 60 * 1'000'000;

}  // namespace

ProjectFolder::ProjectFolder(Services& services, const ProjectRecord& project, const fs::path& root)
    : services_(services), project_(project), root_(root) {
  const std::shared_lock gate(services.content_gate);
  fs::create_directory(root_);
  const auto files = services.db.read([&](Connection& db) { return list_files(db, project.id); });
  for (const FileRecord& file : files) times_[file.name] = file.latest().uploaded_at;
  for (const FileRecord& file : files) {
    if (is_attachment(file.name, project.attachment_dirs)) continue;
    if (!is_stale_log(file)) add(file);
  }
}

bool ProjectFolder::is_stale_log(const FileRecord& file) const {
  if (!is_sqlite_log(file.name)) return false;
  const auto database = times_.find(file.name.substr(0, file.name.rfind('-')));
  return database != times_.end() &&
         database->second - file.latest().uploaded_at > kSameUploadMicroseconds;
}

void ProjectFolder::add(const FileRecord& file) {
  const fs::path path = root_ / fs::path(file.name);
  std::error_code error;
  fs::create_directories(path.parent_path(), error);
  const bool is_impossible = error == std::errc::filename_too_long ||
                             error == std::errc::not_a_directory ||
                             error == std::errc::file_exists ||
                             path.filename().native().size() > NAME_MAX || fs::exists(path);
  if (is_impossible) {
    spdlog::warn("project {}: {} cannot lie in one folder with the other files", project_.id,
                 file.name);
    return;
  }
  if (error) {
    throw Error(ErrorCode::Io,
                fmt::format("cannot create {}: {}", path.parent_path().string(), error.message()),
                ErrorOrigin::Os, error.value());
  }
  make_plain(services_, project_.id, file.latest().sha256);
  services_.store->materialize(file.latest().sha256, path);
  contents_[file.name] = file.latest().sha256;
}

fs::path ProjectFolder::project_file() const {
  if (!project_.qgis_file || !contents_.contains(*project_.qgis_file)) {
    throw errors::no_qgis_project();
  }
  return root_ / fs::path(*project_.qgis_file);
}

void ProjectFolder::make_writable(const fs::path& file) {
  const auto content = contents_.find(name_of(file));
  if (content == contents_.end()) return;
  // Beside the project, where no name of a user can be in the way.
  const fs::path copy = root_.parent_path() / "copy";
  services_.store->copy_to(content->second, copy);
  fs::rename(copy, file);
  contents_.erase(content);
}

std::string ProjectFolder::name_of(const fs::path& file) const {
  return file.lexically_normal().lexically_relative(root_.lexically_normal()).generic_string();
}

}  // namespace qfcsync::server
